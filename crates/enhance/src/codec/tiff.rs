//! Reads TIFF with `tiff` under its limits: 8 and 16 bits and float, grey, RGB, alpha, CMYK and
//! CIELAB, strips or tiles, chunky or planar.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tiff::decoder::{BufferLayoutPreference, Decoder, DecodingResult};
use tiff::{ColorType, TiffError};

use crate::codec::samples::{Layout, Planes, Raster};
use crate::codec::tiff_samples as samples;
use crate::codec::{Format, Limits, Metadata, Refusal, Source, exif, icc, photoshop};

const DAMAGED: Refusal = Refusal::Damaged { format: "TIFF" };
type TiffDecoder<'a> = Decoder<Cursor<&'a [u8]>>;

/// Decodes the first picture to its samples: not upright, not yet sRGB.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<(Raster, Source, Metadata), Refusal> {
    let mut decoder = open(bytes, limits)?;
    let (width, height) = decoder.dimensions().map_err(|e| refusal(&e))?;
    let colour = decoder.colortype().map_err(|e| refusal(&e))?;
    let bytes_per_pixel =
        u64::from(colour.num_samples()) * u64::from(colour.bit_depth()).div_ceil(8);
    limits.check(u64::from(width), u64::from(height), bytes_per_pixel)?;
    let mut result = DecodingResult::U8(Vec::new());
    let plan = read(&mut decoder, &mut result)?;
    let white_is_zero = number(&mut decoder, 262) == Some(0);
    let (layout, planes) = interpret(result, colour, &plan, width, white_is_zero)?;
    let profile = profile(&mut decoder);
    let metadata = metadata(bytes, &mut decoder);
    let orientation = number(&mut decoder, 274)
        .filter(|v| (1..=8).contains(v))
        .unwrap_or(1) as u8;
    let bits = colour.bit_depth();
    let source = Source {
        format: Format::Tiff,
        width,
        height,
        bits,
        orientation,
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

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<TiffDecoder<'a>, Refusal> {
    let mut bounds = tiff::decoder::Limits::default();
    let room = usize::try_from(limits.max_decoded_bytes).unwrap_or(usize::MAX);
    bounds.decoding_buffer_size = room;
    bounds.intermediate_buffer_size = room;
    bounds.ifd_value_size = icc::MAX_PROFILE_BYTES;
    Ok(Decoder::new(Cursor::new(bytes))
        .map_err(|e| refusal(&e))?
        .with_limits(bounds))
}

/// The decoder asserts on a few tile layouts instead of refusing them; a stranger's file must not
/// take the worker down.
fn read(
    decoder: &mut TiffDecoder,
    result: &mut DecodingResult,
) -> Result<BufferLayoutPreference, Refusal> {
    let attempt = AssertUnwindSafe(|| decoder.read_image_to_buffer(result));
    let done = catch_unwind(attempt).map_err(|_| Refusal::UnsupportedVariant {
        format: "TIFF",
        variant: "a rare arrangement of tiles".to_owned(),
    })?;
    done.map_err(|e| refusal(&e))
}

fn refusal(error: &TiffError) -> Refusal {
    match error {
        TiffError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            Refusal::Truncated
        }
        TiffError::LimitsExceeded => Refusal::TooMuchMemory,
        TiffError::UnsupportedError(_) => Refusal::UnsupportedVariant {
            format: "TIFF",
            variant: "a rare compression or pixel layout".to_owned(),
        },
        _ => DAMAGED,
    }
}

fn number(decoder: &mut TiffDecoder, tag: u16) -> Option<u32> {
    decoder
        .find_tag_unsigned(tiff::tags::Tag::from_u16_exhaustive(tag))
        .ok()
        .flatten()
}

fn block(decoder: &mut TiffDecoder, tag: u16) -> Option<Vec<u8>> {
    let tag = tiff::tags::Tag::from_u16_exhaustive(tag);
    decoder
        .get_tag_u8_vec(tag)
        .ok()
        .filter(|bytes| !bytes.is_empty())
}

fn profile(decoder: &mut TiffDecoder) -> Option<Vec<u8>> {
    block(decoder, 34675)
}

fn metadata(bytes: &[u8], decoder: &mut TiffDecoder) -> Metadata {
    let resources = block(decoder, 34377);
    let iptc = block(decoder, 33723).or_else(|| resources.as_deref().and_then(photoshop::iptc));
    Metadata {
        exif: exif::from_tiff(bytes),
        xmp: block(decoder, 700),
        iptc,
        photoshop: resources,
        ..Metadata::default()
    }
}

fn interpret(
    result: DecodingResult,
    colour: ColorType,
    plan: &BufferLayoutPreference,
    width: u32,
    white_is_zero: bool,
) -> Result<(Layout, Planes), Refusal> {
    let channels = usize::from(colour.num_samples());
    let planar = (plan.planes > 1).then_some(channels);
    let mut planes = samples::gather(result, colour.bit_depth(), planar, width)?;
    let layout = match colour {
        ColorType::Gray(_) => Layout::Grey,
        ColorType::GrayA(_) => Layout::GreyAlpha,
        ColorType::RGB(_) => Layout::Rgb,
        ColorType::RGBA(_) => Layout::Rgba,
        ColorType::CMYK(_) => Layout::Cmyk,
        ColorType::YCbCr(_) => {
            samples::ycc_to_rgb(&mut planes);
            Layout::Rgb
        }
        ColorType::Lab(_) => {
            samples::lab_to_rgb(&mut planes);
            Layout::Rgb
        }
        other => return Err(strange(other)),
    };
    if white_is_zero && layout == Layout::Grey {
        samples::invert(&mut planes);
    }
    Ok((layout, planes))
}

fn strange(colour: ColorType) -> Refusal {
    let variant = match colour {
        ColorType::Palette(_) => "a colour palette".to_owned(),
        ColorType::CMYKA(_) => "CMYK with transparency".to_owned(),
        other => format!("{} colour channels", other.num_samples()),
    };
    Refusal::UnsupportedVariant {
        format: "TIFF",
        variant,
    }
}
