//! U²-Net (Qin et al. 2020, "U²-Net: Going deeper with nested U-structure for salient object
//! detection"): a U of small Us, in its small size, U2NETP (1.1 M parameters), with the parameter names
//! of the original. Ours is trained for sky.
//!
//! Input 1 x 3 x H x W, RGB of 0..1 less ImageNet's mean and by its deviation; any size, trained at
//! 320 to 384. Output the logit of "is it", of the same size: a sigmoid makes it a probability.

use candle_core::{D, Module, Result, Tensor};
use candle_nn::{Conv2dConfig, VarBuilder, batch_norm, conv2d};
use plumbline_nn::conv::{Activation, Conv, Geometry};

/// Kind of a stage's block.
#[derive(Debug, Clone, Copy)]
enum Block {
    /// A U of that many levels.
    Deep(usize),
    /// A U of dilations instead of levels, for pictures that are small already.
    Flat,
}

/// Channels in, in the middle and out.
type Channels = (usize, usize, usize);

const DEPTHS: [Block; 6] = [
    Block::Deep(7),
    Block::Deep(6),
    Block::Deep(5),
    Block::Deep(4),
    Block::Flat,
    Block::Flat,
];

const DOWN: [Channels; 6] = [
    (3, 16, 64),
    (64, 16, 64),
    (64, 16, 64),
    (64, 16, 64),
    (64, 16, 64),
    (64, 16, 64),
];

/// From the outermost (`stage1d`) to the innermost.
const UP: [Channels; 5] = [(128, 16, 64); 5];

/// Convolution with its batch norm folded in, and a rectifier.
fn conv_bn_relu(inputs: usize, outputs: usize, dilation: usize, vb: &VarBuilder) -> Result<Conv> {
    let conv = conv2d(
        inputs,
        outputs,
        3,
        Conv2dConfig::default(),
        vb.pp("conv_s1"),
    )?;
    let norm = batch_norm(outputs, 1e-5, vb.pp("bn_s1"))?;
    let conv = conv.absorb_bn(&norm)?;
    // A batch norm's running statistics are variables: undetached, every layer of a forward pass
    // would be kept for a gradient.
    Ok(Conv {
        weight: conv.weight().detach(),
        bias: conv.bias().expect("a folded batch norm is a bias").detach(),
        geometry: Geometry::same(dilation),
        activation: Activation::Relu,
    })
}

/// Side output: one channel of logits.
fn side_output(inputs: usize, kernel: usize, geometry: Geometry, vb: &VarBuilder) -> Result<Conv> {
    Conv::new((inputs, 1), kernel, geometry, Activation::Linear, vb)
}

/// Residual U block.
struct Rsu {
    entry: Conv,
    down: Vec<Conv>,
    bottom: Conv,
    /// From the innermost to the outermost.
    up: Vec<Conv>,
    pooled: bool,
}

impl Rsu {
    fn new(block: Block, (inputs, middle, outputs): Channels, vb: &VarBuilder) -> Result<Self> {
        let conv = |name: String, i, o, dilation| conv_bn_relu(i, o, dilation, &vb.pp(name));
        let (levels, pooled) = match block {
            Block::Deep(levels) => (levels, true),
            Block::Flat => (4, false),
        };
        let dilation = |level: usize| if pooled { 1 } else { 1 << (level - 1) };
        let down = (1..levels).map(|level| {
            let inputs = if level == 1 { outputs } else { middle };
            conv(format!("rebnconv{level}"), inputs, middle, dilation(level))
        });
        let up = (1..levels).rev().map(|level| {
            let outputs = if level == 1 { outputs } else { middle };
            conv(
                format!("rebnconv{level}d"),
                2 * middle,
                outputs,
                dilation(level),
            )
        });
        Ok(Self {
            entry: conv("rebnconvin".to_owned(), inputs, outputs, 1)?,
            down: down.collect::<Result<_>>()?,
            // The bottom is two pixels apart even in a deep block.
            bottom: conv(
                format!("rebnconv{levels}"),
                middle,
                middle,
                if pooled { 2 } else { dilation(levels) },
            )?,
            up: up.collect::<Result<_>>()?,
            pooled,
        })
    }

