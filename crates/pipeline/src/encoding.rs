//! The encoded sizes of a developed photo.

use anyhow::anyhow;
use plumbline_documents::{ContentType, Format, Stage};
use plumbline_enhance::{
    Decoded, Heatmap, Mask, Metadata, Output, Pixels, encode_preview, preview, publish,
    publish_pixels,
};
use sha2::{Digest, Sha256};

use crate::attempt::Attempt;
use crate::develop::Developed;
use crate::failure::Failure;
use crate::step::{StepFn, enter};

/// Pixels along the longer edge; sharp on a laptop's whole screen.
const PREVIEW_EDGE: u32 = 2048;
/// Twice the width of a card on the shoot's page.
const THUMB_EDGE: u32 = 640;
/// WebP quality of the pictures on pages; the file to keep is the full one.
const PREVIEW_QUALITY: u8 = 82;
const THUMB_QUALITY: u8 = 75;
const HEATMAP_QUALITY: u8 = 80;
const PREVIEW_TYPE: &str = "image/webp";

/// Everything a run made, in memory.
pub struct Encoded {
    /// Attempts before the last, first to last.
    pub earlier: Vec<(Attempt, AttemptPreviews)>,
    pub last: (Attempt, AttemptPreviews),
    pub delivery: Delivery,
}

/// Pictures of one attempt, as pages show them.
pub struct AttemptPreviews {
    pub preview: EncodedPicture,
    /// `None`: the size of the attempt is wrong.
    pub heatmap: Option<EncodedPicture>,
}

/// The further pictures of the last attempt.
pub struct Delivery {
    /// The file to keep: every pixel, with metadata.
    pub full: EncodedPicture,
    /// The same as customers get it: without place, serial numbers and owner.
    pub delivered: EncodedPicture,
    pub thumb: EncodedPicture,
    /// The original at the preview's size, framed as the result is.
    pub before: EncodedPicture,
    /// The original as it came, at the preview's size; `None`: `before` shows it.
    pub original: Option<EncodedPicture>,
    /// Sky mask, white where there is sky; `None`: no sky.
    pub mask: Option<EncodedPicture>,
}

pub struct EncodedPicture {
    pub content_type: &'static str,
    pub width: u32,
    pub height: u32,
    pub sha256: [u8; 32],
    pub crc32: u32,
    pub bytes: Vec<u8>,
}

impl AttemptPreviews {
    /// Encodes the pictures of an attempt that was not the last.
    pub(crate) fn encode(picture: &Pixels, heatmap: Option<&Heatmap>) -> Result<Self, Failure> {
        let (preview, heatmap) = rayon::join(
            || webp(&preview(picture, PREVIEW_EDGE), PREVIEW_QUALITY),
            || heatmap_webp(heatmap),
        );
        Ok(Self {
            preview: preview?,
            heatmap: heatmap?,
        })
    }
}

/// Encodes the last attempt. The original is compared with it on pages, so it gets a preview, too.
pub fn encode(
    developed: Developed,
    earlier: Vec<AttemptPreviews>,
    output: &Output,
    on_step: &mut StepFn<'_>,
) -> Result<Encoded, Failure> {
    enter(on_step, Stage::Saving)?;
    let Developed {
        original,
        as_it_came,
        picture,
        heatmap,
        matte,
        source,
        metadata,
        mut attempts,
        sent_file,
    } = developed;
    let sent_file = sent_file.and_then(|file| Some((delivered_as(source.format)?, file)));
    let (before, now) = shrink(original, &picture);
    // One encoder keeps one core busy; together they take as long as the slowest.
    let (small, full) = rayon::join(
        || small_pictures([Some(&before), as_it_came.as_ref()], &now, heatmap.as_ref()),
        || match sent_file {
            Some(file) => Ok::<_, Failure>(file),
            None => {
                let file = plumbline_enhance::encode(&picture, &metadata, output);
                Ok((output.media_type(), file?))
            }
        },
    );
    let (kind, full) = full?;
    let full = encoded(kind, &picture, full);
    let delivered = match kind {
        "image/tiff" => publish_pixels(&picture, &metadata, Format::Tiff)?,
        "image/png" => publish_pixels(&picture, &metadata, Format::Png)?,
        _ => publish(&full.bytes, || {
            Err(Failure::retry(anyhow!("it has no picture")))
        })?,
    };
    let delivered = of_size(kind, size(&picture), delivered);
    let mask = matte.map(mask_png).transpose()?;
    let (previews, thumb, [before, original]) = small?;
    let before = before.expect("it was given");
    let last = attempts.pop().expect("a developed photo has an attempt");
    Ok(Encoded {
        earlier: attempts.into_iter().zip(earlier).collect(),
        last: (last, previews),
        delivery: Delivery {
            full,
            delivered,
            thumb,
            before,
            original,
            mask,
        },
    })
}

