//! Limits that hold inside a TIFF: its chunks together hold no more bytes than the file, and a JPEG
//! inside is no larger than the chunk that it fills. Its own header would decide otherwise how much is
//! decoded, again for every chunk that shares it.

use tiff::tags::Tag;

use crate::codec::jpeg::segments::Markers;
use crate::codec::tiff::chunks::Grid;
use crate::codec::tiff::read::{TiffDecoder, number};
use crate::codec::{Limits, Refusal, work};

const DAMAGED: Refusal = Refusal::Damaged { format: "TIFF" };
const COMPRESSION: u16 = 259;
/// Technical Note 2's JPEG; the older kind is not read at all.
const JPEG: u32 = 7;
/// Writers share chunks that look alike, all of one colour, which are short.
const SHARED_BYTES: u64 = 1 << 20;

/// Refuses a file whose chunks are more than they may be.
pub(crate) fn check(
    bytes: &[u8],
    decoder: &mut TiffDecoder,
    grid: &Grid,
    limits: &Limits,
) -> Result<(), Refusal> {
    let chunks = chunks(decoder).ok_or(DAMAGED)?;
    let together = chunks
        .iter()
        .fold(0_u64, |sum, chunk| sum.saturating_add(chunk.1));
    if together
        > (bytes.len() as u64)
            .saturating_mul(2)
            .saturating_add(SHARED_BYTES)
    {
        return Err(DAMAGED);
    }
    if number(decoder, COMPRESSION) != Some(JPEG) {
        return Ok(());
    }
    if tables(decoder).is_some_and(|tables| Markers::read(&tables).size.is_some()) {
        return Err(DAMAGED);
    }
    let fits = |&(offset, length): &(u64, u64)| {
        let start = usize::try_from(offset).ok()?;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        is_bounded(bytes.get(start..end)?, grid, limits).then_some(())
    };
    chunks.iter().try_for_each(fits).ok_or(DAMAGED)
}

/// Offsets and lengths of all strips or tiles.
fn chunks(decoder: &mut TiffDecoder) -> Option<Vec<(u64, u64)>> {
    let tags = [
        (Tag::StripOffsets, Tag::StripByteCounts),
        (Tag::TileOffsets, Tag::TileByteCounts),
    ];
    tags.iter().find_map(|&(offsets, lengths)| {
        let offsets = decoder.get_tag_u64_vec(offsets).ok()?;
        let lengths = decoder.get_tag_u64_vec(lengths).ok()?;
        Some(offsets.into_iter().zip(lengths).collect())
    })
}

fn tables(decoder: &mut TiffDecoder) -> Option<Vec<u8>> {
    decoder.get_tag_u8_vec(Tag::JPEGTables).ok()
}

fn is_bounded(jpeg: &[u8], grid: &Grid, limits: &Limits) -> bool {
    work::count(jpeg.len());
    let markers = Markers::read(jpeg);
    let most = |side: usize| side.next_multiple_of(16) as u64;
    markers.frames == 1
        && markers.scans <= limits.max_jpeg_scans
        && markers.size.is_some_and(|(width, height)| {
            u64::from(width) <= most(grid.chunk.0) && u64::from(height) <= most(grid.chunk.1)
        })
}
