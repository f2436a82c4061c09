//! Noise of an input against the picture in it: a picture goes on at every scale, noise is gone once
//! its grains are averaged.

use serde::{Deserialize, Serialize};

use super::Plane;
use crate::math::statistics::ranked;

/// Side of a block that noise is measured in, pixels.
const BLOCK: usize = 16;

/// Share of the variance that a picture keeps, at every scale, when areas are averaged to four times
/// their side. The least of real photos is 0.36, noise of any grain keeps less than 0.19.
const KEPT: f32 = 0.22;

/// Noise of the copy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Grain {
    /// Deviation of luma by noise, levels of 255: where it is fine, what nine tenths of the areas
    /// exceed; where it is all there is, what averaging takes away.
    pub noise: f32,
    /// Least share of the variance that was left when areas were averaged to four times their side.
    pub kept: f32,
}

impl Default for Grain {
    fn default() -> Self {
        Self {
            noise: 0.0,
            kept: 1.0,
        }
    }
}

impl Grain {
    pub(super) fn measure(plane: &Plane) -> Self {
        let variances: Vec<f32> = pyramid(plane).iter().map(variance).collect();
        let share = |w: &&[f32]| w[2] / w[0].max(1e-3);
        let kept = variances.windows(3).map(|w| share(&w)).fold(1.0, f32::min);
        let grains = variances.windows(3).filter(|w| share(w) < KEPT);
        let gone = grains.map(|w| (w[0] - w[2]).max(0.0).sqrt());
        Self {
            noise: gone.fold(fine(plane), f32::max),
            kept,
        }
    }
}

/// The plane averaged over squares of 1, 2, 4 … pixels, as long as there are 12 squares a side.
fn pyramid(plane: &Plane) -> Vec<Plane> {
    let mut levels = vec![Plane {
        values: plane.values.clone(),
        ..*plane
    }];
    while let Some(last) = levels.last().filter(|l| l.width.min(l.height) >= 24) {
        let (w, h) = (last.width / 2, last.height / 2);
        let mean = |i: usize| {
            let at = (i / w * 2) * last.width + i % w * 2;
            let v = &last.values;
            (v[at] + v[at + 1] + v[at + last.width] + v[at + last.width + 1]) / 4.0
        };
        let values = (0..w * h).map(mean).collect();
        levels.push(Plane {
            width: w,
            height: h,
            values,
        });
    }
    levels
}

fn variance(plane: &Plane) -> f32 {
    let count = plane.values.len() as f64;
    let mean = plane.values.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
    let square = |v: &f32| (f64::from(*v) - mean).powi(2);
    (plane.values.iter().map(square).sum::<f64>() / count) as f32
}

/// Immerkaer's estimate (1996), which is blind to slopes, in the blocks with the least of it.
pub(super) fn fine(plane: &Plane) -> f32 {
    let (w, h, v) = (plane.width, plane.height, &plane.values);
    if w < 2 * BLOCK || h < 2 * BLOCK {
        return 0.0;
    }
    let response = |at: usize| {
        let row = |at: usize| v[at - 1] - 2.0 * v[at] + v[at + 1];
        (row(at - w) - 2.0 * row(at) + row(at + w)).abs()
    };
    let block = |i: usize| {
        let (columns, area) = ((w - 2) / BLOCK, (BLOCK * BLOCK) as f32);
        let (left, top) = (1 + i % columns * BLOCK, 1 + i / columns * BLOCK);
        let rows = (top..top + BLOCK).flat_map(|y| (left..left + BLOCK).map(move |x| y * w + x));
        rows.map(response).sum::<f32>() / area / (0.798 * 6.0)
    };
    let found: Vec<f32> = (0..(w - 2) / BLOCK * ((h - 2) / BLOCK))
        .map(block)
        .collect();
    let tenth = found.len() / 10;
    ranked(found, tenth)
}
