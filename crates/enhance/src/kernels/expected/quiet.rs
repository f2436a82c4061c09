//! A noise reduction as it is defined: cells, the lines that chroma follows, and the pixels of a row.

#![allow(
    clippy::needless_range_loop,
    reason = "one index over several rows is what becomes a vector"
)]

use multiversion::multiversion;

use crate::kernels::expected::Light;

/// Columns and rows of a cell.
pub(crate) const SIDE: usize = 4;
/// Weight of a line through a pixel beside the variance around it.
const THROUGH: f32 = 1.5;

/// Means over a cell: luma, blue, red, and the products y·y, y·u, y·v, u·u, v·v.
pub(crate) type Means = [Vec<f32>; 8];

/// Noise of luma; slope, offset and kept share of blue over luma; the same of red.
pub(crate) type Lines = [Vec<f32>; 7];

/// Intermediate rows.
#[derive(Default)]
pub(crate) struct Scratch {
    around: Means,
    wide: Lines,
    mixed: Vec<f32>,
    sums: [Vec<f32>; 2],
}

/// Luma, and blue and red less luma, from column `margin` on.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn planes(channels: &Light, margin: usize, to: &mut Light) {
    let [r, g, b] = channels;
    let width = r.len();
    let [y, u, v] = to;
    let (g, b) = (&g[..width], &b[..width]);
    let y = &mut y[margin..margin + width];
    let u = &mut u[margin..margin + width];
    let v = &mut v[margin..margin + width];
    for x in 0..width {
        let luma = 0.2126 * r[x] + 0.7152 * g[x] + 0.0722 * b[x];
        y[x] = luma;
        u[x] = b[x] - luma;
        v[x] = r[x] - luma;
    }
}

/// Means over the cells of four rows.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn means(rows: [&Light; SIDE], to: &mut Means) {
    let cells = rows[0][0].len() / SIDE;
    for k in 0..8 {
        to[k].resize(cells, 0.0);
    }
    for cell in 0..cells {
        let mut sums = [[0.0_f32; SIDE]; 8];
        for row in rows {
            let y = &row[0][cell * SIDE..cell * SIDE + SIDE];
            let u = &row[1][cell * SIDE..cell * SIDE + SIDE];
            let v = &row[2][cell * SIDE..cell * SIDE + SIDE];
            for i in 0..SIDE {
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
            to[k][cell] = (sums[k][0] + sums[k][1] + sums[k][2] + sums[k][3]) * 0.0625;
        }
    }
}

/// The lines of a row of cells, each from nine cells; at the ends nothing, where nobody asks. `noise`: of luma,
/// blue and red, over luma.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn lines(near: [&Means; 3], noise: &[[f32; 3]], scratch: &mut Scratch, to: &mut Lines) {
    let cells = near[0][0].len();
    for k in 0..8 {
        let (a, b, c) = (
            &near[0][k][..cells],
            &near[1][k][..cells],
            &near[2][k][..cells],
        );
        let mean = &mut scratch.around[k];
        mean.resize(cells, 0.0);
        let mean = &mut mean[..cells];
        for x in 1..cells - 1 {
            let above = a[x - 1] + a[x] + a[x + 1];
            let below = c[x - 1] + c[x] + c[x + 1];
            mean[x] = (above + b[x - 1] + b[x] + b[x + 1] + below) / 9.0;
        }
    }
    for k in 0..7 {
        to[k].resize(cells, 0.0);
    }
    let last = (noise.len() - 1) as f32;
    for x in 1..cells - 1 {
        let step = ((scratch.around[0][x] * last + 0.5) as usize).min(noise.len() - 1);
        [to[0][x], to[3][x], to[6][x]] = noise[step];
    }
    let [luma, blue_slope, blue, blue_kept, red_slope, red, red_kept] = to;
    let [y, u, v, yy, yu, yv, uu, vv] = &scratch.around;
    line([y, yy, luma], [u, yu, uu], [blue_slope, blue, blue_kept]);
    line([y, yy, luma], [v, yv, vv], [red_slope, red, red_kept]);
}

/// The line of chroma over luma; `kept` comes with the noise of chroma.
#[inline(always)]
fn line(
    [y, yy, noise]: [&[f32]; 3],
    [u, yu, uu]: [&[f32]; 3],
    [slope, offset, kept]: [&mut [f32]; 3],
) {
    let cells = y.len();
    let (yy, noise, u, yu, uu) = (
        &yy[..cells],
        &noise[..cells],
        &u[..cells],
        &yu[..cells],
        &uu[..cells],
    );
    let (slope, offset, kept) = (
        &mut slope[..cells],
        &mut offset[..cells],
        &mut kept[..cells],
    );
    for x in 1..cells - 1 {
        let spread = (yy[x] - y[x] * y[x]).max(0.0);
        let common = yu[x] - y[x] * u[x];
        let a = common / (spread + noise[x] + 1e-5);
        let own = (uu[x] - u[x] * u[x]).max(0.0);
        let rest = own - 2.0 * a * common + a * a * spread;
        slope[x] = a;
        offset[x] = u[x] - a * y[x];
        kept[x] = 1.0 - (kept[x] / rest.max(1e-12)).min(1.0);
    }
}

