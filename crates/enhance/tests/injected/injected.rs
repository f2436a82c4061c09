//! Injected faults: wanted edits and damages over real photos, for the stories and for the table
//! that says what quality control catches.

pub mod canvas;
pub mod cases;
pub mod damages;
pub mod edits;
pub mod judged;
pub mod lab;
pub mod rng;
pub mod sky;
