//! The generative model of this machine: made of SDXL's networks where they are installed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plumbline_enhance::GenerativeModel;
use plumbline_models::diffusion::files::Files;
use plumbline_models::diffusion::model::DiffusionModel;
use plumbline_models::weight_store::WeightStore;
use plumbline_nn::device::{self, DeviceKind};

/// Folder of installed weights, and of what was computed from them.
#[derive(Debug, Clone, clap::Args)]
pub struct WeightsFolder {
    /// Folder of networks' weights.
    #[arg(
        long,
        alias = "folder",
        value_name = "FOLDER",
        env = "PLUMBLINE_MODELS_DIR",
        default_value = ".data/models"
    )]
    pub models_dir: PathBuf,
}

/// Folders that networks are read from.
#[derive(Debug, Clone, clap::Args)]
pub struct ModelFolders {
    #[command(flatten)]
    pub weights: WeightsFolder,

    /// Generative model in the layout of diffusers, with the vocabulary beside it, instead of the
    /// installed one.
    #[arg(long, value_name = "FOLDER", env = "PLUMBLINE_DIFFUSION_DIR")]
    pub diffusion_dir: Option<PathBuf>,

    /// Steps that this model was distilled for.
    #[arg(
        long,
        value_name = "STEPS",
        env = "PLUMBLINE_DIFFUSION_STEPS",
        default_value_t = 8
    )]
    pub diffusion_steps: usize,
}

impl WeightsFolder {
    pub fn store(&self) -> WeightStore {
        WeightStore::new(&self.models_dir)
    }
}

impl ModelFolders {
    /// The files of this machine's model, or a sentence that says which are missing.
    pub fn files(&self) -> Result<Files, String> {
        match &self.diffusion_dir {
            Some(folder) => diffusers_layout(folder, self.diffusion_steps),
            None => installed(&self.weights.store()),
        }
    }

    /// Folder for results of networks that need not be computed twice.
    pub fn cache(&self) -> PathBuf {
        self.weights.models_dir.join("cache")
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
