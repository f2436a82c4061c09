//! Motion between two frames of one view: a homography, which is what turning and zooming a
//! camera on the spot does to its picture (Hartley and Zisserman, "Multiple View Geometry", 8.4).
//!
//! Places are counted from the picture's middle in units of half its longer side, so a motion is
//! the same for every copy of the picture.

use serde::{Deserialize, Serialize};

use crate::brackets::pyramid::Size;

/// A shift of the farthest corner below which a frame is left as it is, in full-size pixels.
const STILL: f32 = 0.65;
/// Degrees of freedom.
pub(super) const FREEDOM: usize = 8;

/// Motion from the reference to a frame.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Motion {
    /// Row by row; the last element is 1.
    matrix: [[f32; 3]; 3],
}

impl Default for Motion {
    fn default() -> Self {
        Self {
            matrix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        }
    }
}

impl Motion {
    /// A shift, in units of half the longer side.
    pub(super) fn shift(right: f32, down: f32) -> Self {
        let mut motion = Self::default();
        motion.matrix[0][2] = right;
        motion.matrix[1][2] = down;
        motion
    }

    /// The small motion with these parameters: right, down, turn, zoom, stretch, shear, and the
    /// two of perspective. The order is from the most to the least common.
    pub(super) fn small(p: [f64; FREEDOM]) -> Self {
        let [right, down, turn, zoom, stretch, shear, yaw, pitch] = p.map(|v| v as f32);
        Self {
            matrix: [
                [1.0 + zoom + stretch, shear - turn, right],
                [shear + turn, 1.0 + zoom - stretch, down],
                [-yaw, -pitch, 1.0],
            ],
        }
    }

    /// Its parameters in the sense of [`Self::small`].
    pub(super) fn parameters(&self) -> [f64; FREEDOM] {
        let m = self.matrix.map(|row| row.map(f64::from));
        [
            m[0][2],
            m[1][2],
            (m[1][0] - m[0][1]) / 2.0,
            (m[0][0] + m[1][1]) / 2.0 - 1.0,
            (m[0][0] - m[1][1]) / 2.0,
            (m[1][0] + m[0][1]) / 2.0,
            -m[2][0],
            -m[2][1],
        ]
    }

    /// Moves of a place at the start of each parameter of [`Self::small`].
    pub(super) fn slopes(u: f32, v: f32) -> [(f32, f32); FREEDOM] {
        [
            (1.0, 0.0),
            (0.0, 1.0),
            (-v, u),
            (u, v),
            (u, -v),
            (v, u),
            (u * u, u * v),
            (u * v, v * v),
        ]
    }

    /// The place in the frame of a place in the reference.
    #[inline(always)]
    pub(super) fn of(&self, u: f32, v: f32) -> (f32, f32) {
        let m = &self.matrix;
        let depth = m[2][0] * u + m[2][1] * v + m[2][2];
        (
            (m[0][0] * u + m[0][1] * v + m[0][2]) / depth,
            (m[1][0] * u + m[1][1] * v + m[1][2]) / depth,
        )
    }

    /// First this motion, then another.
    pub(super) fn then(&self, next: &Self) -> Self {
        let (a, b) = (
            next.matrix.map(|row| row.map(f64::from)),
            self.matrix.map(|row| row.map(f64::from)),
        );
        let product = |r: usize, c: usize| -> f64 { (0..3).map(|k| a[r][k] * b[k][c]).sum() };
        let depth = product(2, 2);
        let cell = |r, c| (product(r, c) / depth) as f32;
        Self {
            matrix: [0, 1, 2].map(|r| [0, 1, 2].map(|c| cell(r, c))),
        }
    }

    /// True when no corner of the frame lies off the reference's.
    pub fn is_still(&self, width: u32, height: u32) -> bool {
        self.farthest(width, height) < STILL
    }

    /// The largest move of a corner, in pixels of a picture of this size.
    pub fn farthest(&self, width: u32, height: u32) -> f32 {
        let long = width.max(height) as f32;
        let (right, down) = (width as f32 / long, height as f32 / long);
        let corners = [
            (-right, -down),
            (right, -down),
            (-right, down),
            (right, down),
        ];
        let moved = corners.map(|(u, v)| {
            let (to_u, to_v) = self.of(u, v);
            (to_u - u).hypot(to_v - v) * long / 2.0
        });
        moved.into_iter().fold(0.0, f32::max)
    }

    /// Move of the picture's middle to the right and down, in pixels of a picture of this size.
    pub fn middle(&self, width: u32, height: u32) -> (f32, f32) {
        let half = width.max(height) as f32 / 2.0;
        let (u, v) = self.of(0.0, 0.0);
        (u * half, v * half)
    }

    /// Turn around the view, clockwise.
    pub fn degrees(&self) -> f32 {
        (self.parameters()[2] as f32).to_degrees()
    }

    /// True when every corner stays near its own: what a hand does between two exposures.
    pub(super) fn is_likely(&self, size: Size) -> bool {
        let (width, height) = (size.width as u32, size.height as u32);
        self.farthest(width, height) < 0.16 * size.width.max(size.height) as f32
    }
}

/// Places of a picture's pixels from its middle, and back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    middle: (f32, f32),
    half: f32,
}

impl Places {
    pub fn of(size: Size) -> Self {
        Self {
            middle: (
                (size.width - 1) as f32 / 2.0,
                (size.height - 1) as f32 / 2.0,
            ),
            half: size.width.max(size.height) as f32 / 2.0,
        }
    }

    /// Pixels in a unit.
    pub fn half(&self) -> f32 {
        self.half
    }

    #[inline(always)]
    pub fn place(&self, x: f32, y: f32) -> (f32, f32) {
        (
            (x - self.middle.0) / self.half,
            (y - self.middle.1) / self.half,
        )
    }

    #[inline(always)]
    pub fn pixel(&self, (u, v): (f32, f32)) -> (f32, f32) {
        (u * self.half + self.middle.0, v * self.half + self.middle.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_motion_has_the_parameters_it_was_made_of() {
        let parameters = [0.01, -0.02, 0.003, 0.004, 0.0005, -0.0006, 0.007, -0.008];
        let found = Motion::small(parameters).parameters();
        let off = std::iter::zip(parameters, found).map(|(a, b)| (a - b).abs());
        assert!(off.fold(0.0, f64::max) < 1e-6, "{found:?}");
    }

    #[test]
    fn one_motion_after_another_is_both() {
        let one = Motion::small([0.01, 0.0, 0.02, 0.006, 0.0, 0.0, 0.01, 0.0]);
        let two = Motion::small([0.0, -0.03, 0.0, 0.0, 0.0, 0.0, 0.0, 0.02]);
        let (u, v) = one.of(0.7, -0.4);
        let (wanted, found) = (two.of(u, v), one.then(&two).of(0.7, -0.4));
        assert!((wanted.0 - found.0).abs() < 1e-6 && (wanted.1 - found.1).abs() < 1e-6);
    }

    #[test]
    fn a_corner_counts_for_stillness() {
        let size = (6000, 4000);
        assert!(Motion::default().is_still(size.0, size.1));
        let breathing = Motion::small([0.0, 0.0, 0.0, 0.006, 0.0, 0.0, 0.0, 0.0]);
        assert!((breathing.farthest(size.0, size.1) - 21.6).abs() < 0.1);
        assert!(!breathing.is_still(size.0, size.1));
    }
}
