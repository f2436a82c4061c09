//! Falloff: how much darker the corners are than the centre because of the lens.
//!
//! After Zheng, Yu, Kang, Lin and Kambhamettu, "Single-image vignetting correction using radial
//! gradient symmetry" (2008): the radial slope of log luminance is as often up as down in a
//! picture, and only a lens tilts it everywhere. Plain surfaces (walls, ceilings, sky) say it most
//! clearly; each quarter of the picture is asked alone as well. The plan weighs the cues.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::math::colour::luminance;
use crate::math::light::Sample;

/// Pixels on either side between which a slope is taken: neighbours in 8 bits are often equal.
const REACH: usize = 3;
/// Slope, in stops a pixel, below which a surface is plain, strictly and generously.
const PLAIN: [f32; 2] = [0.02, 0.05];
/// Radial slope, in stops, beyond which a pixel is an edge and no evidence.
const EDGE: f32 = 0.15;
/// Steps of the histogram of falloffs, from -8 to 8 stops.
const STEPS: usize = 640;
/// Fewer pixels than this say nothing.
const FEWEST: usize = 200;

/// Stops lost from the centre to the corners, by several cues; positive when the corners are
/// darker, zero where a cue has nothing to go by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Falloff {
    /// By the quarters, each alone: upper left, upper right, lower left, lower right.
    pub corners_ev: [f32; 4],
    /// By the surfaces that are strictly and generously plain.
    pub plain_ev: [f32; 2],
    /// Share of the strictly plain surfaces that darkens outward less the share that brightens,
    /// -1.0 to 1.0.
    pub outward: f32,
}

/// The radial slope at a pixel, times its radius.
#[derive(Debug, Clone, Copy)]
struct Slope {
    /// Stops, positive when brighter outward.
    outward: f32,
    /// Squared radius, 1.0 in a corner.
    square: f32,
    /// Steepness in stops a pixel, whatever the direction.
    steep: f32,
}

impl Slope {
    /// The falloff that this pixel alone would have, in stops to the corner.
    fn falloff(&self) -> f32 {
        -self.outward / (2.0 * self.square)
    }
}

impl Falloff {
    /// Measures a small sRGB copy.
    pub(crate) fn measure(rgb: &[u8], width: usize, height: usize) -> Self {
        let table = u8::linear_table();
        let light = |p: &[u8; 3]| {
            let high = p[0].max(p[1]).max(p[2]);
            let y = luminance(p.map(|v| table[v.index()]));
            if high > 242 || y < 0.01 {
                f32::NAN
            } else {
                y.log2()
            }
        };
        let stops: Vec<f32> = rgb.as_chunks::<3>().0.iter().map(light).collect();
        let quarter = |i: usize| slopes(&stops, width, height, i % 2 == 1, i / 2 == 1);
        let quarters: Vec<Vec<Slope>> = (0..4).into_par_iter().map(quarter).collect();
        let corners: Vec<f32> = quarters.par_iter().map(|slopes| location(slopes)).collect();
        let plain = PLAIN.map(|limit| {
            let all = quarters.iter().flatten();
            all.filter(|s| s.steep < limit).copied().collect::<Vec<_>>()
        });
        Self {
            corners_ev: [corners[0], corners[1], corners[2], corners[3]],
            plain_ev: [median(&plain[0]), median(&plain[1])],
            outward: outward(&plain[0]),
        }
    }
}

