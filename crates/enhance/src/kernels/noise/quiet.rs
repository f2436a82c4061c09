//! A row without its noise.

#![allow(
    clippy::needless_range_loop,
    reason = "one index over several lanes is what becomes a vector"
)]

use multiversion::multiversion;

use crate::kernels::noise::{BLOCK, CELL, CELLS, MARGIN, Model, Planar, WINDOW};
use crate::math::light::LUMA;

/// Weight of a line through a pixel beside the variance around it.
const LINE: f32 = 1.5;

/// Sums down five rows of luma, and of its squares.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn down(rows: [&[f32]; WINDOW], to: &mut [Vec<f32>; 2]) {
    let [sum, square] = to;
    let columns = sum.len();
    let square = &mut square[..columns];
    let [a, b, c, d, e] = rows;
    let (a, b, c, d, e) = (
        &a[..columns],
        &b[..columns],
        &c[..columns],
        &d[..columns],
        &e[..columns],
    );
    for i in 0..columns {
        sum[i] = a[i] + b[i] + c[i] + d[i] + e[i];
        square[i] = a[i] * a[i] + b[i] * b[i] + c[i] * c[i] + d[i] * d[i] + e[i] * e[i];
    }
}

/// One row, its surroundings and what is known of its noise.
pub(crate) struct Row<'a> {
    /// The row as it came.
    pub own: &'a Planar,
    /// Luma of the window's rows.
    pub near: [&'a [f32]; WINDOW],
    /// Sums down the window of luma and of its squares.
    pub down: &'a [Vec<f32>; 2],
    /// Cells above and below the row.
    pub models: [&'a Model; 2],
    /// Share of the lower ones.
    pub share: f32,
    /// The largest sample.
    pub max: f32,
}

/// The row without its noise, in samples: red, green, blue, luma. Each is a whole number of blocks long.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn quiet(row: &Row<'_>, to: &mut [Vec<f32>; 4]) {
    for block in 0..to[0].len() / BLOCK {
        let (start, from) = (block * BLOCK, MARGIN + block * BLOCK);
        let mut model = [[0.0; BLOCK]; 7];
        for k in 0..7 {
            spread(
                [&row.models[0][k], &row.models[1][k]],
                row.share,
                from / CELL,
                &mut model[k],
            );
        }
        let own: [&[f32]; 3] = [
            &row.own[0][from..from + BLOCK],
            &row.own[1][from..from + BLOCK],
            &row.own[2][from..from + BLOCK],
        ];
        let mut luma = [0.0; BLOCK];
        let lines = directed(row, from);
        wiener(row.down, own[0], from, [&lines, &model[0]], &mut luma);
        let (blue, red) = (
            followed(own[0], own[1], &luma, [&model[1], &model[2], &model[3]]),
            followed(own[0], own[2], &luma, [&model[4], &model[5], &model[6]]),
        );
        let [r, g, b, y] = to;
        let (r, g) = (&mut r[start..start + BLOCK], &mut g[start..start + BLOCK]);
        let (b, y) = (&mut b[start..start + BLOCK], &mut y[start..start + BLOCK]);
        for i in 0..BLOCK {
            let green = luma[i] - (LUMA[0] * red[i] + LUMA[2] * blue[i]) * (1.0 / LUMA[1]);
            r[i] = ((luma[i] + red[i]) * row.max).clamp(0.0, row.max);
            g[i] = (green * row.max).clamp(0.0, row.max);
            b[i] = ((luma[i] + blue[i]) * row.max).clamp(0.0, row.max);
            y[i] = luma[i] * row.max;
        }
    }
}

/// Numbers of cells, straight between their middles, for a block of columns.
#[inline(always)]
fn spread(cells: [&[f32]; 2], share: f32, first: usize, to: &mut [f32; BLOCK]) {
    let mut mixed = [0.0; CELLS + 2];
    let upper = &cells[0][first - 1..first + CELLS + 1];
    let lower = &cells[1][first - 1..first + CELLS + 1];
    for i in 0..CELLS + 2 {
        mixed[i] = upper[i] + (lower[i] - upper[i]) * share;
    }
    for i in 0..CELLS {
        let (before, after) = (mixed[i + 1] - mixed[i], mixed[i + 2] - mixed[i + 1]);
        to[4 * i] = mixed[i + 1] - 0.375 * before;
        to[4 * i + 1] = mixed[i + 1] - 0.125 * before;
        to[4 * i + 2] = mixed[i + 1] + 0.125 * after;
        to[4 * i + 3] = mixed[i + 1] + 0.375 * after;
    }
}

/// For each pixel, of the means along the four lines of five pixels through it, the one that is farthest from
/// the mean of 5 x 5 pixels: its square difference.
#[inline(always)]
fn directed(row: &Row<'_>, from: usize) -> [f32; BLOCK] {
    let reach = from - 2..from + BLOCK + 2;
    let sum = &row.down[0][reach.clone()];
    let own = &row.near[2][reach.clone()];
    let (a, b) = (&row.near[0][reach.clone()], &row.near[1][reach.clone()]);
    let (d, e) = (&row.near[3][reach.clone()], &row.near[4][reach]);
    let mut out = [0.0; BLOCK];
    for i in 0..BLOCK {
        let all = sum[i] + sum[i + 1] + sum[i + 2] + sum[i + 3] + sum[i + 4];
        let mean = all * (1.0 / 25.0);
        let level = own[i] + own[i + 1] + own[i + 2] + own[i + 3] + own[i + 4];
        let falling = a[i] + b[i + 1] + own[i + 2] + d[i + 3] + e[i + 4];
        let rising = a[i + 4] + b[i + 3] + own[i + 2] + d[i + 1] + e[i];
        let off = (sum[i + 2] * 0.2 - mean)
            .abs()
            .max((level * 0.2 - mean).abs());
        let off = off
            .max((falling * 0.2 - mean).abs())
            .max((rising * 0.2 - mean).abs());
        out[i] = off * off;
    }
    out
}

/// Luma less the part of its difference to the mean of 5 x 5 pixels that noise explains: all of it where the
/// variance is noise, a trace where it is many times that. A line through the pixel counts beside the variance.
#[inline(always)]
fn wiener(
    down: &[Vec<f32>; 2],
    own: &[f32],
    from: usize,
    [lines, noise]: [&[f32; BLOCK]; 2],
    to: &mut [f32; BLOCK],
) {
    let sum = &down[0][from - 2..from + BLOCK + 2];
    let square = &down[1][from - 2..from + BLOCK + 2];
    for i in 0..BLOCK {
        let mean = (sum[i] + sum[i + 1] + sum[i + 2] + sum[i + 3] + sum[i + 4]) * (1.0 / 25.0);
        let squares = square[i] + square[i + 1] + square[i + 2] + square[i + 3] + square[i + 4];
        let variance = squares * (1.0 / 25.0) - mean * mean + LINE * lines[i];
        let share = (noise[i] / variance.max(1e-12)).min(1.0);
        to[i] = own[i] - share * share * (own[i] - mean);
    }
}

/// Chroma on the line over luma, and the kept part of what it differs by.
#[inline(always)]
fn followed(
    luma: &[f32],
    own: &[f32],
    quiet: &[f32; BLOCK],
    [slope, offset, kept]: [&[f32; BLOCK]; 3],
) -> [f32; BLOCK] {
    let mut out = [0.0; BLOCK];
    for i in 0..BLOCK {
        let rest = own[i] - (slope[i] * luma[i] + offset[i]);
        out[i] = slope[i] * quiet[i] + offset[i] + kept[i] * rest;
    }
    out
}
