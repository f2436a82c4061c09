//! PNG: pictures, colour chunks and metadata chunks, read and written.

mod colour;
mod metadata;
pub(crate) mod read;
pub(crate) mod write;
