//! Fine structure: the structure term of every window of 24 x 24 pixels at full size, averaged
//! over areas of 8 x 8 such windows. It finds what one megapixel hides: a blur, a warp of three
//! pixels in twenty megapixels, a patch painted over with something like it.

use plumbline_documents::{Figure, Gate, Measure, Thresholds};
use rayon::prelude::*;

use crate::inspect::cells::{Cells, Sum, Tiles};
use crate::inspect::full::Full;
use crate::inspect::heatmap::Heatmap;
use crate::inspect::moments::Moments;
use crate::inspect::{percent, reported, structure};
use crate::kernels::moments::Block;
use crate::math::statistics::ranked;

/// Half an area, in windows.
const CELL: usize = 4;
/// Share of an area's windows that must have structure.
const ENOUGH: f32 = 0.25;

/// Structure and contrast of the windows around all blocks.
pub(crate) struct Pattern {
    across: usize,
    windows: Vec<Window>,
}

/// One window; `None` where neither picture has structure.
type Window = Option<Term>;

#[derive(Debug, Clone, Copy)]
struct Term {
    structure: f32,
    slope: f32,
}

/// Terms of an area's windows.
#[derive(Debug, Clone, Copy, Default)]
struct Area {
    sum: f32,
    count: f32,
}

impl Sum for Area {
    fn with(self, other: &Self) -> Self {
        Self {
            sum: self.sum + other.sum,
            count: self.count + other.count,
        }
    }
}

impl Pattern {
    /// Takes three by three blocks around every block of the house.
    pub fn new(full: &Full, house: &[bool]) -> Self {
        let rows: Vec<&[Block]> = full.blocks.chunks(full.across).collect();
        let mut windows: Vec<Window> = (0..rows.len())
            .into_par_iter()
            .flat_map_iter(|y| {
                let near = y.saturating_sub(1)..(y + 2).min(rows.len());
                row(&rows[near])
            })
            .collect();
        let sky = windows.iter_mut().zip(house).filter(|(_, house)| !**house);
        sky.for_each(|(window, _)| *window = None);
        Self {
            across: full.across,
            windows,
        }
    }

    /// The worst area; the lowest hundredth of all windows, and their median slope.
    pub fn measure(&self, thresholds: &Thresholds) -> [Measure; 3] {
        let terms = || self.windows.iter().flatten();
        let worst = self.areas().1.into_iter().fold(1.0, f32::min);
        let low = quantile(terms().map(|t| t.structure).collect(), 0.01);
        let slope = quantile(terms().map(|t| t.slope).collect(), 0.5);
        let low_words = format!(
            "Ninety-nine in a hundred small windows kept at least {:.1} % of their pattern.",
            percent(low)
        );
        let slope_words = format!("Local contrast is {slope:.2} times the original's.");
        let label = "Structure, full size, 1 %";
        [
            thresholds.measure(Gate::StructureFine, f64::from(worst)),
            reported(Figure::StructureP1, label, low, "", low_words),
            reported(Figure::Contrast, "Local contrast", slope, "x", slope_words),
        ]
    }

    /// The heatmap, with the threshold in the middle of its scale.
    pub fn heatmap(&self, thresholds: &Thresholds) -> Heatmap {
        let limit = 1.0 - thresholds.of(Gate::StructureFine).fail as f32;
        let (across, areas) = self.areas();
        let of = |term: &f32| (1.0 - term) / limit / 2.0;
        Heatmap::new(across, &areas.iter().map(of).collect::<Vec<_>>())
    }

    /// The mean term of every area; one where too little has structure.
    fn areas(&self) -> (usize, Vec<f32>) {
        let rows = self.windows.len() / self.across.max(1);
        let add = |area: &mut Area, at: usize| {
            if let Some(term) = self.windows[at] {
                area.sum += term.structure;
                area.count += 1.0;
            }
        };
        let Tiles { across, sums } = Cells::new((self.across, rows), CELL, add).tiles();
        let enough = ENOUGH * (4 * CELL * CELL) as f32;
        let of = |area: &Area| {
            if area.count >= enough {
                area.sum / area.count
            } else {
                1.0
            }
        };
        (across, sums.iter().map(of).collect())
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
fn quantile(values: Vec<f32>, share: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else {
        return 1.0;
    };
    let at = (last as f64 * share) as usize;
    f64::from(ranked(values, at))
}
