//! Illuminant: the colour of the light, by four cues that fail on different pictures.
//!
//! Shades of grey (Finlayson and Trezzi 2004, norm 6) trusts bright surfaces, grey edge (van de
//! Weijer, Gevers and Gijsenij 2007) trusts the borders between surfaces, the median of the
//! brightest seventh trusts ceilings and windows, and that of plain surfaces trusts walls. The plan
//! weighs them.

use serde::{Deserialize, Serialize};

use crate::math::light::{LUMA, Sample, encoded};
use crate::math::statistics::{median, ranked};

/// Minkowski norm of shades of grey.
const NORM: i32 = 6;

/// A colour of light in stops: red over blue, and green squared over red times blue. Zero is
/// the white of daylight (D65).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tint {
    /// log2(R / B): positive is warm.
    pub warm: f32,
    /// log2(G² / (R B)): positive is green.
    pub green: f32,
}

/// Tints by the cues, in the order shades of grey, grey edge, brightest surfaces, plain surfaces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Illuminant {
    /// One tint a cue.
    pub cues: [Tint; 4],
    /// Share of the picture that was usable: neither clipped nor dark, 0.0 to 1.0.
    pub share: f32,
}

impl Tint {
    fn of(rgb: [f64; 3]) -> Self {
        let [r, g, b] = rgb.map(|v| v.max(1e-6).log2());
        Self {
            warm: (r - b) as f32,
            green: (2.0 * g - r - b) as f32,
        }
    }
}

impl Illuminant {
    /// Measures a small sRGB copy, `width` pixels a row.
    pub(crate) fn measure(rgb: &[u8], width: usize) -> Self {
        let table = u8::linear_table();
        let light = |p: &[u8; 3]| p.map(|v| table[v.index()]);
        let pixels: Vec<[f32; 3]> = rgb.as_chunks::<3>().0.iter().map(light).collect();
        let useful: Vec<[f32; 3]> = pixels.iter().copied().filter(is_useful).collect();
        if useful.len() * 100 < pixels.len() {
            return Self::default();
        }
        Self {
            cues: [
                Tint::of(shades(&useful)),
                Tint::of(edges(&pixels, width)),
                brightest(&useful),
                plain(&pixels, width),
            ],
            share: useful.len() as f32 / pixels.len() as f32,
        }
    }
}

fn is_useful(p: &[f32; 3]) -> bool {
    let (low, high) = (p[0].min(p[1]).min(p[2]), p[0].max(p[1]).max(p[2]));
    high < 0.93 && high > 0.02 && low > 0.004
}

fn shades(pixels: &[[f32; 3]]) -> [f64; 3] {
    let mut sums = [0.0_f64; 3];
    for p in pixels {
        for (sum, v) in sums.iter_mut().zip(p) {
            *sum += f64::from(*v).powi(NORM);
        }
    }
    sums.map(|sum| (sum / pixels.len() as f64).powf(1.0 / f64::from(NORM)))
}

/// Mean absolute step from row to row, per channel.
fn edges(pixels: &[[f32; 3]], width: usize) -> [f64; 3] {
    let mut sums = [1e-6_f64; 3];
    for (above, below) in pixels.iter().zip(&pixels[width.min(pixels.len())..]) {
        if is_useful(above) && is_useful(below) {
            for c in 0..3 {
                sums[c] += f64::from((above[c] - below[c]).abs());
            }
        }
    }
    sums
}

/// Medians of both tints over the brightest 15 %.
fn brightest(pixels: &[[f32; 3]]) -> Tint {
    let luminance = |p: &[f32; 3]| LUMA[0] * p[0] + LUMA[1] * p[1] + LUMA[2] * p[2];
    let limit = ranked(
        pixels.iter().map(luminance).collect(),
        pixels.len() * 85 / 100,
    );
    let bright = pixels.iter().filter(|p| luminance(p) >= limit);
    medians(
        &bright
            .map(|p| Tint::of(p.map(f64::from)))
            .collect::<Vec<_>>(),
    )
}

/// Medians of both tints where a pixel and the one below to the right differ by less than a
/// fiftieth of white in every channel, as seen.
fn plain(pixels: &[[f32; 3]], width: usize) -> Tint {
    let next = &pixels[(width + 1).min(pixels.len())..];
    let alike = |(one, two): &(&[f32; 3], &[f32; 3])| {
        let seen = |c: usize| (encoded(one[c]) - encoded(two[c])).abs() < 0.02;
        is_useful(one) && (0..3).all(seen)
    };
    let surfaces = pixels.iter().zip(next).filter(alike);
    medians(
        &surfaces
            .map(|(p, _)| Tint::of(p.map(f64::from)))
            .collect::<Vec<_>>(),
    )
}

fn medians(tints: &[Tint]) -> Tint {
    let median = |of: fn(&Tint) -> f32| median(tints.iter().map(of).collect()).unwrap_or(0.0);
    Tint {
        warm: median(|t| t.warm),
        green: median(|t| t.green),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warm_light_on_grey_cards_is_measured_by_every_cue() {
        let cards: Vec<u8> = (0..64 * 64)
            .flat_map(|i| {
                let shade = 90 + (i / 512) as u8 * 12;
                [shade + 20, shade, shade - 40]
            })
            .collect();
        let found = Illuminant::measure(&cards, 64);
        assert!(found.cues.iter().all(|t| t.warm > 0.5), "{found:?}");
        assert!(found.share > 0.99);
    }
}
