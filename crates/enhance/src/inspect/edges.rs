//! Edges: how many of the result's were there before, and how many of the original's still are.
//! Canny on the logarithm of gray, at full size, within two pixels. Reported.

use crate::inspect::full::Full;
use crate::inspect::reported;
use crate::report::Measure;

/// Precision (nothing added), recall (nothing lost) and their harmonic mean.
pub(crate) fn measure(full: &Full) -> [Measure; 3] {
    let edges = &full.edges;
    let (precision, recall, f1) = (edges.precision(), edges.recall(), edges.f1());
    let kept = format!(
        "{:.1} % of the result's edges were in the original.",
        precision * 100.0
    );
    let found = format!(
        "{:.1} % of the original's edges are still there.",
        recall * 100.0
    );
    let both = format!("The edges of both pictures agree to {:.1} %.", f1 * 100.0);
    [
        reported("edge_precision", "Edges, none added", precision, "", kept),
        reported("edge_recall", "Edges, none lost", recall, "", found),
        reported("edge_f1", "Edges, agreement", f1, "", both),
    ]
}
