//! Networks: code, cards and weights. They see (an `Eye`) and paint (a `Brush`) for `enhance`;
//! nothing here knows databases, jobs or requests.
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod conv;
mod double;
pub mod nets;
pub mod train;
pub mod weights;
