//! Structure: did anything appear, vanish or bend?
//!
//! How much of the structure of a tile of 24 pixels, at one megapixel, the other picture explains:
//! the result by the original, and the original by the result. What appeared is not explained the one
//! way, what vanished not the other. `explained.rs` says what an edit may do.

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::inspect::heatmap::Heatmap;
use crate::inspect::pair::Pair;
use crate::inspect::structure::explained::{Explained, Part};
use crate::math::statistics::median;

pub(super) mod edges;
mod explained;
pub(super) mod fine;
pub(super) mod hairlines;
pub(super) mod noise;
pub(super) mod sharpness;
mod term;

pub(super) use term::term;

/// Variance of L* above which a tile has structure to compare: beyond what saving as JPEG at quality
/// 80 does to a plain surface.
const ACTIVE: f64 = 9.0;
/// Variance of L* that rounding and JPEG leave unexplained, and the most that a picture's own noise
/// may add to it.
const ROUNDING: f64 = 0.15;
const MOST_NOISE: f64 = 1.0;

/// Share of every tile's structure that is explained both ways.
pub(crate) struct Structure {
    across: usize,
    shares: Vec<Option<f64>>,
}

impl Structure {
    /// The shares of the house; a tile that is mostly sky has none.
    pub fn new(pair: &Pair) -> Self {
        let size = (pair.width, pair.height);
        let holds = |at: usize| pair.ground.holds(at);
        let (result, original) = rayon::join(
            || Explained::of(&pair.result, &pair.original, size, holds),
            || Explained::of(&pair.original, &pair.result, size, holds),
        );
        let noise = [&result, &original].map(|side| noise(&side.parts));
        let both = result.parts.iter().zip(&original.parts);
        let share = |(result, original): (&Option<Part>, &Option<Part>)| {
            let both = [(*result)?, (*original)?];
            let active = both.iter().any(|part| part.variance > ACTIVE);
            active.then(|| {
                let [one, other] = [0, 1].map(|k| both[k].share(noise[k]));
                f64::min(one, other)
            })
        };
        Self {
            across: result.across,
            shares: both.map(share).collect(),
        }
    }

    pub fn measure(&self, thresholds: &Thresholds) -> Measure {
        let worst = self.shares.iter().flatten().copied().fold(1.0, f64::min);
        thresholds.measure(Gate::Structure, worst)
    }

    /// The heatmap, with the threshold in the middle of its scale.
    pub fn heatmap(&self, thresholds: &Thresholds) -> Heatmap {
        let limit = 1.0 - thresholds.of(Gate::Structure).fail;
        let of = |share: &Option<f64>| share.map_or(0.0, |s| ((1.0 - s) / limit / 2.0) as f32);
        Heatmap::new(self.across, &self.shares.iter().map(of).collect::<Vec<_>>())
    }
}

impl Part {
    /// Share of the variance that is explained, or is noise.
    fn share(&self, noise: f64) -> f64 {
        1.0 - (self.unexplained - noise).max(0.0) / self.variance.max(ACTIVE)
    }
}

/// Variance that is left unexplained everywhere: the grain of one picture is not the other's.
fn noise(parts: &[Option<Part>]) -> f64 {
    let left = parts.iter().flatten().map(|part| part.unexplained as f32);
    let usual = median(left.collect()).unwrap_or(0.0);
    ROUNDING + 2.0 * f64::from(usual).min(MOST_NOISE)
}
