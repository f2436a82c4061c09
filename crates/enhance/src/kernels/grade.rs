//! Grade: luma of a row, and light of a row through its factors, balance and tone.
//!
//! Tables are read one pixel at a time; all arithmetic between them runs over blocks of 64 pixels,
//! one simple loop a stage, which is what the compiler turns into vectors. No closures there: what is
//! compiled for a processor is not inlined through `map` or `for_each`, which are compiled for all.

#![allow(
    clippy::needless_range_loop,
    reason = "one index over several lanes is what becomes a vector"
)]

use multiversion::multiversion;

use crate::kernels::balance::balanced;
use crate::kernels::dials::{self, Dialling};
use crate::kernels::sample::Graded;
use crate::math::colour::luminance;
use crate::math::light::LUMA;

/// Parameters of one row.
pub(crate) struct Row<'a> {
    /// Red, green and blue of the row without noise, in samples; `None`: as it came.
    pub quiet: Option<[&'a [f32]; 3]>,
    /// Luma of the row, in samples.
    pub luma: &'a [f32],
    /// A factor a pixel on light before everything else; `None`: one.
    pub before: Option<&'a [f32]>,
    /// Coefficients of the base layer, one a pixel.
    pub slope: &'a [f32],
    /// The same.
    pub offset: &'a [f32],
    /// The tone over the base layer, `STEPS` points.
    pub table: &'a [Point; STEPS],
    /// Gains of the white balance, the same for all; `None`: neutral.
    pub balance: Option<[f32; 3]>,
    /// Dials that a person turned, on top; `None`: nothing.
    pub dials: Option<&'a Dialling>,
}

/// Steps of the tables over the base layer.
pub(crate) const STEPS: usize = 4096;

/// Tone at one brightness of the surroundings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    /// Factor on linear light.
    pub gain: f32,
    /// The shoulder's bend: `gain` to the eighth, or over white when darkening, minus one.
    pub bend: f32,
    /// Factor on chroma.
    pub chroma: f32,
}

/// Light just below white, 253 of 255 once encoded.
const WHITE: f32 = 0.985;
/// Pixels a block.
pub(crate) const N: usize = 64;
pub(crate) type Lanes = [f32; N];

/// Luma of a row of 8-bit RGB, in samples.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn luma8(from: &[u8], to: &mut [f32]) {
    luma(from, to);
}

/// The same of 16-bit RGB.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn luma16(from: &[u16], to: &mut [f32]) {
    luma(from, to);
}

/// Grades a row of 8-bit RGB.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn row8(from: &[u8], row: &Row<'_>, to: &mut [u8]) {
    graded(from, row, to);
}

/// The same of 16-bit RGB.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn row16(from: &[u16], row: &Row<'_>, to: &mut [u16]) {
    graded(from, row, to);
}

/// A row between two others, `share` of the way down.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn mix(upper: &[f32], lower: &[f32], share: f32, to: &mut [f32]) {
    for (to, (upper, lower)) in to.iter_mut().zip(upper.iter().zip(lower)) {
        *to = upper + (lower - upper) * share;
    }
}

#[inline(always)]
fn luma<S: Graded>(from: &[S], to: &mut [f32]) {
    for (p, to) in from.as_chunks::<3>().0.iter().zip(to) {
        let (r, g, b) = (p[0].number(), p[1].number(), p[2].number());
        *to = LUMA[0] * r + LUMA[1] * g + LUMA[2] * b;
    }
}

#[inline(always)]
fn graded<S: Graded>(from: &[S], row: &Row<'_>, to: &mut [S]) {
    let pixels = from.as_chunks::<3>().0.chunks(N);
    for (block, (from, to)) in pixels
        .zip(to.as_chunks_mut::<3>().0.chunks_mut(N))
        .enumerate()
    {
        let start = block * N;
        let mut source = [[0.0; N]; 3];
        light(from, row.quiet, start, &mut source);
        let mut light = source;
        if let Some(before) = row.before {
            lit(&mut light, &before[start..start + from.len()]);
        }
        if let Some(balance) = row.balance {
            balance_lanes(&mut light, balance);
        }
        let points = points(row, start, from.len(), S::MAX);
        toned(&mut light, &points);
        if let Some(dials) = row.dials {
            let roots = roots(row, start, from.len(), S::MAX, &points);
            dials::dialled(&mut light, &source, &roots, dials);
        }
        ended(&mut light, &source);
        S::samples(&light, to);
    }
}

