//! Numbers about a picture: brightness, spread, tint, tilt. It decides nothing.

use serde::{Deserialize, Serialize};

use crate::filters::scale::{self, Kernel};
use crate::math::colour::luminance;
use crate::pixels::Pixels;
use crate::shot::{Panorama, Shot};

mod falloff;
pub mod fitness;
mod illuminant;
pub(crate) mod lines;
mod noise;
mod noise_levels;
mod tilt;

pub use falloff::Falloff;
pub use fitness::Fitness;
pub use illuminant::{Illuminant, Tint};
pub use noise_levels::{LEVELS, NoiseLevels};
pub use tilt::Tilt;

/// Pixels of the copy that is measured.
const SCALE_PIXELS: f64 = 1e6;
/// Pixels of the copy that light and lens are measured on: slopes are smoother there.
const COARSE_PIXELS: f64 = 160e3;

/// Numbers of a picture, taken from a copy of about one megapixel. "Luma" is the weighted mean of
/// the sRGB-encoded channels, 0.0 to 1.0; shares are of the picture, 0.0 to 1.0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Columns of the picture.
    pub width: u32,
    /// Rows of the picture.
    pub height: u32,
    /// Luma of the darkest hundredth.
    pub luma_p01: f32,
    /// Luma of the darkest quarter.
    pub luma_p25: f32,
    /// Median luma.
    pub luma_median: f32,
    /// Luma that a quarter of the picture exceeds.
    #[serde(default)]
    pub luma_p75: f32,
    /// Luma that a tenth of the picture exceeds.
    #[serde(default)]
    pub luma_p90: f32,
    /// Luma that only one pixel in two hundred exceeds.
    pub luma_p995: f32,
    /// Median luma of what is neither lamp nor window: below 0.8.
    #[serde(default)]
    pub luma_room: f32,
    /// Share with luma below 0.2.
    pub deep_shadows: f32,
    /// Share with luma from 0.86 to 0.98: bright, but not lost.
    pub bright: f32,
    /// Share with two channels at their maximum: blown, whatever the colour of the light.
    #[serde(default)]
    pub blown: f32,
    /// Share with its second channel from 0.92 to 0.98: a photo that was let clip has little there.
    #[serde(default)]
    pub near_white: f32,
    /// Share with a channel at its maximum.
    pub clipped: f32,
    /// The colour of the light.
    #[serde(default)]
    pub illuminant: Illuminant,
    /// Light that the lens lost toward the corners.
    #[serde(default)]
    pub falloff: Falloff,
    /// Standard deviation of luma that noise makes in flat areas at full size, 0.0 to 1.0.
    #[serde(default)]
    pub noise: f32,
    /// Noise of luma and chroma over brightness.
    #[serde(default)]
    pub noise_levels: NoiseLevels,
    /// Tilt of the camera.
    #[serde(default)]
    pub tilt: Tilt,
    /// Kind of panorama; `None`: the picture is flat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panorama: Option<Panorama>,
    /// Fitness as an input; `None`: measured before there was one.
    #[serde(default)]
    pub fitness: Option<Fitness>,
}

impl Measured {
    /// True when it is a photo, as far as that can be told.
    pub fn is_photo(&self) -> bool {
        !self
            .fitness
            .is_some_and(|fitness| fitness.drawing.is_drawn())
    }
}

/// Measures a picture; `shot` are the camera's settings, as far as they are known.
pub fn measure(pixels: &Pixels, shot: &Shot) -> Measured {
    let small = Tilt::view(pixels);
    let (tilt, (light, fitness)) = rayon::join(
        || Tilt::measure(&small, shot),
        || {
            rayon::join(
                || light_of(pixels, &small),
                || Fitness::measure(pixels, &about_a_megapixel(&small), shot),
            )
        },
    );
    Measured {
        tilt,
        panorama: shot.panorama,
        fitness: Some(fitness),
        ..light
    }
}

/// Everything but tilt and fitness.
pub(crate) fn light(pixels: &Pixels) -> Measured {
    light_of(pixels, &about_a_megapixel(pixels))
}

