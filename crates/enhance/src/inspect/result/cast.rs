//! Cast left: the tint of the light that the measured correction would still take out of the result.

use plumbline_documents::{Gate, Look, Measure, Thresholds};

use crate::measure::Measured;
use crate::plan::{Plan, white_balance};

/// Green and pink are uglier than warm and cool: they count more.
const GREEN_WEIGHT: f32 = 1.6;

pub(super) fn measure(result: &Measured, plan: &Plan, thresholds: &Thresholds) -> Measure {
    let left = match plan.look {
        // Its warmth is wanted.
        Look::Warm => 0.0,
        Look::Neutral | Look::Bright => stops(white_balance::plan(result, Look::Neutral, None).gains),
    };
    thresholds.measure(Gate::ResultCast, left.into())
}

fn stops(gains: [f32; 3]) -> f32 {
    let [r, g, b] = gains.map(f32::log2);
    (b - r).hypot((2.0 * g - r - b) * GREEN_WEIGHT)
}