    /// Takes its input, and drops every level as soon as it was read: one tensor of 64 channels at the
    /// input's size is 38 MB.
    fn forward(&self, x: Tensor) -> Result<Tensor> {
        let entry = self.entry.forward(&x)?;
        drop(x);
        let mut levels = vec![self.down[0].forward(&entry)?];
        for conv in &self.down[1..] {
            let above = levels.last().expect("the first level is there");
            let x = if self.pooled {
                max_pool(above)?
            } else {
                above.clone()
            };
            levels.push(conv.forward(&x)?);
        }
        let mut x = self.bottom.forward(levels.last().expect("as above"))?;
        for conv in &self.up {
            let level = levels.pop().expect("there are as many down as up");
            let both = Tensor::cat(&[&upsampled_like(&x, &level)?, &level], 1)?;
            drop(level);
            x = conv.forward(&both)?;
        }
        x + entry
    }
}

/// The network.
pub struct U2Net {
    down: Vec<Rsu>,
    /// From the outermost to the innermost.
    up: Vec<Rsu>,
    sides: Vec<Conv>,
    out: Conv,
}

/// Output of the network, finest first: all of them logits of the input's size.
pub struct Saliency {
    /// The fusion of all six: what is used.
    pub fused: Tensor,
    /// Side output of each level.
    pub sides: Vec<Tensor>,
}

impl U2Net {
    /// Builds it from the original's parameters.
    pub fn new(vb: &VarBuilder) -> Result<Self> {
        let stage = |name: String, block, channels| Rsu::new(block, channels, &vb.pp(name));
        let side = |level: usize| {
            let channels = UP.get(level).unwrap_or(&DOWN[5]).2;
            let vb = vb.pp(format!("side{}", level + 1));
            side_output(channels, 3, Geometry::same(1), &vb)
        };
        Ok(Self {
            down: (0..6)
                .map(|i| stage(format!("stage{}", i + 1), DEPTHS[i], DOWN[i]))
                .collect::<Result<_>>()?,
            up: (0..5)
                .map(|i| stage(format!("stage{}d", i + 1), DEPTHS[i], UP[i]))
                .collect::<Result<_>>()?,
            sides: (0..6).map(side).collect::<Result<_>>()?,
            out: side_output(6, 1, Geometry::POINT, &vb.pp("outconv"))?,
        })
    }

    /// Runs the network.
    pub fn forward(&self, x: &Tensor) -> Result<Saliency> {
        let mut levels = vec![self.down[0].forward(x.clone())?];
        for stage in &self.down[1..] {
            let above = max_pool(levels.last().expect("the first level is there"))?;
            levels.push(stage.forward(above)?);
        }
        let mut decoded = vec![levels.pop().expect("there are six")];
        for stage in self.up.iter().rev() {
            let level = levels.pop().expect("there are as many down as up");
            let inner = decoded.last().expect("the innermost is there");
            let both = Tensor::cat(&[&upsampled_like(inner, &level)?, &level], 1)?;
            drop(level);
            decoded.push(stage.forward(both)?);
        }
        let sides = self.sides.iter().zip(decoded.iter().rev());
        let sides: Vec<Tensor> = sides
            .map(|(side, level)| upsampled_like(&side.forward(level)?, x))
            .collect::<Result<_>>()?;
        Ok(Saliency {
            fused: self.out.forward(&Tensor::cat(&sides, 1)?)?,
            sides,
        })
    }
}

/// Max pooling to half the size; an odd last row or column is repeated.
fn max_pool(x: &Tensor) -> Result<Tensor> {
    let (_, _, height, width) = x.dims4()?;
    let x = x.pad_with_same(D::Minus2, 0, height % 2)?;
    x.pad_with_same(D::Minus1, 0, width % 2)?.max_pool2d(2)
}

/// Upsamples to the size of another.
fn upsampled_like(x: &Tensor, other: &Tensor) -> Result<Tensor> {
    let (_, _, height, width) = other.dims4()?;
    x.upsample_bilinear2d(height, width, false)
}
