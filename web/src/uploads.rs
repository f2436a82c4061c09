//! Files coming in: streamed, counted, hashed, and refused early.

pub mod content_type;
pub mod dimensions;
pub mod intake;
pub mod multipart;
pub mod photos;
