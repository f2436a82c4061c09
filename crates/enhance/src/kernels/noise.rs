//! Noise reduction of a row: sums over cells of 4 x 4 pixels, what they say of chroma and of noise, and
//! (`quiet`) the row itself. Rows are luma and the differences of blue and red to it, from 0.0 to 1.0, with a margin
//! at either end, so that no loop knows where a picture ends.

#![allow(
    clippy::needless_range_loop,
    reason = "one index over several lanes is what becomes a vector"
)]

use multiversion::multiversion;

use crate::kernels::sample::Graded;
use crate::math::light::LUMA;

pub(crate) mod quiet;

/// Columns and rows of a cell.
pub(crate) const CELL: usize = 4;
/// Columns beyond either end of a row.
pub(crate) const MARGIN: usize = 16;
/// Columns that loops take at once.
pub(crate) const BLOCK: usize = 32;
/// Cells that loops take at once.
const CELLS: usize = BLOCK / CELL;
/// Rows of the window of luma.
pub(crate) const WINDOW: usize = 5;
/// Steps of brightness that the noise is tabulated at.
pub(crate) const STEPS: usize = 1024;

/// Luma, blue less luma, red less luma.
pub(crate) type Planar = [Vec<f32>; 3];
/// Over each cell: y, u, v, yy, yu, yv, uu, vv.
pub(crate) type Sums = [Vec<f32>; 8];
/// For each cell: variance that is noise in luma; then for blue and for red the slope over luma, the offset,
/// and the share of what differs from that line that is no noise.
pub(crate) type Model = [Vec<f32>; 7];

/// Takes a row of 8-bit RGB apart.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn apart8(from: &[u8], to: &mut Planar) {
    apart(from, to);
}

/// The same of 16-bit RGB.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn apart16(from: &[u16], to: &mut Planar) {
    apart(from, to);
}

#[inline(always)]
fn apart<S: Graded>(from: &[S], to: &mut Planar) {
    let (pixels, unit) = (from.as_chunks::<3>().0, 1.0 / S::MAX);
    let [y, u, v] = to;
    let inside = MARGIN..MARGIN + pixels.len();
    let (y, u, v) = (
        &mut y[inside.clone()],
        &mut u[inside.clone()],
        &mut v[inside],
    );
    for i in 0..pixels.len() {
        let r = pixels[i][0].number() * unit;
        let g = pixels[i][1].number() * unit;
        let b = pixels[i][2].number() * unit;
        let luma = LUMA[0] * r + LUMA[1] * g + LUMA[2] * b;
        (y[i], u[i], v[i]) = (luma, b - luma, r - luma);
    }
}

/// Sums over a row of cells.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn sums(rows: [&Planar; CELL], to: &mut Sums) {
    for block in 0..to[0].len() / CELLS {
        let (from, first) = (block * BLOCK, block * CELLS);
        let mut sums = [[0.0_f32; BLOCK]; 8];
        for row in rows {
            let y = &row[0][from..from + BLOCK];
            let u = &row[1][from..from + BLOCK];
            let v = &row[2][from..from + BLOCK];
            for i in 0..BLOCK {
                sums[0][i] += y[i];
                sums[1][i] += u[i];
                sums[2][i] += v[i];
                sums[3][i] += y[i] * y[i];
                sums[4][i] += y[i] * u[i];
                sums[5][i] += y[i] * v[i];
                sums[6][i] += u[i] * u[i];
                sums[7][i] += v[i] * v[i];
            }
        }
        for k in 0..8 {
            let (to, sum) = (&mut to[k][first..first + CELLS], &sums[k]);
            for i in 0..CELLS {
                to[i] = (sum[4 * i] + sum[4 * i + 1]) + (sum[4 * i + 2] + sum[4 * i + 3]);
            }
        }
    }
}

/// Means of three by three cells, and what follows from them. `noise`: variances of luma, blue and red that
/// count as noise, over luma.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn model(rows: [&Sums; 3], noise: &[[f32; 3]; STEPS], means: &mut Sums, to: &mut Model) {
    let cells = to[0].len();
    for k in 0..8 {
        let (above, row, below) = (
            &rows[0][k][..cells],
            &rows[1][k][..cells],
            &rows[2][k][..cells],
        );
        let down = &mut to[0][..cells];
        for i in 0..cells {
            down[i] = above[i] + row[i] + below[i];
        }
        let mean = &mut means[k][..cells];
        for i in 1..cells - 1 {
            mean[i] = (down[i - 1] + down[i] + down[i + 1]) * (1.0 / 144.0);
        }
    }
    let [luma, rest @ ..] = to;
    for i in 1..cells - 1 {
        let step = (means[0][i] * (STEPS - 1) as f32 + 0.5) as usize;
        [luma[i], rest[2][i], rest[5][i]] = noise[step.min(STEPS - 1)];
    }
    for plane in 0..2 {
        line(means, plane, luma, &mut rest[3 * plane..3 * plane + 3]);
    }
}

/// The line over luma that a plane of chroma follows, and the share of the rest that is kept.
#[inline(always)]
fn line(means: &Sums, plane: usize, luma_noise: &[f32], to: &mut [Vec<f32>]) {
    let cells = luma_noise.len();
    let (y, u) = (&means[0][..cells], &means[1 + plane][..cells]);
    let (yy, yu) = (&means[3][..cells], &means[4 + plane][..cells]);
    let uu = &means[6 + plane][..cells];
    let [slope, offset, kept] = to else {
        return;
    };
    let (slope, offset, kept) = (
        &mut slope[..cells],
        &mut offset[..cells],
        &mut kept[..cells],
    );
    for i in 1..cells - 1 {
        let across = (yy[i] - y[i] * y[i]).max(0.0);
        let both = yu[i] - y[i] * u[i];
        let along = (uu[i] - u[i] * u[i]).max(0.0);
        let a = both / (across + luma_noise[i] + 1e-5);
        let rest = (along - 2.0 * a * both + a * a * across).max(1e-12);
        slope[i] = a;
        offset[i] = u[i] - a * y[i];
        kept[i] = 1.0 - (kept[i] / rest).min(1.0);
    }
}
