//! Inpainting of skies: the UNet of nine channels is shown the noisy latents, the mask, and the latents
//! of the picture without what the mask covers.

use candle_core::{DType, Result, Tensor};
use plumbline_enhance::{Denoise, Mask, Pixels, Progress, ProgressFn, Tile};

use super::euler_scheduler::Step;
use super::image_tensors;
use super::model_cache::ModelCache;
use super::noise::{self, LATENT};
use super::prompt_embeddings::PromptEmbeddings;
use super::tile_pipeline::PipelineError;
use super::vae_color_correction::VaeColorCorrection;
use crate::nets::sdxl::Cond;

/// Picture to inpaint, and how.
pub(super) struct SkyInpainting<'a> {
    pub small: &'a Pixels,
    pub mask: &'a Mask,
    pub denoise: &'a Denoise,
    pub steps: &'a [Step],
    pub prompt: &'a PromptEmbeddings,
    pub color_correction: &'a VaeColorCorrection,
}

impl SkyInpainting<'_> {
    /// Paints the whole picture, of which only what the mask covers is of use.
    pub fn paint(
        &self,
        models: &mut ModelCache,
        watch: ProgressFn<'_>,
    ) -> std::result::Result<Pixels, PipelineError> {
        let of = self.steps.len() as u32 + 2;
        let report = |done: usize| match watch(Progress {
            done: done as u32,
            of,
        }) {
            true => Ok(()),
            false => Err(PipelineError::Cancelled),
        };
        report(0)?;
        let (mask, masked, mut latents) = self.prepare(models)?;
        let size = (self.small.width(), self.small.height());
        let (hidden_states, pooled) = (&self.prompt.hidden_states, &self.prompt.pooled);
        let cond = Cond::for_size(hidden_states, pooled, size, models.device(), models.dtype())?;
        for (at, step) in self.steps.iter().enumerate() {
            report(at + 1)?;
            let x = Tensor::cat(&[&step.scale_model_input(&latents)?, &mask, &masked], 1)?;
            let x = x.to_dtype(models.dtype())?;
            let noise = models
                .inpainting()?
                .forward(&x, step.timestep as f64, &cond, None)?;
            latents = step.advance(&latents, &noise.to_dtype(DType::F32)?)?;
        }
        report(self.steps.len() + 1)?;
        Ok(self.decode(models, &latents)?)
    }

    /// Mask at the latents' size, latents of what it does not cover, and noisy latents to start from.
    fn prepare(&self, models: &mut ModelCache) -> Result<(Tensor, Tensor, Tensor)> {
        let device = models.device().clone();
        let painted = image_tensors::mask_to_tensor(self.mask)?
            .ge(0.5)?
            .to_dtype(DType::F32)?;
        let unit = image_tensors::to_tensor(self.small)?;
        // Masked pixels are grey, the middle of the autoencoder's range.
        let shown = (1.0 - &painted)?;
        let masked = (unit
            .broadcast_mul(&shown)?
            .broadcast_add(&(&painted * 0.5)?))?;
        let (_, _, height, width) = painted.dims4()?;
        let latent = LATENT as usize;
        let mask = painted
            .interpolate2d(height / latent, width / latent)?
            .to_device(&device)?;

        let masked = models.latents(&masked)?;
        let start = models.latents(&unit)?;
        let whole = Tile {
            x: 0,
            y: 0,
            width: width as u32,
            height: height as u32,
        };
        let noise = noise::field(self.denoise.seed, whole)?.to_device(&device)?;
        let noisy = match self.steps.first() {
            Some(first) => first.add_noise(&start, &noise)?,
            None => start,
        };
        Ok((mask, masked, noisy))
    }

    fn decode(&self, models: &mut ModelCache, latents: &Tensor) -> Result<Pixels> {
        let latents = (latents / models.scaling())?.to_dtype(models.dtype())?;
        let made = models.decoder()?.forward(&latents)?.to_dtype(DType::F32)?;
        let made = self.color_correction.apply(&((made + 1.0)? / 2.0)?)?;
        image_tensors::to_pixels(&made.get(0)?, self.small)
    }
}
