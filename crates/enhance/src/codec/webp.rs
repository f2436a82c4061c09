//! Reads WebP with libwebp: lossy and lossless, alpha over white, profile and metadata chunks.
//! Animations are refused: a photo is one picture.

use plumbline_documents::{Format, Source};
use webp::{BitstreamFeatures, Decoder};

use crate::codec::ifd::Block;
use crate::codec::metadata::{EXIF_SIGNATURE, exif};
use crate::codec::samples::{Layout, Planes, Raster};
use crate::codec::{Limits, Metadata, PlaneMemory, Refusal, work};
use crate::pixels::Plane;

const DAMAGED: Refusal = Refusal::Damaged { format: "WebP" };

/// Decodes to the samples as stored: not upright, not yet sRGB.
pub(crate) fn decode(
    bytes: &[u8],
    limits: &Limits,
    memory: &dyn PlaneMemory,
) -> Result<(Raster, Source, Metadata), Refusal> {
    let features = BitstreamFeatures::new(bytes).ok_or(DAMAGED)?;
    let (width, height) = (features.width(), features.height());
    limits.check(u64::from(width), u64::from(height), 4 * 2)?;
    if features.has_animation() {
        return Err(Refusal::UnsupportedVariant {
            format: "WebP",
            variant: "animation".to_owned(),
        });
    }
    let layout = if features.has_alpha() {
        Layout::Rgba
    } else {
        Layout::Rgb
    };
    let wanted = width as usize * height as usize * layout.channels();
    let samples = samples(bytes, wanted, memory)?;
    let metadata = metadata(bytes);
    let source = Source {
        format: Format::WebP,
        width,
        height,
        bits: 8,
        orientation: metadata.exif.as_deref().map_or(1, exif::orientation),
        profile: String::new(),
    };
    let raster = Raster {
        width,
        height,
        layout,
        planes: Planes::Eight(samples),
        profile: chunk(bytes, b"ICCP").map(<[u8]>::to_vec),
    };
    Ok((raster, source, metadata))
}

/// The file says its own length, so one that was cut off is known before decoding.
fn samples(bytes: &[u8], wanted: usize, memory: &dyn PlaneMemory) -> Result<Plane<u8>, Refusal> {
    let said = bytes.get(4..8).and_then(|b| b.try_into().ok());
    let said = said.map_or(0, u32::from_le_bytes);
    if u64::from(said) + 8 > bytes.len() as u64 + 1 {
        return Err(Refusal::Truncated);
    }
    let picture = Decoder::new(bytes).decode().ok_or(DAMAGED)?;
    if picture.len() != wanted {
        return Err(DAMAGED);
    }
    let mut samples = memory.eight(wanted)?;
    samples.copy_from_slice(&picture);
    Ok(samples)
}

pub(crate) fn metadata(bytes: &[u8]) -> Metadata {
    let block = chunk(bytes, b"EXIF").map(|b| b.strip_prefix(EXIF_SIGNATURE).unwrap_or(b));
    Metadata {
        exif: block
            .filter(|b| Block::new(b).is_some())
            .map(<[u8]>::to_vec),
        xmp: chunk(bytes, b"XMP ").map(<[u8]>::to_vec),
        ..Metadata::default()
    }
}

/// The payload of the first chunk of a kind (RIFF: kind, little-endian length, padded to even).
fn chunk<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<&'a [u8]> {
    let mut rest = bytes.get(12..)?;
    loop {
        let (kind, tail) = rest.split_first_chunk::<4>()?;
        let (length, tail) = tail.split_first_chunk::<4>()?;
        work::count(1);
        let length = u32::from_le_bytes(*length) as usize;
        let data = tail.get(..length)?;
        if kind == wanted {
            return Some(data);
        }
        rest = tail.get(length.checked_next_multiple_of(2)?..)?;
    }
}
