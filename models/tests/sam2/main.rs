//! SAM 2.1 against its original: what a tiny one says, and what the published one is made of.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod proof;
mod published;
