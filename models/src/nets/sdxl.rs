//! Stable Diffusion XL (Podell et al. 2023, "SDXL: improving latent diffusion models for
//! high-resolution image synthesis"), its ControlNets (Zhang et al. 2023, "Adding conditional
//! control to text-to-image diffusion models") and its autoencoder. Names and sizes are those of
//! `diffusers`, whose numbers they reproduce.
//!
//! Latents are n x 4 x h x w, pictures n x 3 x 8h x 8w. Timesteps are numbers from 0 to 999.

mod attention;
pub mod config;
pub mod controlnet;
mod layers;
pub mod text;
mod trunk;
pub mod unet;
pub mod vae;

use candle_core::{DType, Device, Result, Tensor};

/// What a prediction is conditioned on, besides the latents and the time.
#[derive(Debug, Clone)]
pub struct Cond {
    /// Both encoders' last hidden states but one, n x 77 x 2048.
    pub words: Tensor,
    /// The second encoder's summary, n x 1280.
    pub pooled: Tensor,
    /// Original height and width, crop's top and left, target height and width, n x 6.
    pub sizes: Tensor,
}

impl Cond {
    /// For a whole picture of so many pixels, where and in what a network computes.
    pub fn of_size(
        words: &Tensor,
        pooled: &Tensor,
        (width, height): (u32, u32),
        device: &Device,
        dtype: DType,
    ) -> Result<Self> {
        let (width, height) = (width as f32, height as f32);
        let placed = |x: &Tensor| x.to_device(device)?.to_dtype(dtype);
        Ok(Self {
            words: placed(words)?,
            pooled: placed(pooled)?,
            sizes: Tensor::new(&[[height, width, 0.0, 0.0, height, width]], device)?,
        })
    }

    /// The same for each of `count` pictures.
    pub fn repeated(&self, count: usize) -> Result<Self> {
        Ok(Self {
            words: self.words.repeat((count, 1, 1))?,
            pooled: self.pooled.repeat((count, 1))?,
            sizes: self.sizes.repeat((count, 1))?,
        })
    }
}

/// What a ControlNet adds to the UNet on its way.
#[derive(Debug, Clone)]
pub struct Residuals {
    /// One for every skip connection, from the widest to the narrowest.
    pub down: Vec<Tensor>,
    /// For the middle.
    pub mid: Tensor,
}

impl Residuals {
    /// Those of two ControlNets together.
    pub fn plus(&self, other: &Self) -> Result<Self> {
        let down = self.down.iter().zip(&other.down);
        Ok(Self {
            down: down.map(|(a, b)| a + b).collect::<Result<_>>()?,
            mid: (&self.mid + &other.mid)?,
        })
    }

    /// With every tensor sent through `each`: to another device, or a part of a batch.
    pub fn map(&self, each: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Self> {
        Ok(Self {
            down: self.down.iter().map(&each).collect::<Result<_>>()?,
            mid: each(&self.mid)?,
        })
    }
}
