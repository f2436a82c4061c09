//! Neutral drift: did whites and greys take on a tint?
//!
//! With a plan, anything beyond the plan's own white balance. Without one the editor's white
//! balance is not known: then neutrals may come closer to neutral, and they may move along the
//! daylight axis (yellow to blue) as far as a taste for warm or cool goes.

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::inspect::pair::Pair;

/// Chroma below which a pixel counts as near neutral.
const NEUTRAL: f32 = 8.0;
/// Share of the picture that has to be near neutral to speak of it.
const ENOUGH: f64 = 0.005;
/// Direction of daylight in a* and b*: from 6500 K to 5000 K on a light grey.
const DAYLIGHT: (f64, f64) = (0.13, 0.99);
/// Length of it that is taste.
const TASTE: f64 = 6.0;

pub(crate) fn measure(pair: &Pair, planned: bool, thresholds: &Thresholds) -> Measure {
    let [from, to] = means(pair).unwrap_or_default();
    let shift = (to.0 - from.0, to.1 - from.1);
    let drift = if planned {
        shift.0.hypot(shift.1)
    } else {
        unasked(from, to)
    };
    thresholds.measure(Gate::NeutralDrift, drift)
}

/// Mean a* and b* of the neutral surfaces, as promised and as they are.
fn means(pair: &Pair) -> Option<[(f64, f64); 2]> {
    let (mut from, mut to, mut count) = ((0.0, 0.0), (0.0, 0.0), 0.0);
    for (at, (promised, result)) in pair.promised.iter().zip(&pair.result).enumerate() {
        let visible = result[0] > 12.0 && promised[0] < 98.0;
        let was = if pair.is_dialled {
            &pair.original[at]
        } else {
            promised
        };
        if visible && was[1].hypot(was[2]) < NEUTRAL && pair.ground.holds(at) {
            from = (
                from.0 + f64::from(promised[1]),
                from.1 + f64::from(promised[2]),
            );
            to = (to.0 + f64::from(result[1]), to.1 + f64::from(result[2]));
            count += 1.0;
        }
    }
    let mean = |sum: (f64, f64)| (sum.0 / count, sum.1 / count);
    (count >= ENOUGH * pair.result.len() as f64).then(|| [mean(from), mean(to)])
}

/// Distance of the neutrals from where some white balance could have brought them.
fn unasked(from: (f64, f64), to: (f64, f64)) -> f64 {
    let shift = (to.0 - from.0, to.1 - from.1);
    let along = shift.0 * DAYLIGHT.0 + shift.1 * DAYLIGHT.1;
    let aside = shift.0 * DAYLIGHT.1 - shift.1 * DAYLIGHT.0;
    let off = ((along.abs() - TASTE).max(0.0)).hypot(aside);
    let farther = to.0.hypot(to.1) - from.0.hypot(from.1);
    off.min(farther.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_towards_neutral_is_no_drift_and_a_green_tint_is() {
        assert_eq!(unasked((2.0, 7.0), (0.0, 0.5)), 0.0);
        assert!(unasked((0.0, 0.0), (0.5, 4.0)) < 0.5);
        assert!(unasked((0.0, 0.0), (-6.0, 0.0)) > 5.0);
        assert!(unasked((0.0, 0.0), (1.0, 12.0)) > 5.0);
    }
}
