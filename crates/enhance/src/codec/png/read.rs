//! Reads PNG row by row with `png`: any depth, palette, grey, alpha (laid over white).
//!
//! Text chunks are ignored by the decoder; `metadata.rs` reads those that matter. The colour
//! profile is decompressed under the decoder's memory limit.

use std::io::Cursor;

use plumbline_documents::{Format, Source};
use png::{BitDepth, ColorType, Decoder, DecodingError, Reader, Transformations};

use crate::codec::metadata::exif;
use crate::codec::png::{colour, metadata};
use crate::codec::samples::{Layout, Planes, Raster};
use crate::codec::{Limits, Metadata, PlaneMemory, Refusal};
use crate::pixels::Plane;

const DAMAGED: Refusal = Refusal::Damaged { format: "PNG" };
/// For rows and the colour profile; the picture itself is our own buffer.
const WORKING_BYTES: usize = 24 << 20;

/// Decodes to the samples as stored: not upright, not yet sRGB.
pub(crate) fn decode(
    bytes: &[u8],
    limits: &Limits,
    memory: &dyn PlaneMemory,
) -> Result<(Raster, Source, Metadata), Refusal> {
    let (width, height) = header(bytes)?;
    limits.check(u64::from(width), u64::from(height), 4 * 2)?;
    let mut decoder = Decoder::new_with_limits(
        Cursor::new(bytes),
        png::Limits {
            bytes: WORKING_BYTES,
        },
    );
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(|e| refusal(&e))?;
    let stored_bits = reader.info().bit_depth as u8;
    let is_grey = matches!(
        reader.info().color_type,
        ColorType::Grayscale | ColorType::GrayscaleAlpha
    );
    let profile = colour::profile(reader.info(), is_grey);
    let (layout, planes) = read(&mut reader, (width, height), memory)?;
    let metadata = metadata::read(bytes);
    let source = Source {
        format: Format::Png,
        width,
        height,
        bits: stored_bits,
        orientation: metadata.exif.as_deref().map_or(1, exif::orientation),
        profile: String::new(),
    };
    Ok((
        Raster {
            width,
            height,
            layout,
            planes,
            profile,
        },
        source,
        metadata,
    ))
}

fn header(bytes: &[u8]) -> Result<(u32, u32), Refusal> {
    let field = |at: usize| {
        let b: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(b))
    };
    if bytes.get(12..16).is_some_and(|kind| kind != b"IHDR") {
        return Err(DAMAGED);
    }
    field(16).zip(field(20)).ok_or(Refusal::Truncated)
}

fn refusal(error: &DecodingError) -> Refusal {
    match error {
        DecodingError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            Refusal::Truncated
        }
        DecodingError::LimitsExceeded => Refusal::TooMuchMemory,
        _ => DAMAGED,
    }
}

type PngReader<'a> = Reader<Cursor<&'a [u8]>>;

fn read(
    reader: &mut PngReader,
    (width, height): (u32, u32),
    memory: &dyn PlaneMemory,
) -> Result<(Layout, Planes), Refusal> {
    let (colour, depth) = reader.output_color_type();
    let layout = match colour {
        ColorType::Grayscale => Layout::Grey,
        ColorType::GrayscaleAlpha => Layout::GreyAlpha,
        ColorType::Rgb => Layout::Rgb,
        ColorType::Rgba => Layout::Rgba,
        ColorType::Indexed => return Err(DAMAGED),
    };
    let count = width as usize * height as usize * layout.channels();
    let planes = match depth {
        BitDepth::Eight => Planes::Eight(read_eight(reader, memory.eight(count)?)?),
        BitDepth::Sixteen => Planes::Sixteen(read_sixteen(reader, memory.sixteen(count)?)?),
        _ => return Err(DAMAGED),
    };
    Ok((layout, planes))
}

fn read_eight(reader: &mut PngReader, mut samples: Plane<u8>) -> Result<Plane<u8>, Refusal> {
    reader.next_frame(&mut samples).map_err(|e| refusal(&e))?;
    Ok(samples)
}

/// Rows come big-endian; interlaced pictures only as a whole.
fn read_sixteen(reader: &mut PngReader, mut samples: Plane<u16>) -> Result<Plane<u16>, Refusal> {
    let mut put = |at: usize, bytes: &[u8]| {
        let pairs = bytes.as_chunks::<2>().0;
        let to = samples.get_mut(at..at + pairs.len());
        for (to, from) in to.ok_or(DAMAGED)?.iter_mut().zip(pairs) {
            *to = u16::from_be_bytes(*from);
        }
        Ok(at + pairs.len())
    };
    let mut at = 0;
    if reader.info().interlaced {
        let mut bytes = vec![0_u8; reader.output_buffer_size().ok_or(DAMAGED)?];
        reader.next_frame(&mut bytes).map_err(|e| refusal(&e))?;
        at = put(at, &bytes)?;
    } else {
        while let Some(row) = reader.next_row().map_err(|e| refusal(&e))? {
            at = put(at, row.data())?;
        }
    }
    match at == samples.len() {
        true => Ok(samples),
        false => Err(Refusal::Truncated),
    }
}
