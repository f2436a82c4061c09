//! Light and its encoding: the sRGB transfer curve (IEC 61966-2-1) as tables, for 8 and 16 bits.
//!
//! The way back to samples goes through a table over the square root of light, because the curve
//! is steep in the dark: 16 384 steps are within a tenth of an 8-bit level, 65 536 within one and a
//! half 16-bit levels.

use std::sync::LazyLock;

/// Rec. 709 / sRGB weights of linear red, green and blue in luminance.
pub(crate) const LUMA: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// sRGB-encoded unit value to light, both 0.0..=1.0.
pub fn linear(unit: f32) -> f32 {
    if unit <= 0.04045 {
        unit / 12.92
    } else {
        ((unit + 0.055) / 1.055).powf(2.4)
    }
}

/// Light to sRGB-encoded unit value, both 0.0..=1.0.
pub fn encoded(linear: f32) -> f32 {
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
    /// The sample divided by its maximum.
    fn unit(self) -> f32 {
        self.number() / Self::MAX
    }

    /// The nearest sample to a unit value.
    fn from_unit(unit: f32) -> Self;
}

/// Place of light of 0.0..=1.0 in a `sample_table` that ends at `last`, before the fraction is cut.
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
