//! Skies painted anew: the UNet of nine channels sees the noise, the mask, and the picture without
//! what the mask covers.

use candle_core::{DType, Result, Tensor};
use plumbline_enhance::{Denoise, Mask, Pixels, Progress, Tile, Watch};

use super::euler::Step;
use super::model_cache::ModelCache;
use super::noise::{self, LATENT};
use super::passage::Stop;
use super::pictures;
use super::prompt_embeddings::PromptEmbeddings;
use super::shift::Shift;
use crate::nets::sdxl::Cond;

/// What is painted, and how.
pub(super) struct Sky<'a> {
    pub small: &'a Pixels,
    pub mask: &'a Mask,
    pub denoise: &'a Denoise,
    pub steps: &'a [Step],
    pub prompt: &'a PromptEmbeddings,
    pub shift: &'a Shift,
}

impl Sky<'_> {
    /// The whole picture, of which only what the mask covers is worth anything.
    pub fn paint(
        &self,
        models: &mut ModelCache,
        watch: Watch<'_>,
    ) -> std::result::Result<Pixels, Stop> {
        let of = self.steps.len() as u32 + 2;
        let ask = |done: usize| match watch(Progress {
            done: done as u32,
            of,
        }) {
            true => Ok(()),
            false => Err(Stop::Told),
        };
        ask(0)?;
        let (mask, hidden, mut latents) = self.begin(models)?;
        let size = (self.small.width(), self.small.height());
        let (words, pooled) = (&self.prompt.hidden_states, &self.prompt.pooled);
        let cond = Cond::for_size(words, pooled, size, models.device(), models.dtype())?;
        for (at, step) in self.steps.iter().enumerate() {
            ask(at + 1)?;
            let x = Tensor::cat(&[&step.scaled(&latents)?, &mask, &hidden], 1)?;
            let x = x.to_dtype(models.dtype())?;
            let noise = models
                .inpainting()?
                .forward(&x, step.timestep as f64, &cond, None)?;
            latents = step.taken(&latents, &noise.to_dtype(DType::F32)?)?;
        }
        ask(self.steps.len() + 1)?;
        Ok(self.end(models, &latents)?)
    }

    /// The mask at the latents' size, the latents of what it does not cover, and those to begin
    /// with.
    fn begin(&self, models: &mut ModelCache) -> Result<(Tensor, Tensor, Tensor)> {
        let device = models.device().clone();
        let painted = pictures::plane(self.mask)?.ge(0.5)?.to_dtype(DType::F32)?;
        let unit = pictures::unit(self.small)?;
        // Hidden is grey, the middle of what the autoencoder knows.
        let shown = (1.0 - &painted)?;
        let seen = (unit
            .broadcast_mul(&shown)?
            .broadcast_add(&(&painted * 0.5)?))?;
        let (_, _, height, width) = painted.dims4()?;
        let latent = LATENT as usize;
        let mask = painted
            .interpolate2d(height / latent, width / latent)?
            .to_device(&device)?;

        let hidden = models.latents(&seen)?;
        let start = models.latents(&unit)?;
        let whole = Tile {
            x: 0,
            y: 0,
            width: width as u32,
            height: height as u32,
        };
        let noise = noise::field(self.denoise.seed, whole)?.to_device(&device)?;
        let noisy = match self.steps.first() {
            Some(first) => first.noised(&start, &noise)?,
            None => start,
        };
        Ok((mask, hidden, noisy))
    }

    fn end(&self, models: &mut ModelCache, latents: &Tensor) -> Result<Pixels> {
        let latents = (latents / models.scaling())?.to_dtype(models.dtype())?;
        let made = models.decoder()?.forward(&latents)?.to_dtype(DType::F32)?;
        let made = self.shift.corrected(&((made + 1.0)? / 2.0)?)?;
        pictures::pixels(&made.get(0)?, self.small)
    }
}
