//! Original and result side by side in CIELAB, on copies of about one megapixel.

use rayon::prelude::*;

use crate::colour::{Lab, lab, luminance};
use crate::inspect::thresholds::{SCALE_PIXELS, TILE};
use crate::light::Sample;
use crate::pixels::Pixels;
use crate::plan::{Engine, Plan};
use crate::scale::{self, Kernel};
use crate::steps::white_balance::WhiteBalance;

/// Three pictures of one size: the original, the result, and the colour the plan promised.
pub(crate) struct Pair {
    pub width: usize,
    pub height: usize,
    pub original: Vec<Lab>,
    pub result: Vec<Lab>,
    /// The original under the plan's white balance, at the result's luminance: what the result's
    /// colour should be. A guided plan promises to keep neutrals.
    pub promised: Vec<Lab>,
}

impl Pair {
    /// Both pictures must have the same size.
    pub fn new(original: &Pixels, result: &Pixels, plan: &Plan) -> Self {
        let (w, h) = scale::fit_area(original.width(), original.height(), SCALE_PIXELS);
        let small = |pixels| light(&scale::shrink(pixels, w, h, Kernel::Area));
        let (before, after) = (small(original), small(result));
        let balance = match plan.engine {
            Engine::Natural => plan.white_balance.scaled(plan.strength),
            Engine::Guided => WhiteBalance::default(),
        };
        let promise = |(b, a): (&[f32; 3], &[f32; 3])| lab(promised(balance.apply(*b), *a));
        Self {
            width: w as usize,
            height: h as usize,
            promised: before.par_iter().zip(&after).map(promise).collect(),
            original: before.into_par_iter().map(lab).collect(),
            result: after.into_par_iter().map(lab).collect(),
        }
    }

    /// The tiles of the picture: each the indices of its pixels. Rests at the right and bottom
    /// smaller than half a tile belong to nobody's tile.
    pub fn tiles(&self) -> Vec<Tile> {
        let steps = |length: usize| {
            (0..length)
                .step_by(TILE)
                .filter(move |at| at + TILE / 2 <= length)
        };
        let tile = |x, y| Tile {
            columns: (x, (x + TILE).min(self.width)),
            rows: (y, (y + TILE).min(self.height)),
            width: self.width,
        };
        steps(self.height)
            .flat_map(|y| steps(self.width).map(move |x| tile(x, y)))
            .collect()
    }
}

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tile {
    columns: (usize, usize),
    rows: (usize, usize),
    width: usize,
}

impl Tile {
    /// Indices of the pixels, row by row.
    pub fn pixels(self) -> impl Iterator<Item = usize> {
        let (left, right) = self.columns;
        (self.rows.0..self.rows.1).flat_map(move |y| (left..right).map(move |x| y * self.width + x))
    }
}

fn light(small: &Pixels) -> Vec<[f32; 3]> {
    let table = u8::linear_table();
    small
        .rgb8()
        .as_chunks::<3>()
        .0
        .iter()
        .map(|p| p.map(|v| table[v.index()]))
        .collect()
}

/// A colour scaled to another's luminance.
fn promised(colour: [f32; 3], like: [f32; 3]) -> [f32; 3] {
    let factor = luminance(like) / luminance(colour).max(1e-4);
    colour.map(|v| v * factor.min(16.0))
}
