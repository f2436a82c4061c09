//! The witnesses: networks that say how likely sky is, and fail differently.

use crate::pixels::Mask;
use crate::sky::planes::Plane;
use crate::sky::trial::ground::Copy;

/// Likelihoods of sky by networks, of any size with the picture's shape. `None`: there is none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Witnesses<'a> {
    /// The network that masks come from.
    pub first: Option<&'a Mask>,
    /// A network of another kind.
    pub second: Option<&'a Mask>,
}

/// Reach of a network's answer, as a share of the longer side.
const REACH: f32 = 0.006;
/// Likelihood below which no network sees sky, and the one at which the second speaks for it alone.
const FAINT: f32 = 0.4;
const GLIMPSE: f32 = 0.2;
const SURE: f32 = 0.6;
/// The second network's silence about a part of a sky means something when it speaks for so much of the
/// rest, and so surely in the mean.
const SPOKEN: f32 = 0.6;
const CREDIBLE: f32 = 0.9;
/// Likelihood at which the second network sees nothing.
const SILENT: f32 = 0.25;

/// Likelihoods over a copy, and the largest within their reach.
pub(super) struct Seen {
    pub first: Option<Plane>,
    pub second: Option<Plane>,
    reach: usize,
}

impl Witnesses<'_> {
    pub(super) fn over(&self, copy: &Copy) -> Seen {
        let plane = |mask: &Mask| Plane::of_mask(mask, copy.width, copy.height);
        Seen {
            first: self.first.map(plane),
            second: self.second.map(plane),
            reach: copy.pixels(REACH),
        }
    }
}

impl Seen {
    /// Painted places near which neither network sees sky.
    pub fn unseen(&self, copy: &Copy) -> Vec<bool> {
        let Some(first) = &self.first else {
            return vec![false; copy.painted.len()];
        };
        let first = first.largest(self.reach);
        let second = self.second.as_ref().map(|plane| plane.largest(self.reach));
        let is = |i: usize| {
            let second = second.as_ref().map_or(0.0, |plane| plane.values[i]);
            let seen = first.values[i];
            copy.painted[i] && seen < FAINT && (seen < GLIMPSE || second < SURE)
        };
        (0..copy.painted.len()).map(is).collect()
    }

    /// Places deep in the mask that the second network misses, when they are many and it sees the open
    /// sky.
    pub fn missed(&self, copy: &Copy, main: &[bool], least: f32) -> Vec<bool> {
        let none = || vec![false; main.len()];
        let Some(second) = &self.second else {
            return none();
        };
        let deep = copy.deep(self.reach);
        let places = || (0..main.len()).filter(|&i| deep[i] && main[i]);
        let spoken = || places().map(|i| second.values[i]).filter(|&v| v >= SILENT);
        let (all, count) = (places().count() as f32, spoken().count() as f32);
        if count < SPOKEN * all || spoken().sum::<f32>() < CREDIBLE * count {
            return none();
        }
        let near = second.largest(self.reach);
        let is = |i: usize| deep[i] && near.values[i] < SILENT;
        let missed: Vec<bool> = (0..main.len()).map(is).collect();
        match copy.share(&missed) >= least {
            true => missed,
            false => none(),
        }
    }
}
