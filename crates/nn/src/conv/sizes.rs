//! Sizes of a convolution's inputs and outputs, checked against each other.

use candle_core::{Result, Shape, bail};

use crate::conv::Geometry;

/// Sizes of one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub images: usize,
    pub inputs: usize,
    pub outputs: usize,
    pub kernel: usize,
    pub input: (usize, usize),
    pub output: (usize, usize),
}

impl Sizes {
    /// Checks the shapes of one call. `weight` is outputs, inputs, and both sides of the kernel. An
    /// error: they do not fit each other.
    pub fn of(
        geometry: Geometry,
        x: &Shape,
        weight: (usize, usize, usize, usize),
        bias: &Shape,
    ) -> Result<Self> {
        let (images, inputs, rows, columns) = x.dims4()?;
        let (outputs, wanted, kernel, other) = weight;
        if wanted != inputs || kernel != other || bias.dims1()? != outputs {
            bail!("a convolution of {x:?} by {weight:?} and {bias:?} is not possible");
        }
        let out = |length| geometry.outputs(length, kernel);
        let (Some(out_rows), Some(out_columns)) = (out(rows), out(columns)) else {
            bail!("an input of {x:?} is smaller than the kernel of {weight:?}");
        };
        Ok(Self {
            images,
            inputs,
            outputs,
            kernel,
            input: (rows, columns),
            output: (out_rows, out_columns),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused() {
        let of = |x: [usize; 4], weight, bias: usize| {
            let (x, bias) = (Shape::from(x.to_vec()), Shape::from(vec![bias]));
            Sizes::of(Geometry::HALF, &x, weight, &bias)
        };
        let found = of([2, 8, 5, 7], (4, 8, 3, 3), 4).unwrap();
        assert_eq!((found.images, found.inputs, found.outputs), (2, 8, 4));
        assert_eq!((found.input, found.output), ((5, 7), (3, 4)));
        assert!(of([2, 8, 5, 7], (4, 9, 3, 3), 4).is_err());
        assert!(of([2, 8, 5, 7], (4, 8, 3, 2), 4).is_err());
        assert!(of([2, 8, 5, 7], (4, 8, 3, 3), 5).is_err());
        assert!(of([2, 8, 5, 1], (4, 8, 7, 7), 4).is_err());
    }
}
