//! Affine colour transforms and the least squares that find them.

use crate::math::linear;

/// Three rows of four: red, green, blue and one to each output channel, in unit values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Affine([[f32; 4]; 3]);

impl Affine {
    /// Leaves every colour as it is.
    pub fn identity() -> Self {
        Self([
            [1.0, 0.0, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
        ])
    }

    /// The transformed colour, not clamped.
    #[inline(always)]
    pub fn of(&self, [r, g, b]: [f32; 3]) -> [f32; 3] {
        self.0.map(|[x, y, z, one]| x * r + y * g + z * b + one)
    }

    /// A share of the way to another transform.
    #[inline(always)]
    pub fn mix(&self, other: &Self, share: f32) -> Self {
        let mut mixed = self.0;
        for (row, other) in mixed.iter_mut().zip(&other.0) {
            for (v, other) in row.iter_mut().zip(other) {
                *v += (other - *v) * share;
            }
        }
        Self(mixed)
    }

    /// Distance of a transformed colour from another, root mean square over the channels.
    pub fn distance(&self, from: [f32; 3], to: [f32; 3]) -> f32 {
        let found = self.of(from);
        let sum: f32 = (0..3).map(|c| (found[c] - to[c]).powi(2)).sum();
        (sum / 3.0).sqrt()
    }
}

/// Normal equations of a weighted least-squares fit of an affine transform.
#[derive(Debug, Clone, Default)]
pub(crate) struct Normal {
    /// Input by input, symmetric, inputs being red, green, blue and one.
    inputs: [[f64; 4]; 4],
    /// Input by output.
    outputs: [[f64; 3]; 4],
}

impl Normal {
    /// One pair of colours.
    #[inline(always)]
    pub fn add(&mut self, [r, g, b]: [f32; 3], to: [f32; 3], weight: f32) {
        let input = [r, g, b, 1.0].map(f64::from);
        let (to, weight) = (to.map(f64::from), f64::from(weight));
        for i in 0..4 {
            let scaled = input[i] * weight;
            (0..4).for_each(|j| self.inputs[i][j] += scaled * input[j]);
            (0..3).for_each(|c| self.outputs[i][c] += scaled * to[c]);
        }
    }

    /// A quarter, a half and a quarter of three.
    pub fn blend(before: &Self, here: &Self, after: &Self) -> Self {
        let mut sum = Self::default();
        for (part, share) in [(before, 0.25), (here, 0.5), (after, 0.25)] {
            for i in 0..4 {
                (0..4).for_each(|j| sum.inputs[i][j] += part.inputs[i][j] * share);
                (0..3).for_each(|c| sum.outputs[i][c] += part.outputs[i][c] * share);
            }
        }
        sum
    }

    /// The transform, drawn toward a prior with the weight of so many pixels, so that a cell with
    /// few or flat colours follows its surroundings instead of its noise. The prior also keeps the
    /// matrix positive definite.
    pub fn solve(&self, prior: &Affine, weight: f64) -> Affine {
        let (mut a, mut b) = (self.inputs, self.outputs);
        for i in 0..4 {
            a[i][i] += weight;
            (0..3).for_each(|c| b[i][c] += weight * f64::from(prior.0[c][i]));
        }
        let solved = linear::eliminate(a, b);
        let mut rows = [[0.0; 4]; 3];
        for (i, solved) in solved.iter().enumerate() {
            (0..3).for_each(|c| rows[c][i] = solved[c] as f32);
        }
        Affine(rows)
    }
}
