//! Lays a frame onto the reference: cubic interpolation (Catmull and Rom), row by row.

use rayon::prelude::*;

use crate::brackets::confidence::Confidence;
use crate::brackets::motion::{Motion, Places};
use crate::brackets::pyramid::Size;
use crate::math::light::Sample;
use crate::pixels::{Pixels, Samples};

/// Longer side of the grid that says where the laid frame has pixels at all.
const GRID: usize = 1024;

/// The frame from the reference's point of view; the border repeats outwards.
pub(super) fn lay(pixels: &Pixels, motion: &Motion) -> Pixels {
    let (width, height) = (pixels.width(), pixels.height());
    let laid = match pixels.samples() {
        Samples::Eight(v) => Pixels::from_eight(width, height, rows(v, width, height, motion)),
        Samples::Sixteen(v) => Pixels::from_sixteen(width, height, rows(v, width, height, motion)),
    };
    laid.expect("a laid frame keeps its size")
}

fn rows<S: Sample>(from: &[S], width: u32, height: u32, motion: &Motion) -> Vec<S> {
    let (columns, rows) = (width as usize, height as usize);
    let places = Places::of(Size {
        width: columns,
        height: rows,
    });
    let mut out = vec![S::default(); from.len()];
    out.par_chunks_mut(columns * 3)
        .enumerate()
        .for_each(|(y, row)| {
            for (x, to) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                let (u, v) = places.place(x as f32, y as f32);
                let (x, y) = places.pixel(motion.of(u, v));
                *to = cubic(from, (columns, rows), x, y).map(S::from_unit);
            }
        });
    out
}

#[inline(always)]
fn cubic<S: Sample>(from: &[S], (columns, rows): (usize, usize), x: f32, y: f32) -> [f32; 3] {
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (weights(x - left), weights(y - top));
    let place = |at: f32, by: usize, count: usize| {
        (at as isize + by as isize - 1).clamp(0, count as isize - 1) as usize
    };
    let mut sum = [0.0_f32; 3];
    for (j, down) in down.iter().enumerate() {
        let row = place(top, j, rows) * columns;
        for (i, across) in across.iter().enumerate() {
            let at = (row + place(left, i, columns)) * 3;
            let weight = across * down;
            (0..3).for_each(|c| sum[c] += from[at + c].unit() * weight);
        }
    }
    sum
}

fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (2.0 * t2 - t - t3),
        0.5 * (3.0 * t3 - 5.0 * t2 + 2.0),
        0.5 * (4.0 * t2 + t - 3.0 * t3),
        0.5 * (t3 - t2),
    ]
}

/// Zero where the laid frame only repeats its border, and one cell around that.
pub(super) fn border(pixels: &Pixels, motion: &Motion) -> Confidence {
    let (width, height) = (pixels.width() as f32, pixels.height() as f32);
    let cell = (width.max(height) / GRID as f32).max(1.0);
    let size = Size {
        width: (width / cell).ceil() as usize,
        height: (height / cell).ceil() as usize,
    };
    let known = |i: usize| {
        let x = ((i % size.width) as f32 + 0.5) * width / size.width as f32 - width / 2.0;
        let y = ((i / size.width) as f32 + 0.5) * height / size.height as f32 - height / 2.0;
        let half = width.max(height) / 2.0;
        let (u, v) = motion.of(x / half, y / half);
        // Inside the frame by this much, in full-size pixels; none is missed at the very edge.
        let inside = (width / 2.0 - (u * half).abs()).min(height / 2.0 - (v * half).abs());
        ((inside - 0.5 * cell) / cell).clamp(0.0, 1.0)
    };
    Confidence {
        values: (0..size.width * size.height).map(known).collect(),
        size,
    }
}
