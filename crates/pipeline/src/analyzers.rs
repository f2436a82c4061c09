//! The scene analyzer of this machine: made of the networks that are installed, and of those that
//! ship.

use std::sync::Arc;

use plumbline_enhance::SceneAnalyzer;
use plumbline_models::scene_analyzer::NetworkSceneAnalyzer;

use crate::generative_models::WeightsFolder;

/// The analyzer, and a sentence about each better network that is not installed.
pub fn open(weights: &WeightsFolder) -> (Arc<dyn SceneAnalyzer>, Vec<String>) {
    let (analyzer, notes) = NetworkSceneAnalyzer::open(&weights.store());
    (Arc::new(analyzer), notes)
}

/// The analyzer of the networks that ship.
pub fn shipped() -> Arc<dyn SceneAnalyzer> {
    Arc::new(NetworkSceneAnalyzer::shipped())
}
