//! Pattern at full size: the structure term and the change of contrast of every 24 x 24 window,
//! and the heatmap made of them. Reported; the gate is [`crate::inspect::structure`].

use rayon::prelude::*;

use crate::inspect::full::Full;
use crate::inspect::heatmap::Heatmap;
use crate::inspect::reported;
use crate::inspect::structure;
use crate::inspect::tally::Moments;
use crate::kernels::moments::Block;
use crate::report::Measure;

/// A structure term this far below one is as suspicious as the heatmap shows.
const WORST: f32 = 0.35;
/// Edges without partner in a block (of at most 16 or so on one line through both pictures) that
/// are as suspicious as the heatmap shows.
const STRANGERS: f32 = 16.0;

/// Structure and contrast of the windows around all blocks.
pub(crate) struct Pattern {
    windows: Vec<Window>,
}

/// One window; `None` where neither picture has structure.
type Window = Option<Term>;

#[derive(Debug, Clone, Copy)]
struct Term {
    structure: f32,
    slope: f32,
}

impl Pattern {
    /// Takes three by three blocks around every block.
    pub fn new(full: &Full) -> Self {
        let rows: Vec<&[Block]> = full.blocks.chunks(full.across).collect();
        let windows = (0..rows.len())
            .into_par_iter()
            .flat_map_iter(|y| {
                let near = y.saturating_sub(1)..(y + 2).min(rows.len());
                row(&rows[near])
            })
            .collect();
        Self { windows }
    }

    /// The lowest hundredth of the structure terms, and the median slope.
    pub fn measure(&self) -> [Measure; 2] {
        let terms = || self.windows.iter().flatten();
        let low = quantile(terms().map(|t| t.structure).collect(), 0.01);
        let slope = quantile(terms().map(|t| t.slope).collect(), 0.5);
        let low_words = format!(
            "Ninety-nine in a hundred small windows kept their pattern to {:.0} % or better.",
            low * 100.0
        );
        let slope_words = format!("Local contrast is {slope:.2} times the original's.");
        let label = "Structure, full size, 1 %";
        [
            reported("structure_p1", label, low, "", low_words),
            reported("contrast", "Local contrast", slope, "x", slope_words),
        ]
    }

    /// Where patterns changed or edges have no partner.
    pub fn heatmap(&self, full: &Full) -> Heatmap {
        let changed = |w: &Window| w.map_or(0.0, |t| (1.0 - t.structure) / WORST);
        let strange = |n: &u8| f32::from(*n) / STRANGERS;
        let both = self.windows.iter().zip(&full.edges.strangers);
        let suspicions: Vec<f32> = both.map(|(w, n)| changed(w).max(strange(n))).collect();
        Heatmap::new(full.across, &suspicions)
    }
}

/// The windows around one row of blocks, given with its neighbour rows.
fn row(near: &[&[Block]]) -> Vec<Window> {
    let column = |x: usize| {
        near.iter()
            .fold(Block::default(), |sum, row| sum.with(&row[x]))
    };
    let columns: Vec<Block> = (0..near[0].len()).map(column).collect();
    let window = |x: usize| {
        let around = &columns[x.saturating_sub(1)..(x + 2).min(columns.len())];
        term(&around.iter().fold(Block::default(), |sum, c| sum.with(c)))
    };
    (0..columns.len()).map(window).collect()
}

fn term(block: &Block) -> Window {
    let moments = Moments::from(block);
    let structure = structure::term(&moments)? as f32;
    let slope = (moments.covariance() / moments.variance_x().max(1e-6)) as f32;
    Some(Term { structure, slope })
}

/// A share of the values lies below; one where there are none.
fn quantile(mut values: Vec<f32>, share: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else {
        return 1.0;
    };
    let at = (last as f64 * share) as usize;
    f64::from(*values.select_nth_unstable_by(at, f32::total_cmp).1)
}
