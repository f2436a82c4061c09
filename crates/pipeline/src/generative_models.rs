//! The model of this machine: made of SDXL's networks where they are installed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plumbline_enhance::GenerativeModel;
use plumbline_models::diffusion::files::Files;
use plumbline_models::diffusion::painter::Painter;
use plumbline_models::weight_store::WeightStore;
use plumbline_nn::device::{self, DeviceKind};

use crate::config;

/// The model, or a sentence that says why there is none.
pub fn open(
    say: impl Fn(&str) + Send + Sync + 'static,
) -> Result<Arc<dyn GenerativeModel>, String> {
    of(files()?, say)
}

/// A model made of some files.
pub(crate) fn of(
    files: Files,
    say: impl Fn(&str) + Send + Sync + 'static,
) -> Result<Arc<dyn GenerativeModel>, String> {
    let (device, kind) = device::best();
    if let DeviceKind::Cuda { name } = &kind {
        say(&format!("The model paints on {name}."));
    }
    let painter = Painter::open(files, device, &cache(), say);
    Ok(Arc::new(painter.map_err(|error| error.to_string())?))
}

/// Of what networks said once and would say again.
pub(crate) fn cache() -> PathBuf {
    config::models_folder().join("cache")
}

/// The files of this machine's model, or a sentence that says which are missing.
pub(crate) fn files() -> Result<Files, String> {
    match config::diffusion_folder() {
        Some(folder) => folder_of(&folder),
        None => installed(&WeightStore::new(config::models_folder())),
    }
}

/// The same, with what it says in the log.
pub fn open_and_log() -> Option<Arc<dyn GenerativeModel>> {
    match open(|words| tracing::info!("{words}")) {
        Ok(model) => {
            tracing::info!(
                model = model.name(),
                "photos are painted by {}",
                model.name()
            );
            Some(model)
        }
        Err(why) => {
            tracing::info!("no model: {why}");
            None
        }
    }
}

fn installed(store: &WeightStore) -> Result<Files, String> {
    Files::installed(store).map_err(|absent| {
        let ids: Vec<&str> = absent.iter().map(|absent| absent.id.as_str()).collect();
        format!(
            "it lacks {}. Run: plumbline-worker models pull --generative",
            ids.join(", ")
        )
    })
}

/// A model in the layout of diffusers, with the vocabulary and the number of its steps beside it.
fn folder_of(folder: &Path) -> Result<Files, String> {
    let vocabulary = folder.join("tokenizer.json");
    Files::folder(folder, &vocabulary, config::diffusion_steps()).map_err(|error| error.to_string())
}
