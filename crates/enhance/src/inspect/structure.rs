//! Structure: did anything appear, vanish or bend?
//!
//! The structure term of SSIM (Wang et al. 2004) on L*, of the worst active tile of 24 pixels at
//! one megapixel. Brightness and contrast may change freely; the pattern may not. A tile that
//! loses three quarters of its contrast counts as changed too: plain SSIM would call a wiped-out
//! object unchanged.
//!
//! The original counts as it is or under the global colour map, whichever is more alike: where a red
//! frame meets teal glass of the same lightness, any tone curve may reverse the pattern of L*, and
//! the map shows in which direction.

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::inspect::cells::{Cells, Sum, Tiles};
use crate::inspect::heatmap::Heatmap;
use crate::inspect::moments::Moments;
use crate::inspect::pair::Pair;

pub(super) mod edges;
pub(super) mod fine;
pub(super) mod noise;
pub(super) mod sharpness;

/// Half a tile, in pixels of the small copies.
const CELL: usize = 12;
/// Deviation of L*/100 above which a tile has structure to compare: beyond what saving as JPEG
/// at quality 80 does to a plain surface.
const ACTIVE: f64 = 0.03;
/// Stabiliser: the product of deviations that noise and rounding make by themselves.
const NOISE: f64 = 5e-5;
/// Contrast may fall or rise to this share before it counts as another pattern.
const CONTRAST: f64 = 0.25;

/// The structure term of every tile.
pub(crate) struct Structure {
    across: usize,
    terms: Vec<Option<f64>>,
}

/// Moments of a tile: the original and the result; the original under the colour map and the result.
#[derive(Debug, Clone, Copy, Default)]
struct Both {
    plain: Moments,
    toned: Moments,
}

impl Sum for Both {
    fn with(self, other: &Self) -> Self {
        Self {
            plain: self.plain.together(&other.plain),
            toned: self.toned.together(&other.toned),
        }
    }
}

impl Structure {
    /// The terms of the house; a tile that is mostly sky has none.
    pub fn new(pair: &Pair) -> Self {
        let add = |both: &mut Both, at: usize| {
            if pair.ground.holds(at) {
                let light = |l: f32| f64::from(l) / 100.0;
                let result = pair.result[at][0];
                let toned = result - pair.rest[0][at];
                both.plain.add(light(pair.original[at][0]), light(result));
                both.toned.add(light(toned), light(result));
            }
        };
        let Tiles { across, sums } = Cells::new((pair.width, pair.height), CELL, add).tiles();
        let enough = (2 * CELL * CELL) as f64;
        let of = |both: &Both| {
            let plain = term(&both.plain).filter(|_| both.plain.count() >= enough)?;
            Some(term(&both.toned).map_or(plain, |toned| toned.max(plain)))
        };
        Self {
            across,
            terms: sums.iter().map(of).collect(),
        }
    }

    pub fn measure(&self, thresholds: &Thresholds) -> Measure {
        let worst = self.terms.iter().flatten().copied().fold(1.0, f64::min);
        thresholds.measure(Gate::Structure, worst)
    }

    /// The heatmap, with the threshold in the middle of its scale.
    pub fn heatmap(&self, thresholds: &Thresholds) -> Heatmap {
        let limit = 1.0 - thresholds.of(Gate::Structure).fail;
        let of = |term: &Option<f64>| term.map_or(0.0, |t| ((1.0 - t) / limit / 2.0) as f32);
        Heatmap::new(self.across, &self.terms.iter().map(of).collect::<Vec<_>>())
    }
}

/// The structure term of one tile; `None` where neither picture has structure.
pub(crate) fn term(moments: &Moments) -> Option<f64> {
    let (x, y) = (moments.variance_x().sqrt(), moments.variance_y().sqrt());
    let top = x.max(y);
    if top <= ACTIVE {
        return None;
    }
    let product = (x * y).max(CONTRAST * top * top);
    Some((moments.covariance() + NOISE) / (product + NOISE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
        let mut moments = Moments::default();
        pairs.for_each(|(x, y)| moments.add(x, y));
        term(&moments)
    }

    #[test]
    fn brightness_and_contrast_may_change_but_a_pattern_may_not_vanish() {
        let wave = |i: i32| 0.4 + 0.1 * f64::from(i % 7) / 7.0;
        let lifted = of((0..500).map(|i| (wave(i), wave(i) * 1.6 + 0.1)));
        assert!(lifted > Some(0.999));
        assert!(of((0..500).map(|i| (wave(i), 0.5))) < Some(0.2));
        assert!(of((0..500).map(|i| (0.5, wave(i)))) < Some(0.2));
        assert_eq!(of((0..500).map(|_| (0.5, 0.6))), None);
    }
}
