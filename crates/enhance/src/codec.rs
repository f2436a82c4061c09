//! Bytes to pixels and back: the only place that knows file formats. Limits are checked on the
//! header, before anything is allocated; every error is a sentence for the person who sent the file.

use plumbline_documents::{FileSignature, Format, Source};
use serde::{Deserialize, Serialize};

use crate::codec::metadata::colour_space;
use crate::codec::samples::Layout;
use crate::pixels::Pixels;

mod icc;
pub(crate) mod ifd;
pub(crate) mod jpeg;
mod memory;
pub(crate) mod metadata;
pub(crate) mod orientation;
pub(crate) mod png;
mod preview;
mod publish;
mod raw;
mod refusal;
mod samples;
mod tiff;
mod webp;
mod work;

pub use memory::{Heap, PlaneMemory};
pub use metadata::record::{Record, Recorded};
pub use metadata::{Change, Metadata, Privacy};
pub use preview::{encode_preview, preview};
pub use publish::{PublishError, publish, publish_pixels};
pub use refusal::Refusal;

/// Limits of decoding, checked before anything is allocated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Width times height; 48 Mi pixels holds every 50-megapixel camera.
    pub max_pixels: u64,
    /// Pixels along the longer side.
    pub max_side: u32,
    /// Pixels along the shorter side below which a picture cannot be a photo.
    pub min_short_side: u32,
    /// Bytes of the largest decoding buffer.
    pub max_decoded_bytes: u64,
    /// Passes of a progressive JPEG; each costs a walk over the whole picture. Cameras and
    /// editors write about ten.
    pub max_jpeg_scans: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels: 50_331_648,
            max_side: 30_000,
            min_short_side: 64,
            max_decoded_bytes: 640 << 20,
            max_jpeg_scans: 64,
        }
    }
}

impl Limits {
    /// Refuses a picture of a size that may not be decoded.
    pub(crate) fn check(
        &self,
        width: u64,
        height: u64,
        bytes_per_pixel: u64,
    ) -> Result<(), Refusal> {
        let (short, long) = (width.min(height), width.max(height));
        if short < u64::from(self.min_short_side) {
            return Err(Refusal::TooSmall {
                width,
                height,
                limit: self.min_short_side,
            });
        }
        if long > u64::from(self.max_side) {
            return Err(Refusal::TooLong {
                width,
                height,
                limit: self.max_side,
            });
        }
        let pixels = width.saturating_mul(height);
        if pixels > self.max_pixels {
            let limit_megapixels = self.max_pixels / 1_000_000;
            return Err(Refusal::TooManyPixels {
                width,
                height,
                limit_megapixels,
            });
        }
        if pixels.saturating_mul(bytes_per_pixel) > self.max_decoded_bytes {
            return Err(Refusal::TooMuchMemory);
        }
        Ok(())
    }
}

/// A decoded photo.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// Upright, sRGB.
    pub pixels: Pixels,
    /// Properties of the file.
    pub source: Source,
    /// Metadata of the file.
    pub metadata: Metadata,
}

/// Decodes a JPEG, PNG, TIFF, WebP or camera RAW file to upright sRGB pixels. 16-bit, float and
/// raw sources keep 16 bits.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Refusal> {
    decode_named(bytes, "", limits)
}

/// The same for a file whose name is known. A name decides nothing but what a camera says by it: the
/// colour space of a file that carries no profile.
pub fn decode_named(bytes: &[u8], name: &str, limits: &Limits) -> Result<Decoded, Refusal> {
    decode_in(&Heap, bytes, name, limits)
}

/// The same into memory that somebody lends.
pub fn decode_in(
    memory: &dyn PlaneMemory,
    bytes: &[u8],
    name: &str,
    limits: &Limits,
) -> Result<Decoded, Refusal> {
    let (mut raster, mut source, mut metadata) = match format(bytes)? {
        Format::Jpeg => jpeg::read::decode(bytes, limits, memory)?,
        Format::Png => png::read::decode(bytes, limits, memory)?,
        Format::Tiff => tiff::read::decode(bytes, limits, memory)?,
        Format::WebP => webp::decode(bytes, limits, memory)?,
        Format::Raw => return Ok(bounded(raw::decode(bytes, limits, memory)?)),
    };
    let exif = metadata.exif.as_deref().unwrap_or_default();
    let is_rgb = matches!(raster.layout, Layout::Rgb | Layout::Rgba);
    if raster.profile.is_none() && is_rgb && colour_space::is_adobe_rgb(exif, name) {
        raster.profile = icc::adobe_rgb_profile();
    }
    metadata.frame = (source.orientation == 1).then_some((source.width, source.height));
    let (pixels, profile) = raster.into_srgb(memory)?;
    source.profile = profile;
    let pixels = orientation::upright(pixels, source.orientation, memory)?;
    Ok(bounded(Decoded {
        pixels,
        source,
        metadata,
    }))
}

