//! Dials of a block of pixels: gains of each channel, then a gain by the light of the surroundings and one
//! by the pixel's own, with the finish's soft end below white.

#![allow(
    clippy::needless_range_loop,
    reason = "one index over several lanes is what becomes a vector"
)]

use crate::kernels::curve;
use crate::kernels::finish::{curved, ease};
use crate::kernels::grade::{self, Lanes, N, whole};
use crate::math::colour::luminance;

/// Steps of the tables over the square root of light.
pub(crate) const STEPS: usize = 4096;

/// The dials, ready for rows.
pub(crate) struct Dialling {
    /// Gains of each channel.
    pub gains: [f32; 3],
    /// Gain over the root of the surroundings' light.
    pub around: Box<[f32; STEPS]>,
    /// Gain over the root of the pixel's own luminance.
    pub own: Box<[f32; STEPS]>,
}

/// Light of the surroundings as they came, from coefficients of the base layer and lumas in samples.
#[inline(always)]
pub(crate) fn surroundings(slope: &[f32], offset: &[f32], luma: &[f32], max: f32) -> Lanes {
    let (mut slopes, mut offsets, mut around) = ([0.0; N], [0.0; N], [0.0; N]);
    slopes[..slope.len()].copy_from_slice(slope);
    offsets[..offset.len()].copy_from_slice(offset);
    around[..luma.len()].copy_from_slice(luma);
    for i in 0..N {
        let base = (slopes[i] * (around[i] / max) + offsets[i]).clamp(0.0, 1.0);
        around[i] = curve::light(base * 255.0);
    }
    around
}

/// Turns light that is done otherwise. `roots`: of the surroundings' light as it is by now.
#[inline(always)]
pub(crate) fn dialled(
    light: &mut [Lanes; 3],
    source: &[Lanes; 3],
    roots: &Lanes,
    dials: &Dialling,
) {
    grade::ended(light, source);
    let before = *light;
    tinted(light, dials.gains);
    let gains = gains(light, roots, dials);
    curved(light, &before, &[gains, [1.0; N]]);
}

/// Gains of the channels. One that is nearly clipped says only "at least this": it is lifted to the others;
/// white stays white.
#[inline(always)]
fn tinted(light: &mut [Lanes; 3], gains: [f32; 3]) {
    for i in 0..N {
        let own = [light[0][i], light[1][i], light[2][i]];
        let mut out = [0.0; 3];
        for c in 0..3 {
            out[c] = own[c] * gains[c];
        }
        let others = [out[1].max(out[2]), out[2].max(out[0]), out[0].max(out[1])];
        let white = ease((own[0].min(own[1]).min(own[2]) - 0.94) * (1.0 / 0.06));
        for c in 0..3 {
            let missing = (others[c].min(1.0) - out[c]).max(0.0);
            let lifted = out[c] + missing * ease((own[c] - 0.9) * 10.0);
            light[c][i] = lifted + (own[c] - lifted) * white;
        }
    }
}

#[inline(always)]
fn gains(light: &[Lanes; 3], roots: &Lanes, dials: &Dialling) -> Lanes {
    let last = (STEPS - 1) as f32;
    let mut gains = [1.0; N];
    for i in 0..N {
        let around = dials.around[step(roots[i] * last)];
        let grey = luminance([light[0][i], light[1][i], light[2][i]]) * around;
        gains[i] = around * dials.own[step(grey.sqrt() * last)];
    }
    gains
}

#[inline(always)]
fn step(place: f32) -> usize {
    whole(place.min((STEPS - 1) as f32) + 0.5) as usize % STEPS
}
