//! The rules of the house, checked on its sources.

mod arrows;
mod crates;
mod habits;
mod layers;
mod pages;
mod sizes;
mod sources;
mod sql;
mod summaries;
mod words;
