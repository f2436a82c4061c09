//! The photo as it came: can it become a good one?

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::measure::Measured;

/// The measures of a photo as it came; none where they were not taken.
pub fn measures(measured: &Measured, thresholds: &Thresholds) -> Vec<Measure> {
    let Some(fitness) = &measured.fitness else {
        return Vec::new();
    };
    let megapixels = f64::from(measured.width) * f64::from(measured.height) / 1e6;
    let values = [
        (Gate::InputSize, megapixels),
        (Gate::InputLight, fitness.light.luma_p98.into()),
        (
            Gate::InputBurnt,
            f64::from(fitness.light.white_below) * 100.0,
        ),
        (Gate::InputFocus, fitness.focus.blur.max(0.0).into()),
        (Gate::InputShake, fitness.focus.shake.max(0.0).into()),
        (Gate::InputNoise, fitness.grain.noise.into()),
    ];
    let measure = |(gate, value)| thresholds.measure(gate, value);
    values.map(measure).into()
}
