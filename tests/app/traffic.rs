//! Slow and greedy clients: they cost nobody else anything.

mod crowds;
mod slow;
