//! The journeys in a real browser.

mod journey;
mod looks;
