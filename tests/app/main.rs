//! Stories about the whole product: a real site, a real database, the real queue.

#![allow(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod accounts;
mod attempts;
mod brackets;
mod database;
mod engines;
mod galleries;
mod journey;
mod operators;
mod originals;
mod previous_release;
mod refits;
mod reports;
mod reviews;
mod skies;
mod strangers;
mod traffic;
mod true_words;
mod uploads;
