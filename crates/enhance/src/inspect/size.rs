//! Size: what is delivered has exactly the pixels of the framed original.

use plumbline_documents::{Gate, Measure, MeasureVerdict, Thresholds, rounded};

use crate::pixels::Pixels;

/// Its threshold is the original.
pub(crate) fn measure(original: &Pixels, result: &Pixels, thresholds: &Thresholds) -> Measure {
    let mut measure = thresholds.measure(Gate::Size, megapixels(result));
    measure.threshold = Some(rounded(megapixels(original)));
    if (original.width(), original.height()) != (result.width(), result.height()) {
        measure.verdict = MeasureVerdict::Failed;
        measure.sentence = format!(
            "The framed original has {} x {} pixels, the result {} x {}.",
            original.width(),
            original.height(),
            result.width(),
            result.height()
        );
    }
    measure
}

fn megapixels(pixels: &Pixels) -> f64 {
    pixels.pixel_count() as f64 / 1e6
}
