//! Autoencoder: pictures as latents an eighth their size, and back. 83.7 M parameters; 4.88
//! and 10.47 TFLOP for 1024 x 1024 pixels.

use candle_core::{Module, Result, Tensor};
use candle_nn::VarBuilder;
use plumbline_nn::conv::Geometry;
use plumbline_nn::dense::Conv2d;
use plumbline_nn::device;
use plumbline_nn::group_norm::GroupNorm;

pub use super::config::VaeConfig as Config;

use super::attention::PixelAttention;
use super::layers::{GroupNormConfig, ResnetBlock, Upsample, conv, conv1x1, conv3x3};

const EPS: f64 = 1e-6;
/// Bounds of the logarithm of the variance.
const LOGVAR: (f32, f32) = (-30.0, 20.0);

/// Posterior of a picture's latents: a normal distribution, n x 4 x h x w, before scaling.
#[derive(Debug)]
pub struct Posterior {
    /// Mean, which is also the mode.
    pub mean: Tensor,
    /// Logarithm of the variance.
    pub logvar: Tensor,
}

/// Residual blocks around an attention, at the narrowest level.
#[derive(Debug)]
struct MidBlock(ResnetBlock, PixelAttention, ResnetBlock);

impl MidBlock {
    fn new(channels: usize, norms: GroupNormConfig, vb: &VarBuilder) -> Result<Self> {
        let resnet = |at: usize| {
            let vb = vb.pp(format!("resnets.{at}"));
            ResnetBlock::new((channels, channels), norms, None, &vb)
        };
        let attention = PixelAttention::new(channels, norms, &vb.pp("attentions.0"))?;
        Ok(Self(resnet(0)?, attention, resnet(1)?))
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.1.forward(&self.0.forward(x, None)?)?;
        self.2.forward(&x, None)
    }
}

/// Encoder of pictures to latents.
#[derive(Debug)]
pub struct Encoder {
    input: Conv2d,
    levels: Vec<(Vec<ResnetBlock>, Option<Conv2d>)>,
    mid_block: MidBlock,
    norm: GroupNorm,
    output: Conv2d,
    quant_conv: Conv2d,
}

impl Encoder {
    /// Takes its parameters by diffusers' names.
    pub fn new(config: &Config, vb: &VarBuilder) -> Result<Self> {
        let (channels, norms) = sizes(config);
        let (first, narrowest) = (channels[0], channels[channels.len() - 1]);
        let latent = 2 * config.latent_channels;
        let quant_conv = conv1x1(latent, latent, &vb.pp("quant_conv"))?;
        let vb = vb.pp("encoder");
        let mut inputs = first;
        let levels = channels.iter().enumerate().map(|(at, &outputs)| {
            let vb = vb.pp(format!("down_blocks.{at}"));
            let layers = resnets((inputs, outputs), config.layers_per_block, norms, &vb)?;
            inputs = outputs;
            let down = (at + 1 < channels.len()).then(|| {
                let geometry = Geometry {
                    padding: 0,
                    ..Geometry::HALF
                };
                conv(
                    (outputs, outputs),
                    3,
                    geometry,
                    &vb.pp("downsamplers.0.conv"),
                )
            });
            Ok((layers, down.transpose()?))
        });
        Ok(Self {
            levels: levels.collect::<Result<_>>()?,
            input: conv3x3(3, first, &vb.pp("conv_in"))?,
            mid_block: MidBlock::new(narrowest, norms, &vb.pp("mid_block"))?,
            norm: norms.build(narrowest, &vb.pp("conv_norm_out"))?,
            output: conv3x3(narrowest, latent, &vb.pp("conv_out"))?,
            quant_conv,
        })
    }

    /// Encodes `x`, n x 3 x 8h x 8w of -1..1.
    pub fn forward(&self, x: &Tensor) -> Result<Posterior> {
        device::with_cached_kernel_arguments(x.device(), || self.run(x))
    }

