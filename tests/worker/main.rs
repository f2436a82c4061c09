//! Stories about real worker processes and what befalls them.
#![allow(clippy::unwrap_used, reason = "the whole program is tests")]

mod clocks;
mod crashes;
mod generative_models;
mod hostile;
mod long;
mod newer;
mod panics;
mod queue;
mod ready;
mod refit;
mod restart;
mod sandbox;
mod standstill;
mod stopping;
mod survival;
mod trouble;
mod twice;
