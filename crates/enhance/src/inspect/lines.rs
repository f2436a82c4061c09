//! Lines: straight ones that turned or bent, and steps of brightness where there was none.

pub(super) mod seams;
pub(super) mod straight;
pub(super) mod tile_borders;
