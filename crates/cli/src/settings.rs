//! Settings that several commands share: arguments, each with its environment variable.

use std::path::PathBuf;

use plumbline_pipeline::generative_models::ModelFolders;

#[derive(Debug, Clone, clap::Args)]
pub struct ModelSettings {
    /// Folder of networks' weights.
    #[arg(
        long,
        value_name = "FOLDER",
        env = "PLUMBLINE_MODELS_DIR",
        default_value = ".data/models"
    )]
    pub models_dir: PathBuf,
    /// Generative model in the layout of diffusers, instead of the installed one.
    #[arg(long, value_name = "FOLDER", env = "PLUMBLINE_DIFFUSION_DIR")]
    diffusion_dir: Option<PathBuf>,
    /// Steps that this model was distilled for.
    #[arg(
        long,
        value_name = "STEPS",
        env = "PLUMBLINE_DIFFUSION_STEPS",
        default_value_t = 8
    )]
    diffusion_steps: usize,
}

impl ModelSettings {
    pub fn folders(&self) -> ModelFolders {
        ModelFolders {
            weights: self.models_dir.clone(),
            diffusion: self.diffusion_dir.clone(),
            diffusion_steps: self.diffusion_steps,
        }
    }
}
