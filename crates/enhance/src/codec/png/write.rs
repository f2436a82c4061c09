//! Writes PNG with `png`: fast deflate, the picture's own depth, EXIF, XMP and IPTC chunks.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write as _;

use png::{BitDepth, ColorType, Compression, Encoder, Info, SrgbRenderingIntent};

use crate::codec::{EncodeError, Metadata};
use crate::pixels::{Pixels, Samples};

/// The sRGB chunk says what the numbers are; no profile is embedded. JPEG comments have no place
/// in PNG and are left out.
pub(crate) fn encode(pixels: &Pixels, metadata: &Metadata) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    let mut encoder = Encoder::with_info(&mut out, info(pixels, metadata))?;
    encoder.set_compression(Compression::Fast);
    encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
    let xmp = metadata.fresh_xmp(pixels).map(String::from_utf8);
    if let Some(Ok(xmp)) = xmp {
        encoder.add_itxt_chunk("XML:com.adobe.xmp".to_owned(), xmp)?;
    }
    if let Some(resources) = metadata.fresh_photoshop() {
        encoder.add_ztxt_chunk("Raw profile type iptc".to_owned(), hex_profile(&resources))?;
    }
    let mut writer = encoder.write_header()?;
    match pixels.samples() {
        Samples::Eight(values) => writer.write_image_data(values)?,
        Samples::Sixteen(values) => {
            let mut stream = writer.stream_writer()?;
            for row in values.chunks(pixels.width() as usize * 3) {
                let bytes: Vec<u8> = row.iter().flat_map(|v| v.to_be_bytes()).collect();
                stream.write_all(&bytes).map_err(png::EncodingError::from)?;
            }
            stream.finish()?;
        }
    }
    writer.finish()?;
    Ok(out)
}

fn info(pixels: &Pixels, metadata: &Metadata) -> Info<'static> {
    let mut info = Info::with_size(pixels.width(), pixels.height());
    info.color_type = ColorType::Rgb;
    info.bit_depth = if pixels.bits() == 16 {
        BitDepth::Sixteen
    } else {
        BitDepth::Eight
    };
    info.exif_metadata = metadata.fresh_exif(pixels).map(Cow::Owned);
    info
}

/// ImageMagick's way to carry Photoshop resources in PNG, which exiftool and libvips read: a
/// name, a length and lines of 72 hexadecimal digits.
fn hex_profile(bytes: &[u8]) -> String {
    let mut text = format!("\niptc\n{:8}\n", bytes.len());
    for line in bytes.chunks(36) {
        for byte in line {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\n');
    }
    text
}
