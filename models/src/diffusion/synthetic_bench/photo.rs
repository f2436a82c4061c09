//! Benchmark of a whole photo.

use std::time::Instant;

use candle_core::Device;
use plumbline_enhance::{Denoise, GenerationError, GenerativeModel, Pixels, Scene, Tile};
use plumbline_nn::device;

use super::Measurement;
use crate::diffusion::budget::{Budget, Profile, Sizes};
use crate::diffusion::files::Files;
use crate::diffusion::model::{DiffusionModel, LoadError};

/// Reasons for which a whole photo could not be painted.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// No model of random parameters.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The model failed.
    #[error(transparent)]
    GenerativeModel(#[from] GenerationError),
}

/// Measures a model of random parameters on one picture as a whole, and on all tiles of another, with a
/// memory profile; loading is not counted.
pub fn measure(
    device: &Device,
    profile: Profile,
    small: &Pixels,
    tiled: Option<(&Pixels, &[Tile])>,
    denoise: &Denoise,
) -> Result<Vec<Measurement>, PhotoError> {
    let budget = Budget::of(profile, &Sizes::SDXL);
    let model =
        DiffusionModel::with_budgets(Files::random(), device.clone(), None, vec![budget], |_| ())?;
    let mut measurements = Vec::new();
    let mut take = |name: String, go: &mut dyn FnMut() -> Result<(), GenerationError>| {
        device::reset_peak_memory(device);
        let started = Instant::now();
        go()?;
        measurements.push(Measurement {
            name,
            seconds: started.elapsed().as_secs_f64(),
            tflop: None,
            peak_bytes: device::peak_memory(device),
        });
        Ok::<_, GenerationError>(())
    };
    let scene = Scene::default();
    // Loads the networks.
    model.correct(small, &scene, denoise, &|_| true)?;
    take(format!("guided proposal, {}", profile.name), &mut || {
        model.correct(small, &scene, denoise, &|_| true).map(drop)
    })?;
    if let Some((pixels, tiles)) = tiled {
        let name = format!("{} tiles, {}", tiles.len(), profile.name);
        take(name, &mut || {
            model.redraw(pixels, tiles, &scene, denoise, &|_| true, &mut |_, _| ())
        })?;
    }
    Ok(measurements)
}
