//! Numbers about the sky of a picture: its share, doubt and colour, and the side its light comes
//! from.

use serde::{Deserialize, Serialize};

use crate::math::colour::{lab, luminance};
use crate::sky::planes::Plane;
use crate::sky::trial::Oddity;

/// Numbers about a sky. Shares are of the picture, 0.0 to 1.0; light is linear, 0.0 to 1.0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct SkyView {
    /// Share of the picture that is sky.
    pub share: f32,
    /// Part that neither the guess nor colour could decide, as a share of the sky, 0.0 and more.
    pub doubt: f32,
    /// Share of the upper border that is sky.
    pub top: f32,
    /// The lowest row that has sky worth speaking of, as a share of the height.
    pub lowest: f32,
    /// CIELAB of its middle.
    pub lab: [f32; 3],
    /// Standard deviation of its L*: clouds, a gradient.
    pub spread: f32,
    /// Mean light of it, red, green, blue.
    pub light: [f32; 3],
    /// Median luminance of everything else.
    pub ground: f32,
    /// Luminance that one in ten pixels of everything else exceeds, and one in two hundred: walls in
    /// the sun by day, lamps at night.
    #[serde(default)]
    pub brightest: [f32; 2],
    /// From which side it is brighter: -1.0 left to 1.0 right.
    pub brighter_side: f32,
    /// Oddity of its mask that cannot be cut out of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odd: Option<Oddity>,
}

/// Rows of sky thinner than this share of the width are not worth speaking of.
const WORTH: f32 = 0.02;

pub(crate) fn view(share: &Plane, sky: &[Plane; 3], light: &[Plane; 3]) -> SkyView {
    let total: f64 = share.values.iter().map(|&v| f64::from(v)).sum();
    let pixels = share.values.len() as f64;
    let [ground, tenth, two_hundredth] = ground(share, light);
    let mut view = SkyView {
        share: (total / pixels) as f32,
        top: share.values[..share.width].iter().sum::<f32>() / share.width as f32,
        lowest: lowest(share),
        ground,
        brightest: [tenth, two_hundredth],
        ..SkyView::default()
    };
    if total >= 1.0 {
        describe(&mut view, share, sky);
    }
    view
}

fn lowest(share: &Plane) -> f32 {
    let rows = share.values.chunks_exact(share.width);
    let full = |row: &[f32]| row.iter().sum::<f32>() >= WORTH * share.width as f32;
    let last = rows.enumerate().rfind(|(_, row)| full(row));
    last.map_or(0.0, |(y, _)| (y + 1) as f32 / share.height as f32)
}

/// Median, brightest tenth and two hundredth of what is no sky. Every seventh pixel is enough.
fn ground(share: &Plane, light: &[Plane; 3]) -> [f32; 3] {
    let of = |i: usize| luminance([0, 1, 2].map(|c| light[c].values[i]));
    let indices = (0..share.values.len()).step_by(7);
    let mut values: Vec<f32> = indices
        .filter(|&i| share.values[i] < 0.05)
        .map(of)
        .collect();
    values.sort_unstable_by(f32::total_cmp);
    let at = |share: f32| {
        let last = values.len().saturating_sub(1);
        values
            .get((last as f32 * share) as usize)
            .copied()
            .unwrap_or(0.0)
    };
    [0.5, 0.9, 0.995].map(at)
}

/// Every `STEP`th pixel is enough for a mean.
const STEP: usize = 5;

fn describe(view: &mut SkyView, share: &Plane, sky: &[Plane; 3]) {
    let (mut total, mut sums, mut light) = (0.0, [0.0; 2], [0.0; 3]);
    let (mut moment, mut across) = (0.0, 0.0);
    let some = share.values.iter().enumerate().step_by(STEP);
    for (i, &share_of) in some.filter(|(_, s)| **s > 0.01) {
        let weight = f64::from(share_of);
        let rgb = [0, 1, 2].map(|c| sky[c].values[i]);
        let lightness = f64::from(lab(rgb)[0]);
        total += weight;
        sums[0] += weight * lightness;
        sums[1] += weight * lightness * lightness;
        (0..3).for_each(|c| light[c] += weight * f64::from(rgb[c]));
        let x = 2.0 * (i % share.width) as f64 / share.width as f64 - 1.0;
        moment += weight * x * f64::from(luminance(rgb));
        across += weight * x;
    }
    let total = f64::max(total, 1e-6);
    view.light = light.map(|v| (v / total) as f32);
    view.lab = lab(view.light);
    view.spread = (sums[1] / total - (sums[0] / total).powi(2))
        .max(0.0)
        .sqrt() as f32;
    // Where the light's middle lies, less where the sky's lies.
    let bright = f64::from(luminance(view.light)).max(1e-6) * total;
    view.brighter_side = (8.0 * (moment / bright - across / total)).clamp(-1.0, 1.0) as f32;
}
