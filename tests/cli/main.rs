//! Stories about the program `plumbline`: files in, files and sentences out.
#![allow(clippy::unwrap_used, reason = "the whole program is tests")]

mod dials;
mod enhance;
mod faults;
mod generative_models;
mod hostile;
mod inspect;
mod look;
mod merge;
mod moved;
mod ready;
mod sheet;
