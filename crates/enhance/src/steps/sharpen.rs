//! Sharpening: a little luma contrast between neighbours, for what resampling and the lens's
//! filter softened. Never beyond the neighbours' own range, so no edge gets a halo.

use serde::{Deserialize, Serialize};

use crate::kernels::sharpen;

/// Unsharp masking over 3 x 3 pixels (binomial, σ about 0.7). `amount` 0.0 leaves all as is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Sharpening {
    /// Share of the difference to the surroundings that is added, 0.0 to 0.5.
    pub amount: f32,
    /// Difference in luma, 0.0 to 1.0, that is grain and is not sharpened.
    pub grain: f32,
}

impl Sharpening {
    /// A share of it, 0.0 (nothing) to 1.0 (all).
    pub fn scaled(&self, strength: f32) -> Self {
        Self {
            amount: self.amount.clamp(0.0, 0.5) * strength,
            grain: self.grain.clamp(0.0, 0.1),
        }
    }

    /// Factors on light for the inner row of three rows of luma (samples, 0 to `max`).
    pub(crate) fn factors(&self, rows: [&[f32]; 3], max: f32, to: &mut [f32]) {
        sharpen::factors(rows, [self.amount, self.grain * max, 0.02 * max], to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_gets_steeper_and_never_leaves_its_own_range() {
        let row = [50.0, 50.0, 60.0, 110.0, 120.0, 120.0_f32];
        let mut factors = [1.0; 6];
        Sharpening {
            amount: 0.5,
            grain: 0.0,
        }
        .factors([&row; 3], 255.0, &mut factors);
        assert!(factors[2] < 1.0 && factors[3] > 1.0);
        assert!(
            (factors[1], factors[4]) == (1.0, 1.0),
            "no halo beside the edge"
        );
    }
}
