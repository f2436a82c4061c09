//! Inputs as people sent them in, and as they went wrong elsewhere: each case of `photos/reported` by
//! the number that its README names, through the whole pipeline, on its files and on others of its kind
//! that the test makes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod adobe_rgb;
mod casts;
mod drawings;
mod dusk;
mod files;
mod padded_jpeg;
mod panoramas;
mod stale_metadata;
mod strength_0;
mod support;
mod tiff_channels;
mod white_walls;
