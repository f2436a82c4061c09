//! Light still missing: what the measured correction would give the result, were it to start from there.
//! It knows night, dim rooms that are meant, and taste; what it would leave alone is not missed.

use plumbline_documents::{Gate, Look, Measure, Thresholds};

use crate::measure::Measured;
use crate::plan::exposure;
use crate::scene::Scene;

pub(super) fn measure(result: &Measured, thresholds: &Thresholds) -> Measure {
    let tone = exposure::plan(result, &Scene::default(), Look::Neutral, None);
    let missing = tone.exposure_ev.max(0.0) + tone.room_ev;
    thresholds.measure(Gate::ResultLight, missing.into())
}
