//! Dials that a person turned, through the whole pipeline, on real rooms and houses: each moves what it
//! says and little else, and quality control holds nobody for what was asked for.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod held;
mod left;
mod light;
mod support;
mod white;
