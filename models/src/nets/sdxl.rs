//! Stable Diffusion XL (Podell et al. 2023, "SDXL: improving latent diffusion models for
//! high-resolution image synthesis"), its ControlNets (Zhang et al. 2023, "Adding conditional
//! control to text-to-image diffusion models") and its autoencoder. Names and sizes are those of
//! `diffusers`, whose numbers they reproduce.
//!
//! Latents are n x 4 x h x w, pictures n x 3 x 8h x 8w. Timesteps are numbers from 0 to 999.

mod attention;
pub mod config;
pub mod controlnet;
mod down_blocks;
mod layers;
pub mod text;
pub mod unet;
pub mod vae;

use candle_core::{DType, Device, Result, Tensor};

/// Conditions of a prediction, besides the latents and the time. Fields have diffusers' names.
#[derive(Debug, Clone)]
pub struct Cond {
    /// Both encoders' penultimate hidden states, n x 77 x 2048.
    pub encoder_hidden_states: Tensor,
    /// The second encoder's pooled output, n x 1280.
    pub text_embeds: Tensor,
    /// Original height and width, crop's top and left, target height and width, n x 6.
    pub time_ids: Tensor,
}

impl Cond {
    /// Condition for a whole picture of that size, on the network's device and in its type.
    pub fn for_size(
        hidden_states: &Tensor,
        pooled: &Tensor,
        (width, height): (u32, u32),
        device: &Device,
        dtype: DType,
    ) -> Result<Self> {
        let (width, height) = (width as f32, height as f32);
        let placed = |x: &Tensor| x.to_device(device)?.to_dtype(dtype);
        Ok(Self {
            encoder_hidden_states: placed(hidden_states)?,
            text_embeds: placed(pooled)?,
            time_ids: Tensor::new(&[[height, width, 0.0, 0.0, height, width]], device)?,
        })
    }

    /// Repeats the condition for each of `count` pictures.
    pub fn repeated(&self, count: usize) -> Result<Self> {
        Ok(Self {
            encoder_hidden_states: self.encoder_hidden_states.repeat((count, 1, 1))?,
            text_embeds: self.text_embeds.repeat((count, 1))?,
            time_ids: self.time_ids.repeat((count, 1))?,
        })
    }
}

/// Residuals that a ControlNet adds to the UNet.
#[derive(Debug, Clone)]
pub struct Residuals {
    /// One for every skip connection, from the widest to the narrowest.
    pub down: Vec<Tensor>,
    /// For the mid block.
    pub mid: Tensor,
}

impl Residuals {
    /// Sum of two ControlNets' residuals.
    pub fn plus(&self, other: &Self) -> Result<Self> {
        let down = self.down.iter().zip(&other.down);
        Ok(Self {
            down: down.map(|(a, b)| a + b).collect::<Result<_>>()?,
            mid: (&self.mid + &other.mid)?,
        })
    }

    /// Maps every tensor: to another device, or a part of a batch.
    pub fn map(&self, each: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Self> {
        Ok(Self {
            down: self.down.iter().map(&each).collect::<Result<_>>()?,
            mid: each(&self.mid)?,
        })
    }
}
