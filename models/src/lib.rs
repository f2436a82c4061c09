//! Networks: code, cards and weights. They see (an `SceneAnalyzer`) and paint (a `GenerativeModel`) for `enhance`;
//! nothing here knows databases, jobs or requests.
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod attention;
mod bias;
pub mod conv;
pub mod dense;
pub mod device;
pub mod diffusion;
mod double;
mod floats;
mod gelu;
mod group_norm;
#[cfg(feature = "cuda")]
pub mod kernels;
mod lanes;
pub mod manifest;
pub mod nets;
pub mod pages;
pub mod planes;
pub mod refine_sky;
pub mod shelf;
pub mod sky;
pub mod train;
pub mod vision;
pub mod weights;
pub mod zero_shot;
