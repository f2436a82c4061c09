//! Finish of a row: light less a veil, times gains that vary over the row, then curve and chroma by the
//! light of the surroundings, and a soft end below white.

#![allow(
    clippy::needless_range_loop,
    reason = "one index over several lanes is what becomes a vector"
)]

use multiversion::multiversion;

use crate::kernels::curve;
use crate::kernels::dials::{self, Dialling};
use crate::kernels::grade::{self, Lanes, N, whole};
use crate::kernels::sample::Graded;
use crate::math::colour::luminance;

/// Steps of the table over the light of the surroundings.
pub(crate) const CURVE: usize = 8192;
/// Stops of light that the table goes from and to.
pub(crate) const STOPS: [f32; 2] = [-9.0, 2.0];
/// Steps of the table a stop.
pub(crate) const STEPS_A_STOP: f32 = (CURVE - 1) as f32 / (STOPS[1] - STOPS[0]);
/// Least light of surroundings under a veil.
const DARKEST: f32 = 1e-4;
/// Light from which brightness ends softly below white.
const SOFT: f32 = 0.8;

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
    /// Light of each channel that is taken off.
    pub veil: [f32; 3],
    /// Gains of each channel, one a pixel.
    pub gains: [&'a [f32]; 3],
    /// Stops of luminance that the gains make, one a pixel, in steps of the table.
    pub stops: &'a [f32],
    /// Light that the veil takes off the surroundings.
    pub dim: f32,
    /// Curve and chroma over light.
    pub table: &'a [Point; CURVE],
    /// Share of the finish that is taken, 0.0 to 1.0.
    pub share: f32,
    /// Dials that a person turned, on top; `None`: nothing.
    pub dials: Option<&'a Dialling>,
}

/// Curve and chroma at one light.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    /// Factor on light.
    pub gain: f32,
    /// Factor on chroma.
    pub chroma: f32,
}

/// Finishes a row of 8-bit RGB.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn row8(from: &[u8], row: &Row<'_>, to: &mut [u8]) {
    finished(from, row, to);
}

/// The same of 16-bit RGB.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn row16(from: &[u16], row: &Row<'_>, to: &mut [u16]) {
    finished(from, row, to);
}

#[inline(always)]
fn finished<S: Graded>(from: &[S], row: &Row<'_>, to: &mut [S]) {
    let pixels = from.as_chunks::<3>().0.chunks(N);
    for (block, (from, to)) in pixels
        .zip(to.as_chunks_mut::<3>().0.chunks_mut(N))
        .enumerate()
    {
        let (start, count) = (block * N, from.len());
        let mut source = [[0.0; N]; 3];
        grade::light(from, row.quiet, start, &mut source);
        let mut light = source;
        if let Some(before) = row.before {
            grade::lit(&mut light, &before[start..start + count]);
        }
        gained(&mut light, row, start, count);
        let points = points(row, start, count, S::MAX);
        curved(&mut light, &source, &points);
        if row.share < 1.0 {
            shared(&mut light, &source, row.share);
        }
        if let Some(dials) = row.dials {
            let roots = roots(row, start, count, S::MAX, &points[0]);
            dials::dialled(&mut light, &source, &roots, dials);
        }
        grade::ended(&mut light, &source);
        S::samples(&light, to);
    }
}

/// Veil off, gains on. A channel that is nearly clipped says only "at least this": where its gain would
/// leave it below the others it is lifted to them, and white stays white.
#[inline(always)]
fn gained(light: &mut [Lanes; 3], row: &Row<'_>, start: usize, count: usize) {
    let mut gains = [[1.0; N]; 3];
    for c in 0..3 {
        gains[c][..count].copy_from_slice(&row.gains[c][start..start + count]);
    }
    for i in 0..N {
        let own = [light[0][i], light[1][i], light[2][i]];
        let mut out = [0.0; 3];
        for c in 0..3 {
            out[c] = (own[c] - row.veil[c]).max(0.0) * gains[c][i];
        }
        let others = [out[1].max(out[2]), out[2].max(out[0]), out[0].max(out[1])];
        let white = ease((own[0].min(own[1]).min(own[2]) - 0.94) * (1.0 / 0.06));
        for c in 0..3 {
            let missing = (others[c].min(1.0) - out[c]).max(0.0);
            let lifted = out[c] + missing * ease((own[c] - 0.9) * 10.0);
            light[c][i] = lifted + (lifted.max(own[c]).min(1.0) - lifted) * white;
        }
    }
}

