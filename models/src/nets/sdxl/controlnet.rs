//! ControlNet: half a UNet that is shown a picture and computes residuals for the UNet.

use candle_core::{Module, Result, Tensor};
use candle_nn::VarBuilder;
use plumbline_nn::conv::Geometry;
use plumbline_nn::dense::Conv2d;
use plumbline_nn::device;

pub use super::config::UnetConfig as Config;

use super::down_blocks::DownBlocks;
use super::layers::{conv, conv1x1, conv3x3};
use super::{Cond, Residuals};

/// ControlNet.
#[derive(Debug)]
pub struct ControlNet {
    down_blocks: DownBlocks,
    hint: ConditioningEmbedding,
    down: Vec<Conv2d>,
    mid: Conv2d,
}

impl ControlNet {
    /// Takes its parameters by diffusers' names.
    pub fn new(config: &Config, vb: &VarBuilder) -> Result<Self> {
        let down_blocks = DownBlocks::new(config, vb)?;
        let skips = skip_channels(config).into_iter().enumerate();
        let down = skips.map(|(at, channels)| {
            conv1x1(
                channels,
                channels,
                &vb.pp(format!("controlnet_down_blocks.{at}")),
            )
        });
        let narrowest = config.block_out_channels[config.block_out_channels.len() - 1];
        Ok(Self {
            down_blocks,
            hint: ConditioningEmbedding::new(config, &vb.pp("controlnet_cond_embedding"))?,
            down: down.collect::<Result<_>>()?,
            mid: conv1x1(narrowest, narrowest, &vb.pp("controlnet_mid_block"))?,
        })
    }

    /// Residuals for `picture`, n x 3 x 8h x 8w of 0..1, times `scale`.
    pub fn forward(
        &self,
        x: &Tensor,
        timestep: f64,
        cond: &Cond,
        picture: &Tensor,
        scale: f64,
    ) -> Result<Residuals> {
        device::with_cached_kernel_arguments(x.device(), || {
            self.run(x, timestep, cond, picture, scale)
        })
    }

    fn run(
        &self,
        x: &Tensor,
        timestep: f64,
        cond: &Cond,
        picture: &Tensor,
        scale: f64,
    ) -> Result<Residuals> {
        let hint = self.hint.forward(picture)?;
        let conditioning = self.down_blocks.conditioning(x, timestep, cond)?;
        let output = self.down_blocks.forward(x, &conditioning, Some(&hint))?;
        let down = self.down.iter().zip(&output.skips);
        Ok(Residuals {
            down: down
                .map(|(conv, skip)| conv.forward(skip)? * scale)
                .collect::<Result<_>>()?,
            mid: (self.mid.forward(&output.mid)? * scale)?,
        })
    }
}

/// Channels of every skip connection, from the widest.
fn skip_channels(config: &Config) -> Vec<usize> {
    let channels = &config.block_out_channels;
    let mut skips = vec![channels[0]];
    for (at, &channels) in channels.iter().enumerate() {
        let down = usize::from(at + 1 < config.block_out_channels.len());
        skips.extend(vec![channels; config.layers_per_block + down]);
    }
    skips
}

/// Embedding of a picture: the first level's channels at the latents' size.
#[derive(Debug)]
struct ConditioningEmbedding(Vec<Conv2d>);

impl ConditioningEmbedding {
    fn new(config: &Config, vb: &VarBuilder) -> Result<Self> {
        let channels = &config.conditioning_embedding_out_channels;
        let (first, last) = (channels[0], channels[channels.len() - 1]);
        let mut layers = vec![conv3x3(3, first, &vb.pp("conv_in"))?];
        for (at, pair) in channels.windows(2).enumerate() {
            let vb = |at: usize| vb.pp(format!("blocks.{at}"));
            layers.push(conv3x3(pair[0], pair[0], &vb(2 * at))?);
            let halve = conv((pair[0], pair[1]), 3, Geometry::HALF, &vb(2 * at + 1))?;
            layers.push(halve);
        }
        layers.push(conv3x3(
            last,
            config.block_out_channels[0],
            &vb.pp("conv_out"),
        )?);
        Ok(Self(layers))
    }

    fn forward(&self, picture: &Tensor) -> Result<Tensor> {
        let (last, layers) = self.0.split_last().expect("it has an input and an output");
        let mut x = picture.clone();
        for layer in layers {
            x = layer.forward(&x)?.silu()?;
        }
        last.forward(&x)
    }
}
