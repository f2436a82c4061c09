//! Grade: luma of a row, and light of a row through its factors, balance and tone.

use crate::colour::luminance;
use crate::light::{LUMA, Sample};
use crate::steps::tone::{Point, shoulder};
use crate::steps::white_balance::WhiteBalance;

/// What happens to the pixels of one row.
pub(crate) struct Gains<'a> {
    /// A factor a pixel on light before everything else.
    pub before: &'a [f32],
    /// The tone of each pixel's surroundings.
    pub points: &'a [Point],
    /// The same for all.
    pub balance: WhiteBalance,
}

/// Luma of a row of RGB samples, in samples.
#[inline(always)]
pub(crate) fn luma<S: Sample>(from: &[S], to: &mut [f32]) {
    for (p, to) in from.as_chunks::<3>().0.iter().zip(to) {
        *to = LUMA[0] * p[0].index() as f32
            + LUMA[1] * p[1].index() as f32
            + LUMA[2] * p[2].index() as f32;
    }
}

/// Light just below white, 253 of 255 once encoded.
const WHITE: f32 = 0.985;

/// Grades a row.
#[inline(always)]
pub(crate) fn row<S: Sample>(from: &[S], to: &mut [S], gains: &Gains<'_>) {
    let (linear, samples) = (S::linear_table(), S::sample_table());
    let pixels = from
        .as_chunks::<3>()
        .0
        .iter()
        .zip(to.as_chunks_mut::<3>().0);
    for ((from, to), (before, point)) in pixels.zip(gains.before.iter().zip(gains.points)) {
        let light = from.map(|v| linear[v.index()]);
        let graded = toned(point, gains.balance.apply(lit(light, *before)));
        // Nothing becomes white that was not: a gain ends just below it.
        *to = [0, 1, 2].map(|c| S::from_linear(samples, graded[c].min(light[c].max(WHITE))));
    }
}

/// A gain of the lens or of sharpening, bent so that nothing passes white.
#[inline(always)]
fn lit(light: [f32; 3], factor: f32) -> [f32; 3] {
    let top = light[0].max(light[1]).max(light[2]);
    let fourth = |v: f32| (v * v) * (v * v);
    let bent = 1.0 + (fourth(factor) - 1.0).max(0.0) * fourth(top);
    let factor = factor / bent.sqrt().sqrt();
    light.map(|v| v * factor)
}

/// One pixel: gain with its shoulder, chroma around its own luminance.
#[inline(always)]
fn toned(point: &Point, light: [f32; 3]) -> [f32; 3] {
    let top = light[0].max(light[1]).max(light[2]).min(1.0);
    let factor = shoulder(point, top);
    let grey = luminance(light);
    light.map(|v| (grey + (v - grey) * point.chroma) * factor)
}
