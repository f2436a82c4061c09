//! The HTTP shell: parses at the door, asks the domain, answers with a page.

pub mod downloads;
pub mod http;
pub mod live;
pub mod operators;
pub mod pages;
pub mod uploads;
