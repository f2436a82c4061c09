//! Arithmetic of colour and light: it knows numbers, and no pictures.

pub(crate) mod colour;
pub(crate) mod interpolation;
pub(crate) mod light;
pub(crate) mod linear;
pub(crate) mod statistics;
