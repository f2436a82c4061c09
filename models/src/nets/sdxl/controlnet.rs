//! A ControlNet: half a UNet that looks at a picture and says what the UNet must keep of it.

use candle_core::{Module, Result, Tensor};
use candle_nn::VarBuilder;
use plumbline_nn::conv::Geometry;
use plumbline_nn::dense::Conv2d;
use plumbline_nn::device;

pub use super::config::UnetConfig as Config;

use super::layers::{conv, conv3, point};
use super::trunk::Trunk;
use super::{Cond, Residuals};

/// The whole network.
#[derive(Debug)]
pub struct ControlNet {
    trunk: Trunk,
    hint: Hint,
    down: Vec<Conv2d>,
    mid: Conv2d,
}

impl ControlNet {
    /// By the names that diffusers gives them.
    pub fn new(config: &Config, vb: &VarBuilder) -> Result<Self> {
        let trunk = Trunk::new(config, vb)?;
        let taps = taps(config).into_iter().enumerate();
        let down = taps.map(|(at, channels)| {
            point(
                channels,
                channels,
                &vb.pp(format!("controlnet_down_blocks.{at}")),
            )
        });
        let narrowest = config.block_out_channels[config.block_out_channels.len() - 1];
        Ok(Self {
            trunk,
            hint: Hint::new(config, &vb.pp("controlnet_cond_embedding"))?,
            down: down.collect::<Result<_>>()?,
            mid: point(narrowest, narrowest, &vb.pp("controlnet_mid_block"))?,
        })
    }

    /// What the UNet shall add for `picture`, n x 3 x 8h x 8w of 0..1, times `scale`.
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
        let seen = self.trunk.see(x, timestep, cond)?;
        let descent = self.trunk.descend(x, &seen, Some(&hint))?;
        let down = self.down.iter().zip(&descent.skips);
        Ok(Residuals {
            down: down
                .map(|(tap, skip)| tap.forward(skip)? * scale)
                .collect::<Result<_>>()?,
            mid: (self.mid.forward(&descent.middle)? * scale)?,
        })
    }
}

/// Channels of every skip connection, from the widest.
fn taps(config: &Config) -> Vec<usize> {
    let channels = &config.block_out_channels;
    let mut taps = vec![channels[0]];
    for (at, &channels) in channels.iter().enumerate() {
        let down = usize::from(at + 1 < config.block_out_channels.len());
        taps.extend(vec![channels; config.layers_per_block + down]);
    }
    taps
}

/// From a picture to the first level's channels at the latents' size.
#[derive(Debug)]
struct Hint(Vec<Conv2d>);

impl Hint {
    fn new(config: &Config, vb: &VarBuilder) -> Result<Self> {
        let channels = &config.conditioning_embedding_out_channels;
        let (first, last) = (channels[0], channels[channels.len() - 1]);
        let mut layers = vec![conv3(3, first, &vb.pp("conv_in"))?];
        for (at, pair) in channels.windows(2).enumerate() {
            let vb = |at: usize| vb.pp(format!("blocks.{at}"));
            layers.push(conv3(pair[0], pair[0], &vb(2 * at))?);
            let halve = conv((pair[0], pair[1]), 3, Geometry::HALF, &vb(2 * at + 1))?;
            layers.push(halve);
        }
        layers.push(conv3(
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
