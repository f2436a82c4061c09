//! Cast left: the tint of the light that the measured correction would still take out of the result. Where
//! little is near neutral, as on a red facade, nothing can be said.

use plumbline_documents::{Gate, Look, Measure, Thresholds};

use crate::inspect::result::Judged;
use crate::math::colour::lab;
use crate::math::light::{Sample, linear};
use crate::measure::Measured;
use crate::pixels::Pixels;
use crate::plan::{Plan, white_balance};

/// Green and pink are uglier than warm and cool: they count more.
const GREEN_WEIGHT: f32 = 1.6;
/// Chroma that white and grey have under a cast, at most, and share of the picture that has to be so.
const NEUTRAL: f32 = 30.0;
const ENOUGH: f32 = 0.4;
/// Every so many pixels one is looked at.
const EVERY: usize = 13;

/// `found`: of the pictures that are judged, one each; the more neutral one counts.
pub(super) fn measure(
    judged: &Judged<'_>,
    found: &[Measured],
    plan: &Plan,
    thresholds: &Thresholds,
) -> Measure {
    let left = judged.pictures.iter().zip(found).map(|(small, result)| {
        match plan.look {
            Look::Neutral | Look::Bright if neutral_share(small) >= ENOUGH => {
                stops(white_balance::plan(result, Look::Neutral, None).gains)
            }
            // The warm look's warmth is wanted.
            _ => 0.0,
        }
    });
    let least = left.fold(f32::INFINITY, f32::min);
    thresholds.measure(Gate::ResultCast, least.into())
}

fn neutral_share(small: &Pixels) -> f32 {
    let rgb = small.rgb8();
    let pixels = rgb.as_chunks::<3>().0.iter().step_by(EVERY);
    let all = pixels.len().max(1);
    let is_neutral = |p: &&[u8; 3]| {
        let [_, a, b] = lab(p.map(|v| linear(v.unit())));
        a.hypot(b) < NEUTRAL
    };
    pixels.filter(is_neutral).count() as f32 / all as f32
}

fn stops(gains: [f32; 3]) -> f32 {
    let [r, g, b] = gains.map(f32::log2);
    (b - r).hypot((2.0 * g - r - b) * GREEN_WEIGHT)
}
