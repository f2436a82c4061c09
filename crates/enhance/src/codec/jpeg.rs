//! JPEG: markers, pictures and metadata segments, read and written.

pub(crate) mod read;
pub(crate) mod segments;
pub(crate) mod write;
