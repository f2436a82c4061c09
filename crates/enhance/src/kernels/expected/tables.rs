//! Tables that a whole row is looked up in: levels of light, and a finish's curve.

use multiversion::multiversion;

use crate::kernels::expected::Light;
use crate::kernels::grade::whole;

/// Steps of every table here.
pub(crate) const STEPS: usize = 4096;
/// The darkest and the brightest light on a finish's curve: 9 stops below white, and 2 above.
const DARKEST: f32 = 1.0 / 512.0;
pub(crate) const BRIGHTEST: f32 = 4.0;

/// A finish's curve, evenly spaced over the root of light up to [`BRIGHTEST`].
pub(crate) struct Curve {
    pub gain: Box<[f32; STEPS]>,
    pub chroma: Box<[f32; STEPS]>,
}

/// Levels of light under a gain: 1/lit - 1 is a gain-th of what it was, as with the inverse of a lens.
/// `levels`: over the root of light.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn relit(light: &mut [f32], gain: f32, levels: &[f32; STEPS]) {
    let last = (STEPS - 1) as f32;
    for v in light {
        let lit = 1.0 / (1.0 + (1.0 / v.max(1e-9) - 1.0) / gain);
        let at = whole(lit.clamp(0.0, 1.0).sqrt() * last + 0.5);
        *v = levels[at as usize % STEPS];
    }
}

/// Gain and chroma of every pixel, from the encoded brightness of its surroundings and its channels' gains.
/// `lights`: light over encoded brightness. `dim`: light that the veil takes off.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn points(
    around: &[f32],
    gains: &Light,
    dim: f32,
    lights: &[f32; STEPS],
    curve: &Curve,
    to: &mut [[f32; 2]],
) {
    let width = to.len();
    let around = &around[..width];
    let [red, green, blue] = gains.each_ref().map(|plane| &plane[..width]);
    let (gain, chroma) = (&curve.gain, &curve.chroma);
    let last = (STEPS - 1) as f32;
    let scale = last / BRIGHTEST.sqrt();
    for x in 0..width {
        let came = between(lights, around[x].clamp(0.0, 1.0) * last);
        let lit = 0.2126 * red[x] + 0.7152 * green[x] + 0.0722 * blue[x];
        let light = ((came - dim).max(1e-4) * lit).clamp(DARKEST, BRIGHTEST);
        let at = light.sqrt() * scale;
        to[x] = [between(gain, at), between(chroma, at)];
    }
}

/// A value of a table, straight between its steps.
#[inline(always)]
fn between(table: &[f32; STEPS], at: f32) -> f32 {
    let low = whole(at.min((STEPS - 2) as f32));
    let (one, two) = (
        table[low as usize % STEPS],
        table[(low + 1) as usize % STEPS],
    );
    one + (at - low as f32) * (two - one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_straight_between_its_steps_and_ends_with_its_last() {
        let table: Box<[f32; STEPS]> = Box::new(std::array::from_fn(|i| i as f32 * 2.0));
        let last = (STEPS - 1) as f32;
        for (at, expected) in [(0.0, 0.0), (7.25, 14.5), (last, 2.0 * last)] {
            assert_eq!(between(&table, at), expected);
        }
    }

    #[test]
    fn levels_follow_the_lens_formula() {
        let levels: Box<[f32; STEPS]> =
            Box::new(std::array::from_fn(|i| i as f32 / (STEPS - 1) as f32));
        let mut light = [0.0, 0.25, 1.0];
        relit(&mut light, 1.0, &levels);
        assert_eq!([light[0], light[2]], [0.0, 1.0]);
        assert!((light[1] - 0.5).abs() < 2e-4, "{light:?}");
        let mut light = [0.25];
        relit(&mut light, 3.0, &levels);
        assert!((light[0] - 0.5_f32.sqrt()).abs() < 2e-4, "{light:?}");
    }
}
