//! One network a file: its sizes, its parameters, its forward pass.

pub mod scene;
pub mod sky;
pub mod u2net;
