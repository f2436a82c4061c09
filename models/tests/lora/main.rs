//! LoRAs read, refused, merged and taken out again, on the small random UNet's parameters. Their
//! effect on the UNet is measured where the UNet is.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod merging;
mod reading;
