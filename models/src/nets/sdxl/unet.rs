//! UNet: predicts the noise in noisy latents. 2.57 G parameters in SDXL, which
//! cost 6.76 TFLOP for latents of 128 x 128.

use candle_core::{Module, Result, Tensor, bail};
use candle_nn::VarBuilder;
use plumbline_nn::dense::Conv2d;
use plumbline_nn::device;
use plumbline_nn::group_norm::GroupNorm;

pub use super::config::UnetConfig as Config;

use super::down_blocks::{Conditioning, DownBlocks, Layers};
use super::layers::{GroupNormConfig, Upsample, conv3x3};
use super::{Cond, Residuals};

/// UNet.
#[derive(Debug)]
pub struct Unet {
    down_blocks: DownBlocks,
    up_blocks: Vec<(Layers, Option<Upsample>)>,
    norm: GroupNorm,
    output: Conv2d,
}

impl Unet {
    /// Takes its parameters by diffusers' names.
    pub fn new(config: &Config, vb: &VarBuilder) -> Result<Self> {
        let down_blocks = DownBlocks::new(config, vb)?;
        let first = config.block_out_channels[0];
        let norms = GroupNormConfig {
            groups: config.norm_num_groups,
            eps: config.norm_eps,
        };
        Ok(Self {
            down_blocks,
            up_blocks: up_blocks(config, vb)?,
            norm: norms.build(first, &vb.pp("conv_norm_out"))?,
            output: conv3x3(first, config.out_channels, &vb.pp("conv_out"))?,
        })
    }

    /// Predicts the noise in latents, n x 4 x h x w. `x` is scaled for the timestep.
    pub fn forward(
        &self,
        x: &Tensor,
        timestep: f64,
        cond: &Cond,
        control: Option<&Residuals>,
    ) -> Result<Tensor> {
        device::with_cached_kernel_arguments(x.device(), || self.run(x, timestep, cond, control))
    }

    fn run(
        &self,
        x: &Tensor,
        timestep: f64,
        cond: &Cond,
        control: Option<&Residuals>,
    ) -> Result<Tensor> {
        let conditioning = self.down_blocks.conditioning(x, timestep, cond)?;
        let mut down = self.down_blocks.forward(x, &conditioning, None)?;
        if let Some(control) = control {
            down.mid = (down.mid + &control.mid)?;
            if control.down.len() != down.skips.len() {
                bail!("a ControlNet of other sizes than the UNet's");
            }
            for (skip, more) in down.skips.iter_mut().zip(&control.down) {
                *skip = (&*skip + more)?;
            }
        }
        let x = self.up(down.mid, down.skips, &conditioning)?;
        self.output.forward(&self.norm.forward_silu(&x)?)
    }

    fn up(
        &self,
        mut x: Tensor,
        mut skips: Vec<Tensor>,
        conditioning: &Conditioning,
    ) -> Result<Tensor> {
        for (layers, up) in &self.up_blocks {
            let joined = |x: Tensor| match skips.pop() {
                Some(skip) => Tensor::cat(&[x, skip], 1),
                None => bail!("more layers up than down"),
            };
            x = layers.forward(x, conditioning, joined, |_| ())?;
            if let (Some(up), Some(next)) = (up, skips.last()) {
                x = up.forward(&x, (next.dim(2)?, next.dim(3)?))?;
            }
        }
        Ok(x)
    }
}

fn up_blocks(config: &Config, vb: &VarBuilder) -> Result<Vec<(Layers, Option<Upsample>)>> {
    let channels = &config.block_out_channels;
    let last = channels.len() - 1;
    let levels = config.levels().rev().enumerate().map(|(at, level)| {
        let vb = vb.pp(format!("up_blocks.{at}"));
        // Skip connections: the level's own outputs, and below them the one of the level above.
        let above = channels[(last - at).saturating_sub(1)];
        let below = channels[(last - at + 1).min(last)];
        let inputs: Vec<usize> = (0..=config.layers_per_block)
            .map(|layer| {
                let skip = if layer == config.layers_per_block {
                    above
                } else {
                    level.channels
                };
                skip + if layer == 0 { below } else { level.channels }
            })
            .collect();
        let up = (at < last).then(|| Upsample::new(level.channels, &vb));
        Ok((Layers::new(&inputs, level, config, &vb)?, up.transpose()?))
    });
    levels.collect()
}
