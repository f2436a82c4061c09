//! Tensor library on top of candle: the layers of our networks, faster than candle's own, on a
//! processor and on an NVIDIA card; and the device they run on. Nothing here knows a network, a file
//! of weights or a picture.
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod attention;
pub mod bias;
pub mod conv;
pub mod dense;
pub mod device;
pub mod gelu;
pub mod group_norm;
#[cfg(feature = "cuda")]
pub mod kernels;
pub mod malloc_tuning;
mod simd;
mod storage;
pub mod upsample2x;
