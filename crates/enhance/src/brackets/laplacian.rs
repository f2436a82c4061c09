//! Laplacian pyramids: a picture as differences between its levels, blended by weights.

use crate::brackets::pyramid::{Plane, Size};

/// A plane and all its shrunk copies.
pub(super) fn stack(plane: &Plane, sizes: &[Size]) -> Vec<Plane> {
    let mut levels = vec![plane.clone()];
    for pair in sizes.windows(2) {
        let next = levels[levels.len() - 1].reduced(pair[0], pair[1].window());
        levels.push(next);
    }
    levels
}

/// Adds a frame's weighted Laplacian levels; the last level, if `fused` has it, is added as it is.
pub(super) fn add_details(
    levels: &[Plane],
    weights: &[Plane],
    sizes: &[Size],
    fused: &mut [Plane],
) {
    for (level, fused) in fused.iter_mut().enumerate() {
        let window = fused.window;
        let smooth = levels
            .get(level + 1)
            .map(|next| next.expanded(sizes[level + 1], window));
        let across = window.across;
        let rows = fused.values.chunks_exact_mut(across.len());
        for (row, y) in rows.zip(window.down.start..) {
            let (value, weight) = (levels[level].row(y, across), weights[level].row(y, across));
            match &smooth {
                Some(smooth) => {
                    let smooth = smooth.row(y, across);
                    for (i, to) in row.iter_mut().enumerate() {
                        *to += (value[i] - smooth[i]) * weight[i];
                    }
                }
                None => {
                    (row.iter_mut().enumerate()).for_each(|(i, to)| *to += value[i] * weight[i]);
                }
            }
        }
    }
}

/// Laplacian levels, finest first, to the picture of the finest.
pub(super) fn collapse(mut levels: Vec<Plane>, sizes: &[Size]) -> Plane {
    let mut sum = levels.pop().expect("a pyramid has a top");
    while let Some(mut level) = levels.pop() {
        let grown = sum.expanded(sizes[levels.len() + 1], level.window);
        let values = level.values.iter_mut().zip(&grown.values);
        values.for_each(|(to, grown)| *to += grown);
        sum = level;
    }
    sum
}
