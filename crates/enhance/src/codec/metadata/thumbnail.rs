//! The small JPEG that an EXIF block carries for file browsers: made anew from the delivered
//! picture and put where the old one was, or taken out where that cannot be done safely.

use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

use crate::codec::ifd::Block;
use crate::codec::metadata::exif::set_number;
use crate::filters::scale::{self, Kernel};
use crate::pixels::Pixels;

/// The size that DCF 2.0 (5.3) prescribes, in pixels along the longer side.
const LONG_EDGE: u32 = 160;
const OFFSET: u16 = 513;
const LENGTH: u16 = 514;
const ORIENTATION: u16 = 274;
/// An EXIF block has to fit one JPEG segment.
const MAX_BLOCK: usize = 65_527;

/// The picture at 160 pixels as a JPEG of some five kilobytes.
pub(crate) fn encode(pixels: &Pixels) -> Option<Vec<u8>> {
    let (width, height) = scale::fit(pixels.width(), pixels.height(), LONG_EDGE);
    let small = scale::shrink(pixels, width, height, Kernel::Area);
    let (width, height) = (width as usize, height as usize);
    let image = Image {
        pixels: &small.rgb8()[..],
        width,
        pitch: width * 3,
        height,
        format: PixelFormat::RGB,
    };
    let mut compressor = Compressor::new().ok()?;
    compressor.set_quality(80).ok()?;
    compressor.set_subsamp(Subsamp::Sub2x2).ok()?;
    compressor.compress_to_vec(image).ok()
}

/// Puts a new thumbnail in the second directory's place for one, or unlinks that directory and
/// wipes the old thumbnail.
pub(crate) fn refresh(bytes: &mut Vec<u8>, first: usize, thumbnail: &impl Fn() -> Option<Vec<u8>>) {
    let Some(block) = Block::new(bytes) else {
        return;
    };
    let Some(link) = block.next_link(first) else {
        return;
    };
    let second = block.long(link).unwrap_or(0) as usize;
    if second == 0 {
        return;
    }
    let Some(old) = place(&block, second).filter(|old| old.start >= link + 4) else {
        bytes[link..link + 4].fill(0);
        return;
    };
    wipe(bytes, old.clone());
    match thumbnail().and_then(|new| fit(bytes, &old, &new)) {
        Some((offset, length)) => {
            set_number(bytes, second, OFFSET, offset);
            set_number(bytes, second, LENGTH, length);
            set_number(bytes, second, ORIENTATION, 1);
        }
        None => bytes[link..link + 4].fill(0),
    }
}

/// Range of the old JPEG, as two LONGs of the second directory state it.
fn place(block: &Block, second: usize) -> Option<std::ops::Range<usize>> {
    let number = |tag| {
        let slot = block.find(second, tag)?;
        (block.short(slot + 2)? == 4 && block.long(slot + 4)? == 1).then(|| block.long(slot + 8))?
    };
    let (at, length) = (number(OFFSET)? as usize, number(LENGTH)? as usize);
    (at > 8 && at.checked_add(length)? <= block.len()).then_some(at..at + length)
}

/// Cuts the old JPEG off where it is the end of the block, else fills it with zeros.
fn wipe(bytes: &mut Vec<u8>, old: std::ops::Range<usize>) {
    if old.end + 2 >= bytes.len() {
        bytes.truncate(old.start);
    } else if bytes[old.clone()].starts_with(&[0xFF, 0xD8]) {
        bytes[old].fill(0);
    }
}

/// Writes the new JPEG where the old one was, or at the end while there is room: its offset and
/// length.
fn fit(bytes: &mut Vec<u8>, old: &std::ops::Range<usize>, new: &[u8]) -> Option<(u32, u32)> {
    let was_last = old.start >= bytes.len();
    let is_free = !was_last && bytes[old.clone()].iter().all(|&b| b == 0);
    let at = if is_free && new.len() <= old.len() {
        bytes[old.start..old.start + new.len()].copy_from_slice(new);
        old.start
    } else if bytes.len() + new.len() <= MAX_BLOCK {
        bytes.extend_from_slice(new);
        bytes.len() - new.len()
    } else {
        return None;
    };
    Some((at as u32, new.len() as u32))
}