/// The slopes of one quarter, where they can be measured.
fn slopes(stops: &[f32], width: usize, height: usize, right: bool, low: bool) -> Vec<Slope> {
    let (cx, cy) = ((width as f32 - 1.0) / 2.0, (height as f32 - 1.0) / 2.0);
    let half = |high: bool, length: usize| {
        if high {
            length / 2..length.saturating_sub(REACH)
        } else {
            REACH..length / 2
        }
    };
    let mut found = Vec::new();
    for y in half(low, height) {
        for x in half(right, width) {
            let (dx, dy) = (x as f32 - cx, y as f32 - cy);
            let at = y * width + x;
            let apart = 2.0 * REACH as f32;
            let across = (stops[at + REACH] - stops[at - REACH]) / apart;
            let down = (stops[at + REACH * width] - stops[at - REACH * width]) / apart;
            let slope = Slope {
                outward: across * dx + down * dy,
                square: (dx * dx + dy * dy) / (cx * cx + cy * cy),
                steep: across.hypot(down),
            };
            if slope.square > 0.1 && slope.outward.is_finite() && !stops[at].is_nan() {
                found.push(slope);
            }
        }
    }
    found
}

/// The falloff most pixels agree on: a weighted median, then a few robust means around it.
fn location(slopes: &[Slope]) -> f32 {
    (0..6).fold(median(slopes), |ev, _| robust_mean(slopes, ev))
}

/// The median falloff, pixels weighted by their squared radius.
fn median(slopes: &[Slope]) -> f32 {
    if slopes.len() < FEWEST {
        return 0.0;
    }
    let mut counts = vec![0.0_f64; STEPS];
    for slope in slopes {
        let step = (slope.falloff() + 8.0) / 16.0 * STEPS as f32;
        counts[(step.max(0.0) as usize).min(STEPS - 1)] += f64::from(slope.square);
    }
    let total: f64 = counts.iter().sum();
    let mut seen = 0.0;
    let middle = counts.iter().position(|count| {
        seen += count;
        seen * 2.0 >= total
    });
    (middle.unwrap_or(STEPS / 2) as f32 + 0.5) / STEPS as f32 * 16.0 - 8.0
}

fn robust_mean(slopes: &[Slope], around: f32) -> f32 {
    if slopes.len() < FEWEST {
        return 0.0;
    }
    let (mut sum, mut weights) = (0.0_f64, 0.0_f64);
    for slope in slopes {
        let rest = (slope.outward + 2.0 * around * slope.square) / EDGE;
        let vote = 1.0 / (1.0 + rest * rest);
        let weight = slope.square * slope.square * vote * vote;
        sum += f64::from(weight * slope.falloff());
        weights += f64::from(weight);
    }
    (sum / weights.max(1e-9)) as f32
}

fn outward(slopes: &[Slope]) -> f32 {
    if slopes.len() < FEWEST {
        return 0.0;
    }
    let (mut sum, mut total) = (0.0_f64, 0.0_f64);
    for slope in slopes {
        let way = match slope.outward {
            darker if darker < 0.0 => 1.0,
            brighter if brighter > 0.0 => -1.0,
            _ => 0.0,
        };
        sum += way * f64::from(slope.square);
        total += f64::from(slope.square);
    }
    (sum / total) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grey wall that loses `ev` stops to the corners, under light that falls off to the right.
    fn wall(ev: f32) -> Vec<u8> {
        let (width, height) = (240, 160);
        let place = |i: usize| ((i % width) as f32 - 119.5, (i / width) as f32 - 79.5);
        let shade = |i: usize| {
            let (x, y) = place(i);
            let square = (x * x + y * y) / (119.5 * 119.5 + 79.5 * 79.5);
            let light = 0.3 * (-ev * square - x * 0.002).exp2();
            [(light.powf(1.0 / 2.2) * 255.0) as u8; 3]
        };
        (0..width * height).flat_map(shade).collect()
    }

    #[test]
    fn a_wall_in_sidelight_shows_what_the_lens_lost() {
        for ev in [0.0, 0.5, 1.0] {
            let found = Falloff::measure(&wall(ev), 240, 160);
            for plain in found.plain_ev {
                assert!((plain - ev).abs() < 0.2, "{ev}: {found:?}");
            }
            assert_eq!(found.outward > 0.3, ev > 0.0, "{ev}: {found:?}");
        }
    }
}
