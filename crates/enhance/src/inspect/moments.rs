//! Running sums over a tile.

use crate::kernels::moments::Block;

/// First and second moments of two fields over the same pixels.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moments {
    count: f64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Moments {
    /// One pair of values.
    #[cfg(test)]
    pub fn add(&mut self, x: f64, y: f64) {
        self.count += 1.0;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.yy += y * y;
        self.xy += x * y;
    }

    fn central(&self, square: f64, one: f64, two: f64) -> f64 {
        square / self.count - one / self.count * (two / self.count)
    }

    /// Mean of the first field.
    pub fn mean_x(&self) -> f64 {
        self.x / self.count
    }

    /// Mean of the second field.
    pub fn mean_y(&self) -> f64 {
        self.y / self.count
    }

    /// Variance of the first field.
    pub fn variance_x(&self) -> f64 {
        self.central(self.xx, self.x, self.x).max(0.0)
    }

    /// Variance of the second field.
    pub fn variance_y(&self) -> f64 {
        self.central(self.yy, self.y, self.y).max(0.0)
    }

    /// Covariance.
    pub fn covariance(&self) -> f64 {
        self.central(self.xy, self.x, self.y)
    }
}

/// A block of 8-bit gray, in parts of white.
impl From<&Block> for Moments {
    fn from(block: &Block) -> Self {
        let (value, square) = (1.0 / 255.0, 1.0 / (255.0 * 255.0));
        Self {
            count: f64::from(block.count),
            x: f64::from(block.x) * value,
            y: f64::from(block.y) * value,
            xx: f64::from(block.xx) * square,
            yy: f64::from(block.yy) * square,
            xy: f64::from(block.xy) * square,
        }
    }
}
