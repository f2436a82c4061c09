//! Refusals: reasons why bytes cannot become a photo, each a sentence for the person who sent them.

use plumbline_documents::export_advice;

/// Bytes that cannot become a photo. `Display` is the sentence for the customer: what is wrong,
/// and what to do about it. It never holds a library's message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was sent.
    #[error("This file is empty. Please upload the photo again.")]
    Empty,
    /// Not a picture at all, with what it seems to be ("a web page").
    #[error("This is {what}, not a photo. Please upload a JPEG, PNG, TIFF or camera RAW file.")]
    NotAPhoto {
        /// With its article: "a PDF document".
        what: String,
    },
    /// A picture in a format this product does not read.
    #[error("{name} files cannot be read yet. {}", export_advice(name))]
    UnsupportedFormat {
        /// "HEIC", "WebP".
        name: String,
    },
    /// A camera's raw file whose sensor data is missing or in a maker's private form.
    #[error(
        "This camera RAW file ({name}) is incomplete, or of a kind that cannot be read yet. Please copy it from the camera again, or export it as DNG, TIFF or JPEG and upload that."
    )]
    CameraRaw {
        /// "Canon CR2", "DNG".
        name: String,
    },
    /// A readable format in a rare variant.
    #[error(
        "This {format} file uses {variant}, which cannot be read. Please export the photo as an ordinary JPEG or TIFF and upload it again."
    )]
    UnsupportedVariant {
        /// "TIFF".
        format: &'static str,
        /// "a rare compression".
        variant: String,
    },
    /// More pixels than the limit.
    #[error(
        "This photo is {width} x {height} pixels, more than the {limit_megapixels} megapixels that can be enhanced. Please export it smaller and upload it again."
    )]
    TooManyPixels {
        /// Columns.
        width: u64,
        /// Rows.
        height: u64,
        /// Whole megapixels.
        limit_megapixels: u64,
    },
    /// One side is longer than the limit.
    #[error(
        "This photo is {width} x {height} pixels; no side may be longer than {limit} pixels. Please export it smaller and upload it again."
    )]
    TooLong {
        /// Columns.
        width: u64,
        /// Rows.
        height: u64,
        /// Pixels.
        limit: u32,
    },
    /// The short side is below the floor.
    #[error(
        "This picture is only {width} x {height} pixels, too small to be a photo. Please upload the original."
    )]
    TooSmall {
        /// Columns.
        width: u64,
        /// Rows.
        height: u64,
        /// Pixels.
        limit: u32,
    },
    /// Decoding would take more memory than the limit.
    #[error(
        "This photo would need too much memory to open. Please export it as an 8-bit or 16-bit JPEG or TIFF and upload it again."
    )]
    TooMuchMemory,
    /// The file ends before the picture does.
    #[error(
        "This file is incomplete: the end of the photo is missing. Please upload it again from the camera or computer."
    )]
    Truncated,
    /// The file is complete but broken.
    #[error(
        "This {format} file is damaged and would show wrong areas. Please upload it again, or export it anew from the original."
    )]
    Damaged {
        /// "JPEG", "PNG", "TIFF", "WebP", "camera RAW".
        format: &'static str,
    },
}

impl Refusal {
    /// A stable word for logs, counters and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotAPhoto { .. } => "not_a_photo",
            Self::UnsupportedFormat { .. } => "unsupported_format",
            Self::CameraRaw { .. } => "camera_raw",
            Self::UnsupportedVariant { .. } => "unsupported_variant",
            Self::TooManyPixels { .. } => "too_many_pixels",
            Self::TooLong { .. } => "too_long",
            Self::TooSmall { .. } => "too_small",
            Self::TooMuchMemory => "too_much_memory",
            Self::Truncated => "truncated",
            Self::Damaged { .. } => "damaged",
        }
    }
}