/// The copy that most is measured on.
pub(crate) fn about_a_megapixel(pixels: &Pixels) -> Pixels {
    let (width, height) = scale::fit_area(pixels.width(), pixels.height(), SCALE_PIXELS);
    scale::shrink(pixels, width, height, Kernel::Area)
}

/// `small` is any smaller copy.
fn light_of(pixels: &Pixels, small: &Pixels) -> Measured {
    let small = about_a_megapixel(small);
    let (width, height) = (small.width(), small.height());
    let rgb = small.rgb8();
    let lumas = Lumas::count(&rgb);
    let share = |is_so: fn(&[u8; 3]) -> bool| {
        let found = rgb.as_chunks::<3>().0.iter().filter(|p| is_so(p));
        found.count() as f32 / (rgb.len() / 3) as f32
    };
    let (columns, rows) = scale::fit_area(width, height, COARSE_PIXELS);
    let coarse = scale::shrink(&small, columns, rows, Kernel::Area)
        .rgb8()
        .into_owned();
    Measured {
        width: pixels.width(),
        height: pixels.height(),
        luma_p01: lumas.percentile(0.01),
        luma_p25: lumas.percentile(0.25),
        luma_median: lumas.percentile(0.5),
        luma_p75: lumas.percentile(0.75),
        luma_p90: lumas.percentile(0.90),
        luma_p995: lumas.percentile(0.995),
        luma_room: lumas.percentile(f64::from(lumas.share(0.0, 0.8)) / 2.0),
        deep_shadows: lumas.share(0.0, 0.2),
        bright: lumas.share(0.86, 0.98),
        clipped: share(|p| p.contains(&255)),
        blown: share(|p| second(p) == 255),
        near_white: share(|p| (235..250).contains(&second(p))),
        illuminant: Illuminant::measure(&coarse, columns as usize),
        falloff: Falloff::measure(&coarse, columns as usize, rows as usize),
        noise: noise::measure(pixels),
        noise_levels: NoiseLevels::measure(pixels),
        tilt: Tilt::default(),
        panorama: None,
        fitness: None,
    }
}

/// The second largest of three channels.
fn second([r, g, b]: &[u8; 3]) -> u8 {
    *(r.max(g)).min(r.min(g).max(b))
}

/// A histogram of luma in 1024 steps.
struct Lumas {
    counts: Vec<u64>,
    total: u64,
}

impl Lumas {
    fn count(rgb: &[u8]) -> Self {
        let mut counts = vec![0_u64; 1024];
        for p in rgb.as_chunks::<3>().0 {
            let luma = luminance(p.map(|v| f32::from(v) / 255.0));
            counts[((luma * 1023.0 + 0.5) as usize).min(1023)] += 1;
        }
        Self {
            counts,
            total: (rgb.len() / 3) as u64,
        }
    }

    fn percentile(&self, share: f64) -> f32 {
        let wanted = (self.total as f64 * share) as u64;
        let mut seen = 0;
        let step = self.counts.iter().position(|count| {
            seen += count;
            seen > wanted
        });
        step.unwrap_or(1023) as f32 / 1023.0
    }

    fn share(&self, from: f32, to: f32) -> f32 {
        let step = |luma: f32| (luma * 1023.0) as usize;
        let count: u64 = self.counts[step(from)..step(to)].iter().sum();
        count as f32 / self.total.max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grey_card_is_measured_as_it_is() {
        let card = Pixels::from_eight(64, 64, vec![128; 64 * 64 * 3]).unwrap();
        let measured = measure(&card, &Shot::default());
        assert!((measured.luma_median - 128.0 / 255.0).abs() < 0.002);
        let tints = measured.illuminant.cues;
        assert!(
            tints
                .iter()
                .all(|t| t.warm.abs() < 1e-4 && t.green.abs() < 1e-4)
        );
        assert_eq!((measured.clipped, measured.illuminant.share), (0.0, 1.0));
    }
}
