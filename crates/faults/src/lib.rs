//! The table of injected faults: looks that an editor of listings delivers, damages that nobody may
//! deliver, and how many of each quality control holds. Pairs are made from any photo, by seed, and
//! judged as a stranger's; our own corrections are judged with their plan. Nothing here is shared
//! with the measures under test: filters and colour are written once more.
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod canvas;
pub mod cases;
pub mod colour;
pub mod damages;
pub mod interval;
pub mod judged;
pub mod looks;
pub mod photo;
pub mod plane;
mod pyramid;
mod region;
pub mod rng;
mod sky;
pub mod spoiled;
pub mod table;
