//! Skies: left alone or replaced, calculated or painted.

mod choices;
pub mod drawn_house;
mod painted;
mod replaced;
