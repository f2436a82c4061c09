//! The record of an analysed scene, and the ledger of generated pixels.

use serde::{Deserialize, Serialize};

use crate::lenient;
use crate::place::{Place, Room};
use crate::sky::SkyKind;

/// Scene analysis of a photo as it is framed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// Inside or outside; `None` in attempts that did not look.
    #[serde(default, deserialize_with = "lenient::field")]
    pub place: Option<Place>,
    /// Confidence in the place, 0 to 1; 1 where a person said so.
    #[serde(default, deserialize_with = "lenient::field")]
    pub confidence: Option<f32>,
    /// The room, where one was recognised.
    #[serde(default, deserialize_with = "lenient::field")]
    pub room: Option<Room>,
    /// Confidence in the room, 0 to 1.
    #[serde(default, deserialize_with = "lenient::field")]
    pub room_confidence: Option<f32>,
    /// Name of the networks that looked.
    #[serde(default, deserialize_with = "lenient::field")]
    pub network: Option<String>,
    /// The sky; `None`: there is none.
    #[serde(default, deserialize_with = "lenient::field")]
    pub sky: Option<SkyFound>,
    /// Light from the sky; `None`: no sky.
    #[serde(default, deserialize_with = "lenient::field")]
    pub light: Option<Light>,
    /// Sentence about what was done with the sky, where another was asked for.
    #[serde(default, deserialize_with = "lenient::field")]
    pub became: Option<String>,
}

/// A sky that was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SkyFound {
    /// Share of the picture, 0 to 1.
    #[serde(default, deserialize_with = "lenient::field")]
    pub share: Option<f32>,
    /// Share of the sky that could not be told from the rest, 0 to 1.
    #[serde(default, deserialize_with = "lenient::field")]
    pub doubt: Option<f32>,
    /// True when a person painted the mask.
    #[serde(default, deserialize_with = "lenient::field")]
    pub corrected: bool,
}

/// Light that comes from the sky.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Light {
    /// Brighter side of the sky, −1 (left) to 1 (right).
    pub brighter_side: f32,
    /// Median of the sky in linear light, red, green, blue.
    pub sky_light: [f32; 3],
    /// Median luminance below it, linear.
    pub ground_luminance: f32,
}

/// Ledger of generated pixels: which, how many, and by what.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GeneratedLedger {
    /// Sentence about the operation.
    #[serde(default, deserialize_with = "lenient::field")]
    pub operation: Option<String>,
    /// Kind of the new sky.
    #[serde(default, deserialize_with = "lenient::field")]
    pub kind: Option<SkyKind>,
    /// Share of the picture, 0 to 1.
    #[serde(default, deserialize_with = "lenient::field")]
    pub share: Option<f32>,
    /// Number of pixels.
    #[serde(default, deserialize_with = "lenient::field")]
    pub pixels: Option<u64>,
    /// Seed of what was generated.
    #[serde(default, deserialize_with = "lenient::field")]
    pub seed: Option<u64>,
    /// Name of the generative model; `None`: the sky was calculated, or is a picture.
    #[serde(default, alias = "brush", deserialize_with = "lenient::field")]
    pub model: Option<String>,
    /// Name of the network that found the mask.
    #[serde(default, deserialize_with = "lenient::field")]
    pub network: Option<String>,
    /// SHA-256 of that network's weights, as lower-case hex.
    #[serde(default, deserialize_with = "lenient::field")]
    pub network_sha256: Option<String>,
    /// True when a person painted the mask.
    #[serde(default, deserialize_with = "lenient::field")]
    pub mask_corrected: bool,
}
