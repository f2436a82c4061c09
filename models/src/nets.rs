//! One network a file: its sizes, its parameters, its forward pass.

pub mod sam2;
pub mod u2net;
