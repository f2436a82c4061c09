//! Training of our own networks: pictures and masks in, weights out. No clock, no printing; the same
//! seed, pictures and processor give the same weights.

pub mod augment;
pub mod checkpoint;
pub mod data;
pub mod finish;
pub mod lora;
pub mod loss;
pub mod optimizer;
pub mod pairs;
pub mod rng;
pub mod scene;
pub mod sky;
