//! Injected faults: wanted looks and damages over real photos, for the stories and for the table
//! that says what quality control catches.

pub mod canvas;
pub mod cases;
pub mod damages;
pub mod dice;
pub mod judged;
pub mod lab;
pub mod looks;
pub mod sky;
