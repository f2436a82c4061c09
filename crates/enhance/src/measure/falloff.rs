//! Falloff: how much darker the corners are than the centre because of the lens.
//!
//! After Zheng, Yu, Kang, Lin and Kambhamettu, "Single-image vignetting correction using radial
//! gradient symmetry" (2008): the radial slope of log luminance is as often up as down in a
//! picture, and only a lens tilts it everywhere. Each quarter of the picture is measured alone.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::colour::luminance;
use crate::light::Sample;

/// Radial slope, in stops, beyond which a pixel is an edge and no evidence.
const EDGE: f32 = 0.15;
/// Steps of the histogram of falloffs, from -8 to 8 stops.
const STEPS: usize = 640;

/// Stops lost from the centre to each corner: upper left, upper right, lower left, lower right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Falloff {
    /// Stops a corner, positive when darker.
    pub corners_ev: [f32; 4],
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
        let quarter = |i: usize| {
            let slopes = slopes(&stops, width, height, i % 2 == 1, i / 2 == 1);
            location(&slopes)
        };
        let corners: Vec<f32> = (0..4).into_par_iter().map(quarter).collect();
        Self {
            corners_ev: [corners[0], corners[1], corners[2], corners[3]],
        }
    }
}

/// Radial slope times radius, and the squared radius, of the flat pixels of one quarter.
fn slopes(stops: &[f32], width: usize, height: usize, right: bool, low: bool) -> Vec<(f32, f32)> {
    let (cx, cy) = ((width as f32 - 1.0) / 2.0, (height as f32 - 1.0) / 2.0);
    let half = |high: bool, length: usize| {
        if high {
            length / 2..length.saturating_sub(2)
        } else {
            2..length / 2
        }
    };
    let mut found = Vec::new();
    for y in half(low, height) {
        for x in half(right, width) {
            let (dx, dy) = (x as f32 - cx, y as f32 - cy);
            let square = (dx * dx + dy * dy) / (cx * cx + cy * cy);
            let at = y * width + x;
            let across = (stops[at + 1] - stops[at - 1]) / 2.0;
            let down = (stops[at + width] - stops[at - width]) / 2.0;
            let slope = across * dx + down * dy;
            if square > 0.1 && slope.is_finite() && !stops[at].is_nan() {
                found.push((slope, square));
            }
        }
    }
    found
}

/// The falloff most pixels agree on: a weighted median, then a few robust means around it.
fn location(slopes: &[(f32, f32)]) -> f32 {
    if slopes.len() < 200 {
        return 0.0;
    }
    let mut counts = vec![0.0_f64; STEPS];
    for &(slope, square) in slopes {
        let step = (-slope / (2.0 * square) + 8.0) / 16.0 * STEPS as f32;
        counts[(step.max(0.0) as usize).min(STEPS - 1)] += f64::from(square);
    }
    let total: f64 = counts.iter().sum();
    let mut seen = 0.0;
    let median = counts.iter().position(|count| {
        seen += count;
        seen * 2.0 >= total
    });
    let start = (median.unwrap_or(STEPS / 2) as f32 + 0.5) / STEPS as f32 * 16.0 - 8.0;
    (0..6).fold(start, |ev, _| robust_mean(slopes, ev))
}

fn robust_mean(slopes: &[(f32, f32)], around: f32) -> f32 {
    let (mut sum, mut weights) = (0.0_f64, 0.0_f64);
    for &(slope, square) in slopes {
        let rest = (slope + 2.0 * around * square) / EDGE;
        let vote = 1.0 / (1.0 + rest * rest);
        let weight = square * square * vote * vote;
        sum += f64::from(weight * (-slope / (2.0 * square)));
        weights += f64::from(weight);
    }
    (sum / weights.max(1e-9)) as f32
}
