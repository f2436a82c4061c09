//! The uploaded file, as it was before it became upright sRGB pixels.

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// Container of a photo's file.
    pub enum Format ("text") {
        /// JPEG, baseline or progressive, grey, colour or CMYK.
        Jpeg = "jpeg",
        /// PNG of any depth.
        Png = "png",
        /// TIFF or BigTIFF.
        Tiff = "tiff",
        /// WebP, lossy or lossless, one picture.
        WebP = "webp",
        /// A camera's sensor data: DNG or a maker's own kind.
        Raw = "raw",
    }
}

impl Format {
    /// True when saving in it changes pixels a little.
    pub fn is_lossy(self) -> bool {
        matches!(self, Self::Jpeg | Self::WebP)
    }
}

/// Properties of the file as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The container.
    pub format: Format,
    /// Columns, before orientation.
    pub width: u32,
    /// Rows, before orientation.
    pub height: u32,
    /// Bits a sample.
    pub bits: u8,
    /// EXIF orientation, 1 to 8.
    pub orientation: u8,
    /// The colour profile's own name, or "none".
    pub profile: String,
}
