//! Server-sent events: open pages hear that something changed.

pub mod changes;
pub mod pages;
