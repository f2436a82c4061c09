//! The HTTP shell: parses at the door, asks the domain, answers with a page.

mod downloads;
pub mod http;
mod live;
pub mod operators;
mod pages;
mod uploads;
