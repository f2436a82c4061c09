//! Confidence in a frame: none beyond its border, and none where something moved.

use crate::brackets::pyramid::{Plane, Size, Window};
use crate::math::interpolation::position;

/// A coarse grid over the picture, 0.0 (not at all) to 1.0 (fully), read between its cells.
#[derive(Debug, Clone)]
pub(super) struct Confidence {
    pub size: Size,
    pub values: Vec<f32>,
}

impl Confidence {
    /// Lowers weights of a level-0 window of a picture of the given size.
    pub fn temper(&self, weight: &mut Plane, full: Size) {
        let rows = Rows::new(self, weight.window, full);
        let across = weight.window.across.len();
        for (row, shares) in weight.values.chunks_exact_mut(across).zip(rows) {
            row.iter_mut()
                .zip(shares)
                .for_each(|(to, share)| *to *= share);
        }
    }

    /// The values on a level-0 window of a picture of the given size; `None` where all are zero.
    pub fn over(&self, window: Window, full: Size) -> Option<Plane> {
        let values: Vec<f32> = Rows::new(self, window, full).flatten().collect();
        let any = values.iter().any(|&v| v > 0.0);
        any.then_some(Plane { window, values })
    }
}

/// Rows of a window, read between the cells of a grid.
struct Rows<'a> {
    grid: &'a Confidence,
    columns: Vec<(usize, f32)>,
    next: usize,
    end: usize,
    full: Size,
}

impl<'a> Rows<'a> {
    fn new(grid: &'a Confidence, window: Window, full: Size) -> Self {
        let columns = window.across.start..window.across.end;
        Self {
            grid,
            columns: columns
                .map(|x| position(x, full.width, grid.size.width))
                .collect(),
            next: window.down.start,
            end: window.down.end,
            full,
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Vec<f32>;

    fn next(&mut self) -> Option<Vec<f32>> {
        if self.next == self.end {
            return None;
        }
        let size = self.grid.size;
        let (top, down) = position(self.next, self.full.height, size.height);
        self.next += 1;
        let bottom = (top + 1).min(size.height - 1);
        let row_of = |y: usize| &self.grid.values[y * size.width..(y + 1) * size.width];
        let (upper, lower) = (row_of(top), row_of(bottom));
        let value = |&(left, share): &(usize, f32)| {
            let right = (left + 1).min(size.width - 1);
            let blend = |row: &[f32]| row[left] + (row[right] - row[left]) * share;
            let (u, l) = (blend(upper), blend(lower));
            u + (l - u) * down
        };
        Some(self.columns.iter().map(value).collect())
    }
}
