//! Structure: did anything appear, vanish or bend?
//!
//! How much of the structure of a tile of 24 pixels, at one megapixel, the other picture explains:
//! the result by the original, and the original by the result. What appeared is not explained the one
//! way, what vanished not the other. `explained.rs` says what an edit may do.

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::filters::box_mean::box_mean;
use crate::inspect::heatmap::Heatmap;
use crate::inspect::pair::Pair;
use crate::inspect::structure::explained::{Explained, Part};
use crate::math::colour::Lab;
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
/// Variance of L* that rounding and JPEG leave unexplained, and the most that tiles of one roughness
/// may add to it when it is usual for them: so much, or this share of a tile's own.
const ROUNDING: f64 = 0.15;
const MOST_NOISE: f64 = 1.0;
const MOST_SHARE: f64 = 0.1;
/// Tiles that are enough to say what is usual.
const ENOUGH: usize = 24;
/// Doublings of the variance of L*, from 1, that are kept apart.
const OCTAVES: usize = 11;

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
            || without_grain(&pair.result, size),
            || without_grain(&pair.original, size),
        );
        let (result, original) = rayon::join(
            || Explained::of(&result, &original, size, holds),
            || Explained::of(&original, &result, size, holds),
        );
        let noise = [&result, &original].map(|side| Noise::of(&side.parts));
        let both = result.parts.iter().zip(&original.parts);
        let share = |(result, original): (&Option<Part>, &Option<Part>)| {
            let both = [(*result)?, (*original)?];
            let active = both.iter().any(|part| part.variance > ACTIVE);
            active.then(|| {
                let [one, other] = [0, 1].map(|k| both[k].share(noise[k].at(both[k].variance)));
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

/// Means over 3 x 3 pixels: what saving as JPEG takes from fabric and wood is finer, and is judged at
/// full size.
fn without_grain(picture: &[Lab], (width, height): (usize, usize)) -> Vec<Lab> {
    let plane = |c: usize| {
        let values: Vec<f32> = picture.iter().map(|lab| lab[c]).collect();
        box_mean(&values, width, height, 1)
    };
    let [l, a, b] = [0, 1, 2].map(plane);
    (0..picture.len()).map(|i| [l[i], a[i], b[i]]).collect()
}

impl Part {
    /// Share of the variance that is explained, or is noise.
    fn share(&self, noise: f64) -> f64 {
        1.0 - (self.unexplained - noise).max(0.0) / self.variance.max(ACTIVE)
    }
}

/// Variance that is left unexplained wherever a picture is as rough: the grain of one picture is not
/// the other's, and saving, sharpening or smoothing changes every fabric and lawn alike.
struct Noise([f64; OCTAVES]);

impl Noise {
    fn of(parts: &[Option<Part>]) -> Self {
        let left = |near: &dyn Fn(usize) -> bool| -> Vec<f32> {
            let parts = parts.iter().flatten();
            let parts = parts.filter(|part| near(octave(part.variance)));
            parts.map(|part| part.unexplained as f32).collect()
        };
        let all = median(left(&|_| true)).unwrap_or(0.0);
        Self(std::array::from_fn(|at| {
            let alike = left(&|octave| octave.abs_diff(at) <= 1);
            let usual = match alike.len() < ENOUGH {
                true => all,
                false => median(alike).unwrap_or(all).max(all),
            };
            f64::from(usual)
        }))
    }

    fn at(&self, variance: f64) -> f64 {
        let most = MOST_NOISE.max(MOST_SHARE * variance);
        ROUNDING + 2.0 * self.0[octave(variance)].min(most)
    }
}

fn octave(variance: f64) -> usize {
    (variance.max(1.0).log2() as usize).min(OCTAVES - 1)
}
