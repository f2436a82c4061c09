//! Structure: did anything appear, vanish, bend or blur?
//!
//! The structure term of SSIM (Wang et al. 2004) on L*, of the worst active tile. Brightness and
//! contrast may change freely; the pattern may not. A tile that loses three quarters of its
//! contrast counts as changed too: plain SSIM would call a wiped-out object unchanged.

use rayon::prelude::*;

use crate::inspect::pair::Pair;
use crate::inspect::tally::Moments;
use crate::inspect::thresholds::{ACTIVE, STRUCTURE};
use crate::inspect::{Limit, gate};
use crate::report::{Measure, MeasureVerdict};

/// Stabiliser: the product of deviations that noise and rounding make by themselves.
const NOISE: f64 = 5e-5;
/// Contrast may fall or rise to this share before it counts as another pattern.
const CONTRAST: f64 = 0.25;

/// The worst active tile.
pub(crate) fn measure(pair: &Pair) -> [Measure; 1] {
    let terms = pair.tiles().into_par_iter().filter_map(|tile| {
        let mut moments = Moments::default();
        for i in tile.pixels() {
            moments.add(
                f64::from(pair.original[i][0]) / 100.0,
                f64::from(pair.result[i][0]) / 100.0,
            );
        }
        term(&moments)
    });
    let worst = terms.reduce(|| 1.0, f64::min);
    let verdict = if worst < STRUCTURE {
        MeasureVerdict::Failed
    } else {
        MeasureVerdict::Passed
    };
    let words = (
        "Nothing appeared, vanished, bent or blurred.",
        "Somewhere the picture's structure changed: something may have appeared, vanished, bent or blurred.",
    );
    [gate(
        ("structure", "Structure, worst spot", ""),
        worst,
        Limit::AtLeast(STRUCTURE),
        verdict,
        words,
    )]
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
