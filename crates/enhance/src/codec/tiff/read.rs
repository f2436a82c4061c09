//! Reads TIFF with `tiff` under its limits: 8 and 16 bits and float, grey, RGB, alpha, CMYK and
//! CIELAB, strips or tiles, chunky or planar, with whatever channels lie beside the picture's.

use plumbline_documents::{Format, Source};
use tiff::TiffError;
use tiff::decoder::{ChunkType, Decoder};

use crate::codec::ifd::bigtiff;
use crate::codec::ifd::tree::Tree;
use crate::codec::metadata::{exif, photoshop};
use crate::codec::samples::{Layout, Planes, Raster};
use crate::codec::tiff::bounds;
use crate::codec::tiff::channels::Channels;
use crate::codec::tiff::chunks::{self, Grid};
use crate::codec::tiff::samples::{self, Numbers};
use crate::codec::tiff::source::{Meaning, TiffSource};
use crate::codec::{Limits, Metadata, PlaneMemory, Refusal, icc};

const DAMAGED: Refusal = Refusal::Damaged { format: "TIFF" };
const COLOUR_MAP: u16 = 320;
pub(crate) type TiffDecoder<'a> = Decoder<TiffSource<'a>>;

/// Decodes the first picture to its samples: not upright, not yet sRGB.
pub(crate) fn decode(
    bytes: &[u8],
    limits: &Limits,
    memory: &dyn PlaneMemory,
) -> Result<(Raster, Source, Metadata), Refusal> {
    let file = TiffSource::new(bytes);
    let meaning = file.meaning;
    let channels = Channels::read(&mut open(file.clone(), limits)?, meaning)?;
    let file = match channels.has_extra() {
        true => file.of_equal_channels(),
        false => file,
    };
    let open = || open(file.clone(), limits);
    let mut decoder = open()?;
    let (width, height) = decoder.dimensions().map_err(|e| refusal(&e))?;
    let bits = decoder.colortype().map_err(|e| refusal(&e))?.bit_depth();
    let bytes_per_pixel = bytes_per_pixel(bits, channels);
    limits.check(u64::from(width), u64::from(height), bytes_per_pixel)?;
    let profile = block(&mut decoder, 34675);
    let grid = grid(&mut decoder, bits, channels, profile.is_none())?;
    bounds::check(bytes, &mut decoder, &grid, limits)?;
    let planes = chunks::read(&open, grid, memory)?;
    let map = colour_map(&mut decoder);
    let (layout, planes) = interpret(planes, bits, channels, (meaning, map.as_deref()), memory)?;
    let metadata = metadata(bytes, &mut decoder);
    let orientation = number(&mut decoder, 274)
        .filter(|v| (1..=8).contains(v))
        .unwrap_or(1) as u8;
    let source = Source {
        format: Format::Tiff,
        width,
        height,
        bits,
        orientation,
        profile: String::new(),
    };
    let is_lab = matches!(meaning, Meaning::CieLab | Meaning::IccLab);
    let raster = Raster {
        width,
        height,
        layout,
        planes,
        // What was Lab is sRGB now, whatever the file says elsewhere.
        profile: if is_lab { icc::srgb_profile() } else { profile },
    };
    Ok((raster, source, metadata))
}

/// Bytes of a pixel in memory: floats become 16 bits, a palette becomes colours.
fn bytes_per_pixel(bits: u8, channels: Channels) -> u64 {
    let bytes = u64::from(bits).div_ceil(8).min(2);
    (channels.kept() as u64 + 3) * bytes
}

/// A chunk may be larger than the picture, but no strip or tile that a camera or an editor writes
/// is larger than this.
const CHUNK_BYTES: usize = 256 << 20;

fn open<'a>(file: TiffSource<'a>, limits: &Limits) -> Result<TiffDecoder<'a>, Refusal> {
    let mut bounds = tiff::decoder::Limits::default();
    let room = usize::try_from(limits.max_decoded_bytes).unwrap_or(usize::MAX);
    bounds.decoding_buffer_size = room;
    bounds.intermediate_buffer_size = room.min(CHUNK_BYTES);
    bounds.ifd_value_size = icc::MAX_PROFILE_BYTES;
    Ok(Decoder::new(file)
        .map_err(|e| refusal(&e))?
        .with_limits(bounds))
}

