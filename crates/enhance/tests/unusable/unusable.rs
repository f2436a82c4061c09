//! Inputs that cannot become good photos, made on purpose from good ones or drawn.
#![allow(dead_code)]

pub mod drawn;
pub mod grain;
pub mod rng;
pub mod sheet;
pub mod spoiled;
