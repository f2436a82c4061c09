//! Diffusion as a constrained operator: it proposes a correction of a photo, and never more.

pub mod checkpoint;
pub mod euler;
pub mod lora;
pub mod params;
pub mod prompts;
