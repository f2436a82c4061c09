//! Networks of the product, their weights and their training. They analyse pictures (a `SceneAnalyzer`) and
//! generate them (a `GenerativeModel`) for `enhance`; nothing here knows databases, jobs or requests.
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod diffusion;
pub mod manifest;
pub mod nets;
pub mod preprocessing;
pub mod refine_sky;
pub mod scene_analyzer;
pub mod sky;
pub mod train;
pub mod weight_store;
pub mod weights;
pub mod zero_shot;
