//! Writes TIFF: horizontal predictor and fast deflate (smaller than LZW and four times faster)
//! in strips that are compressed side by side, the sRGB profile, EXIF, GPS, XMP and IPTC.
//!
//! The file begins with the photo's EXIF block as it is, header and byte order included: every
//! offset inside it, those in maker notes too, stays right, and only a new first directory is
//! written behind the strips.

use flate2::Compression;
use flate2::write::ZlibEncoder;
use plumbline_documents::FileSignature;
use rayon::prelude::*;
use std::io::Write;

use crate::codec::ifd::tree::{
    self, EXIF_POINTER, GPS_POINTER, Tree, header, pointer, write_directory,
};
use crate::codec::ifd::{Block, Entry};
use crate::codec::metadata::exif;
use crate::codec::{EncodeError, Metadata, icc};
use crate::pixels::{Pixels, Samples};

/// Bytes of a strip before compression: large enough for deflate's window of 32 KiB to pay,
/// small enough that a core's cache holds it.
const STRIP_BYTES: usize = 256 << 10;
/// Strips compressed at a time: bounds what waits to be appended.
const BATCH: usize = 64;

/// Encodes with 8 or 16 bits a sample.
pub(crate) fn encode(
    pixels: &Pixels,
    metadata: &Metadata,
    bits: u8,
) -> Result<Vec<u8>, EncodeError> {
    let bits = if bits == 16 { 16 } else { 8 };
    let row_bytes = pixels.width() as usize * 3 * usize::from(bits / 8);
    // A little less than the picture itself, which photos rarely outgrow: a process that keeps what
    // it frees has room for that where an earlier picture was.
    let mut out = Vec::with_capacity(row_bytes * pixels.height() as usize / 16 * 15);
    let (root, big_endian) = begin(&mut out, metadata.fresh_exif(pixels));
    let rows = (STRIP_BYTES / row_bytes).clamp(1, pixels.height() as usize);
    let strips = write_strips(&mut out, pixels, bits, rows, big_endian)?;
    let mut entries = picture(pixels, bits, rows, &strips);
    entries.extend(blocks(metadata, pixels));
    entries.extend(root);
    entries.extend(resolution(metadata.density));
    let directory = entries.iter().map(|entry| entry.value.len() + 16).sum();
    make_room(&mut out, directory);
    let first = write_directory(&mut out, entries, big_endian);
    out[4..8].copy_from_slice(&tree::long(first, big_endian));
    Ok(out)
}

/// Writes the EXIF block as the file's beginning and returns what the first directory takes from
/// it. A block with values outside itself is laid out anew, and so is one that would make the file
/// look like a camera's own (some are recognized by their ninth byte and those after it).
fn begin(out: &mut Vec<u8>, exif: Option<Vec<u8>>) -> (Vec<Entry>, bool) {
    let block = exif.and_then(|block| {
        let tree = Tree::read(&block)?;
        let is_plain = exif::is_whole(&block) && !is_raw(&block);
        Some(if is_plain {
            (block, tree)
        } else {
            (tree.clone().write(), tree)
        })
    });
    let Some((block, tree)) = block else {
        out.extend_from_slice(&header(false));
        return (Vec::new(), false);
    };
    let mut root = tree.root;
    root.retain(|e| exif::DESCRIPTIVE.contains(&e.tag));
    root.extend(pointers(&block));
    out.extend_from_slice(&block);
    out.resize(out.len().next_multiple_of(2), 0);
    (root, tree.big_endian)
}

fn is_raw(block: &[u8]) -> bool {
    matches!(FileSignature::of(block), FileSignature::Raw(_))
}

/// Pointers to the EXIF and GPS directories, where the block has them.
fn pointers(bytes: &[u8]) -> Vec<Entry> {
    let find = |tag| {
        let block = Block::new(bytes)?;
        let at = tree::child(&block, block.first()?, tag)?;
        (block.slots(at).count() > 0).then(|| pointer(tag, at as u32))
    };
    [EXIF_POINTER, GPS_POINTER]
        .into_iter()
        .filter_map(find)
        .collect()
}

/// Appends all strips in order and returns where each starts and how long it is.
fn write_strips(
    out: &mut Vec<u8>,
    pixels: &Pixels,
    bits: u8,
    rows: usize,
    big_endian: bool,
) -> Result<Vec<(u32, u32)>, EncodeError> {
    let samples = rows * pixels.width() as usize * 3;
    let count = (pixels.height() as usize).div_ceil(rows);
    let mut strips = Vec::with_capacity(count);
    for start in (0..count).step_by(BATCH) {
        let batch: Vec<std::io::Result<Vec<u8>>> = (start..count.min(start + BATCH))
            .into_par_iter()
            .map_init(Vec::new, |buffer, strip| {
                buffer.clear();
                differences(buffer, pixels, strip * samples, samples, (bits, big_endian));
                deflate(buffer)
            })
            .collect();
        for strip in batch {
            let strip = strip.map_err(EncodeError::Deflate)?;
            strips.push((out.len() as u32, strip.len() as u32));
            make_room(out, strip.len());
            out.extend_from_slice(&strip);
        }
    }
    Ok(strips)
}

/// A file that outgrows its room gets a sixteenth more, where `Vec` would double it.
fn make_room(out: &mut Vec<u8>, more: usize) {
    if out.capacity() - out.len() < more {
        out.reserve_exact(more.max(out.capacity() / 16));
    }
}

