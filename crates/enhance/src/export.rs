//! Export profiles: format, size, weight and metadata of delivered files.
//!
//! A file that must not exceed a number of bytes is encoded at the highest quality that fits,
//! found by bisection. Its size in pixels is a promise and is never lowered to fit.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use turbojpeg::Subsamp;

use crate::codec::{EncodeError, Metadata, Output, Privacy, encode, encode_preview, jpeg, preview};
use crate::pixels::Pixels;

/// Below this quality chroma goes to half its resolution (4:2:0): its bytes are better spent on
/// luma there, and quantisation takes the fine colour anyway.
const FULL_CHROMA_QUALITY: u8 = 80;
/// No file is delivered below: walls begin to show blocks.
const LOWEST_QUALITY: u8 = 50;

/// One way to deliver a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The file format, and the quality it should have at best.
    pub output: Output,
    /// Pixels along the longer side, at most; `None` is the picture's own size. Smaller pictures
    /// are never enlarged; shrunk ones have 8 bits.
    pub long_edge: Option<u32>,
    /// Bytes of the whole file, at most.
    pub max_bytes: Option<u64>,
    /// Metadata that the file may hold.
    pub privacy: Privacy,
}

/// A delivered file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The file.
    pub bytes: Vec<u8>,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The quality it was encoded at, where the format has one.
    pub quality: Option<u8>,
}

impl Export {
    /// Every pixel and everything the file came with; JPEG 4:4:4 at quality 95, or another format.
    pub fn full(output: Output) -> Self {
        Self {
            output,
            long_edge: None,
            max_bytes: None,
            privacy: Privacy::Everything,
        }
    }

    /// For multiple listing services: 2048 pixels, JPEG of at most `max_bytes`, no place, serial
    /// number or owner.
    pub fn mls(max_bytes: u64) -> Self {
        Self {
            output: Output::Jpeg { quality: 90 },
            long_edge: Some(2048),
            max_bytes: Some(max_bytes),
            privacy: Privacy::NoPlaceOrOwner,
        }
    }

    /// For pages: WebP without metadata.
    pub fn web(long_edge: u32) -> Self {
        Self {
            output: Output::WebP { quality: 82 },
            long_edge: Some(long_edge),
            max_bytes: None,
            privacy: Privacy::Nothing,
        }
    }
}

/// Makes the file that a profile describes. `EncodeError::TooLarge`: it cannot be that small.
pub fn export(
    pixels: &Pixels,
    metadata: &Metadata,
    export: &Export,
) -> Result<Exported, EncodeError> {
    let small = match export.long_edge {
        Some(edge) if edge < pixels.width().max(pixels.height()) => {
            Cow::Owned(preview(pixels, edge))
        }
        _ => Cow::Borrowed(pixels),
    };
    let metadata = metadata.within(export.privacy);
    let (bytes, quality) = match (export.output, export.max_bytes) {
        (Output::Jpeg { quality }, Some(room)) => jpeg_within(&small, &metadata, quality, room)?,
        (Output::WebP { quality }, Some(room)) => {
            let webp = |quality| encode_preview(&small, quality);
            best(&small, quality, room, webp)?
        }
        (output, room) => {
            let bytes = encode(&small, &metadata, &output)?;
            (within(&small, bytes, room)?, stated(output))
        }
    };
    Ok(Exported {
        bytes,
        width: small.width(),
        height: small.height(),
        quality,
    })
}

fn stated(output: Output) -> Option<u8> {
    match output {
        Output::Jpeg { quality } | Output::WebP { quality } => Some(quality),
        Output::Tiff8 | Output::Tiff16 | Output::Png => None,
    }
}

/// Formats without a quality either fit or do not.
fn within(pixels: &Pixels, bytes: Vec<u8>, room: Option<u64>) -> Result<Vec<u8>, EncodeError> {
    match room {
        Some(room) if bytes.len() as u64 > room => Err(too_large(pixels, bytes.len(), room)),
        _ => Ok(bytes),
    }
}

fn too_large(pixels: &Pixels, smallest: usize, max_bytes: u64) -> EncodeError {
    EncodeError::TooLarge {
        width: pixels.width(),
        height: pixels.height(),
        smallest_bytes: smallest as u64,
        max_bytes,
    }
}

fn jpeg_within(
    pixels: &Pixels,
    metadata: &Metadata,
    quality: u8,
    room: u64,
) -> Result<(Vec<u8>, Option<u8>), EncodeError> {
    let head = jpeg::write::head(pixels, metadata);
    let rgb = pixels.rgb8();
    best(pixels, quality, room, |quality| {
        let chroma = if quality >= FULL_CHROMA_QUALITY {
            Subsamp::None
        } else {
            Subsamp::Sub2x2
        };
        let picture = jpeg::write::compress(&rgb, pixels, quality, chroma)?;
        Ok(jpeg::write::with_head(&picture, &head))
    })
}

/// The file of the highest quality that fits: the asked one, else by bisection down to 50; at
/// most eight encodings. Only files that were seen to fit are returned, so a size that does not
/// quite fall with quality costs quality, never the cap.
fn best(
    pixels: &Pixels,
    asked: u8,
    room: u64,
    encode: impl Fn(u8) -> Result<Vec<u8>, EncodeError>,
) -> Result<(Vec<u8>, Option<u8>), EncodeError> {
    let asked = asked.clamp(1, 100);
    let fits = |bytes: &Vec<u8>| bytes.len() as u64 <= room;
    let first = encode(asked)?;
    if fits(&first) {
        return Ok((first, Some(asked)));
    }
    let floor = LOWEST_QUALITY.min(asked);
    let lowest = encode(floor)?;
    if !fits(&lowest) {
        return Err(too_large(pixels, lowest.len(), room));
    }
    let (mut good, mut found, mut bad) = (floor, lowest, asked);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        let bytes = encode(middle)?;
        if fits(&bytes) {
            (good, found) = (middle, bytes);
        } else {
            bad = middle;
        }
    }
    Ok((found, Some(good)))
}
