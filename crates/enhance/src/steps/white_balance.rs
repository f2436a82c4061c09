//! White balance: takes the colour of the light out, as gains on linear red, green and blue.
//!
//! A clipped channel no longer knows its colour, so near clipping white windows stay white.

use serde::{Deserialize, Serialize};

/// `gains`: linear red, green, blue, 0.35 to 3.0, luminance of grey kept. One leaves all as is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WhiteBalance {
    /// Red, green, blue.
    pub gains: [f32; 3],
}

/// `smooth(from, 1.0, light)` without a division, for the innermost loop.
#[inline(always)]
fn from_to_one(from: f32, light: f32) -> f32 {
    let t = ((light - from) * (1.0 / (1.0 - from))).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

impl Default for WhiteBalance {
    fn default() -> Self {
        Self { gains: [1.0; 3] }
    }
}

impl WhiteBalance {
    /// Whether it changes nothing.
    pub fn is_neutral(&self) -> bool {
        self.gains == [1.0; 3]
    }

    /// A share of it, 0.0 (nothing) to 1.0 (all).
    pub fn scaled(&self, strength: f32) -> Self {
        Self {
            gains: self.gains.map(|g| g.clamp(0.35, 3.0).powf(strength)),
        }
    }

    /// One linear pixel. A clipped channel only says "at least this", so where its gain would
    /// lower it below the others it is lifted to them: an overexposed white wall under a warm
    /// lamp comes out white, not cyan. Where all three are clipped, white stays white.
    #[inline(always)]
    pub(crate) fn apply(&self, light: [f32; 3]) -> [f32; 3] {
        let low = light[0].min(light[1]).min(light[2]);
        let white = from_to_one(0.80, low);
        let [red, green, blue] = self.gains;
        let mut out = [light[0] * red, light[1] * green, light[2] * blue];
        let others = [out[1].max(out[2]), out[2].max(out[0]), out[0].max(out[1])];
        for c in 0..3 {
            let missing = (others[c].min(1.0) - out[c]).max(0.0);
            let lifted = out[c] + missing * from_to_one(0.90, light[c]);
            out[c] = lifted + (light[c] - lifted) * white;
        }
        out
    }

    /// In plain words; `None` when nobody would see it.
    pub(crate) fn describe(&self) -> Option<String> {
        let [red, green, blue] = self.gains;
        let warmth = red / blue;
        match () {
            () if warmth > 1.02 => Some("Took out a blue tint.".to_owned()),
            () if warmth < 0.98 => Some("Took out a yellow tint.".to_owned()),
            () if green < 0.985 => Some("Took out a green tint.".to_owned()),
            () if green > 1.015 => Some("Took out a pink tint.".to_owned()),
            () => None,
        }
    }
}
