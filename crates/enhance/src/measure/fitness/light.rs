//! Light of an input: how little of it there is, and how much of it was lost at white.

use serde::{Deserialize, Serialize};

use crate::math::colour::luminance;
use crate::pixels::Pixels;

/// Shares are of the picture, 0.0 to 1.0; luma is sRGB-encoded, 0.0 to 1.0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Light {
    /// Luma that only one pixel in fifty exceeds.
    pub luma_p98: f32,
    /// Share of the lower two thirds that is plain white: a sky may be.
    pub white_below: f32,
}

impl Light {
    pub(super) fn measure(small: &Pixels) -> Self {
        let rgb = small.rgb8();
        let pixels = rgb.as_chunks::<3>().0;
        let is_white = |p: &&[u8; 3]| p.iter().all(|&v| v >= 250);
        let share = |of: &[[u8; 3]]| of.iter().filter(is_white).count() as f32 / of.len() as f32;
        let below = pixels.len() / 3 / small.width() as usize * small.width() as usize;
        let mut counts = [0_usize; 256];
        for p in pixels {
            counts[luminance(p.map(f32::from)) as usize] += 1;
        }
        let mut left = pixels.len() / 50;
        let top = (0..256).rev().find(|&v| {
            let enough = counts[v] > left;
            left = left.saturating_sub(counts[v]);
            enough
        });
        Self {
            luma_p98: top.unwrap_or(0) as f32 / 255.0,
            white_below: share(&pixels[below..]),
        }
    }
}
