//! Networks: code, cards and weights. They see (an `SceneAnalyzer`) and paint (a `GenerativeModel`) for `enhance`;
//! nothing here knows databases, jobs or requests.
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod diffusion;
pub mod manifest;
pub mod nets;
pub mod planes;
pub mod refine_sky;
pub mod sky;
pub mod train;
pub mod vision;
pub mod weight_store;
pub mod weights;
pub mod zero_shot;