fn deflate(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let room = Vec::with_capacity(bytes.len() + bytes.len() / 8);
    let mut encoder = ZlibEncoder::new(room, Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Each sample less its neighbour to the left (TIFF 6.0, section 14), row by row, as bytes.
fn differences(
    buffer: &mut Vec<u8>,
    pixels: &Pixels,
    from: usize,
    length: usize,
    (bits, big_endian): (u8, bool),
) {
    let row = pixels.width() as usize * 3;
    match (pixels.samples(), bits) {
        (Samples::Eight(v), 8) => rows_of(v, from, length, row, |row| eight(buffer, row)),
        (Samples::Sixteen(v), 16) => rows_of(v, from, length, row, |row| {
            sixteen(buffer, row, big_endian);
        }),
        (Samples::Eight(v), _) => rows_of(v, from, length, row, |row| {
            let wide: Vec<u16> = row.iter().map(|&v| u16::from(v) * 257).collect();
            sixteen(buffer, &wide, big_endian);
        }),
        (Samples::Sixteen(v), _) => rows_of(v, from, length, row, |row| {
            let narrow: Vec<u8> = row.iter().map(|&v| crate::pixels::narrow(v)).collect();
            eight(buffer, &narrow);
        }),
    }
}

fn rows_of<S>(v: &[S], from: usize, length: usize, row: usize, write: impl FnMut(&[S])) {
    let end = v.len().min(from + length);
    v[from..end].chunks_exact(row).for_each(write);
}

fn eight(buffer: &mut Vec<u8>, row: &[u8]) {
    buffer.extend_from_slice(&row[..3]);
    let pairs = row[3..].iter().zip(row);
    buffer.extend(pairs.map(|(here, left)| here.wrapping_sub(*left)));
}

fn sixteen(buffer: &mut Vec<u8>, row: &[u16], big_endian: bool) {
    let left = [0; 3].iter().chain(row);
    let steps = row
        .iter()
        .zip(left)
        .map(|(here, left)| here.wrapping_sub(*left));
    if big_endian {
        buffer.extend(steps.flat_map(u16::to_be_bytes));
    } else {
        buffer.extend(steps.flat_map(u16::to_le_bytes));
    }
}

/// Entries that describe the samples: RGB, deflated, predicted (TIFF 6.0, sections 6 and 14).
fn picture(pixels: &Pixels, bits: u8, rows: usize, strips: &[(u32, u32)]) -> Vec<Entry> {
    let bits = u16::from(bits);
    let offsets: Vec<u32> = strips.iter().map(|strip| strip.0).collect();
    let lengths: Vec<u32> = strips.iter().map(|strip| strip.1).collect();
    vec![
        longs(256, &[pixels.width()]),
        longs(257, &[pixels.height()]),
        shorts(258, &[bits, bits, bits]),
        shorts(259, &[8]),
        shorts(262, &[2]),
        longs(273, &offsets),
        shorts(274, &[1]),
        shorts(277, &[3]),
        longs(278, &[rows as u32]),
        longs(279, &lengths),
        shorts(284, &[1]),
        shorts(317, &[2]),
        shorts(339, &[1, 1, 1]),
    ]
}

/// For photos whose EXIF states none (TIFF demands one): JFIF's density, else 72 to the inch as
/// EXIF assumes.
fn resolution(density: Option<[u8; 5]>) -> [Entry; 3] {
    let (unit, x, y) = match density {
        // JFIF counts its units from "none", TIFF from one more.
        Some([unit @ 0..=2, x1, x2, y1, y2]) => {
            let number = |high, low| u32::from(u16::from_be_bytes([high, low]));
            (u16::from(unit) + 1, number(x1, x2), number(y1, y2))
        }
        _ => (2, 72, 72),
    };
    let dense = |tag, per_unit: u32| longs_of_kind(tag, 5, &[per_unit, 1]);
    [dense(282, x), dense(283, y), shorts(296, &[unit])]
}

fn shorts(tag: u16, values: &[u16]) -> Entry {
    let value = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    Entry {
        tag,
        kind: 3,
        value,
    }
}

fn longs(tag: u16, values: &[u32]) -> Entry {
    longs_of_kind(tag, 4, values)
}

fn longs_of_kind(tag: u16, kind: u16, values: &[u32]) -> Entry {
    let value = values.iter().flat_map(|v| v.to_le_bytes()).collect();
    Entry { tag, kind, value }
}

/// Profile, XMP, IPTC and Photoshop resources as directory entries.
fn blocks(metadata: &Metadata, pixels: &Pixels) -> Vec<Entry> {
    let block = |tag, kind, value: Option<Vec<u8>>| value.map(|value| Entry { tag, kind, value });
    let list = [
        block(34675, 7, icc::srgb_profile()),
        block(700, 1, metadata.fresh_xmp(pixels)),
        block(33723, 7, metadata.iptc.clone()),
        block(34377, 1, metadata.fresh_photoshop()),
    ];
    list.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_that_does_not_shrink_takes_little_more_room_than_it_fills() {
        let mut state = 1_u32;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as u16
        });
        let (width, height) = (700, 500);
        let noise = noise.take(width as usize * height as usize * 3).collect();
        let noise = Pixels::from_sixteen(width, height, noise).unwrap();
        let file = encode(&noise, &Metadata::default(), 16).unwrap();
        assert!(file.len() > width as usize * height as usize * 6);
        assert!(file.capacity() < file.len() / 8 * 9);
    }
}