    fn run(&self, x: &Tensor) -> Result<Posterior> {
        let mut x = self.input.forward(x)?;
        for (layers, down) in &self.levels {
            for layer in layers {
                x = layer.forward(&x, None)?;
            }
            if let Some(down) = down {
                let padded = x.pad_with_zeros(2, 0, 1)?.pad_with_zeros(3, 0, 1)?;
                x = down.forward(&padded)?;
            }
        }
        let x = self.mid_block.forward(&x)?;
        let x = self.output.forward(&self.norm.forward_silu(&x)?)?;
        let moments = self.quant_conv.forward(&x)?;
        let half = moments.dim(1)? / 2;
        let logvar = moments.narrow(1, half, half)?;
        Ok(Posterior {
            mean: moments.narrow(1, 0, half)?.contiguous()?,
            logvar: logvar.clamp(LOGVAR.0, LOGVAR.1)?,
        })
    }
}

/// Decoder of latents to pictures.
#[derive(Debug)]
pub struct Decoder {
    input: Conv2d,
    mid_block: MidBlock,
    levels: Vec<(Vec<ResnetBlock>, Option<Upsample>)>,
    norm: GroupNorm,
    output: Conv2d,
    quant_conv: Conv2d,
}

impl Decoder {
    /// Takes its parameters by diffusers' names.
    pub fn new(config: &Config, vb: &VarBuilder) -> Result<Self> {
        let (channels, norms) = sizes(config);
        let (first, narrowest) = (channels[0], channels[channels.len() - 1]);
        let latent = config.latent_channels;
        let quant_conv = conv1x1(latent, latent, &vb.pp("post_quant_conv"))?;
        let vb = vb.pp("decoder");
        let mut inputs = narrowest;
        let levels = channels.iter().rev().enumerate().map(|(at, &outputs)| {
            let vb = vb.pp(format!("up_blocks.{at}"));
            let layers = resnets((inputs, outputs), config.layers_per_block + 1, norms, &vb)?;
            inputs = outputs;
            let up = (at + 1 < channels.len()).then(|| Upsample::new(outputs, &vb));
            Ok((layers, up.transpose()?))
        });
        Ok(Self {
            levels: levels.collect::<Result<_>>()?,
            input: conv3x3(latent, narrowest, &vb.pp("conv_in"))?,
            mid_block: MidBlock::new(narrowest, norms, &vb.pp("mid_block"))?,
            norm: norms.build(first, &vb.pp("conv_norm_out"))?,
            output: conv3x3(first, 3, &vb.pp("conv_out"))?,
            quant_conv,
        })
    }

    /// Decodes unscaled latents to a picture of about -1..1.
    pub fn forward(&self, latents: &Tensor) -> Result<Tensor> {
        device::with_cached_kernel_arguments(latents.device(), || self.run(latents))
    }

    fn run(&self, latents: &Tensor) -> Result<Tensor> {
        let x = self.input.forward(&self.quant_conv.forward(latents)?)?;
        let mut x = self.mid_block.forward(&x)?;
        for (layers, up) in &self.levels {
            for layer in layers {
                x = layer.forward(&x, None)?;
            }
            if let Some(up) = up {
                x = up.forward(&x, (2 * x.dim(2)?, 2 * x.dim(3)?))?;
            }
        }
        self.output.forward(&self.norm.forward_silu(&x)?)
    }
}

fn sizes(config: &Config) -> (&[usize], GroupNormConfig) {
    let norms = GroupNormConfig {
        groups: config.norm_num_groups,
        eps: EPS,
    };
    (&config.block_out_channels, norms)
}

fn resnets(
    (inputs, outputs): (usize, usize),
    count: usize,
    norms: GroupNormConfig,
    vb: &VarBuilder,
) -> Result<Vec<ResnetBlock>> {
    let resnets = (0..count).map(|at| {
        let inputs = if at == 0 { inputs } else { outputs };
        let vb = vb.pp(format!("resnets.{at}"));
        ResnetBlock::new((inputs, outputs), norms, None, &vb)
    });
    resnets.collect()
}