fn bounded(mut decoded: Decoded) -> Decoded {
    decoded.metadata = decoded.metadata.within_limits();
    decoded
}

/// The format of a readable file, or the refusal that names what it is instead. A TIFF signature
/// begins RAW files too, so its tags decide.
fn format(bytes: &[u8]) -> Result<Format, Refusal> {
    match FileSignature::of(bytes) {
        FileSignature::Photo(Format::Tiff) if raw::name(bytes).is_some() => Ok(Format::Raw),
        FileSignature::Photo(format) => Ok(format),
        FileSignature::Raw(_) => Ok(Format::Raw),
        FileSignature::Empty => Err(Refusal::Empty),
        FileSignature::IsoMedia => Err(Refusal::UnsupportedFormat {
            name: "Video".to_owned(),
        }),
        FileSignature::OtherPicture(name) => Err(Refusal::UnsupportedFormat {
            name: name.to_owned(),
        }),
        FileSignature::OtherFile(what) => Err(not_a_photo(what)),
        FileSignature::Unknown => Err(not_a_photo("a file of an unknown kind")),
    }
}

fn not_a_photo(what: &str) -> Refusal {
    Refusal::NotAPhoto {
        what: what.to_owned(),
    }
}

/// A file to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// 4:4:4 JPEG.
    Jpeg {
        /// 1 to 100; 95 is our default.
        quality: u8,
    },
    /// Deflated TIFF, 8 bits a sample.
    Tiff8,
    /// Deflated TIFF, 16 bits a sample.
    Tiff16,
    /// PNG of the picture's own depth.
    Png,
    /// Lossy WebP for the screen: 8 bits, no metadata.
    WebP {
        /// 1 to 100.
        quality: u8,
    },
}

impl Default for Output {
    fn default() -> Self {
        Self::Jpeg { quality: 95 }
    }
}

impl Output {
    /// The output a file name's extension asks for: jpg, jpeg, tif, tiff (16 bits), png or
    /// webp.
    pub fn from_extension(extension: &str) -> Option<Self> {
        match extension
            .trim_start_matches('.')
            .to_ascii_lowercase()
            .as_str()
        {
            "jpg" | "jpeg" => Some(Self::default()),
            "tif" | "tiff" => Some(Self::Tiff16),
            "png" => Some(Self::Png),
            "webp" => Some(Self::WebP { quality: 82 }),
            _ => None,
        }
    }

    /// The extension without its dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg { .. } => "jpg",
            Self::Tiff8 | Self::Tiff16 => "tif",
            Self::Png => "png",
            Self::WebP { .. } => "webp",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg { .. } => "image/jpeg",
            Self::Tiff8 | Self::Tiff16 => "image/tiff",
            Self::Png => "image/png",
            Self::WebP { .. } => "image/webp",
        }
    }
}

/// Failure of an encoder; only `TooLarge` is the customer's doing.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// Failure of libjpeg-turbo.
    #[error("the JPEG encoder failed: {0}")]
    Jpeg(#[from] turbojpeg::Error),
    /// Failure of the PNG writer.
    #[error("the PNG encoder failed: {0}")]
    Png(#[from] ::png::EncodingError),
    /// Failure to compress a TIFF's strips.
    #[error("the TIFF encoder failed: {0}")]
    Deflate(std::io::Error),
    /// Failure of libwebp.
    #[error("the WebP encoder failed: {0}")]
    WebP(String),
    /// The file cannot be as small as asked without visible damage.
    #[error(
        "At {width} x {height} pixels this photo needs {} KB, more than the {} KB allowed. Please allow larger files or choose a smaller size.",
        smallest_bytes.div_ceil(1000),
        max_bytes / 1000
    )]
    TooLarge {
        /// Columns of the file asked for.
        width: u32,
        /// Rows of the file asked for.
        height: u32,
        /// Bytes at the lowest quality that is delivered.
        smallest_bytes: u64,
        /// Bytes allowed.
        max_bytes: u64,
    },
}

/// Encodes a picture with its metadata: orientation 1, the picture's own size and thumbnail, an
/// sRGB profile, and a DigitalSourceType that says what was done (`Metadata::change`).
pub fn encode(
    pixels: &Pixels,
    metadata: &Metadata,
    output: &Output,
) -> Result<Vec<u8>, EncodeError> {
    match *output {
        Output::Jpeg { quality } => jpeg::write::encode(pixels, metadata, quality),
        Output::Tiff8 => tiff::write::encode(pixels, metadata, 8),
        Output::Tiff16 => tiff::write::encode(pixels, metadata, 16),
        Output::Png => png::write::encode(pixels, metadata),
        Output::WebP { quality } => encode_preview(pixels, quality),
    }
}
