//! Corners: gives back the light that the lens lost toward the corners.
//!
//! The gain is 2 to the (`ev` r²), r from 0.0 at the centre to 1.0 in a corner: a product of one
//! factor a column and one a row, so it costs two multiplications a pixel.

use serde::{Deserialize, Serialize};

/// Stops of light that fast wide lenses lose in the corners; beyond, noise grows faster than the gain.
pub const MOST_EV: f32 = 1.0;

/// `ev`: stops given back in the corners, 0.0 to [`MOST_EV`]. Zero leaves every pixel as it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Corners {
    /// Stops in the corners.
    pub ev: f32,
}

impl Corners {
    /// A share of it, 0.0 (nothing) to 1.0 (all).
    pub fn scaled(&self, strength: f32) -> Self {
        Self {
            ev: self.ev.clamp(0.0, MOST_EV) * strength,
        }
    }

    /// Factors on light along one axis of `length` pixels, the other axis being `other` long.
    pub(crate) fn factors(&self, length: usize, other: usize) -> Vec<f32> {
        let half = |n: usize| (n as f32 - 1.0) / 2.0;
        let corner = (half(length).powi(2) + half(other).powi(2)).max(1.0);
        let factor = |i: usize| (self.ev * (i as f32 - half(length)).powi(2) / corner).exp2();
        (0..length).map(factor).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_get_all_of_it_and_the_centre_nothing() {
        let corners = Corners { ev: 0.5 };
        let (columns, rows) = (corners.factors(301, 201), corners.factors(201, 301));
        assert!((columns[0] * rows[0] - 0.5_f32.exp2()).abs() < 1e-5);
        assert_eq!((columns[150], rows[100]), (1.0, 1.0));
    }
}
