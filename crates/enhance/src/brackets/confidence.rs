//! Confidence in a frame: none beyond its border, and none where something moved.

use crate::brackets::pyramid::{Plane, Size};
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
        let window = weight.window;
        let columns: Vec<(usize, f32)> = (window.across.start..window.across.end)
            .map(|x| position(x, full.width, self.size.width))
            .collect();
        let rows = weight.values.chunks_exact_mut(columns.len());
        for (y, row) in (window.down.start..).zip(rows) {
            let (top, down) = position(y, full.height, self.size.height);
            let bottom = (top + 1).min(self.size.height - 1);
            let row_of = |y: usize| &self.values[y * self.size.width..(y + 1) * self.size.width];
            let (upper, lower) = (row_of(top), row_of(bottom));
            for (to, &(left, share)) in row.iter_mut().zip(&columns) {
                let right = (left + 1).min(self.size.width - 1);
                let blend = |row: &[f32]| row[left] + (row[right] - row[left]) * share;
                let (u, l) = (blend(upper), blend(lower));
                *to *= u + (l - u) * down;
            }
        }
    }
}
