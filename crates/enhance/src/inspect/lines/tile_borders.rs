//! Known borders: where tiles fade into each other, a step is spread over a hundred pixels and more,
//! too softly for a search for lines; but its place is known.
//!
//! The part of L* that the global colour map does not explain is averaged on both sides of a fade,
//! along one tile's edge; the effect of a gradient, judged by the ground farther out, is taken off.
//! Rows where the original differs from one side to the other do not count. Both halves of the edge
//! have to agree.

use std::ops::Range;

use crate::inspect::lines::seams::{ENOUGH, LOUD, SIDE, SMOOTH};
use crate::steps::tiles::Grid;

/// A step along one tile's edge, in pixels of the small copy.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The middle of the fade.
    pub across: usize,
    /// From corner to corner.
    pub along: Range<usize>,
    /// Units of L*.
    pub height: f32,
}

/// Pixels of an edge that say anything.
const SHORTEST: usize = 24;

/// Fades between the tiles of a picture, on its small copy.
pub(crate) struct Borders {
    /// Along columns and along rows: first pixel and end.
    fades: [Vec<Range<usize>>; 2],
}

impl Borders {
    /// The fades of a picture of a full and a small size.
    pub fn of(grid: &Grid, full: (u32, u32), small: (usize, usize)) -> Self {
        let fades = |full: u32, small: usize| {
            let scaled = |at: u32| f64::from(at) * small as f64 / f64::from(full);
            let fades = grid.fades(full).into_iter();
            let fades = fades.map(|(from, to)| scaled(from) as usize..scaled(to).ceil() as usize);
            fades.collect()
        };
        Self {
            fades: [fades(full.0, small.0), fades(full.1, small.1)],
        }
    }

    /// The steps along columns, or along rows when the planes are turned. Lightness is infinite
    /// where nothing is compared.
    pub fn steps(&self, turned: usize, lightness: &[f32], rest: &[f32], width: usize) -> Vec<Step> {
        let height = rest.len() / width;
        let edges = edges(&self.fades[1 - turned], height);
        let planes = Planes {
            lightness,
            rest,
            width,
        };
        let fades = self.fades[turned].iter();
        let pairs = fades.flat_map(|fade| edges.iter().map(move |edge| (fade, edge)));
        pairs
            .filter_map(|(fade, edge)| planes.step(fade, edge))
            .collect()
    }
}

/// Edges between the fades of the other direction.
fn edges(fades: &[Range<usize>], length: usize) -> Vec<Range<usize>> {
    let starts = [0].into_iter().chain(fades.iter().map(|fade| fade.end));
    let ends = fades.iter().map(|fade| fade.start).chain([length]);
    let edges = starts.zip(ends).map(|(from, to)| from..to);
    edges.filter(|edge| edge.len() >= SHORTEST).collect()
}

struct Planes<'a> {
    lightness: &'a [f32],
    rest: &'a [f32],
    width: usize,
}

impl Planes<'_> {
    fn step(&self, fade: &Range<usize>, edge: &Range<usize>) -> Option<Step> {
        let middle = edge.start + edge.len() / 2;
        let one = self.mean(fade, edge.start..middle)?;
        let two = self.mean(fade, middle..edge.end)?;
        let height = if one * two > 0.0 {
            one.abs().min(two.abs())
        } else {
            0.0
        };
        Some(Step {
            across: fade.start + fade.len() / 2,
            along: edge.clone(),
            height,
        })
    }

    /// `None`: too few rows can be compared.
    fn mean(&self, fade: &Range<usize>, rows: Range<usize>) -> Option<f32> {
        let of = rows.len() as f32;
        let (mut sum, mut count) = (0.0, 0.0);
        for step in rows.filter_map(|y| self.row(fade, y)) {
            sum += step.clamp(-LOUD, LOUD);
            count += 1.0;
        }
        (count >= ENOUGH * of).then(|| sum / count)
    }

    /// The step in one row; `None`: the two sides cannot be compared.
    fn row(&self, fade: &Range<usize>, y: usize) -> Option<f32> {
        // As far as the fade is wide, or a gradient would be judged by too little of it.
        let side = SIDE.max(fade.len().div_ceil(2));
        let (left, right) = (fade.start.checked_sub(2 * side + 1)?, fade.end + 1);
        if right + 2 * side > self.width {
            return None;
        }
        let windows = [left, left + side, right, right + side];
        let mean = |plane: &[f32], from: usize| {
            let row = &plane[y * self.width + from..][..side];
            row.iter().sum::<f32>() / side as f32
        };
        let light = windows.map(|from| mean(self.lightness, from));
        let alike = (light[1] - light[2]).abs() < SMOOTH;
        if !(alike && light.iter().all(|l| l.is_finite())) {
            return None;
        }
        let [far_left, left, right, far_right] = windows.map(|from| mean(self.rest, from));
        let step = right - left;
        let reach = (fade.len() + 2 + side) as f32 / (2 * side) as f32;
        let slopes = ((left - far_left) + (far_right - right)) * reach;
        Some(if step * slopes > 0.0 {
            step.signum() * (step.abs() - slopes.abs()).max(0.0)
        } else {
            step
        })
    }
}
