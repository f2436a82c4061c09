//! Straight lines of a picture: the edge points of near-vertical lines, and the straight pieces
//! they make. Horizontal lines are the vertical ones of the picture on its side.

pub(crate) mod edges;
pub(crate) mod segments;
