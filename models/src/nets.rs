//! One network a file: its sizes, its parameters, its forward pass.

pub mod clip;
pub mod squeezenet;
pub mod u2net;
