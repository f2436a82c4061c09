//! Decides on the engine that makes the pixels, and on the noise that a model begins with.
//!
//! Denoising begins at a share of all noise, 0.25 to 0.4. Inside 0.3: rooms are lit by several
//! lights, and a network needs some freedom to sort them out. Outside, or where the place is
//! unknown, 0.25: leaves, gravel and roof tiles are soon repainted. The bright and warm looks are
//! farther away and get 0.1 more. With the eight steps of the usual checkpoint that is two steps, or
//! three for a room with a bright or warm look. `Preset::strength` does not change the share: how
//! much of the proposal reaches the photo is a matter of blending, which knows every value; the
//! fallbacks lower both.

use plumbline_documents::{Engine, EngineChoice, Look, Place};

use crate::generative_model::{Denoise, GenerativeModel};
use crate::measure::Measured;
use crate::scene::Scene;
use crate::steps::tiles::Grid;

const INSIDE: f32 = 0.3;
const OUTSIDE: f32 = 0.25;
/// More for a look that is farther away.
const FARTHER: f32 = 0.1;
/// Scale of the ControlNet that locks texture and colour.
pub const TILE: f32 = 0.6;
/// Scale of the ControlNet that locks edges.
pub const CANNY: f32 = 0.4;
/// Weight of the interior LoRA.
pub const LORA: f32 = 0.35;

/// The engine for a choice, by the model that is installed.
pub fn granted(choice: EngineChoice, model: Option<&dyn GenerativeModel>) -> Engine {
    match (choice, model) {
        (EngineChoice::Natural, _) | (_, None) => Engine::Natural,
        (EngineChoice::Tiled, Some(model)) if model.tile_side().is_some() => Engine::Tiled,
        (_, Some(_)) => Engine::Guided,
    }
}

/// A sentence for people where the choice could not be granted.
pub fn missed(choice: EngineChoice, model: Option<&dyn GenerativeModel>) -> Option<&'static str> {
    match (choice, granted(choice, model)) {
        (EngineChoice::Tiled, Engine::Natural) => Some(
            "Redrawing was asked for, but no network that paints is installed here: the photo was corrected by measurement instead.",
        ),
        (EngineChoice::Tiled, Engine::Guided) => Some(
            "Redrawing was asked for, but the network installed here paints no tiles: it guided colour and light instead.",
        ),
        _ => None,
    }
}

/// The share of all noise that a scene and a look ask for.
pub(crate) fn share(scene: &Scene, look: Look) -> f32 {
    let here = match scene.place {
        Place::Interior => INSIDE,
        Place::Exterior | Place::Unknown => OUTSIDE,
    };
    match look {
        Look::Neutral => here,
        Look::Bright | Look::Warm => here + FARTHER,
    }
}

/// The request to a model for a share of all noise.
pub(crate) fn denoise(
    model: &dyn GenerativeModel,
    scene: &Scene,
    measured: &Measured,
    share: f32,
) -> Denoise {
    let (sigma, steps) = model.schedule().start(share);
    Denoise {
        sigma,
        steps,
        tile: TILE,
        canny: CANNY,
        lora: match scene.place {
            Place::Interior if model.has_lora() => LORA,
            _ => 0.0,
        },
        seed: seed(measured),
    }
}

/// The grid that a model redraws on.
pub(crate) fn grid(model: &dyn GenerativeModel) -> Option<Grid> {
    model.tile_side().map(Grid::of_side)
}

/// A number of 48 bits that belongs to this picture: the same one gets the same noise.
fn seed(measured: &Measured) -> u64 {
    let size = [measured.width, measured.height];
    let numbers = [
        measured.luma_p01,
        measured.luma_p25,
        measured.luma_median,
        measured.luma_p75,
        measured.luma_p90,
        measured.deep_shadows,
        measured.bright,
        measured.noise,
    ];
    let parts = size.into_iter().chain(numbers.map(f32::to_bits));
    let hash = parts.fold(0xcbf2_9ce4_8422_2325_u64, |hash, part| {
        (hash ^ u64::from(part)).wrapping_mul(0x0100_0000_01b3)
    });
    hash >> 16
}
