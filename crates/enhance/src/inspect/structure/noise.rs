//! Noise: texture on plain surfaces that the original's own grain does not explain.
//!
//! In every flat block of 8 x 8 pixels, what is left of the result's variance when the original
//! explains as much of it as it can; against the original's variance, over areas of 12 x 12 blocks
//! that are mostly flat. Amplified grain is explained; spots and invented texture are not.

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::inspect::cells::{Cells, Sum, Tiles};
use crate::inspect::full::Full;
use crate::inspect::heatmap::Heatmap;
use crate::inspect::moments::Moments;

/// Half an area, in blocks.
const CELL: usize = 6;
/// Deviation of gray, in parts of white, below which a block is flat.
const FLAT: f64 = 0.024;
/// Share of an area's blocks that must be flat.
const ENOUGH: f64 = 0.4;
/// Variance that rounding to 8 bits and the blocks of JPEG make by themselves, when a little sharpening
/// brings them up: two steps.
const ROUNDING: f64 = 4.0 / (255.0 * 255.0);

/// Unexplained and original variance of flat blocks.
#[derive(Debug, Clone, Copy, Default)]
struct Texture {
    strange: f64,
    own: f64,
    flat: f64,
}

impl Sum for Texture {
    fn with(self, other: &Self) -> Self {
        Self {
            strange: self.strange + other.strange,
            own: self.own + other.own,
            flat: self.flat + other.flat,
        }
    }
}

/// Strange texture over own, of every area.
pub(crate) struct Noise {
    across: usize,
    ratios: Vec<f64>,
}

impl Noise {
    pub fn new(full: &Full, house: &[bool]) -> Self {
        let add = |texture: &mut Texture, at: usize| {
            let moments = Moments::from(&full.blocks[at]);
            let (x, y) = (moments.variance_x(), moments.variance_y());
            if x.sqrt() < FLAT && house[at] {
                let explained = moments.covariance().powi(2) / x.max(1e-12);
                texture.strange += (y - explained).max(0.0);
                texture.own += x + ROUNDING;
                texture.flat += 1.0;
            }
        };
        let rows = full.blocks.len() / full.across.max(1);
        let Tiles { across, sums } = Cells::new((full.across, rows), CELL, add).tiles();
        let enough = ENOUGH * (4 * CELL * CELL) as f64;
        let of = |t: &Texture| {
            if t.flat >= enough {
                (t.strange / t.own).sqrt()
            } else {
                0.0
            }
        };
        Self {
            across,
            ratios: sums.iter().map(of).collect(),
        }
    }

    pub fn measure(&self, thresholds: &Thresholds) -> Measure {
        let worst = self.ratios.iter().copied().fold(0.0, f64::max);
        thresholds.measure(Gate::Noise, worst)
    }

    /// The heatmap, with the threshold in the middle of its scale.
    pub fn heatmap(&self, thresholds: &Thresholds) -> Heatmap {
        let limit = thresholds.of(Gate::Noise).fail;
        let of = |ratio: &f64| (ratio / limit / 2.0) as f32;
        Heatmap::new(self.across, &self.ratios.iter().map(of).collect::<Vec<_>>())
    }
}