/// Light of a block of pixels, without noise where that was taken out.
#[inline(always)]
pub(crate) fn light<S: Graded>(
    from: &[[S; 3]],
    quiet: Option<[&[f32]; 3]>,
    start: usize,
    to: &mut [Lanes; 3],
) {
    let end = start + from.len();
    match quiet {
        Some([r, g, b]) => S::light_between([&r[start..end], &g[start..end], &b[start..end]], to),
        None => S::light(from, to),
    }
}

/// The nearest 8-bit sample to a value of 0.0 to 255.4.
#[inline(always)]
pub(crate) fn nearest(value: f32) -> u8 {
    whole(value + 0.5) as u8
}

/// The whole part of a value of 0.0 to 100 000.0.
#[inline(always)]
pub(crate) fn whole(value: f32) -> u32 {
    // What is no number becomes nought, too.
    let safe = if value > 0.0 { value } else { 0.0 };
    // SAFETY: it is a number, neither negative nor too large.
    unsafe { safe.min(100_000.0).to_int_unchecked::<u32>() }
}

#[inline(always)]
pub(crate) fn top(light: &[Lanes; 3], i: usize) -> f32 {
    light[0][i].max(light[1][i]).max(light[2][i])
}

/// A gain of the lens or of sharpening, bent so that nothing passes white.
#[inline(always)]
pub(crate) fn lit(light: &mut [Lanes; 3], factors: &[f32]) {
    let mut lanes = [1.0; N];
    lanes[..factors.len()].copy_from_slice(factors);
    for i in 0..N {
        let (square, top) = (lanes[i] * lanes[i], top(light, i));
        let bent = 1.0 + (square * square - 1.0).max(0.0) * ((top * top) * (top * top));
        let factor = lanes[i] / bent.sqrt().sqrt();
        for channel in light.iter_mut() {
            channel[i] *= factor;
        }
    }
}

#[inline(always)]
fn balance_lanes(light: &mut [Lanes; 3], gains: [f32; 3]) {
    for i in 0..N {
        let pixel = balanced(gains, [light[0][i], light[1][i], light[2][i]]);
        for c in 0..3 {
            light[c][i] = pixel[c];
        }
    }
}

/// The tone of each pixel's surroundings, a lane each of gain, bend and chroma.
#[inline(always)]
fn points(row: &Row<'_>, start: usize, count: usize, max: f32) -> [Lanes; 3] {
    let (mut slope, mut offset, mut luma) = ([0.0; N], [0.0; N], [0.0; N]);
    let part = start..start + count;
    luma[..count].copy_from_slice(&row.luma[part.clone()]);
    slope[..count].copy_from_slice(&row.slope[part.clone()]);
    offset[..count].copy_from_slice(&row.offset[part]);
    let last = (STEPS - 1) as f32;
    for i in 0..N {
        let base = slope[i] * (luma[i] / max) + offset[i];
        luma[i] = (base * last).clamp(0.0, last) + 0.5;
    }
    let mut points = [[1.0; N]; 3];
    for i in 0..count {
        let point = row.table[whole(luma[i]) as usize % STEPS];
        (points[0][i], points[1][i], points[2][i]) = (point.gain, point.bend, point.chroma);
    }
    points
}

/// Roots of the surroundings' light under the tone.
#[inline(always)]
fn roots(row: &Row<'_>, start: usize, count: usize, max: f32, points: &[Lanes; 3]) -> Lanes {
    let part = start..start + count;
    let mut roots = dials::surroundings(
        &row.slope[part.clone()],
        &row.offset[part.clone()],
        &row.luma[part],
        max,
    );
    for i in 0..N {
        roots[i] = (roots[i] * shoulder(points[0][i], points[1][i], roots[i])).sqrt();
    }
    roots
}

