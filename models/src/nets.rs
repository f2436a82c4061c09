//! One network a file: its sizes, its parameters, its forward pass.

pub mod u2net;
