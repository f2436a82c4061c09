//! Sharpness: the variance of the Laplacian against the original's, at equal contrast, over blocks
//! of 256 pixels. 1 is as sharp as before; output sharpening lifts it, blur lowers it. The softest
//! part decides, and only when it is far out: the pattern itself is judged elsewhere.

use plumbline_documents::{Figure, Gate, Measure, Thresholds};

use crate::inspect::full::{Detail, Full};
use crate::inspect::moments::Moments;
use crate::inspect::reported;

/// Laplacian variance in squared 8-bit steps below which a block has no detail to compare: grain
/// alone, which saving as JPEG takes away.
const DETAIL: f64 = 40.0;
/// Deviation of gray in parts of white below which the gain of a block is not known.
const CONTRAST: f64 = 0.01;

/// The median block and the 5th percentile.
pub(crate) fn measure(full: &Full, thresholds: &Thresholds) -> [Measure; 2] {
    let mut ratios: Vec<f64> = full.details.iter().filter_map(ratio).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| {
        let last = ratios.len().checked_sub(1);
        last.map_or(1.0, |last| ratios[(last as f64 * share).round() as usize])
    };
    let (median, low) = (at(0.5), at(0.05));
    let median_words = format!("Fine detail has {median:.2} times the original's strength.");
    [
        reported(
            Figure::Sharpness,
            "Sharpness, middle",
            median,
            "x",
            median_words,
        ),
        thresholds.measure(Gate::SharpnessP5, low),
    ]
}

/// Result over original, the contrast's own change taken out: the slope of result over original
/// says how much a block was amplified.
fn ratio(detail: &Detail) -> Option<f64> {
    let moments = Moments::from(&detail.moments);
    let [before, after] = detail.variances();
    let known = moments.variance_x() > CONTRAST * CONTRAST && before > DETAIL;
    let slope = (moments.covariance() / moments.variance_x()).clamp(0.25, 4.0);
    known.then(|| after / (before * slope * slope))
}
