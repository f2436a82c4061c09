//! The network that says which part of noisy latents is noise. 2.57 G parameters in SDXL, which
//! cost 6.76 TFLOP for latents of 128 x 128.

use candle_core::{Module, Result, Tensor, bail};
use candle_nn::VarBuilder;
use plumbline_nn::dense::Conv2d;
use plumbline_nn::device;
use plumbline_nn::group_norm::GroupNorm;

pub use super::config::UnetConfig as Config;

use super::layers::{Norms, Upsample, conv3};
use super::trunk::{Layers, Seen, Trunk};
use super::{Cond, Residuals};

/// The whole network.
#[derive(Debug)]
pub struct Unet {
    trunk: Trunk,
    levels: Vec<(Layers, Option<Upsample>)>,
    norm: GroupNorm,
    output: Conv2d,
}

impl Unet {
    /// By the names that diffusers gives them.
    pub fn new(config: &Config, vb: &VarBuilder) -> Result<Self> {
        let trunk = Trunk::new(config, vb)?;
        let first = config.block_out_channels[0];
        let norms = Norms {
            groups: config.norm_num_groups,
            eps: config.norm_eps,
        };
        Ok(Self {
            trunk,
            levels: levels(config, vb)?,
            norm: norms.of(first, &vb.pp("conv_norm_out"))?,
            output: conv3(first, config.out_channels, &vb.pp("conv_out"))?,
        })
    }

    /// The noise in latents, n x 4 x h x w. `x` is scaled as the time asks.
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
        let seen = self.trunk.see(x, timestep, cond)?;
        let mut descent = self.trunk.descend(x, &seen, None)?;
        if let Some(control) = control {
            descent.middle = (descent.middle + &control.mid)?;
            if control.down.len() != descent.skips.len() {
                bail!("a ControlNet of other sizes than the UNet's");
            }
            for (skip, more) in descent.skips.iter_mut().zip(&control.down) {
                *skip = (&*skip + more)?;
            }
        }
        let x = self.ascend(descent.middle, descent.skips, &seen)?;
        self.output.forward(&self.norm.forward_silu(&x)?)
    }

    fn ascend(&self, mut x: Tensor, mut skips: Vec<Tensor>, seen: &Seen) -> Result<Tensor> {
        for (layers, up) in &self.levels {
            let joined = |x: Tensor| match skips.pop() {
                Some(skip) => Tensor::cat(&[x, skip], 1),
                None => bail!("more layers up than down"),
            };
            x = layers.forward(x, seen, joined, |_| ())?;
            if let (Some(up), Some(next)) = (up, skips.last()) {
                x = up.forward(&x, (next.dim(2)?, next.dim(3)?))?;
            }
        }
        Ok(x)
    }
}

fn levels(config: &Config, vb: &VarBuilder) -> Result<Vec<(Layers, Option<Upsample>)>> {
    let channels = &config.block_out_channels;
    let last = channels.len() - 1;
    let levels = config.levels().rev().enumerate().map(|(at, level)| {
        let vb = vb.pp(format!("up_blocks.{at}"));
        // Down came: the level's own outputs, and below them the one of the level above.
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
