//! Exposure brackets: which photos are exposures of one view, how they lie on each other, and
//! one 16-bit picture of them all, with the windows of the dark frames and the room of the bright.

mod align;
mod balance;
mod confidence;
mod flash;
mod fuse;
mod group;
mod laplacian;
mod layers;
mod merge;
mod motion;
mod movers;
mod outline;
mod places;
mod pyramid;
mod response;
mod shoulder;
mod small;
mod uprights;
mod warp;
mod weights;

/// More exposures than this are no bracket, and would not fit into memory.
pub const MOST_FRAMES: usize = 9;

pub use group::{Frame, Signature, group, middle};
pub use merge::{MergeError, Merged, merge};
pub use motion::Motion;
