//! The scene of a picture, and the trait of networks that analyze it on a small copy. Their answer
//! is a suggestion; the plan decides.

use std::sync::Arc;

use plumbline_documents::{Place, Room};

use crate::filters::scale::{self, Kernel};
use crate::pixels::{Mask, Pixels};

/// Most pixels of the copy that a `SceneAnalyzer` or a `GenerativeModel` is given.
pub const SMALL_PIXELS: u32 = 1_500_000;

/// Scene of a picture, as an analyzer found it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scene {
    /// Kind of place: inside or outside.
    pub place: Place,
    /// Confidence in the place, 0.0 to 1.0.
    pub confidence: f32,
    /// Kind of room; `None`: outside, or it could not be told.
    pub room: Option<Room>,
    /// Confidence in the room, 0.0 to 1.0.
    pub room_confidence: f32,
    /// Likelihood of sky, 0 to 255, of any size with the picture's shape; `None`: not looked for.
    pub sky: Option<Mask>,
    /// Likelihood of sky by a network of another kind, which fails differently: a witness at the
    /// mask's trial. `None`: there is none.
    pub second_sky: Option<Mask>,
    /// Light of a dusk sky over lit lamps, 0.0 to 1.0; `None`: it is not dusk, or nobody looked.
    pub dusk: Option<f32>,
}

/// Statements of a person about a picture. They outrank every analyzer and every measurement.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overrides {
    /// Kind of place.
    pub place: Option<Place>,
    /// Mask of the sky, of any size with the straightened picture's shape.
    pub sky_mask: Option<Mask>,
    /// Choice of sky for this picture, whatever its shoot's preset says.
    pub sky: Option<SkyChoice>,
}

/// Choice of sky, with the pixels of an own one.
pub type SkyChoice = plumbline_documents::SkyChoice<Arc<Pixels>>;

/// Analyzes the scene of a picture.
pub trait SceneAnalyzer: Send + Sync {
    /// The scene of a picture of at most `SMALL_PIXELS` pixels.
    fn analyze(&self, small: &Pixels) -> Result<Scene, AnalysisError>;
    /// The network's name, for the record; "plain" without one.
    fn name(&self) -> &str;
    /// SHA-256 of the weights that find skies, as lower-case hex, for the record.
    fn sky_sha256(&self) -> Option<&str> {
        None
    }
}

/// Failure of an analyzer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the scene could not be analyzed: {0}")]
pub struct AnalysisError(pub String);

/// An analyzer without a network: it leaves everything unknown.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAnalyzer;

impl SceneAnalyzer for NoAnalyzer {
    fn analyze(&self, _small: &Pixels) -> Result<Scene, AnalysisError> {
        Ok(Scene::default())
    }

    fn name(&self) -> &str {
        "plain"
    }
}

/// The copy that a `SceneAnalyzer` or a `GenerativeModel` is given: 8 bits, at most `SMALL_PIXELS`
/// pixels.
pub fn small(pixels: &Pixels) -> Pixels {
    let (width, height) = scale::fit_area(pixels.width(), pixels.height(), f64::from(SMALL_PIXELS));
    scale::shrink(pixels, width, height, Kernel::Area)
}
