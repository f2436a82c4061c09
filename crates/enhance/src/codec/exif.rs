//! EXIF blocks: orientation out, and the few values that are no longer true after a change put
//! right in place, so that maker notes with absolute offsets stay readable.

use crate::codec::ifd::{Block, Entry, Tree, unit};

const ORIENTATION: u16 = 274;
const EXIF_POINTER: u16 = 34665;

/// Descriptive tags of a TIFF's own directory that belong into an EXIF block: description, make,
/// model, orientation, resolution, software, date, artist, host, rating, copyright, XP texts.
const DESCRIPTIVE: [u16; 20] = [
    270, 271, 272, 274, 282, 283, 296, 305, 306, 315, 316, 18246, 18249, 33432, 36867, 40091,
    40092, 40093, 40094, 40095,
];

/// The orientation, 1 to 8; anything missing or senseless is 1.
pub(crate) fn orientation(exif: &[u8]) -> u8 {
    let found = || {
        let block = Block::new(exif)?;
        let slot = block.find(block.first()?, ORIENTATION)?;
        (block.short(slot + 2)? == 3).then(|| block.short(slot + 8))?
    };
    found()
        .filter(|v| (1..=8).contains(v))
        .map_or(1, |v| v as u8)
}

/// Makes a block true for an upright picture of the given size: orientation 1, pixel dimensions,
/// no thumbnail. Blocks that cannot be understood are returned as they are.
pub(crate) fn refresh(exif: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut bytes = exif.to_vec();
    let Some(first) = Block::new(exif).and_then(|block| block.first()) else {
        return bytes;
    };
    set_number(&mut bytes, first, ORIENTATION, 1);
    let block = Block::new(exif);
    let sub = block.and_then(|b| b.long(b.find(first, EXIF_POINTER)? + 8));
    if let Some(sub) = sub {
        set_number(&mut bytes, sub as usize, 0xA002, width);
        set_number(&mut bytes, sub as usize, 0xA003, height);
    }
    drop_thumbnail(&mut bytes, first);
    bytes
}

/// Overwrites a single SHORT or LONG in place; a number too large for a SHORT leaves it alone.
fn set_number(bytes: &mut [u8], directory: usize, tag: u16, value: u32) {
    let Some(block) = Block::new(bytes) else {
        return;
    };
    let Some(slot) = block.find(directory, tag) else {
        return;
    };
    let (kind, big) = (block.short(slot + 2), block.is_big_endian());
    match kind {
        Some(3) => {
            let Ok(value) = u16::try_from(value) else {
                return;
            };
            let value = if big {
                value.to_be_bytes()
            } else {
                value.to_le_bytes()
            };
            bytes[slot + 8..slot + 10].copy_from_slice(&value);
        }
        Some(4) => {
            let value = if big {
                value.to_be_bytes()
            } else {
                value.to_le_bytes()
            };
            bytes[slot + 8..slot + 12].copy_from_slice(&value);
        }
        _ => {}
    }
}

/// Unlinks the second directory (the thumbnail of the picture as it was) and wipes its JPEG, or
/// cuts it off where it is the end of the block.
fn drop_thumbnail(bytes: &mut Vec<u8>, first: usize) {
    let Some(block) = Block::new(bytes) else {
        return;
    };
    let Some(link) = block.next_link(first) else {
        return;
    };
    let second = block.long(link).unwrap_or(0) as usize;
    let number = |tag| {
        block
            .find(second, tag)
            .and_then(|slot| block.long(slot + 8))
    };
    let range = number(513)
        .zip(number(514))
        .map(|(at, length)| at as usize..(at as usize + length as usize));
    bytes[link..link + 4].fill(0);
    let Some(range) = range.filter(|r| second > 0 && r.start > 8 && r.end <= bytes.len()) else {
        return;
    };
    if range.end + 2 >= bytes.len() {
        bytes.truncate(range.start);
    } else if bytes[range.clone()].starts_with(&[0xFF, 0xD8]) {
        bytes[range].fill(0);
    }
}

/// An EXIF block from the directory of a TIFF file. Maker notes are copied byte for byte; those
/// that count offsets from the file's start no longer find their parts.
pub(crate) fn from_tiff(tiff: &[u8]) -> Option<Vec<u8>> {
    let mut tree = Tree::read(tiff)?;
    tree.root.retain(|e| DESCRIPTIVE.contains(&e.tag));
    (!tree.is_empty()).then(|| tree.write())
}

/// The entries for a TIFF file's directories: descriptive root, EXIF, GPS.
pub(crate) fn for_tiff(exif: &[u8]) -> Tree {
    let mut tree = Tree::read(exif).unwrap_or_default();
    tree.root.retain(|e| DESCRIPTIVE.contains(&e.tag));
    for list in [&mut tree.root, &mut tree.exif, &mut tree.gps] {
        list.retain(|e: &Entry| unit(e.kind) > 0 && !e.value.is_empty());
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(orientation: u16) -> Vec<u8> {
        let value = orientation.to_le_bytes().to_vec();
        let width = Entry {
            tag: 0xA002,
            kind: 4,
            value: 4000_u32.to_le_bytes().to_vec(),
        };
        let root = vec![Entry {
            tag: ORIENTATION,
            kind: 3,
            value,
        }];
        Tree {
            root,
            exif: vec![width],
            gps: vec![],
        }
        .write()
    }

    #[test]
    fn orientation_is_read_reset_and_senseless_values_are_upright() {
        assert_eq!(orientation(&block(6)), 6);
        assert_eq!(orientation(&block(200)), 1);
        assert_eq!(orientation(b"nonsense"), 1);
        let fresh = refresh(&block(6), 30, 20);
        assert_eq!(orientation(&fresh), 1);
        assert_eq!(Tree::read(&fresh).unwrap().exif[0].number(), Some(30));
    }
}
