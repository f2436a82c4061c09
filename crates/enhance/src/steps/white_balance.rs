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

impl Default for WhiteBalance {
    fn default() -> Self {
        Self { gains: [1.0; 3] }
    }
}

impl WhiteBalance {
    /// True when it changes nothing.
    pub fn is_neutral(&self) -> bool {
        self.gains == [1.0; 3]
    }

    /// A share of it, 0.0 (nothing) to 1.0 (all).
    pub fn scaled(&self, strength: f32) -> Self {
        Self {
            gains: self.gains.map(|g| g.clamp(0.35, 3.0).powf(strength)),
        }
    }

    /// In plain words; `None` when it is not visible.
    pub(crate) fn describe(&self) -> Option<String> {
        let [red, green, blue] = self.gains;
        let warmth = red / blue;
        match () {
            () if warmth > 1.02 => Some("Made the colours warmer.".to_owned()),
            () if warmth < 0.98 => Some("Made the colours cooler.".to_owned()),
            () if green < 0.985 => Some("Made the colours less green.".to_owned()),
            () if green > 1.015 => Some("Made the colours less pink.".to_owned()),
            () => None,
        }
    }
}
