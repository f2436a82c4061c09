//! TIFF and BigTIFF: strips and tiles of many sample types read, deflated strips written.

mod bounds;
mod channels;
mod chunks;
pub(crate) mod read;
mod samples;
mod source;
pub(crate) mod write;
