//! EfficientNet-Lite0 (Tan and Le 2019, "EfficientNet: Rethinking model scaling for convolutional
//! neural networks"; the lite sizes of 2020 have no squeezing and are rectified at six), trained on
//! ImageNet, as far as its last block: features of a picture, not classes. Parameter names of the
//! original.
//!
//! Input 1 x 3 x H x W, RGB of 0..=255 less 127 and by 128, trained at 224; sides of 32 and more.
//! Output 1 x 320 x H/32 x W/32.

use candle_core::{D, Module, Result, Tensor};
use candle_nn::{BatchNormConfig, VarBuilder, batch_norm};
use plumbline_enhance::Pixels;
use plumbline_nn::conv::depthwise::depthwise;
use plumbline_nn::conv::{Activation, Conv, Geometry};

use crate::preprocessing::{self, Kernel, Normalization};
use crate::weights::{Weights, WeightsError};

/// The size it was trained at.
pub const SIDE: u32 = 224;

/// Normalisation of its training pictures.
pub(crate) const NORMALIZATION: Normalization = Normalization {
    mean: [127.0 / 255.0; 3],
    deviation: [128.0 / 255.0; 3],
};

/// Channels of the last block.
pub const CHANNELS: usize = 320;

const STEM: usize = 32;

/// Kernel, stride, expansion, channels out, blocks.
const STAGES: [(usize, usize, usize, usize, usize); 7] = [
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, CHANNELS, 1),
];

/// A batch norm's scale and shift, folded into the convolution before it.
fn folded(
    shape: (usize, usize, usize, usize),
    vb: &VarBuilder,
    conv: &str,
    norm: &str,
) -> Result<(Tensor, Tensor)> {
    let weight = vb.pp(conv).get(shape, "weight")?;
    let config = BatchNormConfig::from(1e-3);
    let norm = batch_norm(shape.0, config, vb.pp(norm))?;
    let (scale, shift) = norm.weight_and_bias().expect("it was made with both");
    let scale = (scale / (norm.running_var() + norm.eps())?.sqrt()?)?;
    let bias = (shift - (norm.running_mean() * &scale)?)?;
    let weight = weight.broadcast_mul(&scale.reshape((shape.0, 1, 1, 1))?)?;
    // Detached: the norm's running statistics are variables.
    Ok((weight.detach(), bias.detach()))
}

fn conv(
    shape: (usize, usize, usize, usize),
    vb: &VarBuilder,
    names: [&str; 2],
    geometry: Geometry,
    activation: Activation,
) -> Result<Conv> {
    let (weight, bias) = folded(shape, vb, names[0], names[1])?;
    Ok(Conv {
        weight,
        bias,
        geometry,
        activation,
    })
}

/// Mobile inverted bottleneck: wide inside, every channel filtered alone, narrow again.
struct Block {
    expand: Option<Conv>,
    /// Channels x 1 x kernel x kernel.
    filter: Tensor,
    filter_bias: Tensor,
    kernel: usize,
    stride: usize,
    project: Conv,
    is_residual: bool,
}

impl Block {
    fn new(
        (inputs, outputs): (usize, usize),
        (kernel, stride, wider): (usize, usize, usize),
        vb: &VarBuilder,
    ) -> Result<Self> {
        let middle = inputs * wider;
        let point = |shape: (usize, usize), names, activation| {
            conv(
                (shape.0, shape.1, 1, 1),
                vb,
                names,
                Geometry::POINT,
                activation,
            )
        };
        let expand = (wider > 1)
            .then(|| point((middle, inputs), ["_expand_conv", "_bn0"], Activation::Relu))
            .transpose()?;
        let shape = (middle, 1, kernel, kernel);
        let (filter, filter_bias) = folded(shape, vb, "_depthwise_conv", "_bn1")?;
        let names = ["_project_conv", "_bn2"];
        Ok(Self {
            expand,
            filter,
            filter_bias,
            kernel,
            stride,
            project: point((outputs, middle), names, Activation::Linear)?,
            is_residual: stride == 1 && inputs == outputs,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let wide = match &self.expand {
            Some(expand) => relu6(&expand.forward(x)?)?,
            None => x.clone(),
        };
        let wide = padded(&wide, self.kernel, self.stride)?;
        let filtered = depthwise(&wide, &self.filter, &self.filter_bias, self.stride)?;
        let narrow = self.project.forward(&filtered.clamp(0.0, 6.0)?)?;
        if self.is_residual {
            narrow + x
        } else {
            Ok(narrow)
        }
    }
}

/// The network.
pub struct EfficientNet {
    stem: Conv,
    blocks: Vec<Block>,
}

impl EfficientNet {
    /// With the weights that are part of the program.
    pub fn shipped() -> std::result::Result<Self, WeightsError> {
        let file = include_bytes!("../../shipped/efficientnet-lite0.safetensors");
        Weights::embedded(file)?.build(|vb| Self::new(&vb))
    }

    /// Builds it from the original's parameters.
    pub fn new(vb: &VarBuilder) -> Result<Self> {
        let unpadded = Geometry {
            padding: 0,
            ..Geometry::HALF
        };
        let names = ["_conv_stem", "_bn0"];
        let stem = conv((STEM, 3, 3, 3), vb, names, unpadded, Activation::Relu)?;
        let mut blocks = Vec::new();
        let mut inputs = STEM;
        for (kernel, stride, wider, outputs, count) in STAGES {
            for index in 0..count {
                let stride = if index == 0 { stride } else { 1 };
                let vb = vb.pp("_blocks").pp(blocks.len());
                blocks.push(Block::new((inputs, outputs), (kernel, stride, wider), &vb)?);
                inputs = outputs;
            }
        }
        Ok(Self { stem, blocks })
    }

    /// Output of the last block.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = relu6(&self.stem.forward(&padded(x, 3, 2)?)?)?;
        for block in &self.blocks {
            x = block.forward(&x)?;
        }
        Ok(x)
    }
}

/// Input of a picture, squashed: 1 x 3 x `SIDE` x `SIDE`.
pub fn input(pixels: &Pixels) -> Result<Tensor> {
    let squashed = preprocessing::resized(pixels, SIDE, SIDE, Kernel::Bilinear);
    preprocessing::to_tensor(&squashed, NORMALIZATION)
}

/// ReLU6 after a ReLU.
fn relu6(x: &Tensor) -> Result<Tensor> {
    x.minimum(6.0)
}

/// Pads as `SAME` does in the framework of the original: the odd zero comes last.
fn padded(x: &Tensor, kernel: usize, stride: usize) -> Result<Tensor> {
    let (_, _, rows, columns) = x.dims4()?;
    let (above, below) = zeros(rows, kernel, stride);
    let (left, right) = zeros(columns, kernel, stride);
    x.pad_with_zeros(D::Minus2, above, below)?
        .pad_with_zeros(D::Minus1, left, right)
}

/// Zeros before and after.
fn zeros(len: usize, kernel: usize, stride: usize) -> (usize, usize) {
    let reached = (len.div_ceil(stride) - 1) * stride + kernel;
    let all = reached.saturating_sub(len);
    (all / 2, all - all / 2)
}

#[cfg(test)]
mod tests {
    use super::zeros;

    #[test]
    fn the_odd_zero_comes_last() {
        assert_eq!(zeros(224, 3, 2), (0, 1));
        assert_eq!(zeros(28, 5, 2), (1, 2));
        assert_eq!(zeros(7, 5, 1), (2, 2));
        assert_eq!(zeros(7, 3, 2), (1, 1));
    }
}