/// Gain with its shoulder, chroma around the pixel's own luminance. The shoulder leaves light of
/// 1.0 where the point says that white ends, and lets nothing below reach it.
#[inline(always)]
fn toned(light: &mut [Lanes; 3], points: &[Lanes; 3]) {
    let [gain, bend, chroma] = points;
    for i in 0..N {
        let top = top(light, i).min(1.0);
        let factor = shoulder(gain[i], bend[i], top);
        let grey = luminance([light[0][i], light[1][i], light[2][i]]);
        for channel in light.iter_mut() {
            channel[i] = (grey + (channel[i] - grey) * chroma[i]) * factor;
        }
    }
}

/// The factor for a pixel whose largest channel is `top` (0.0 to 1.0).
#[inline(always)]
pub(crate) fn shoulder(gain: f32, bend: f32, top: f32) -> f32 {
    let fourth = (top * top) * (top * top);
    let bent = 1.0 + bend * (fourth * fourth);
    let root = bent.sqrt().sqrt().sqrt();
    gain / if gain > 1.0 { root } else { bent }
}

/// Nothing becomes white that was not: a gain ends just below it.
#[inline(always)]
pub(crate) fn ended(light: &mut [Lanes; 3], source: &[Lanes; 3]) {
    for c in 0..3 {
        for i in 0..N {
            let limit = source[c][i].max(WHITE);
            light[c][i] = light[c][i].max(0.0).min(limit).min(1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::light::Sample;

    /// The same for one pixel, as it reads.
    fn slow(pixel: [u8; 3], before: f32, gains: [f32; 3], point: &Point) -> [u8; 3] {
        let fourth = |v: f32| (v * v) * (v * v);
        let source = pixel.map(|v| u8::linear_table()[v.index()]);
        let top = source.iter().fold(0.0, |a: f32, &v| a.max(v));
        let bent = 1.0 + (fourth(before) - 1.0).max(0.0) * fourth(top);
        let lit = source.map(|v| v * before / bent.powf(0.25));
        let light = balanced(gains, lit);
        let top = light.iter().fold(0.0, |a: f32, &v| a.max(v)).min(1.0);
        let bent = 1.0 + point.bend * top.powi(8);
        let factor = point.gain
            / if point.gain > 1.0 {
                bent.powf(0.125)
            } else {
                bent
            };
        let grey = luminance(light);
        [0, 1, 2].map(|c| {
            let value = (grey + (light[c] - grey) * point.chroma) * factor;
            let value = value.clamp(0.0, source[c].clamp(WHITE, 1.0));
            (crate::math::light::encoded(value) * 255.0).round() as u8
        })
    }

    #[test]
    fn a_row_is_graded_as_each_pixel_alone() {
        let width = 150;
        let from: Vec<u8> = (0..width * 3).map(|i| (i * 7919 % 256) as u8).collect();
        let before: Vec<f32> = (0..width).map(|i| 0.8 + (i % 5) as f32 * 0.2).collect();
        let gains = [0.8, 1.02, 1.3];
        let point = |i: usize| Point {
            gain: 0.5 + 2.0 * i as f32 / STEPS as f32,
            bend: if i < STEPS / 4 {
                -0.3
            } else {
                20.0 * i as f32 / STEPS as f32
            },
            chroma: 0.95,
        };
        let table = std::array::from_fn(point);
        let mut lumas = vec![0.0; width];
        luma8(&from, &mut lumas);
        let row = Row {
            quiet: None,
            luma: &lumas,
            before: Some(&before),
            slope: &vec![0.5; width],
            offset: &vec![0.25; width],
            table: &table,
            balance: Some(gains),
            dials: None,
        };
        let mut to = vec![0; from.len()];
        row8(&from, &row, &mut to);
        for (i, (from, to)) in
            std::iter::zip(from.as_chunks::<3>().0, to.as_chunks::<3>().0).enumerate()
        {
            let base = 0.5 * lumas[i] / 255.0 + 0.25;
            let point = &table[(base * (STEPS - 1) as f32 + 0.5) as usize];
            let wanted = slow(*from, before[i], gains, point);
            let off = |c: usize| to[c].abs_diff(wanted[c]);
            assert!(
                (0..3).all(|c| off(c) <= 1),
                "{from:?}: {to:?}, not {wanted:?}"
            );
        }
    }
}
