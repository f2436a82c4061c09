//! The trait of generative models, its requests and its errors. A `GenerativeModel` proposes
//! pictures: the plan decides on the request, and `apply` on how much of the proposal reaches the
//! photo.

use serde::{Deserialize, Serialize};

use crate::pixels::{Mask, Pixels};
use crate::scene::Scene;

/// Request of a plan to a diffusion model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Denoise {
    /// Standard deviation of the noise to start from, on SDXL's scale: one of the schedule's.
    pub sigma: f32,
    /// Steps of the network from there to a picture; 0: nothing to do.
    pub steps: u8,
    /// Scale of the ControlNet that locks texture and colour, 0.0 to 1.0.
    pub tile: f32,
    /// Scale of the ControlNet that locks edges, 0.0 to 1.0.
    pub canny: f32,
    /// Weight of the interior LoRA, 0.0 (outside) to 1.0.
    #[serde(alias = "look")]
    pub lora: f32,
    /// Seed of the noise, 48 bits. Noise belongs to a place in the picture, so that tiles that
    /// overlap agree on it.
    pub seed: u64,
}

/// Steps that a checkpoint was made for: the standard deviation that each begins with, the last
/// step first. Strength between two steps does not exist; blending makes up for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    sigmas: Vec<f32>,
}

/// SDXL-Lightning with eight steps, Euler with trailing timesteps 124, 249, … 999.
const LIGHTNING_8: [f32; 8] = [
    0.397_746, 0.693_205, 1.068_952, 1.612_887, 2.492_532, 4.081_731, 7.297_354, 14.614_647,
];

impl Default for Schedule {
    fn default() -> Self {
        Self {
            sigmas: LIGHTNING_8.to_vec(),
        }
    }
}

impl Schedule {
    /// A schedule of sigmas. `None` unless there are 1 to 255, positive, finite and ascending.
    pub fn new(sigmas: Vec<f32>) -> Option<Self> {
        let ascending = sigmas.is_sorted_by(|a, b| a < b);
        let sound = sigmas.iter().all(|s| s.is_finite() && *s > 0.0);
        let fits = (1..=usize::from(u8::MAX)).contains(&sigmas.len());
        (ascending && sound && fits).then_some(Self { sigmas })
    }

    /// The sigmas that the remaining steps begin with, ascending.
    pub fn sigmas(&self) -> &[f32] {
        &self.sigmas
    }

    /// The start for a strength of 0.0 to 1.0: its sigma and the number of steps left from there.
    /// As many as fit into the strength, but at least one: 0.3 of eight steps are two.
    pub fn start(&self, strength: f32) -> (f32, u8) {
        // A hair more, or 0.6 of five steps would be two.
        let fit = (f64::from(strength) * self.sigmas.len() as f64 + 1e-4) as usize;
        let steps = fit.clamp(1, self.sigmas.len());
        (self.sigmas[steps - 1], steps as u8)
    }
}

/// Progress of a model, in tiles, or in phases where there is only one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Number of finished ones.
    pub done: u32,
    /// Total number.
    pub of: u32,
}

/// Takes a model's progress and returns true to go on, false to stop. A model calls it between any
/// two steps of a network, and more often where it can.
pub type ProgressFn<'a> = &'a (dyn Fn(Progress) -> bool + Sync);

/// A rectangle of a picture, in its pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A model with the function that takes its progress.
#[derive(Clone, Copy)]
pub struct Generation<'a> {
    /// The model.
    pub model: &'a dyn GenerativeModel,
    /// Called with its progress; may stop it.
    pub progress: ProgressFn<'a>,
}

impl<'a> Generation<'a> {
    /// A model whose progress nobody follows.
    pub fn unwatched(model: &'a dyn GenerativeModel) -> Self {
        Self {
            model,
            progress: &|_| true,
        }
    }
}

/// A model that proposes pictures.
pub trait GenerativeModel: Send + Sync {
    /// The schedule of its checkpoint.
    fn schedule(&self) -> Schedule {
        Schedule::default()
    }

    /// A corrected picture of the same size. Only the smooth colour change between the two pictures
    /// ever reaches the photo.
    fn correct(
        &self,
        small: &Pixels,
        scene: &Scene,
        denoise: &Denoise,
        progress: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError>;

    /// The side of the tiles that it redraws best with the memory it has, 1024 or 768; `None`: it
    /// redraws no tiles.
    fn tile_side(&self) -> Option<u32> {
        None
    }

    /// Redraws every tile of a full-size picture and hands each over once, in any order, by its
    /// index: 8 or 16 bits, exactly of the tile's size. It is given the whole picture, because where
    /// memory is short all tiles go through one network before the next is loaded. No tile reaches
    /// beyond the picture, but it may be smaller than `tile_side`, and of any width and height.
    fn redraw(
        &self,
        _pixels: &Pixels,
        _tiles: &[Tile],
        _scene: &Scene,
        _denoise: &Denoise,
        _progress: ProgressFn<'_>,
        _done: &mut dyn FnMut(usize, Pixels),
    ) -> Result<(), GenerationError> {
        Err(GenerationError::Failed("it paints no tiles".to_owned()))
    }

    /// True when it has a LoRA of finished interiors.
    fn has_lora(&self) -> bool {
        false
    }

    /// True when it can paint skies.
    fn paints_skies(&self) -> bool {
        false
    }

    /// A small picture, of the same size, whose sky is painted anew where the mask is 255 (0: it
    /// stays). Only the mask's pixels are used. `prompt` describes the sky.
    fn fill_sky(
        &self,
        _small: &Pixels,
        _mask: &Mask,
        _denoise: &Denoise,
        _prompt: &str,
        _progress: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        Err(GenerationError::Failed("it paints no skies".to_owned()))
    }

    /// The model's name, for the record.
    fn name(&self) -> &str;
}

/// Failure of a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenerationError {
    /// Stopped by the function that takes the progress.
    #[error("the model was told to stop")]
    Stopped,
    /// Too little memory on the machine or its card, even for the smallest way of working that the
    /// model knows.
    #[error("the model ran out of memory: {0}")]
    OutOfMemory(String),
    /// Anything else.
    #[error("the model could not paint: {0}")]
    Failed(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strength_starts_at_a_step_of_the_checkpoint() {
        let eight = Schedule::default();
        for (strength, sigma, steps) in [
            (0.0, 0.397_746, 1),
            (0.18, 0.397_746, 1),
            (0.25, 0.693_205, 2),
            (0.3, 0.693_205, 2),
            (0.4, 1.068_952, 3),
            (1.0, 14.614_647, 8),
            (7.0, 14.614_647, 8),
        ] {
            assert_eq!(eight.start(strength), (sigma, steps), "{strength}");
        }
        let five = Schedule::new(vec![1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert_eq!(five.start(0.6), (3.0, 3));
    }

    #[test]
    fn an_invalid_schedule_is_refused() {
        for sigmas in [vec![], vec![2.0, 1.0], vec![0.0, 1.0], vec![1.0, f32::NAN]] {
            assert!(Schedule::new(sigmas.clone()).is_none(), "{sigmas:?}");
        }
    }
}
