//! The generative model of this machine: made of SDXL's networks where they are installed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plumbline_enhance::GenerativeModel;
use plumbline_models::diffusion::files::Files;
use plumbline_models::diffusion::model::DiffusionModel;
use plumbline_models::weight_store::WeightStore;
use plumbline_nn::device::{self, DeviceKind};

/// Folders that networks are read from.
#[derive(Debug, Clone)]
pub struct ModelFolders {
    /// Installed weights, and what was computed from them.
    pub weights: PathBuf,
    /// A model in the layout of diffusers, with the vocabulary beside it, instead of the installed
    /// one.
    pub diffusion: Option<PathBuf>,
    /// Steps that this model was distilled for.
    pub diffusion_steps: usize,
}

impl ModelFolders {
    /// The files of this machine's model, or a sentence that says which are missing.
    pub fn files(&self) -> Result<Files, String> {
        match &self.diffusion {
            Some(folder) => diffusers_layout(folder, self.diffusion_steps),
            None => installed(&WeightStore::new(&self.weights)),
        }
    }

    /// Folder for results of networks that need not be computed twice.
    pub fn cache(&self) -> PathBuf {
        self.weights.join("cache")
    }

    /// The model, or a sentence that says why there is none.
    pub fn open(
        &self,
        say: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Arc<dyn GenerativeModel>, String> {
        open(self.files()?, &self.cache(), say)
    }
}

/// A model made of the files named.
pub fn open(
    files: Files,
    cache: &Path,
    say: impl Fn(&str) + Send + Sync + 'static,
) -> Result<Arc<dyn GenerativeModel>, String> {
    let (device, kind) = device::best();
    if let DeviceKind::Cuda { name } = &kind {
        say(&format!("The model runs on {name}."));
    }
    let model = DiffusionModel::open(files, device, cache, say);
    Ok(Arc::new(model.map_err(|error| error.to_string())?))
}

fn installed(store: &WeightStore) -> Result<Files, String> {
    Files::installed(store).map_err(|absent| {
        let ids: Vec<&str> = absent.iter().map(|absent| absent.id.as_str()).collect();
        format!(
            "it lacks {}. Run: plumbline models pull --generative",
            ids.join(", ")
        )
    })
}

fn diffusers_layout(folder: &Path, steps: usize) -> Result<Files, String> {
    let vocabulary = folder.join("tokenizer.json");
    Files::folder(folder, &vocabulary, steps).map_err(|error| error.to_string())
}
