//! Convolutions, several times as fast as candle's own, with gradients on the processor: square
//! kernels, any stride, padding and dilation, bias and rectifier in the same pass. On a card in half
//! precision, where no gradient is wanted, cuDNN's (`tensor_cores`); the rest is candle's (`borrowed`).
//!
//! The processor's is direct, without a matrix of patches: a tile of 8 channels x 16 pixels stays in
//! registers while all inputs and taps are added up. The same loop, with the weights turned round, is
//! the gradient of the inputs.

mod borrowed;
mod correlation;
pub mod depthwise;
mod grid;
mod kernel;
pub mod layout;
mod op;
mod sizes;
mod slope;
#[cfg(feature = "cudnn")]
mod tensor_cores;

use candle_core::{DType, Module, Result, Tensor};
use candle_nn::VarBuilder;

use crate::conv::op::Op;

/// How a kernel moves over its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Pixels from output to output, at least 1.
    pub stride: usize,
    /// Zeros around the input.
    pub padding: usize,
    /// Pixels from tap to tap, at least 1.
    pub dilation: usize,
}

impl Geometry {
    /// A 3 x 3 kernel whose taps are so far apart, with an output of the input's size.
    pub const fn same(dilation: usize) -> Self {
        Self {
            stride: 1,
            padding: dilation,
            dilation,
        }
    }

    /// A 3 x 3 kernel, with an output of half the input's size, rounded up.
    pub const HALF: Self = Self {
        stride: 2,
        padding: 1,
        dilation: 1,
    };

    /// A kernel of one pixel.
    pub const POINT: Self = Self {
        stride: 1,
        padding: 0,
        dilation: 1,
    };

    /// Rows of output that so many of input make; `None`: the kernel does not fit.
    pub(crate) fn outputs(self, len: usize, kernel: usize) -> Option<usize> {
        let reach = (kernel - 1) * self.dilation + 1;
        let room = (len + 2 * self.padding).checked_sub(reach)?;
        Some(room / self.stride + 1)
    }
}

/// What follows the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// Nothing.
    Linear,
    /// Whatever is negative becomes zero.
    Relu,
}

/// A layer.
#[derive(Debug, Clone)]
pub struct Conv {
    /// outputs x inputs x kernel x kernel
    pub weight: Tensor,
    /// outputs
    pub bias: Tensor,
    /// How it moves.
    pub geometry: Geometry,
    /// What follows.
    pub activation: Activation,
}

impl Conv {
    /// Takes a square kernel and its bias from `vb`.
    pub fn new(
        (inputs, outputs): (usize, usize),
        kernel: usize,
        geometry: Geometry,
        activation: Activation,
        vb: &VarBuilder,
    ) -> Result<Self> {
        Ok(Self {
            weight: vb.get((outputs, inputs, kernel, kernel), "weight")?,
            bias: vb.get(outputs, "bias")?,
            geometry,
            activation,
        })
    }
}

impl Module for Conv {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        conv2d(x, &self.weight, &self.bias, self.geometry, self.activation)
    }
}

/// `x`: images x inputs x height x width, `weight`: outputs x inputs x kernel x kernel, `bias`:
/// outputs.
pub fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    geometry: Geometry,
    activation: Activation,
) -> Result<Tensor> {
    #[cfg(feature = "cudnn")]
    if tensor_cores::fit(&[x, weight, bias]) && weight.dim(2)? > 1 {
        let sum = tensor_cores::conv2d(x, weight, bias, geometry, activation);
        if !sum.as_ref().is_err_and(tensor_cores::was_refused) {
            return sum;
        }
        return borrowed::conv2d(x, &weight.contiguous()?, bias, geometry, activation);
    }
    if !x.device().is_cpu() || x.dtype() != DType::F32 {
        return borrowed::conv2d(x, weight, bias, geometry, activation);
    }
    let op = Op {
        geometry,
        activation,
    };
    x.contiguous()?
        .apply_op3(&weight.contiguous()?, &bias.contiguous()?, op)
}