/// The file for customers, made from a full one of this type and size; `decode` is asked where the
/// file cannot be rewritten as it is.
pub fn delivered(
    full: &[u8],
    content_type: &'static str,
    size: (u32, u32),
    decode: impl FnOnce() -> Result<Decoded, Failure>,
) -> Result<EncodedPicture, Failure> {
    Ok(of_size(content_type, size, publish(full, decode)?))
}

/// A picture as large as pages show it.
pub(crate) fn as_shown(pixels: &Pixels) -> Pixels {
    preview(pixels, PREVIEW_EDGE)
}

/// The media type of files that are delivered as they came; `None`: others are written anew.
fn delivered_as(format: Format) -> Option<&'static str> {
    match format {
        Format::Jpeg | Format::Png | Format::Tiff => Some(ContentType::from(format).as_str()),
        Format::WebP | Format::Raw => None,
    }
}

/// Both as pages show them. The original is gone before the large file is made, which then has its
/// room.
fn shrink(original: Pixels, picture: &Pixels) -> (Pixels, Pixels) {
    rayon::join(move || as_shown(&original), || as_shown(picture))
}

/// The originals that there are, framed and as it came.
type Originals<T> = [Option<T>; 2];

/// Previews, thumb and originals.
fn small_pictures(
    [before, as_it_came]: Originals<&Pixels>,
    now: &Pixels,
    heatmap: Option<&Heatmap>,
) -> Result<(AttemptPreviews, EncodedPicture, Originals<EncodedPicture>), Failure> {
    let shown = |pixels: &Pixels| webp(pixels, PREVIEW_QUALITY);
    let (originals, now) = rayon::join(
        || rayon::join(|| before.map(shown), || as_it_came.map(shown)),
        || {
            let thumb = webp(&preview(now, THUMB_EDGE), THUMB_QUALITY)?;
            Ok::<_, Failure>((webp(now, PREVIEW_QUALITY)?, thumb))
        },
    );
    let (preview, thumb) = now?;
    let previews = AttemptPreviews {
        preview,
        heatmap: heatmap_webp(heatmap)?,
    };
    let originals = [originals.0.transpose()?, originals.1.transpose()?];
    Ok((previews, thumb, originals))
}

/// Rather small already: a heatmap has an eighth of the picture's sides.
fn heatmap_webp(heatmap: Option<&Heatmap>) -> Result<Option<EncodedPicture>, Failure> {
    let Some(heatmap) = heatmap else {
        return Ok(None);
    };
    let shown = as_shown(&heatmap.to_pixels());
    webp(&shown, HEATMAP_QUALITY).map(Some)
}

/// The sky mask, for pages to show and people to correct: sent back as it is, it must say the same,
/// so it is a PNG.
fn mask_png(matte: Mask) -> Result<EncodedPicture, Failure> {
    let grey = matte.values().iter().flat_map(|&v| [v; 3]).collect();
    let grey = Pixels::from_eight(matte.width(), matte.height(), grey)
        .expect("three samples for every value");
    drop(matte);
    let shown = as_shown(&grey);
    let bytes = plumbline_enhance::encode(&shown, &Metadata::default(), &Output::Png);
    Ok(encoded(Output::Png.media_type(), &shown, bytes?))
}

fn webp(pixels: &Pixels, quality: u8) -> Result<EncodedPicture, Failure> {
    let bytes = encode_preview(pixels, quality)?;
    Ok(encoded(PREVIEW_TYPE, pixels, bytes))
}

fn encoded(content_type: &'static str, picture: &Pixels, bytes: Vec<u8>) -> EncodedPicture {
    of_size(content_type, size(picture), bytes)
}

fn size(picture: &Pixels) -> (u32, u32) {
    (picture.width(), picture.height())
}

fn of_size(
    content_type: &'static str,
    (width, height): (u32, u32),
    bytes: Vec<u8>,
) -> EncodedPicture {
    EncodedPicture {
        content_type,
        width,
        height,
        sha256: Sha256::digest(&bytes).into(),
        crc32: crc32fast::hash(&bytes),
        bytes,
    }
}

#[cfg(test)]
mod tests {
    use plumbline_enhance::{Limits, decode};

    use super::*;

    /// Sky above, house below, in full size.
    fn matte(width: u32, height: u32) -> Mask {
        let values = (0..height).flat_map(|y| {
            let level = if y < height / 2 { 255 } else { 0 };
            std::iter::repeat_n(level, width as usize)
        });
        Mask::new(width, height, values.collect()).unwrap()
    }

    #[test]
    fn a_mask_is_kept_as_large_as_the_preview_and_says_exactly_where_the_sky_is() {
        let kept = mask_png(matte(4096, 2730)).unwrap();

        assert_eq!(kept.content_type, "image/png");
        assert_eq!((kept.width, kept.height), (2048, 1365));
        let pixels = decode(&kept.bytes, &Limits::default()).unwrap().pixels;
        assert_eq!(pixels.unit(1000, 100), [1.0; 3]);
        assert_eq!(pixels.unit(1000, 1300), [0.0; 3]);
    }
}