fn grid(
    decoder: &mut TiffDecoder,
    bits: u8,
    channels: Channels,
    is_light: bool,
) -> Result<Grid, Refusal> {
    let (width, height) = decoder.dimensions().map_err(|e| refusal(&e))?;
    let (across, down) = decoder.chunk_dimensions();
    let is_planar = number(decoder, 284) == Some(2) && channels.stored > 1;
    let down = match decoder.get_chunk_type() {
        ChunkType::Strip => down.min(height),
        ChunkType::Tile => down,
    };
    if across == 0 || down == 0 {
        return Err(DAMAGED);
    }
    Ok(Grid {
        width: width as usize,
        height: height as usize,
        channels,
        chunk: (across as usize, down as usize),
        is_planar,
        numbers: Numbers { bits, is_light },
    })
}

fn colour_map(decoder: &mut TiffDecoder) -> Option<Vec<u16>> {
    let tag = tiff::tags::Tag::from_u16_exhaustive(COLOUR_MAP);
    decoder.get_tag_u16_vec(tag).ok()
}

pub(crate) fn refusal(error: &TiffError) -> Refusal {
    match error {
        TiffError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            Refusal::Truncated
        }
        TiffError::LimitsExceeded => Refusal::TooMuchMemory,
        TiffError::UnsupportedError(_) => unsupported("a rare compression or pixel layout"),
        _ => DAMAGED,
    }
}

pub(crate) fn number(decoder: &mut TiffDecoder, tag: u16) -> Option<u32> {
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

fn metadata(bytes: &[u8], decoder: &mut TiffDecoder) -> Metadata {
    let resources = block(decoder, 34377);
    let iptc = block(decoder, 33723).or_else(|| resources.as_deref().and_then(photoshop::iptc));
    Metadata {
        exif: exif(bytes),
        xmp: block(decoder, 700),
        iptc,
        photoshop: resources,
        ..Metadata::default()
    }
}

/// The EXIF block of a TIFF; that of a BigTIFF by way of a classic block.
fn exif(bytes: &[u8]) -> Option<Vec<u8>> {
    let classic = bigtiff::tree(bytes).map(Tree::write);
    exif::from_tiff(classic.as_deref().unwrap_or(bytes))
}

fn interpret(
    mut planes: Planes,
    bits: u8,
    channels: Channels,
    (meaning, map): (Meaning, Option<&[u16]>),
    memory: &dyn PlaneMemory,
) -> Result<(Layout, Planes), Refusal> {
    if channels.is_premultiplied {
        samples::unpremultiply(&mut planes, channels.kept());
    }
    let has_alpha = channels.alpha.is_some();
    let layout = match (meaning, has_alpha) {
        (Meaning::Palette, false) => return palette(&planes, bits, map, memory),
        (Meaning::Grey | Meaning::WhiteIsZero, false) => Layout::Grey,
        (Meaning::Grey | Meaning::WhiteIsZero, true) => Layout::GreyAlpha,
        (Meaning::Rgb | Meaning::YCbCr | Meaning::CieLab | Meaning::IccLab, false) => Layout::Rgb,
        (Meaning::Rgb, true) => Layout::Rgba,
        (Meaning::Cmyk, false) => Layout::Cmyk,
        _ => return Err(strange(meaning, has_alpha)),
    };
    match meaning {
        Meaning::WhiteIsZero => samples::invert(&mut planes, channels.kept()),
        Meaning::YCbCr => samples::ycc_to_rgb(&mut planes),
        Meaning::CieLab => samples::lab_to_rgb(&mut planes, false),
        Meaning::IccLab => samples::lab_to_rgb(&mut planes, true),
        _ => {}
    }
    Ok((layout, planes))
}

fn palette(
    planes: &Planes,
    bits: u8,
    map: Option<&[u16]>,
    memory: &dyn PlaneMemory,
) -> Result<(Layout, Planes), Refusal> {
    let (Planes::Eight(indices), Some(map)) = (planes, map) else {
        return Err(unsupported("a palette of 16 bits"));
    };
    let planes = samples::from_palette(indices, map, bits, memory.eight(indices.len() * 3)?)
        .ok_or(DAMAGED)?;
    Ok((Layout::Rgb, planes))
}

fn strange(meaning: Meaning, has_alpha: bool) -> Refusal {
    unsupported(match (meaning, has_alpha) {
        (Meaning::Cmyk, true) => "CMYK with transparency",
        (_, true) => "transparency over an unusual kind of colour",
        _ => "an unusual kind of colour",
    })
}

fn unsupported(variant: &str) -> Refusal {
    Refusal::UnsupportedVariant {
        format: "TIFF",
        variant: variant.to_owned(),
    }
}
