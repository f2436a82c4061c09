//! The brush of this machine: made of SDXL's networks where they are installed.

use std::path::PathBuf;
use std::sync::Arc;

use plumbline_enhance::Brush;
use plumbline_models::device::{self, Kind};
use plumbline_models::diffusion::files::Files;
use plumbline_models::diffusion::painter::Painter;
use plumbline_models::shelf::Shelf;

use crate::config;

/// The brush, or a sentence that says why there is none.
pub fn open(say: impl Fn(&str) + Send + Sync + 'static) -> Result<Arc<dyn Brush>, String> {
    let shelf = Shelf::new(config::models_folder());
    let files = match config::brush_folder() {
        Some(folder) => folder_of(&folder)?,
        None => installed(&shelf)?,
    };
    let (device, kind) = device::best();
    if let Kind::Cuda { name } = &kind {
        say(&format!("The brush paints on {name}."));
    }
    let cache = shelf.folder().join("cache");
    let painter = Painter::open(files, device, &cache, say).map_err(|error| error.to_string())?;
    Ok(Arc::new(painter))
}

/// The same, with what it says in the log.
pub fn open_and_log() -> Option<Arc<dyn Brush>> {
    match open(|words| tracing::info!("{words}")) {
        Ok(brush) => {
            tracing::info!(
                brush = brush.name(),
                "photos are painted by {}",
                brush.name()
            );
            Some(brush)
        }
        Err(why) => {
            tracing::info!("no brush: {why}");
            None
        }
    }
}

fn installed(shelf: &Shelf) -> Result<Files, String> {
    Files::installed(shelf).map_err(|absent| {
        let ids: Vec<&str> = absent.iter().map(|absent| absent.id.as_str()).collect();
        format!(
            "it lacks {}. Run: plumbline-worker models pull --brush",
            ids.join(", ")
        )
    })
}

/// A model in the layout of diffusers, with the vocabulary and the number of its steps beside it.
fn folder_of(folder: &PathBuf) -> Result<Files, String> {
    let vocabulary = folder.join("tokenizer.json");
    Files::folder(folder, &vocabulary, config::brush_steps()).map_err(|error| error.to_string())
}
