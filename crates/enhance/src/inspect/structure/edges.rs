//! Edges: how many of the result's were there before, and how many of the original's still are.
//! Canny on the logarithm of gray, at full size, within two pixels. Decides only when far out: faint
//! edges come and go with contrast.

use plumbline_documents::{Figure, Gate, Measure, Thresholds};

use crate::inspect::full::Full;
use crate::inspect::heatmap::Heatmap;
use crate::inspect::{percent, reported};
use crate::kernels::canny::agreement::Count;

/// Edges without partner in a block (of at most 16 or so on one line through both pictures) that
/// are as suspicious as a heatmap shows.
const STRANGERS: f32 = 16.0;

/// Precision (nothing added), recall (nothing lost) and their harmonic mean.
pub(crate) fn measure(full: &Full, house: &[bool], thresholds: &Thresholds) -> [Measure; 3] {
    let edges = full.edges.over(|at| house[at]);
    let f1 = edges.f1();
    let both = format!("The edges of both pictures agree to {:.1} %.", percent(f1));
    [
        thresholds.measure(Gate::EdgePrecision, edges.precision()),
        thresholds.measure(Gate::EdgeRecall, edges.recall()),
        reported(Figure::EdgeF1, "Edges, agreement", f1, "", both),
    ]
}

/// Heatmap of the house's edges without a partner.
pub(crate) fn heatmap(full: &Full, house: &[bool]) -> Heatmap {
    let of = |(block, house): (&Count<u8>, &bool)| {
        if *house {
            f32::from(block.lost + block.added) / STRANGERS
        } else {
            0.0
        }
    };
    let both = full.edges.blocks.iter().zip(house);
    Heatmap::new(full.across, &both.map(of).collect::<Vec<_>>())
}
