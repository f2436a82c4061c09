//! Size: what is delivered has exactly the original's pixels.

use crate::inspect::{Limit, gate};
use crate::pixels::Pixels;
use crate::report::{Measure, MeasureVerdict};

pub(crate) fn measure(original: &Pixels, result: &Pixels) -> Measure {
    let same = (original.width(), original.height()) == (result.width(), result.height());
    let verdict = if same {
        MeasureVerdict::Passed
    } else {
        MeasureVerdict::Failed
    };
    let words = (
        "The result has exactly the original's size.",
        "The result does not have the original's size.",
    );
    gate(
        ("size", "Size", "megapixels"),
        megapixels(result),
        Limit::AtLeast(megapixels(original)),
        verdict,
        words,
    )
}

fn megapixels(pixels: &Pixels) -> f64 {
    pixels.pixel_count() as f64 / 1e6
}
