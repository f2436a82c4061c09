//! Rows of the matte and of the composition: arithmetic over whole rows, one simple loop each, so
//! that the compiler makes vectors of them. Tables are read before and after, by whoever calls.

#![allow(
    clippy::needless_range_loop,
    reason = "one index over several slices is what becomes a vector"
)]

use multiversion::multiversion;

/// Weight that red and green lack against blue amid the sky: clouds and the blue between them are
/// nearly alike in blue, and wires, birds and twigs are not.
const RED: f32 = 0.92;
const GREEN: f32 = 0.75;

/// Share of sky below which a pixel has none, and over which it fades in from there: a breath of sky on a
/// bright wall is paint on the wall.
const NONE: f32 = 0.02;
const FADE: f32 = 0.04;

/// Distance of a light from the sky's, as a share of the sky's.
#[inline(always)]
pub(crate) fn unlike(light: [f32; 3], sky: [f32; 3], certain: f32) -> f32 {
    let (red, green) = (1.0 - RED * certain, 1.0 - GREEN * certain);
    let off = [light[0] - sky[0], light[1] - sky[1], light[2] - sky[2]];
    let far = red * off[0] * off[0] + green * off[1] * off[1] + off[2] * off[2];
    let own = red * sky[0] * sky[0] + green * sky[1] * sky[1] + sky[2] * sky[2];
    (far / (own + 1e-4)).sqrt()
}

/// The matte's fields along a row.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    /// Light of the sky.
    pub sky: [Vec<f32>; 3],
    pub near: Vec<f32>,
    pub slope: Vec<f32>,
    pub base: Vec<f32>,
    pub trust: Vec<f32>,
    pub certain: Vec<f32>,
}

/// Share of sky of every pixel of a row of light.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn shares(light: &[Vec<f32>; 3], fields: &Fields, to: &mut [f32]) {
    let n = to.len();
    let [r, g, b] = [&light[0][..n], &light[1][..n], &light[2][..n]];
    let sky = [
        &fields.sky[0][..n],
        &fields.sky[1][..n],
        &fields.sky[2][..n],
    ];
    let (near, slope) = (&fields.near[..n], &fields.slope[..n]);
    let (base, trust) = (&fields.base[..n], &fields.trust[..n]);
    let certain = &fields.certain[..n];
    for i in 0..n {
        let far = unlike(
            [r[i], g[i], b[i]],
            [sky[0][i], sky[1][i], sky[2][i]],
            certain[i],
        );
        let q = (1.0 - (far - near[i]) * slope[i]).clamp(0.0, 1.0);
        let share = (base[i] + trust[i] * q).clamp(0.0, 1.0);
        to[i] = share * ((share - NONE) * (1.0 / FADE)).clamp(0.0, 1.0);
    }
}

/// Numbers of a composition that are the same everywhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blend {
    /// Gain of the ground's dark parts, as [`relit`] has it.
    pub relight: f32,
    /// Largest change of light that counts as the old sky's grain.
    pub limit: f32,
}

/// Light under another sky: a gain in the dark that white ends without, so that nothing clips.
#[inline(always)]
pub(crate) fn relit(light: f32, gain: f32) -> f32 {
    light * gain / (1.0 + (gain - 1.0) * light)
}

/// Old skies brighter than this have no grain of their own.
const BLOWN: f32 = 0.95;

/// One channel of a row: the old sky's share of every pixel's light becomes the new one's.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn blend(
    light: &mut [f32],
    share: &[f32],
    old: &[f32],
    new: &[f32],
    grain: &[f32],
    with: Blend,
) {
    let n = light.len();
    let (share, old, new, grain) = (&share[..n], &old[..n], &new[..n], &grain[..n]);
    for i in 0..n {
        let ground = (light[i] - share[i] * old[i]).max(0.0).min(1.0 - share[i]);
        let own = (light[i] - old[i]).max(-with.limit).min(with.limit);
        let kept = if old[i] > BLOWN { grain[i] } else { own };
        // What is left of the pixel is ground, and that is lit by its own brightness.
        let whole = (1.0 - share[i]).max(1e-3);
        let lit = ground * with.relight / (1.0 + (with.relight - 1.0) * ground / whole);
        let there = lit + share[i] * (new[i] + kept);
        light[i] = there.clamp(0.0, 1.0);
    }
}

