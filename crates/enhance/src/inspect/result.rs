//! The result on its own: is it as good as it could be? The original says only what was possible.

use plumbline_documents::{Measure, Thresholds};

use crate::measure::{about_a_megapixel, light};
use crate::pixels::Pixels;
use crate::plan::Plan;

mod blocking;
mod cast;
mod grain;
mod halo;
mod hue;
mod lack;

/// Strength below which somebody wanted less than was possible.
const ALL_OF_IT: f32 = 0.99;

/// The measures of a result that a plan made; none without a plan, or where the plan leaves the
/// picture as it came.
pub(crate) fn measures(
    original: &Pixels,
    result: &Pixels,
    plan: Option<&Plan>,
    thresholds: &Thresholds,
) -> Vec<Measure> {
    let Some(plan) = plan.filter(|plan| plan.left.is_none()) else {
        return Vec::new();
    };
    let (before, now) = rayon::join(|| about_a_megapixel(original), || about_a_megapixel(result));
    let mut measures = vec![grain::measure(&before, &now, thresholds)];
    if plan.asked_strength >= ALL_OF_IT {
        let found = light(&now);
        measures.push(lack::measure(&found, thresholds));
        measures.push(cast::measure(&now, &found, plan, thresholds));
    }
    measures.push(blocking::measure(original, result));
    measures.extend(halo::measure(&before, &now));
    measures.extend(hue::measure(&before, &now, plan));
    measures
}
