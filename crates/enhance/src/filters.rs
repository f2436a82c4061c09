//! Whole pictures made of whole pictures: copies of another size.

pub(crate) mod scale;