/// Uniform grain of a row with a standard deviation, seeded, by place.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn grain(from: usize, y: usize, seed: u64, sigma: f32, to: &mut [f32]) {
    let row = (seed as u32) ^ ((seed >> 32) as u32) ^ (y as u32).wrapping_mul(0x9e37_79b1);
    // A uniform number is √12 standard deviations wide.
    let scale = sigma * 3.464_1 / 65_536.0;
    for i in 0..to.len() {
        let mut bits = row ^ ((from + i) as u32).wrapping_mul(0x85eb_ca6b);
        bits = (bits ^ (bits >> 16)).wrapping_mul(0x7feb_352d);
        bits = (bits ^ (bits >> 15)).wrapping_mul(0x846c_a68b);
        to[i] = ((bits >> 16) as i32 - 32_768) as f32 * scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_skys_colour_is_sky_and_what_is_far_from_it_is_not() {
        let n = 40;
        let fields = Fields {
            sky: [vec![0.8; n], vec![0.8; n], vec![0.9; n]],
            near: vec![0.05; n],
            slope: vec![1.0 / 0.7; n],
            base: vec![0.0; n],
            trust: vec![1.0; n],
            certain: vec![0.0; n],
        };
        let ramp = |top: f32| (0..n).map(|i| top * i as f32 / (n - 1) as f32).collect();
        let light: [Vec<f32>; 3] = [ramp(0.8), ramp(0.8), ramp(0.9)];
        let mut shares_of = vec![0.0; n];
        shares(&light, &fields, &mut shares_of);
        assert_eq!((shares_of[0], shares_of[n - 1]), (0.0, 1.0));
        assert!(shares_of.is_sorted());
    }

    #[test]
    fn a_mixed_pixel_is_the_ground_and_the_new_sky_in_the_same_shares() {
        let (ground, old, new) = (0.1, 0.8, 0.3);
        for share in [0.0, 0.25, 0.5, 1.0] {
            let mut light = [share * old + (1.0 - share) * ground];
            let with = Blend {
                relight: 1.0,
                limit: 0.0,
            };
            blend(&mut light, &[share], &[old], &[new], &[0.0], with);
            let wanted = share * new + (1.0 - share) * ground;
            assert!(
                (light[0] - wanted).abs() < 1e-6,
                "{share}: {} {wanted}",
                light[0]
            );
        }
    }

    #[test]
    fn light_under_another_sky_keeps_its_order_and_white() {
        for gain in [0.985, 1.0, 1.1, 1.19] {
            let lit: Vec<f32> = (0..=100).map(|i| relit(i as f32 / 100.0, gain)).collect();
            assert!(lit.is_sorted());
            assert!(lit[0] == 0.0 && (lit[100] - 1.0).abs() < 1e-6);
            assert!((lit[1] / 0.01 / gain - 1.0).abs() < 0.01, "{gain}");
            // A pixel that is half sky has the light of half its ground.
            let mut half = [0.5 * 0.6 + 0.5 * 0.8];
            let with = Blend {
                relight: gain,
                limit: 0.0,
            };
            blend(&mut half, &[0.5], &[0.8], &[0.3], &[0.0], with);
            assert!((half[0] - 0.5 * (relit(0.6, gain) + 0.3)).abs() < 1e-6);
        }
    }

    #[test]
    fn grain_has_the_deviation_it_was_asked_for() {
        let mut values = vec![0.0; 10_000];
        grain(3, 17, 99, 0.01, &mut values);
        let mean = values.iter().sum::<f32>() / 1e4;
        let square = values.iter().map(|v| v * v).sum::<f32>() / 1e4;
        assert!(
            mean.abs() < 5e-4 && (square.sqrt() - 0.01).abs() < 5e-4,
            "{mean} {square}"
        );
    }
}
