//! Convolutions, several times as fast as candle's own, with gradients on the processor: square
//! kernels, any stride, padding and dilation, bias and rectifier in the same pass. On a card in half
//! precision, where no gradient is wanted, cuDNN's (`tensor_cores`); the rest is candle's (`candle_conv2d`).
//!
//! The processor's is direct, without a matrix of patches: a tile of 8 channels x 16 pixels stays in
//! registers while all inputs and taps are added up. The same loop, with the weights turned round, is
//! the gradient of the inputs.

mod candle_conv2d;
pub mod channels_last;
mod correlation;
pub mod depthwise;
mod grid;
mod kernel;
mod op;
mod sizes;
#[cfg(feature = "cudnn")]
mod tensor_cores;
mod weight_gradient;

use candle_core::{DType, Module, Result, Tensor};
use candle_nn::VarBuilder;

use crate::conv::op::Op;

/// Stride, padding and dilation of a kernel.
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
    /// 3 x 3 kernel of that dilation, with an output of the input's size.
    pub const fn same(dilation: usize) -> Self {
        Self {
            stride: 1,
            padding: dilation,
            dilation,
        }
    }

    /// 3 x 3 kernel of stride 2, with an output of half the input's size, rounded up.
    pub const HALF: Self = Self {
        stride: 2,
        padding: 1,
        dilation: 1,
    };

    /// Kernel of one pixel.
    pub const POINT: Self = Self {
        stride: 1,
        padding: 0,
        dilation: 1,
    };

    /// Rows of output of `len` rows of input; `None`: the kernel does not fit.
    pub(crate) fn outputs(self, len: usize, kernel: usize) -> Option<usize> {
        let reach = (kernel - 1) * self.dilation + 1;
        let room = (len + 2 * self.padding).checked_sub(reach)?;
        Some(room / self.stride + 1)
    }
}

/// Activation after the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// None.
    Linear,
    /// Rectifier: what is negative becomes zero.
    Relu,
}

/// Convolution with a bias and an activation.
#[derive(Debug, Clone)]
pub struct Conv {
    /// Kernels: outputs x inputs x kernel x kernel.
    pub weight: Tensor,
    /// Bias of each output.
    pub bias: Tensor,
    /// Stride, padding and dilation.
    pub geometry: Geometry,
    /// Activation after the sum.
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

/// Convolves `x`, images x inputs x height x width. `weight`: outputs x inputs x kernel x kernel,
/// `bias`: outputs.
pub fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    geometry: Geometry,
    activation: Activation,
) -> Result<Tensor> {
    #[cfg(feature = "cudnn")]
    if tensor_cores::supported(&[x, weight, bias]) && weight.dim(2)? > 1 {
        let sum = tensor_cores::conv2d(x, weight, bias, geometry, activation);
        if !sum.as_ref().is_err_and(tensor_cores::is_unsupported) {
            return sum;
        }
        return candle_conv2d::conv2d(x, &weight.contiguous()?, bias, geometry, activation);
    }
    if !x.device().is_cpu() || x.dtype() != DType::F32 {
        return candle_conv2d::conv2d(x, weight, bias, geometry, activation);
    }
    let op = Op {
        geometry,
        activation,
    };
    x.contiguous()?
        .apply_op3(&weight.contiguous()?, &bias.contiguous()?, op)
}
