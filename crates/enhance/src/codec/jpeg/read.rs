//! Reads JPEG with libjpeg-turbo, after the markers have been checked against the limits.
//!
//! A stream that ends early or whose coded data is broken is refused, never shipped grey. Bytes
//! after the picture, before or behind its end marker, and a missing end marker after a complete
//! picture are fine.

use std::borrow::Cow;

use plumbline_documents::{Format, Source};
use turbojpeg::{Decompressor, Image, PixelFormat};

use crate::codec::jpeg::scans;
use crate::codec::jpeg::segments::{Markers, icc_profile};
use crate::codec::metadata::{self, exif};
use crate::codec::samples::{Layout, Planes, Raster};
use crate::codec::{Limits, Metadata, PlaneMemory, Refusal};
use crate::pixels::Plane;

/// The end-of-image marker.
const END: &[u8] = &[0xFF, 0xD9];
const DAMAGED: Refusal = Refusal::Damaged { format: "JPEG" };

/// Decodes to the samples as stored: not upright, not yet sRGB.
pub(crate) fn decode(
    bytes: &[u8],
    limits: &Limits,
    memory: &dyn PlaneMemory,
) -> Result<(Raster, Source, Metadata), Refusal> {
    let markers = Markers::read(bytes);
    let (width, height) = check(&markers, limits)?;
    let layout = layout(&markers)?;
    let samples = decompress(bytes, &markers, (layout, width, height), memory)?;
    let metadata = metadata::from_jpeg(&markers);
    let source = Source {
        format: Format::Jpeg,
        width,
        height,
        bits: 8,
        orientation: metadata.exif.as_deref().map_or(1, exif::orientation),
        profile: String::new(),
    };
    let planes = Planes::Eight(samples);
    Ok((
        Raster {
            width,
            height,
            layout,
            planes,
            profile: icc_profile(&markers),
        },
        source,
        metadata,
    ))
}

fn check(markers: &Markers, limits: &Limits) -> Result<(u32, u32), Refusal> {
    let (width, height) = markers.size.ok_or(Refusal::Truncated)?;
    limits.check(
        u64::from(width),
        u64::from(height),
        u64::from(markers.components),
    )?;
    if markers.precision != 8 {
        let variant = format!("{} bits a sample", markers.precision);
        return Err(Refusal::UnsupportedVariant {
            format: "JPEG",
            variant,
        });
    }
    if markers.scans == 0 {
        return Err(Refusal::Truncated);
    }
    if markers.scans > limits.max_jpeg_scans {
        return Err(DAMAGED);
    }
    Ok((width, height))
}

fn layout(markers: &Markers) -> Result<Layout, Refusal> {
    match (markers.components, markers.adobe_transform) {
        (1, _) => Ok(Layout::Grey),
        (3, _) => Ok(Layout::Rgb),
        (4, Some(_)) => Ok(Layout::CmykInverted),
        (4, None) => Ok(Layout::Cmyk),
        (n, _) => {
            let variant = format!("{n} colour channels");
            Err(Refusal::UnsupportedVariant {
                format: "JPEG",
                variant,
            })
        }
    }
}

fn decompress(
    bytes: &[u8],
    markers: &Markers,
    (layout, width, height): (Layout, u32, u32),
    memory: &dyn PlaneMemory,
) -> Result<Plane<u8>, Refusal> {
    if !markers.has_end && !markers.is_complete() {
        return Err(Refusal::Truncated);
    }
    let size = (width, height);
    let (pixels, said) = read_pixels(&whole(bytes, markers), layout, size, memory)?;
    let Err(why) = judge(said.as_deref(), markers) else {
        return Ok(pixels);
    };
    drop(pixels);
    let end = scans::end_of_picture(bytes).or_else(|| before_filling(bytes, markers));
    let end = end.ok_or(why)?;
    let picture = [&bytes[..end], END].concat();
    let (pixels, said) = read_pixels(&picture, layout, size, memory)?;
    judge(said.as_deref(), markers).map(|()| pixels)
}

/// The offset at which a filling of zeros or of ones begins that ends at the end marker. Without it
/// the data must be whole: a picture that was cut off and filled up is not.
fn before_filling(bytes: &[u8], markers: &Markers) -> Option<usize> {
    /// Bytes that a picture's own end may look like, and a decoder passes over.
    const SPARE: usize = 4;
    let end = markers
        .end
        .checked_sub(END.len())
        .filter(|_| markers.has_end)?;
    let is_filling = |byte: &&u8| matches!(byte, 0x00 | 0xFF);
    let filling = bytes
        .get(..end)?
        .iter()
        .rev()
        .take_while(is_filling)
        .count();
    (filling > SPARE).then(|| end - filling + SPARE)
}

/// The samples, and libjpeg-turbo's first warning or what stopped it (its wrapper makes no difference
/// between a warning and an error).
fn read_pixels(
    stream: &[u8],
    layout: Layout,
    (width, height): (u32, u32),
    memory: &dyn PlaneMemory,
) -> Result<(Plane<u8>, Option<String>), Refusal> {
    let format = match layout {
        Layout::Grey => PixelFormat::GRAY,
        Layout::Cmyk | Layout::CmykInverted => PixelFormat::CMYK,
        _ => PixelFormat::RGB,
    };
    let (width, height) = (width as usize, height as usize);
    let pitch = width * format.size();
    let mut pixels = memory.eight(pitch * height)?;
    let image = Image {
        pixels: &mut pixels[..],
        width,
        pitch,
        height,
        format,
    };
    let mut turbo = Decompressor::new().map_err(|_| Refusal::TooMuchMemory)?;
    let said = turbo.decompress(stream, image).err();
    Ok((pixels, said.map(|error| error.to_string())))
}

/// The stream with an end marker, so that only missing picture data can raise a warning.
fn whole<'a>(bytes: &'a [u8], markers: &Markers) -> Cow<'a, [u8]> {
    if markers.has_end {
        Cow::Borrowed(&bytes[..markers.end])
    } else {
        Cow::Owned([bytes, END].concat())
    }
}

/// Judges what libjpeg-turbo said: harmless oddities pass, missing or broken picture data does not.
fn judge(message: Option<&str>, markers: &Markers) -> Result<(), Refusal> {
    let Some(message) = message else {
        return Ok(());
    };
    const HARMLESS: [&str; 3] = [
        "Unknown Adobe color transform",
        "unknown JFIF revision",
        "Invalid crop request",
    ];
    if HARMLESS.iter().any(|text| message.contains(text)) {
        return Ok(());
    }
    if stray_bytes(message).is_some_and(|count| count <= 16) {
        return Ok(());
    }
    let ends_early = message.contains("premature end") || message.contains("Premature end");
    Err(if ends_early && !markers.has_end {
        Refusal::Truncated
    } else {
        DAMAGED
    })
}

/// Cameras pad scans with a few bytes; a broken scan leaves many behind, and so does long padding,
/// which `scans` tells apart.
fn stray_bytes(message: &str) -> Option<u32> {
    let (before, _) = message.split_once(" extraneous bytes before marker")?;
    before.rsplit(' ').next()?.parse().ok()
}
