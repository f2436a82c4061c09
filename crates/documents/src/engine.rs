//! The engines that make a photo's pixels.

use crate::words::words;

words! {
    /// Engine that made, or is to make, the pixels of one attempt.
    pub enum Engine ("text") {
        /// Measured, deterministic correction.
        Natural = "natural",
        /// A generative model proposes, a smooth colour transform of the original follows.
        Guided = "guided",
        /// A generative model redraws every tile; the same transform, and a middle band of detail.
        Tiled = "tiled",
    }
}

words! {
    /// Engine that a shoot or a person asks for.
    #[derive(Default)]
    pub enum EngineChoice ("shoot_engine") {
        /// Guided where a generative model is installed, natural elsewhere.
        #[default]
        Best = "best",
        /// Every tile redrawn, where a model is installed that does tiles.
        Tiled = "tiled",
        /// Measured correction, whatever is installed.
        Natural = "natural",
    }
}
