//! Exposure brackets: which photos are exposures of one view, how they lie on each other, and
//! one 16-bit picture of them all, with the windows of the dark frames and the room of the bright.

mod align;
mod confidence;
mod fuse;
mod ghosts;
mod group;
mod laplacian;
mod merge;
mod outline;
mod pyramid;
mod shoulder;
mod warp;
mod weights;

/// More exposures than this are no bracket, and would not fit into memory.
pub const MOST_FRAMES: usize = 9;

pub use align::Motion;
pub use group::{Frame, Signature, group, middle};
pub use merge::{MergeError, Merged, merge};
