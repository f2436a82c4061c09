//! The scene analyzer of this machine: made of the networks that are installed, and of those that
//! ship.

use std::path::Path;
use std::sync::Arc;

use plumbline_enhance::SceneAnalyzer;
use plumbline_models::scene_analyzer::NetworkSceneAnalyzer;
use plumbline_models::weight_store::WeightStore;

/// The analyzer, and a sentence about each better network that is not installed. `weights` is the
/// folder of installed weights.
pub fn open(weights: &Path) -> (Arc<dyn SceneAnalyzer>, Vec<String>) {
    let (analyzer, notes) = NetworkSceneAnalyzer::open(&WeightStore::new(weights));
    (Arc::new(analyzer), notes)
}

/// The analyzer of the networks that ship.
pub fn shipped() -> Arc<dyn SceneAnalyzer> {
    Arc::new(NetworkSceneAnalyzer::shipped())
}
