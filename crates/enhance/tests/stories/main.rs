//! Stories about the image core, on real photos where they are at hand.
//!
//! The photos lie beside the repository in `../shared/photos`. Where they are absent, a story
//! that needs them is reported as skipped, and tells only its generated half.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod brackets;
mod carried;
mod codecs;
mod correction;
mod degrade;
mod difference;
mod exports;
mod fallbacks;
mod formats;
mod generative_models;
mod hostile;
mod judged;
mod made_up;
mod ready;
mod recovery;
mod skies;
mod support;
mod tiles;
mod verticals;

#[path = "../unusable/unusable.rs"]
mod unusable;
