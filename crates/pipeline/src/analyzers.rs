//! The analyzer of this machine: made of the networks that are installed, and of those that ship.

use std::sync::Arc;

use plumbline_enhance::SceneAnalyzer;
use plumbline_models::vision::Sight;
use plumbline_models::weight_store::WeightStore;

use crate::config;

/// And a sentence about each network that would see better and is not here.
pub fn open() -> (Arc<dyn SceneAnalyzer>, Vec<String>) {
    let (sight, notes) = Sight::open(&WeightStore::new(config::models_folder()));
    (Arc::new(sight), notes)
}

/// The same, with the sentences in the log.
pub fn open_and_log() -> Arc<dyn SceneAnalyzer> {
    let (analyzer, notes) = open();
    tracing::info!(
        analyzer = analyzer.name(),
        "photos are looked at by {}",
        analyzer.name()
    );
    for note in notes {
        tracing::info!("{note}");
    }
    analyzer
}
