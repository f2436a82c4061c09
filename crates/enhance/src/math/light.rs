//! Light and its encoding: the sRGB transfer curve (IEC 61966-2-1) as tables, for 8 and 16 bits.
//!
//! The way back to samples goes through a table over the square root of light, because the curve
//! is steep in the dark: 16 384 steps are within a tenth of an 8-bit level, 65 536 within one and a
//! half 16-bit levels.

use std::sync::LazyLock;

use crate::kernels::curve;
use crate::kernels::grade::{self, Lanes, N, Row};

/// Rec. 709 / sRGB weights of linear red, green and blue in luminance.
pub(crate) const LUMA: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// sRGB-encoded unit value to light, both 0.0..=1.0.
pub(crate) fn linear(unit: f32) -> f32 {
    if unit <= 0.04045 {
        unit / 12.92
    } else {
        ((unit + 0.055) / 1.055).powf(2.4)
    }
}

/// Light to sRGB-encoded unit value, both 0.0..=1.0.
pub(crate) fn encoded(linear: f32) -> f32 {
    if linear <= 0.003_130_8 {
        linear * 12.92
    } else {
        1.055 * linear.powf(1.0 / 2.4) - 0.055
    }
}

/// A sample width, so that one loop serves 8 and 16 bits.
pub(crate) trait Sample: Copy + Send + Sync + Default + 'static {
    /// The largest sample as a number.
    const MAX: f32;
    /// Light of every sample value.
    fn linear_table() -> &'static [f32];
    /// Samples over the square root of light, evenly spaced over 0.0..=1.0.
    fn sample_table() -> &'static [Self];
    /// The sample as an index into `linear_table`.
    fn index(self) -> usize;

    /// The sample as a number.
    fn number(self) -> f32;
    /// Luma of a row of RGB, in samples.
    fn luma(from: &[Self], to: &mut [f32]);
    /// Grades a row of RGB.
    fn grade(from: &[Self], row: &Row<'_>, to: &mut [Self]);
    /// Light of a block of pixels; a short one leaves the rest of the lanes as they are.
    fn light(from: &[[Self; 3]], light: &mut [Lanes; 3]);
    /// The nearest samples to light of 0.0..=1.0.
    fn samples(light: &[Lanes; 3], to: &mut [[Self; 3]]);

    /// The sample divided by its maximum.
    fn unit(self) -> f32 {
        self.number() / Self::MAX
    }

    /// The nearest sample to a unit value.
    fn from_unit(unit: f32) -> Self;
}

/// Where light of 0.0..=1.0 stands in a `sample_table` that ends at `last`, before the fraction is cut.
#[inline(always)]
pub(crate) fn place(light: f32, last: f32) -> f32 {
    light.sqrt() * last + 0.5
}

static LINEAR8: LazyLock<Vec<f32>> = LazyLock::new(|| linear_table(255));
static LINEAR16: LazyLock<Vec<f32>> = LazyLock::new(|| linear_table(65535));
static SAMPLE8: LazyLock<Vec<u8>> = LazyLock::new(|| {
    root_table(1 << 14)
        .map(|v| (v * 255.0 + 0.5) as u8)
        .collect()
});
static SAMPLE16: LazyLock<Vec<u16>> = LazyLock::new(|| {
    root_table(1 << 16)
        .map(|v| (v * 65535.0 + 0.5) as u16)
        .collect()
});

fn linear_table(max: u32) -> Vec<f32> {
    (0..=max).map(|v| linear(v as f32 / max as f32)).collect()
}

fn root_table(steps: u32) -> impl Iterator<Item = f32> {
    (0..steps).map(move |i| {
        let root = i as f32 / (steps - 1) as f32;
        encoded(root * root)
    })
}

impl Sample for u8 {
    const MAX: f32 = 255.0;

    fn linear_table() -> &'static [f32] {
        &LINEAR8
    }

    #[inline(always)]
    fn from_unit(unit: f32) -> u8 {
        (unit.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
    }

    fn sample_table() -> &'static [u8] {
        &SAMPLE8
    }

    #[inline(always)]
    fn index(self) -> usize {
        self as usize
    }

    #[inline(always)]
    fn number(self) -> f32 {
        f32::from(self)
    }

    fn luma(from: &[u8], to: &mut [f32]) {
        grade::luma8(from, to);
    }

    fn grade(from: &[u8], row: &Row<'_>, to: &mut [u8]) {
        grade::row8(from, row, to);
    }

    #[inline(always)]
    fn light(from: &[[u8; 3]], light: &mut [Lanes; 3]) {
        let mut samples = [[0; N]; 3];
        let [r, g, b] = &mut samples;
        for (((r, g), b), pixel) in r.iter_mut().zip(g).zip(b).zip(from) {
            [*r, *g, *b] = *pixel;
        }
        for (light, samples) in light.iter_mut().zip(&samples) {
            for i in 0..N {
                light[i] = curve::light(f32::from(samples[i]));
            }
        }
    }

    #[inline(always)]
    fn samples(light: &[Lanes; 3], to: &mut [[u8; 3]]) {
        let mut samples = [[0; N]; 3];
        for (samples, light) in samples.iter_mut().zip(light) {
            for i in 0..N {
                samples[i] = grade::nearest(curve::sample(light[i]));
            }
        }
        let [r, g, b] = &samples;
        for (pixel, ((r, g), b)) in to.iter_mut().zip(r.iter().zip(g).zip(b)) {
            *pixel = [*r, *g, *b];
        }
    }
}

impl Sample for u16 {
    const MAX: f32 = 65535.0;

    fn linear_table() -> &'static [f32] {
        &LINEAR16
    }

    #[inline(always)]
    fn from_unit(unit: f32) -> u16 {
        (unit.clamp(0.0, 1.0) * 65535.0 + 0.5) as u16
    }

    fn sample_table() -> &'static [u16] {
        &SAMPLE16
    }

    #[inline(always)]
    fn index(self) -> usize {
        self as usize
    }

    #[inline(always)]
    fn number(self) -> f32 {
        f32::from(self)
    }

    fn luma(from: &[u16], to: &mut [f32]) {
        grade::luma16(from, to);
    }

    fn grade(from: &[u16], row: &Row<'_>, to: &mut [u16]) {
        grade::row16(from, row, to);
    }

    #[inline(always)]
    fn light(from: &[[u16; 3]], light: &mut [Lanes; 3]) {
        let table = Self::linear_table();
        for (i, pixel) in from.iter().enumerate() {
            for c in 0..3 {
                light[c][i] = table[usize::from(pixel[c])];
            }
        }
    }

    #[inline(always)]
    fn samples(light: &[Lanes; 3], to: &mut [[u16; 3]]) {
        let table = Self::sample_table();
        let mut places = [[0; N]; 3];
        for (places, light) in places.iter_mut().zip(light) {
            for i in 0..N {
                places[i] = grade::whole(place(light[i], (table.len() - 1) as f32));
            }
        }
        for (i, pixel) in to.iter_mut().enumerate() {
            for c in 0..3 {
                pixel[c] = table[places[c][i] as usize];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back<S: Sample>(sample: S) -> S {
        let table = S::sample_table();
        let light = S::linear_table()[sample.index()];
        table[place(light, (table.len() - 1) as f32) as usize]
    }

    #[test]
    fn every_8_bit_sample_survives_light_and_back() {
        assert!((0..=255_u8).all(|v| back(v) == v));
    }

    #[test]
    fn every_16_bit_sample_survives_within_two_steps() {
        for v in 0..=65535_u16 {
            assert!(back(v).abs_diff(v) <= 2, "{v} came back as {}", back(v));
        }
    }
}
