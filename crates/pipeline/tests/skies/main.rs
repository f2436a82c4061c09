//! Masks of skies on trial: what is no sky is never painted, and what is one still is.
//!
//! Drawings have their truth with them; photos lie outside the repository.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod drawing;
mod good;
mod hand_masks;
mod odd;
mod photos;
mod thin;
mod trial;
mod white_walls;