/// Lines of every column: straight between the middles of cells, `share` of the way down.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn lines_across(
    lines: [&Lines; 2],
    share: f32,
    beyond: usize,
    scratch: &mut Scratch,
    width: usize,
) {
    let cells = lines[0][0].len();
    scratch.mixed.resize(cells, 0.0);
    let mixed = &mut scratch.mixed[..cells];
    for k in 0..7 {
        let (above, below) = (&lines[0][k][..cells], &lines[1][k][..cells]);
        for x in 0..cells {
            mixed[x] = (1.0 - share) * above[x] + share * below[x];
        }
        let wide = &mut scratch.wide[k];
        wide.resize(width.next_multiple_of(SIDE), 0.0);
        for (i, four) in wide.as_chunks_mut::<SIDE>().0.iter_mut().enumerate() {
            let (a, b, c) = (
                mixed[i + beyond - 1],
                mixed[i + beyond],
                mixed[i + beyond + 1],
            );
            four[0] = 0.375 * a + 0.625 * b;
            four[1] = 0.125 * a + 0.875 * b;
            four[2] = 0.875 * b + 0.125 * c;
            four[3] = 0.625 * b + 0.375 * c;
        }
    }
}

/// The middle one of five rows of luma, and its chroma, without noise: red, green, blue.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn cleaned(
    near: [&[f32]; 5],
    own: &Light,
    margin: usize,
    scratch: &mut Scratch,
    to: &mut Light,
) {
    let (columns, width) = (near[0].len(), to[0].len());
    let [sum, square] = &mut scratch.sums;
    sum.resize(columns, 0.0);
    square.resize(columns, 0.0);
    let (sum, square) = (&mut sum[..columns], &mut square[..columns]);
    let [a, b, c, d, e] = near;
    let (a, b, c) = (&a[..columns], &b[..columns], &c[..columns]);
    let (d, e) = (&d[..columns], &e[..columns]);
    for x in 0..columns {
        sum[x] = a[x] + b[x] + c[x] + d[x] + e[x];
        square[x] = a[x] * a[x] + b[x] * b[x] + c[x] * c[x] + d[x] * d[x] + e[x] * e[x];
    }
    let from = margin - 2;
    let part = from..from + width + 4;
    let (sum, square) = (&sum[part.clone()], &square[part.clone()]);
    let (a, b, c) = (&a[part.clone()], &b[part.clone()], &c[part.clone()]);
    let (d, e) = (&d[part.clone()], &e[part]);
    let [u, v] = [1, 2].map(|k| &own[k][margin..margin + width]);
    let [noise, blue_slope, blue, blue_kept, red_slope, red, red_kept] =
        scratch.wide.each_ref().map(|wide| &wide[..width]);
    let [red_to, green_to, blue_to] = to;
    let (green_to, blue_to) = (&mut green_to[..width], &mut blue_to[..width]);
    for x in 0..width {
        let mean = (sum[x] + sum[x + 1] + sum[x + 2] + sum[x + 3] + sum[x + 4]) * 0.04;
        let squares = square[x] + square[x + 1] + square[x + 2] + square[x + 3] + square[x + 4];
        let upright = 0.2 * sum[x + 2] - mean;
        let level = 0.2 * (c[x] + c[x + 1] + c[x + 2] + c[x + 3] + c[x + 4]) - mean;
        let falling = 0.2 * (a[x] + b[x + 1] + c[x + 2] + d[x + 3] + e[x + 4]) - mean;
        let rising = 0.2 * (e[x] + d[x + 1] + c[x + 2] + b[x + 3] + a[x + 4]) - mean;
        let straight = (upright * upright).max(level * level);
        let through = straight.max(falling * falling).max(rising * rising);
        let variance = 0.04 * squares - mean * mean + THROUGH * through;
        let taken = (noise[x] / variance.max(1e-12)).min(1.0);
        let y = c[x + 2];
        let luma = y + taken * taken * (mean - y);
        let u_now =
            blue[x] + blue_slope[x] * luma + blue_kept[x] * (u[x] - blue[x] - blue_slope[x] * y);
        let v_now = red[x] + red_slope[x] * luma + red_kept[x] * (v[x] - red[x] - red_slope[x] * y);
        red_to[x] = (luma + v_now).clamp(0.0, 1.0);
        green_to[x] = (luma - (0.2126 * v_now + 0.0722 * u_now) / 0.7152).clamp(0.0, 1.0);
        blue_to[x] = (luma + u_now).clamp(0.0, 1.0);
    }
}
