//! Whole pictures made of whole pictures: means over windows, and copies of another size.

pub(crate) mod box_mean;
pub(crate) mod scale;
