//! The journeys in a real browser.

#![allow(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod journey;
mod masks;
mod screenshots;
