//! Light still missing: what the measured correction would give the result, were it to start from there.
//! It knows night, dim rooms that are meant, and taste; what it would leave alone is not missed.

use plumbline_documents::{Gate, Look, Measure, Thresholds};

use crate::measure::Measured;
use crate::plan::exposure;
use crate::scene::Scene;

/// `found`: of the result, and of the same without what a person turned; the brighter one counts.
pub(super) fn measure(found: &[Measured], thresholds: &Thresholds) -> Measure {
    let missing = |result: &Measured| {
        let tone = exposure::plan(result, &Scene::default(), Look::Neutral, None);
        tone.exposure_ev.max(0.0) + tone.room_ev
    };
    let least = found.iter().map(missing).fold(f32::INFINITY, f32::min);
    thresholds.measure(Gate::ResultLight, least.into())
}
