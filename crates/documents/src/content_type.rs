//! The content types of originals.

use crate::source::Format;
use crate::words::words;

words! {
    /// Content type of a photo that is accepted as an original.
    pub enum ContentType ("text") {
        /// JPEG.
        Jpeg = "image/jpeg",
        /// PNG.
        Png = "image/png",
        /// TIFF or BigTIFF.
        Tiff = "image/tiff",
        /// WebP.
        WebP = "image/webp",
        /// Camera RAW of any maker.
        Raw = "image/x-dcraw",
    }
}

impl From<Format> for ContentType {
    fn from(format: Format) -> Self {
        match format {
            Format::Jpeg => Self::Jpeg,
            Format::Png => Self::Png,
            Format::Tiff => Self::Tiff,
            Format::WebP => Self::WebP,
            Format::Raw => Self::Raw,
        }
    }
}
