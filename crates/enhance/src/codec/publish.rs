//! Files that leave the organization: the same picture without place, serial numbers and owner.

use plumbline_documents::Format;

use crate::codec::{
    Change, Decoded, EncodeError, Metadata, Output, Privacy, Refusal, encode, format, jpeg,
};
use crate::pixels::Pixels;

/// Failure to make a file that may be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Refusal),
    /// The file cannot be written anew.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// The same picture in the same format, with as much metadata as [`Privacy::NoPlaceOrOwner`] leaves.
/// A JPEG keeps its picture's bytes; other formats are decoded by `decode` and written anew without
/// loss, in sRGB. The same file gives the same bytes.
pub fn publish<E: From<Refusal> + From<EncodeError>>(
    file: &[u8],
    decode: impl FnOnce() -> Result<Decoded, E>,
) -> Result<Vec<u8>, E> {
    let format = format(file)?;
    let rewritten = match format {
        Format::Jpeg => jpeg::published::published(file),
        Format::Png | Format::Tiff | Format::WebP | Format::Raw => None,
    };
    match rewritten {
        Some(rewritten) => Ok(rewritten),
        None => {
            let decoded = decode()?;
            // What the file says about its making stays.
            let metadata = Metadata {
                change: Change::Nothing,
                ..decoded.metadata
            };
            Ok(publish_pixels(&decoded.pixels, &metadata, format)?)
        }
    }
}

/// The same for a picture that is in memory, as a file of a format.
pub fn publish_pixels(
    pixels: &Pixels,
    metadata: &Metadata,
    format: Format,
) -> Result<Vec<u8>, EncodeError> {
    let output = match format {
        Format::Png => Output::Png,
        Format::Tiff | Format::Raw if pixels.bits() > 8 => Output::Tiff16,
        Format::Tiff | Format::Raw => Output::Tiff8,
        Format::Jpeg | Format::WebP => Output::default(),
    };
    encode(pixels, &metadata.within(Privacy::NoPlaceOrOwner), &output)
}
