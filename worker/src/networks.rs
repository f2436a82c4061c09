//! The networks of this machine, opened and named in the log.

use std::sync::Arc;

use plumbline_enhance::{GenerativeModel, SceneAnalyzer};
use plumbline_pipeline::analyzers;
use plumbline_pipeline::generative_models::{ModelFolders, WeightsFolder};

pub fn open_analyzer(weights: &WeightsFolder) -> Arc<dyn SceneAnalyzer> {
    let (analyzer, notes) = analyzers::open(weights);
    tracing::info!(
        analyzer = analyzer.name(),
        "photos are analysed by {}",
        analyzer.name()
    );
    for note in notes {
        tracing::info!("{note}");
    }
    analyzer
}

/// `None`: none is installed, and photos are corrected by measurement.
pub fn open_model(folders: &ModelFolders) -> Option<Arc<dyn GenerativeModel>> {
    match folders.open(|sentence| tracing::info!("{sentence}")) {
        Ok(model) => {
            tracing::info!(
                model = model.name(),
                "photos are corrected by {}",
                model.name()
            );
            Some(model)
        }
        Err(why) => {
            tracing::info!("no generative model: {why}");
            None
        }
    }
}
