//! Every threshold of quality control, in one table with a version. A report records the version
//! it was judged by; change a number and raise the version.

/// Version of this table.
pub const VERSION: u32 = 2;

/// Pixels of the copies that structure and colour are judged on.
pub const SCALE_PIXELS: f64 = 1e6;
/// Side of a tile on those copies, in pixels.
pub const TILE: usize = 24;

/// Standard deviation of L*/100 above which a tile has structure to compare.
pub const ACTIVE: f64 = 0.02;
/// Structure term of the worst active tile: fails below.
pub const STRUCTURE: f64 = 0.93;

/// Mean colour shift of near-neutral pixels in CIELAB units: fails above.
pub const NEUTRAL_DRIFT: f64 = 2.5;
/// Chroma below which a pixel counts as near neutral.
pub const NEUTRAL_CHROMA: f32 = 8.0;
/// Colour change of the worst tile that the whole picture's change does not explain, in CIELAB
/// units scaled by colourfulness as in CIE94: a person looks above the first, fails above the
/// second.
pub const TILE_CHROMA_REVIEW: f64 = 3.0;
/// See above.
pub const TILE_CHROMA_FAIL: f64 = 5.6;

/// Share of the picture whose highlights or shadows were lost, in per cent: fails above.
pub const CLIPPING: f64 = 0.5;
