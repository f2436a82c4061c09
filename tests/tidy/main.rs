//! The rules of the house, checked on its sources.

#![allow(clippy::unwrap_used, reason = "a rule that cannot be read has failed")]

mod arrows;
mod crates;
mod habits;
mod layers;
mod map;
mod pages;
mod sizes;
mod sources;
mod sql;
mod summaries;
mod words;
