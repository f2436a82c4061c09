//! Noise brought up: grain of the plainest areas of the result beyond that of the original.

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::inspect::result::Judged;
use crate::measure::fitness::fine_noise;
use crate::pixels::Pixels;

/// On copies of about a megapixel, as the picture is looked at.
pub(super) fn measure(original: &Pixels, result: &Judged<'_>, thresholds: &Thresholds) -> Measure {
    let more = result.least(fine_noise) - fine_noise(original);
    thresholds.measure(Gate::ResultNoise, more.max(0.0).into())
}
