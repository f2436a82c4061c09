//! PNG: pictures, colour chunks and metadata chunks, read and written.

mod colour;
pub(crate) mod metadata;
pub(crate) mod read;
pub(crate) mod write;
