//! The sRGB transfer curve of 8-bit samples, both ways, as a line near black and a polynomial: in a
//! loop over many pixels a vector of these costs less than as many places of a table.
//!
//! The polynomials were fitted by Lawson's way to the least largest error.

const AT: f32 = 1.0 / 255.0;

/// Over samples 11 to 255, each error counted by what it does to L*.
const LIGHT: [f32; 8] = [
    0.000_855_37,
    0.035_246_98,
    0.486_752_43,
    0.847_247_2,
    -0.785_313_2,
    0.727_116_8,
    -0.414_247_24,
    0.102_352_14,
];

/// Samples over the square root of light.
const SAMPLE: [f32; 7] = [
    -10.769_292,
    401.696_83,
    -484.381_96,
    994.141_2,
    -1_275.856_3,
    871.794_75,
    -241.663_23,
];

/// Light of a sample (0 to 255), within 0.0005 L*.
#[inline(always)]
pub(crate) fn light(sample: f32) -> f32 {
    let u = sample * AT;
    let [a, b, c, d, e, f, g, h] = LIGHT;
    let curve = a + u * (b + u * (c + u * (d + u * (e + u * (f + u * (g + u * h))))));
    if sample > 10.0 {
        curve
    } else {
        sample * (AT / 12.92)
    }
}

/// Sample of light (0.0 to 1.0), 0.0 to 255.04, within 0.04.
#[inline(always)]
pub(crate) fn sample(light: f32) -> f32 {
    let s = light.sqrt();
    let [a, b, c, d, e, f, g] = SAMPLE;
    let curve = a + s * (b + s * (c + s * (d + s * (e + s * (f + s * g)))));
    if light > 0.003_130_8 {
        curve
    } else {
        light * (12.92 * 255.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::light::{encoded, linear};

    #[test]
    fn light_is_that_of_the_standard() {
        let lightness = |t: f32| match t {
            t if t > 216.0 / 24389.0 => 116.0 * t.cbrt(),
            t => 24389.0 / 27.0 * t + 16.0,
        };
        for v in 0..=255_u8 {
            let off = lightness(linear(f32::from(v) / 255.0)) - lightness(light(f32::from(v)));
            assert!(off.abs() < 5e-4, "{v}: {off}");
        }
    }

    #[test]
    fn samples_are_those_of_the_standard_and_come_back_from_light() {
        for i in 0..=100_000 {
            let light = i as f32 / 100_000.0;
            let off = sample(light) - 255.0 * encoded(light);
            assert!(off.abs() < 0.04, "{light}: {off}");
        }
        assert!((0..=255_u8).all(|v| (sample(light(f32::from(v))) - f32::from(v)).abs() < 0.05));
    }
}
