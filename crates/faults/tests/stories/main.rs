//! Stories about looks, damages and the table of what quality control holds.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod damages;
mod drawn;
mod looks;
mod sample;
