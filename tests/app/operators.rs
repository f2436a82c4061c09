//! Commands of operators, as processes.

mod looks;
mod qc;