#[inline(always)]
pub(crate) fn ease(share: f32) -> f32 {
    let t = share.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The curve and chroma for each pixel's surroundings.
#[inline(always)]
fn points(row: &Row<'_>, start: usize, count: usize, max: f32) -> [Lanes; 2] {
    let (mut slope, mut offset) = ([0.0; N], [0.0; N]);
    let (mut luma, mut stops) = ([0.0; N], [0.0; N]);
    let part = start..start + count;
    luma[..count].copy_from_slice(&row.luma[part.clone()]);
    slope[..count].copy_from_slice(&row.slope[part.clone()]);
    offset[..count].copy_from_slice(&row.offset[part.clone()]);
    stops[..count].copy_from_slice(&row.stops[part]);
    for i in 0..N {
        let base = (slope[i] * (luma[i] / max) + offset[i]).clamp(0.0, 1.0);
        let light = (curve::light(base * 255.0) - row.dim).max(DARKEST);
        let place = (log2(light) - STOPS[0]) * STEPS_A_STOP + stops[i];
        stops[i] = place.clamp(0.0, (CURVE - 1) as f32) + 0.5;
    }
    let mut points = [[1.0; N]; 2];
    for i in 0..count {
        let point = row.table[whole(stops[i]) as usize % CURVE];
        (points[0][i], points[1][i]) = (point.gain, point.chroma);
    }
    points
}

/// Roots of the surroundings' light under the finish.
#[inline(always)]
fn roots(row: &Row<'_>, start: usize, count: usize, max: f32, gain: &Lanes) -> Lanes {
    let part = start..start + count;
    let mut gains = [[0.0; N]; 3];
    for c in 0..3 {
        gains[c][..count].copy_from_slice(&row.gains[c][part.clone()]);
    }
    let mut roots = dials::surroundings(
        &row.slope[part.clone()],
        &row.offset[part.clone()],
        &row.luma[part],
        max,
    );
    for i in 0..N {
        let lit = luminance([gains[0][i], gains[1][i], gains[2][i]]);
        let after = (roots[i] - row.dim).max(DARKEST) * lit * gain[i];
        let from = roots[i].sqrt();
        roots[i] = from + (after.sqrt() - from) * row.share;
    }
    roots
}

/// Gain and chroma around the pixel's own luminance, which comes to white softly, but not below where it
/// was. A colour that does not fit between black and white at its luminance loses chroma, not luminance:
/// a lighter surface stays the lighter one.
#[inline(always)]
pub(crate) fn curved(light: &mut [Lanes; 3], source: &[Lanes; 3], points: &[Lanes; 2]) {
    let [gain, chroma] = points;
    for i in 0..N {
        let grey = luminance([light[0][i], light[1][i], light[2][i]]);
        let bottom = light[0][i].min(light[1][i]).min(light[2][i]);
        let chroma = chroma[i].min(grey / (grey - bottom).max(1e-6));
        for c in 0..3 {
            light[c][i] = ((grey + (light[c][i] - grey) * chroma) * gain[i]).max(0.0);
        }
        let own = luminance([source[0][i], source[1][i], source[2][i]]);
        let (bright, top) = (grey * gain[i], grade::top(light, i));
        let limit = soft(top).max(top.min(grade::top(source, i)));
        let middle = soft(bright).max(bright.min(own));
        let factor = middle / bright.max(1e-6);
        let room = (limit - middle) / (top * factor - middle).max(1e-6);
        for c in 0..3 {
            light[c][i] = middle + (light[c][i] * factor - middle) * room.min(1.0);
        }
    }
}

/// A share of the way from the source, between square roots of light.
#[inline(always)]
fn shared(light: &mut [Lanes; 3], source: &[Lanes; 3], share: f32) {
    for c in 0..3 {
        for i in 0..N {
            let from = source[c][i].sqrt();
            let root = from + (light[c][i].sqrt() - from) * share;
            light[c][i] = root * root;
        }
    }
}

/// Logarithm to the base of two of a positive number, within 0.0001: the exponent, and a polynomial through
/// the mantissa.
#[inline(always)]
fn log2(value: f32) -> f32 {
    let bits = value.to_bits();
    let exponent = (bits >> 23) as f32 - 127.0;
    let m = f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000) - 1.0;
    let rest = 0.441_740_3 + m * (-0.266_029_9 + m * (0.146_314_3 - m * 0.044_004_7));
    exponent + m * (1.0 + (1.0 - m) * rest)
}

/// Straight up to `SOFT`, then ever nearer to one.
#[inline(always)]
pub(crate) fn soft(top: f32) -> f32 {
    let over = (top - SOFT).max(0.0) * (1.0 / (1.0 - SOFT));
    let square = over * over;
    let bent = over / (1.0 + square * square).sqrt().sqrt();
    top.min(SOFT) + bent * (1.0 - SOFT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_near_enough() {
        for i in 1..40_000 {
            let value = i as f32 / 4000.0;
            assert!((log2(value) - value.log2()).abs() < 1e-4, "{value}");
        }
    }

    #[test]
    fn a_colour_that_does_not_fit_above_black_keeps_its_luminance() {
        for [red, green, blue] in [[0.3, 0.01, 0.01], [0.02, 0.2, 0.0], [0.1, 0.1, 0.1]] {
            let source = [[red; N], [green; N], [blue; N]];
            let mut light = source;
            curved(&mut light, &source, &[[1.0; N], [1.9; N]]);
            let [before, after] =
                [&source, &light].map(|of| luminance([of[0][0], of[1][0], of[2][0]]));
            assert!((after - before).abs() < 1e-6, "{before} {after}");
        }
    }

    #[test]
    fn white_is_approached_and_never_passed() {
        let steps: Vec<f32> = (0..200).map(|i| soft(i as f32 / 50.0)).collect();
        assert!(steps.is_sorted() && steps.iter().all(|v| *v <= 1.0));
        assert_eq!(soft(0.7), 0.7);
    }
}
