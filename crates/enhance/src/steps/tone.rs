//! Tone: one smooth gain for every pixel, chosen by the brightness of its surroundings.
//!
//! The gain is a function of the base layer (`base.rs`), so local contrast is multiplied, never
//! flattened. Black and white stay where they are: the gain at white is one, and every lift ends
//! in a shoulder that reaches white only where the original was white.

use serde::{Deserialize, Serialize};

use crate::kernels::grade::{Point, STEPS};
use crate::math::interpolation::smoothstep;
use crate::math::light;

/// The tone of an edit. All zero leaves every pixel as it was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tone {
    /// Stops for the midtones, -1.2 to 2.0.
    pub exposure_ev: f32,
    /// Knee below white where the lift stops being linear, 1.5 (early) to 8.0 (late).
    pub knee: f32,
    /// Light that white becomes when darkening, 0.7 to 1.0: where half a picture is blown, its white
    /// was never white.
    #[serde(default = "white")]
    pub white: f32,
    /// Stops for a dim room beside bright windows, 0.0 to 1.2: what is bright stays as it is.
    #[serde(default)]
    pub room_ev: f32,
    /// Stops for the deepest shadows on top, 0.0 to 1.0.
    pub shadow_lift_ev: f32,
    /// Stops taken from bright, not white, areas, 0.0 to 0.4.
    pub highlight_ev: f32,
    /// Chroma is scaled by the local lift to the minus this, 0.0 to 0.2: lifted shadows look
    /// oversaturated.
    pub saturation: f32,
}

impl Default for Tone {
    fn default() -> Self {
        Self {
            exposure_ev: 0.0,
            knee: 2.0,
            white: white(),
            room_ev: 0.0,
            shadow_lift_ev: 0.0,
            highlight_ev: 0.0,
            saturation: 0.0,
        }
    }
}

fn white() -> f32 {
    1.0
}

impl Tone {
    /// True when it changes nothing.
    pub fn is_flat(&self) -> bool {
        [
            self.exposure_ev,
            self.room_ev,
            self.shadow_lift_ev,
            self.highlight_ev,
        ] == [0.0; 4]
    }

    /// A share of it, 0.0 (nothing) to 1.0 (all).
    pub fn scaled(&self, strength: f32) -> Self {
        Self {
            exposure_ev: self.exposure_ev.clamp(-1.5, 2.0) * strength,
            room_ev: self.room_ev.clamp(0.0, 1.2) * strength,
            shadow_lift_ev: self.shadow_lift_ev.clamp(0.0, 1.5) * strength,
            highlight_ev: self.highlight_ev.clamp(0.0, 0.5) * strength,
            knee: self.knee.clamp(1.0, 8.0),
            white: 1.0 - (1.0 - self.white.clamp(0.7, 1.0)) * strength,
            saturation: self.saturation.clamp(0.0, 0.5),
        }
    }

    /// Points over the base layer's luma, 0.0 to 1.0 in `STEPS` steps.
    pub(crate) fn table(&self) -> Box<[Point; STEPS]> {
        let luma = |i: usize| i as f32 / (STEPS - 1) as f32;
        Box::new(std::array::from_fn(|i| self.point(luma(i))))
    }

    /// Factor on light where the surroundings have a luma.
    pub(crate) fn gain_at(&self, luma: f32) -> f32 {
        self.point(luma).gain
    }

    fn point(&self, luma: f32) -> Point {
        let local = self.local_ev(luma).exp2();
        let gain = self.exposure_gain(light::linear(luma)) * local;
        Point {
            gain,
            bend: if gain > 1.0 {
                gain.powi(8) - 1.0
            } else if self.exposure_ev < 0.0 {
                gain / self.white.max(gain) - 1.0
            } else {
                0.0
            },
            chroma: local.powf(-self.saturation),
        }
    }

    /// Lifting: full gain in the dark, one at white. Darkening is one curve for the whole picture:
    /// what is clipped has no surroundings to trust, and the shoulder keeps it white.
    fn exposure_gain(&self, light: f32) -> f32 {
        let gain = self.exposure_ev.exp2();
        if gain < 1.0 {
            return gain;
        }
        let bend = gain.powf(self.knee) - 1.0;
        gain / (1.0 + bend * light.powf(self.knee)).powf(1.0 / self.knee)
    }

    /// A room is lifted whole up to luma 0.35 and not at all from 0.8, where windows begin.
    /// Shadows are lifted most around luma 0.12 and less toward black, so that black stays deep;
    /// highlights are taken back most around luma 0.88 and not at all at white.
    fn local_ev(&self, luma: f32) -> f32 {
        let shadows = smoothstep(0.52, 0.12, luma) * (0.35 + 0.65 * smoothstep(0.0, 0.12, luma));
        let highlights = smoothstep(0.62, 0.88, luma) * smoothstep(1.0, 0.88, luma);
        let room = smoothstep(0.80, 0.35, luma);
        self.room_ev * room + self.shadow_lift_ev * shadows - self.highlight_ev * highlights
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::grade::shoulder;

    #[test]
    fn brighter_in_is_brighter_out_and_white_ends_where_it_is_told_to() {
        let tones = [
            Tone {
                exposure_ev: 1.1,
                knee: 1.6,
                shadow_lift_ev: 0.75,
                highlight_ev: 0.22,
                saturation: 0.1,
                ..Tone::default()
            },
            Tone {
                exposure_ev: -0.4,
                knee: 2.0,
                highlight_ev: 0.22,
                ..Tone::default()
            },
            Tone {
                room_ev: 1.2,
                shadow_lift_ev: 0.7,
                highlight_ev: 0.22,
                ..Tone::default()
            },
            Tone {
                exposure_ev: -1.0,
                white: 0.8,
                ..Tone::default()
            },
            Tone {
                exposure_ev: 1.1,
                knee: 4.0,
                ..Tone::default()
            },
        ];
        for tone in tones {
            let table = tone.table();
            let out = |i: usize| {
                let light = light::linear(i as f32 / (STEPS - 1) as f32);
                light * shoulder(table[i].gain, table[i].bend, light)
            };
            assert!(
                (1..STEPS).all(|i| out(i) >= out(i - 1)),
                "{tone:?} turns around"
            );
            assert!((out(STEPS - 1) - tone.white).abs() < 1e-3 && out(0) == 0.0);
        }
    }
}
