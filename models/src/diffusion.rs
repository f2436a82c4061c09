//! Diffusion as a constrained operator: it proposes a correction of a photo, and never more.
//!
//! ```text
//! files ─► model_cache (networks in memory, as the budget allows)
//! photo ─► passage: encode ─► (ControlNets ─► UNet) x steps ─► decode ─► shift ─► proposal
//! ```

pub mod budget;
pub mod checkpoint;
pub mod euler;
pub mod files;
pub mod lora;
pub(crate) mod model_cache;
pub mod noise;
pub mod painter;
pub mod params;
mod passage;
pub(crate) mod pictures;
pub mod prompt_embeddings;
pub mod prompts;
mod random;
pub mod rehearsal;
pub mod shift;
mod skies;
