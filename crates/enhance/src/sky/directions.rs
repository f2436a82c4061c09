//! The directions of a picture's pixels above its horizon, for an upright camera.

/// An upright camera and the size of its picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Directions {
    pub width: usize,
    pub height: usize,
    /// Column and row of the horizon straight ahead.
    middle: (f32, f32),
    /// Focal length in pixels.
    pub focal: f32,
}

impl Directions {
    /// `horizon` is a row as a share of the height.
    pub fn new(width: usize, height: usize, focal_35mm: f32, horizon: f32) -> Self {
        Self {
            width,
            height,
            middle: (width as f32 / 2.0, height as f32 * horizon),
            focal: focal_35mm / 36.0 * width.max(height) as f32,
        }
    }

    /// The same view, of another size.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        let (across, down) = (
            width as f32 / self.width as f32,
            height as f32 / self.height as f32,
        );
        Self {
            width,
            height,
            middle: (self.middle.0 * across, self.middle.1 * down),
            focal: self.focal * across,
        }
    }

    /// Unit vector of a pixel's middle: right, up, ahead.
    pub fn ray(&self, x: usize, y: usize) -> [f32; 3] {
        let right = x as f32 + 0.5 - self.middle.0;
        let up = self.middle.1 - (y as f32 + 0.5);
        let length = (right * right + up * up + self.focal * self.focal).sqrt();
        [right / length, up / length, self.focal / length]
    }

    /// Elevation, never below the horizon, and azimuth of a pixel's middle, radians.
    pub fn angles(&self, x: usize, y: usize) -> (f32, f32) {
        let right = x as f32 + 0.5 - self.middle.0;
        let up = self.middle.1 - (y as f32 + 0.5);
        let elevation = up.atan2(right.hypot(self.focal));
        (elevation.max(0.0), right.atan2(self.focal))
    }
}
