//! `Brush`, the trait of `enhance`, for the diffusion model.

use std::sync::atomic::Ordering;

use plumbline_enhance::{Brush, BrushError, Denoise, Mask, Pixels, Scene, Schedule, Tile, Watch};

use super::DiffusionModel;
use crate::diffusion::sky_inpainting::SkyInpainting;

impl Brush for DiffusionModel {
    fn schedule(&self) -> Schedule {
        let sigmas = self.euler.steps().iter().rev().map(|step| step.sigma);
        Schedule::new(sigmas.collect()).expect("an opened brush has 1 to 255 rising steps")
    }

    fn correct(
        &self,
        small: &Pixels,
        _: &Scene,
        denoise: &Denoise,
        watch: Watch<'_>,
    ) -> Result<Pixels, BrushError> {
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
        proposal.ok_or_else(|| BrushError::Failed("no picture arrived".to_owned()))
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
        watch: Watch<'_>,
        done: &mut dyn FnMut(usize, Pixels),
    ) -> Result<(), BrushError> {
        self.paint(pixels, tiles, denoise, watch, done)
    }

    fn has_look(&self) -> bool {
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
        watch: Watch<'_>,
    ) -> Result<Pixels, BrushError> {
        let steps = self.steps(denoise)?;
        if (mask.width(), mask.height()) != (small.width(), small.height()) {
            return Err(BrushError::Failed(
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
