//! The stored form of a plan: what everybody may read of it, and the steps' numbers, which only
//! `enhance` understands.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::engine::Engine;
use crate::look::Look;

/// A plan as it is stored with its attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredPlan {
    /// Version of the numbers' meaning.
    pub version: u32,
    /// Engine that made the pixels.
    pub engine: Engine,
    /// Tone preset.
    pub look: Look,
    /// Strength, 0 to 1, lowered by fallbacks.
    pub strength: f32,
    /// Strength that was asked for, 0 to 1.
    pub asked_strength: f32,
    /// Position on the list of fallbacks: 0 is the first try.
    pub fallback_level: u8,
    /// The steps' own numbers.
    #[serde(flatten)]
    pub steps: Map<String, Value>,
}
