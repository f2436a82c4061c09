//! Tilt: how far the camera was held from upright, by the vertical lines of the building.

use serde::{Deserialize, Serialize};

use crate::codec::Shot;
use crate::pixels::Pixels;

/// How the camera was held. All zero: upright, or nobody could tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tilt {
    /// Turn about the line of sight in degrees; positive when the picture's verticals lean right.
    pub roll_degrees: f32,
    /// Angle of the line of sight above the horizon in degrees; positive when looking up.
    pub pitch_degrees: f32,
}

impl Tilt {
    /// Measures a picture.
    pub(crate) fn measure(_pixels: &Pixels, _shot: &Shot) -> Self {
        Self::default()
    }
}
