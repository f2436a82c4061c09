//! Difference of the whole pictures, in SSIM, MS-SSIM and CIEDE2000 over every pixel. Reported,
//! never a gate: a good correction makes one too.

use plumbline_documents::{Figure, Measure};

use crate::inspect::full::Full;
use crate::inspect::{percent, reported};

/// Mean SSIM and MS-SSIM; mean and 95th percentile of ΔE00.
pub(crate) fn measure(full: &Full) -> [Measure; 4] {
    let (ssim, mean) = (full.ssim, full.differences.mean());
    let scales = full.ms_ssim;
    let p95 = full.differences.quantile(0.95);
    let ssim_words = format!(
        "The picture is {:.1} % alike in brightness, contrast and pattern (SSIM).",
        percent(ssim)
    );
    let scale_words = format!(
        "Seen from near and from far it is {:.1} % alike (MS-SSIM).",
        percent(scales)
    );
    let mean_words =
        format!("On average the colours moved by {mean:.1} (1 is just visible side by side).");
    let p95_words = format!(
        "Nineteen in twenty pixels moved by less than {:.1}.",
        (p95 * 10.0).floor() / 10.0 + 0.1
    );
    let (mean_label, p95_label) = ("Colour difference, mean", "Colour difference, 95 %");
    [
        reported(Figure::Ssim, "Similarity (SSIM)", ssim, "", ssim_words),
        reported(
            Figure::MsSsim,
            "Similarity, all scales",
            scales,
            "",
            scale_words,
        ),
        reported(Figure::DeltaEMean, mean_label, mean, "ΔE00", mean_words),
        reported(Figure::DeltaEP95, p95_label, p95, "ΔE00", p95_words),
    ]
}
