//! One network a file: its sizes, its parameters, its forward pass.

pub mod clip;
pub mod efficientnet;
pub mod finish;
pub mod sam2;
pub mod scene;
pub mod sdxl;
pub mod sky;
pub mod u2net;
