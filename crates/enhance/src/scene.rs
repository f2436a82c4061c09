//! What is in the picture, and the two traits that networks fulfil: an `Eye` looks, a `Brush`
//! proposes. Both see a small copy only; what they say is a suggestion, the plan decides.

use serde::{Deserialize, Serialize};

use crate::pixels::{Mask, Pixels};
use crate::scale::{self, Kernel};

/// Pixels of the copy that an `Eye` or a `Brush` is given, at most.
pub const SMALL_PIXELS: u32 = 1_500_000;

/// Inside or outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A room.
    Interior,
    /// A house, a garden, a street.
    Exterior,
    /// Nobody could tell.
    #[default]
    Unknown,
}

/// What an `Eye` saw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scene {
    /// Inside or outside.
    pub place: Place,
    /// How sure, 0.0 to 1.0.
    pub confidence: f32,
    /// Where the sky is, of any size with the picture's shape; `None`: no sky, or not looked for.
    pub sky: Option<Mask>,
}

/// Looks at a picture.
pub trait Eye: Send + Sync {
    /// What is in a picture of at most `SMALL_PIXELS` pixels.
    fn look(&self, small: &Pixels) -> Result<Scene, EyeError>;
    /// For the record: the network's name, or "plain".
    fn name(&self) -> &str;
}

/// An eye could not look.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the eye could not look: {0}")]
pub struct EyeError(pub String);

/// The eye without a network: it cannot tell, and says so.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainEye;

impl Eye for PlainEye {
    fn look(&self, _small: &Pixels) -> Result<Scene, EyeError> {
        Ok(Scene::default())
    }

    fn name(&self) -> &str {
        "plain"
    }
}

/// Proposes a correction of a picture.
pub trait Brush: Send + Sync {
    /// A corrected picture of the same size. `strength` (0.0 to 1.0) is the plan's: a brush may
    /// choose its denoising by it, and `apply` blends by it afterwards in any case. Only the
    /// smooth colour change between the two pictures ever reaches the photo.
    fn correct(&self, small: &Pixels, scene: &Scene, strength: f32) -> Result<Pixels, BrushError>;
    /// For the record.
    fn name(&self) -> &str;
}

/// A brush could not paint.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the brush could not paint: {0}")]
pub struct BrushError(pub String);

/// The copy an `Eye` or a `Brush` is given: 8 bits, at most `SMALL_PIXELS` pixels.
pub fn small(pixels: &Pixels) -> Pixels {
    let (width, height) = scale::fit_area(pixels.width(), pixels.height(), f64::from(SMALL_PIXELS));
    scale::shrink(pixels, width, height, Kernel::Area)
}
