//! Diffusion as a constrained operator: it proposes a correction of a photo, and never more.
//!
//! ```text
//! files ─► model_cache (networks in memory, as the budget allows)
//! photo ─► tile_pipeline: encode ─► (ControlNets ─► UNet) x steps ─► decode ─► colour correction ─► proposal
//! ```

pub mod budget;
pub mod checkpoint;
pub mod euler_scheduler;
pub mod files;
pub(crate) mod image_tensors;
pub mod lora;
pub mod model;
pub(crate) mod model_cache;
pub mod noise;
pub mod params;
pub mod prompt_embeddings;
pub mod prompts;
mod random_weights;
mod sky_inpainting;
pub mod synthetic_bench;
mod tile_pipeline;
pub mod vae_color_correction;
