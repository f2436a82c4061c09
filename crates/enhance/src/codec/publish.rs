//! Files that leave the organization: the same picture without place, serial numbers and owner.

use plumbline_documents::Format;

use crate::codec::{
    Change, EncodeError, Limits, Metadata, Output, Privacy, Refusal, decode, encode, format, jpeg,
};

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
/// A JPEG keeps its picture's bytes; other formats are written anew without loss, in sRGB. The same
/// file gives the same bytes.
pub fn publish(file: &[u8], limits: &Limits) -> Result<Vec<u8>, PublishError> {
    let format = format(file)?;
    let rewritten = match format {
        Format::Jpeg => jpeg::published::published(file),
        Format::Png | Format::Tiff | Format::WebP | Format::Raw => None,
    };
    if let Some(rewritten) = rewritten {
        return Ok(rewritten);
    }
    let decoded = decode(file, limits)?;
    let output = match format {
        Format::Png => Output::Png,
        Format::Tiff | Format::Raw if decoded.pixels.bits() > 8 => Output::Tiff16,
        Format::Tiff | Format::Raw => Output::Tiff8,
        Format::Jpeg | Format::WebP => Output::default(),
    };
    // Nothing is said about a picture that was not changed.
    let metadata = Metadata {
        change: Change::Nothing,
        ..decoded.metadata.within(Privacy::NoPlaceOrOwner)
    };
    Ok(encode(&decoded.pixels, &metadata, &output)?)
}
