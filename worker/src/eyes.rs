//! The eye of this machine: made of the networks that are installed, and of those that ship.

use std::sync::Arc;

use plumbline_enhance::Eye;
use plumbline_models::scene_analyzer::NetworkSceneAnalyzer;
use plumbline_models::weight_store::WeightStore;

use crate::config;

/// And a sentence about each network that would see better and is not here.
pub fn open() -> (Arc<dyn Eye>, Vec<String>) {
    let (sight, notes) = NetworkSceneAnalyzer::open(&WeightStore::new(config::models_folder()));
    (Arc::new(sight), notes)
}

/// The same, with the sentences in the log.
pub fn open_and_log() -> Arc<dyn Eye> {
    let (eye, notes) = open();
    tracing::info!(eye = eye.name(), "photos are looked at by {}", eye.name());
    for note in notes {
        tracing::info!("{note}");
    }
    eye
}
