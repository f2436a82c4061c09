//! Noise reduction: grain and blotches of colour taken out before shadows are lifted, where the lift would
//! show them.
//!
//! Luma comes nearer to its mean over 5 x 5 pixels by the square of the share of their variance that is
//! noise (a local Wiener filter, Lee 1980, with a steeper end). Beside the variance counts one and a half
//! times the square difference from that mean of the farthest of the means along the four lines of five
//! pixels through the pixel: hairlines are no noise. Chroma follows luma along a line fitted to 12 x 12 pixels (a guided filter, He, Sun and Tang 2013)
//! and keeps of what differs from it what noise does not explain. How much is noise depends on the
//! brightness around; fits are made on cells of 4 x 4 pixels, and are straight between their middles.

use serde::{Deserialize, Serialize};

use crate::measure::LEVELS;

pub(crate) mod stream;

/// Most deviation.
const MOST: f32 = 0.1;
/// Factors on the variance of luma and of chroma: their local variance varies, too.
pub(crate) const LUMA_FACTOR: f32 = 3.5;
/// The same of chroma.
pub(crate) const CHROMA_FACTOR: f32 = 3.0;

/// Standard deviations of noise that are taken out, at encoded lumas of 0, 1/64, 4/64, 9/64 … 1, straight
/// between their square roots. The default takes out nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct NoiseReduction {
    /// Deviations of luma, 0.0 to 0.1.
    pub luma: [f32; LEVELS],
    /// Deviations of blue less luma, 0.0 to 0.1.
    pub blue: [f32; LEVELS],
    /// Deviations of red less luma, 0.0 to 0.1.
    pub red: [f32; LEVELS],
}

impl NoiseReduction {
    /// A share of it, 0.0 (nothing) to 1.0 (all), within the bounds of every number.
    pub fn scaled(&self, strength: f32) -> Self {
        let sound = |v: f32| if v > 0.0 { v.min(MOST) * strength } else { 0.0 };
        Self {
            luma: self.luma.map(sound),
            blue: self.blue.map(sound),
            red: self.red.map(sound),
        }
    }

    /// True when it takes out nothing.
    pub fn is_nothing(&self) -> bool {
        let all = self.luma.iter().chain(&self.blue).chain(&self.red);
        all.copied().all(|v| v.is_nan() || v <= 0.0)
    }

    /// Variances of luma, blue and red that count as noise at a luma.
    pub(crate) fn variances(&self, luma: f32) -> [f32; 3] {
        let factors = [LUMA_FACTOR, CHROMA_FACTOR, CHROMA_FACTOR];
        let at = luma.clamp(0.0, 1.0).sqrt() * (LEVELS - 1) as f32;
        let low = (at as usize).min(LEVELS - 2);
        let mut of = [&self.luma, &self.blue, &self.red].into_iter().zip(factors);
        std::array::from_fn(|_| {
            let (levels, factor) = of.next().expect("three planes");
            let deviation = levels[low] + (levels[low + 1] - levels[low]) * (at - low as f32);
            factor * deviation * deviation
        })
    }

    /// The most that is taken out of luma or chroma, in 8-bit levels.
    pub fn most_levels(&self) -> f32 {
        let all = self.luma.iter().chain(&self.blue).chain(&self.red);
        255.0 * all.copied().fold(0.0, f32::max)
    }
}
