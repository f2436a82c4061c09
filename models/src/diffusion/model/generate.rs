//! `GenerativeModel`, the trait of `enhance`, for the diffusion model.

use std::sync::atomic::Ordering;

use plumbline_enhance::{
    Denoise, GenerationError, GenerativeModel, Mask, Pixels, ProgressFn, Scene, Schedule, Tile,
};

use super::DiffusionModel;
use crate::diffusion::sky_inpainting::SkyInpainting;

impl GenerativeModel for DiffusionModel {
    fn schedule(&self) -> Schedule {
        let sigmas = self.euler.steps().iter().rev().map(|step| step.sigma);
        Schedule::new(sigmas.collect()).expect("an opened model has 1 to 255 rising steps")
    }

    fn correct(
        &self,
        small: &Pixels,
        _: &Scene,
        denoise: &Denoise,
        watch: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        let whole = Tile {
            x: 0,
            y: 0,
            width: small.width(),
            height: small.height(),
        };
        let mut proposal = None;
        self.paint(small, &[whole], denoise, watch, &mut |_, painted| {
            proposal = Some(painted);
        })?;
        proposal.ok_or_else(|| GenerationError::Failed("no picture arrived".to_owned()))
    }

    fn tile_side(&self) -> Option<u32> {
        Some(self.tile.load(Ordering::Relaxed))
    }

    fn redraw(
        &self,
        pixels: &Pixels,
        tiles: &[Tile],
        _: &Scene,
        denoise: &Denoise,
        watch: ProgressFn<'_>,
        done: &mut dyn FnMut(usize, Pixels),
    ) -> Result<(), GenerationError> {
        self.paint(pixels, tiles, denoise, watch, done)
    }

    fn has_lora(&self) -> bool {
        self.files.lora.is_some()
    }

    fn paints_skies(&self) -> bool {
        self.files.inpainting.is_some()
    }

    fn fill_sky(
        &self,
        small: &Pixels,
        mask: &Mask,
        denoise: &Denoise,
        words: &str,
        watch: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        let steps = self.steps(denoise)?;
        if (mask.width(), mask.height()) != (small.width(), small.height()) {
            return Err(GenerationError::Failed(
                "the mask is not of the picture's size".to_owned(),
            ));
        }
        self.run(|state| {
            let (prompt, color_correction) = self.prepare(state, words)?;
            let sky = SkyInpainting {
                small,
                mask,
                denoise,
                steps,
                prompt: &prompt,
                color_correction: &color_correction,
            };
            sky.paint(&mut state.models, watch)
        })
    }

    fn name(&self) -> &str {
        &self.name
    }
}
