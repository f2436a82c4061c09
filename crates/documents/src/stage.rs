//! The stages of work on a photo, and how far a stage has come.

use crate::words::words;

words! {
    /// Stage of the work on a photo.
    pub enum Stage ("photo_stage") {
        /// The file becomes pixels.
        Decoding = "decoding",
        /// Light, noise and tilt are measured.
        Measuring = "measuring",
        /// An attempt's pixels are made.
        Correcting = "correcting",
        /// Quality control judges them.
        Checking = "checking",
        /// The results are encoded and stored.
        Saving = "saving",
    }
}

/// Position of the work on a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The stage.
    pub stage: Stage,
    /// Progress within it, where the stage has parts.
    pub parts: Option<Parts>,
}

/// Finished parts of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// Finished.
    pub done: i32,
    /// All there are.
    pub of: i32,
}

impl Step {
    /// The beginning of a stage.
    pub fn entering(stage: Stage) -> Self {
        Self { stage, parts: None }
    }
}
