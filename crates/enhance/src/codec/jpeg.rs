//! JPEG: markers, pictures and metadata segments, read and written.

mod huffman;
pub(crate) mod published;
pub(crate) mod read;
mod scans;
pub(crate) mod segments;
pub(crate) mod write;
