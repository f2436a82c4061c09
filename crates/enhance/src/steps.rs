//! The steps of an edit, one a file: parameters with unit and range, and what they do to light.

pub(crate) mod affine;
pub(crate) mod base;
pub mod corners;
pub(crate) mod dials;
pub(crate) mod field;
pub mod finish;
pub mod fitted;
pub(crate) mod natural;
pub mod noise;
pub mod sharpen;
pub(crate) mod tiled;
pub mod tiles;
pub mod tone;
pub(crate) mod transfer;
pub mod verticals;
pub mod white_balance;
