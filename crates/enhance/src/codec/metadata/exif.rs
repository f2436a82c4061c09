//! EXIF blocks: orientation out, and the few values that are no longer true after a change put
//! right in place, so that maker notes with absolute offsets stay readable.

use crate::codec::ifd::tree::{self, EXIF_POINTER, INTEROP_POINTER, Tree};
use crate::codec::ifd::{Block, Entry, unit};
use crate::codec::metadata::{Delivered, thumbnail};

const ORIENTATION: u16 = 274;
const COLOUR_SPACE: u16 = 0xA001;
const MAKER_NOTE: u16 = 0x927C;
/// Tags of a wide-gamut camera file about its primaries: TransferFunction, WhitePoint,
/// PrimaryChromaticities; Gamma stands in the EXIF directory.
const PRIMARIES: [u16; 3] = [301, 318, 319];
const GAMMA: u16 = 0xA500;
/// Tags of positions inside the picture: SubjectArea, SubjectLocation.
const POSITIONS: [u16; 2] = [0x9214, 0xA214];

/// Descriptive tags of a TIFF's own directory that belong into an EXIF block: description, make,
/// model, orientation, resolution, software, date, artist, host, rating, copyright, XP texts,
/// print image matching.
pub(crate) const DESCRIPTIVE: [u16; 21] = [
    270, 271, 272, 274, 282, 283, 296, 305, 306, 315, 316, 18246, 18249, 33432, 36867, 40091,
    40092, 40093, 40094, 40095, 50341,
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

/// Makes a block true for a delivered picture, upright and in sRGB: orientation 1, pixel
/// dimensions, no position that is no longer true, colour space, interoperability "R98", and the picture's thumbnail in place of the
/// old one (`thumbnail` is a JPEG and only asked for where there was one; `None` unlinks it).
/// Blocks that cannot be understood are returned as they are. Directories that overlap (no camera
/// writes them) are laid out anew first, so that doing it twice changes nothing more.
pub(crate) fn refresh(
    exif: &[u8],
    delivered: &Delivered,
    thumbnail: impl Fn() -> Option<Vec<u8>>,
) -> Vec<u8> {
    let fresh = |bytes: &[u8]| refresh_once(bytes, delivered, &thumbnail);
    let once = fresh(exif);
    if once == exif || fresh(&once) == once {
        return once;
    }
    match Tree::read(exif) {
        Some(tree) => fresh(&tree.write()),
        None => exif.to_vec(),
    }
}

fn refresh_once(
    exif: &[u8],
    delivered: &Delivered,
    thumbnail: &impl Fn() -> Option<Vec<u8>>,
) -> Vec<u8> {
    let (mut bytes, (width, height)) = (exif.to_vec(), delivered.size);
    let Some(first) = Block::new(exif).and_then(|block| block.first()) else {
        return bytes;
    };
    set_number(&mut bytes, first, ORIENTATION, 1);
    set_number(&mut bytes, first, 256, width);
    set_number(&mut bytes, first, 257, height);
    if let Some(sub) = directory(&bytes, first, EXIF_POINTER) {
        set_number(&mut bytes, sub, 0xA002, width);
        set_number(&mut bytes, sub, 0xA003, height);
        if !delivered.keeps_positions() {
            remove(&mut bytes, sub, &POSITIONS);
        }
        in_srgb(&mut bytes, first, sub);
    }
    thumbnail::refresh(&mut bytes, first, thumbnail);
    bytes
}

fn directory(bytes: &[u8], parent: usize, tag: u16) -> Option<usize> {
    Block::new(bytes).and_then(|block| tree::child(&block, parent, tag))
}

/// ColorSpace 1 and interoperability "R98" mean sRGB (EXIF 2.32, 4.6.5 and DCF 2.0); what
/// described other primaries goes.
fn in_srgb(bytes: &mut [u8], first: usize, sub: usize) {
    let block = Block::new(bytes);
    let stated = block.and_then(|b| b.short(b.find(sub, COLOUR_SPACE)? + 8));
    if stated.is_some_and(|space| space != 1) {
        remove(bytes, sub, &[GAMMA]);
        remove(bytes, first, &PRIMARIES);
    }
    set_number(bytes, sub, COLOUR_SPACE, 1);
    let Some(interop) = directory(bytes, sub, INTEROP_POINTER) else {
        return;
    };
    let slot = Block::new(bytes).and_then(|block| {
        let slot = block.find(interop, 1)?;
        let text = block.short(slot + 2)? == 2 && block.long(slot + 4)? == 4;
        text.then_some(slot + 8)
    });
    if let Some(at) = slot {
        bytes[at..at + 4].copy_from_slice(b"R98\0");
    }
}

/// Overwrites a single SHORT or LONG in place; a number too large for a SHORT leaves it alone.
pub(crate) fn set_number(bytes: &mut [u8], directory: usize, tag: u16, value: u32) {
    let Some(block) = Block::new(bytes) else {
        return;
    };
    let Some(slot) = block.find(directory, tag) else {
        return;
    };
    let (kind, big) = (block.short(slot + 2), block.is_big_endian());
    match (kind, u16::try_from(value)) {
        (Some(3), Ok(value)) => {
            bytes[slot + 8..slot + 10].copy_from_slice(&tree::short(value, big));
        }
        (Some(4), _) => bytes[slot + 8..slot + 12].copy_from_slice(&tree::long(value, big)),
        _ => {}
    }
}

/// Takes entries out of a directory; those behind them and the link move up, nothing else moves.
fn remove(bytes: &mut [u8], directory: usize, tags: &[u16]) {
    for &tag in tags {
        let Some(block) = Block::new(bytes) else {
            return;
        };
        let count = block.short(directory).unwrap_or(0);
        let whole = block.next_link(directory).map(|link| link + 4);
        let Some((slot, end)) = block.find(directory, tag).zip(whole) else {
            continue;
        };
        let fewer = tree::short(count - 1, block.is_big_endian());
        bytes.copy_within(slot + 12..end, slot);
        bytes[end - 12..end].fill(0);
        bytes[directory..directory + 2].copy_from_slice(&fewer);
    }
}

/// An EXIF block from the directory of a TIFF file. Maker notes are copied byte for byte; those
/// that count offsets from the file's start no longer find their parts.
pub(crate) fn from_tiff(tiff: &[u8]) -> Option<Vec<u8>> {
    let mut tree = Tree::read(tiff)?;
    tree.root.retain(|e| DESCRIPTIVE.contains(&e.tag));
    (!tree.is_empty()).then(|| tree.write())
}

/// The block in at most `limit` bytes: laid out anew, without maker notes if it is still too
/// long, then without its longest values. Cameras keep to the 64 KiB of a JPEG segment; blocks
/// beyond come out of TIFF and PNG files.
pub(crate) fn within(exif: Vec<u8>, limit: usize) -> Option<Vec<u8>> {
    if exif.len() <= limit {
        return Some(exif);
    }
    let mut tree = Tree::read(&exif)?;
    if tree.clone().write().len() > limit {
        tree.exif.retain(|e| e.tag != MAKER_NOTE);
    }
    while tree.clone().write().len() > limit {
        drop_longest(&mut tree)?;
    }
    Some(tree.write())
}

fn drop_longest(tree: &mut Tree) -> Option<()> {
    let lists = [
        &mut tree.root,
        &mut tree.exif,
        &mut tree.gps,
        &mut tree.interop,
    ];
    let longest = |list: &Vec<Entry>| list.iter().map(|e| e.value.len()).max();
    let list = lists.into_iter().max_by_key(|list| longest(list))?;
    let length = longest(list)?;
    // Half at a time, or tens of thousands of small entries would take all day.
    list.retain(|e| e.value.len() * 2 < length);
    Some(())
}

/// True when every value of the EXIF and GPS directories lies inside the block.
pub(crate) fn is_whole(exif: &[u8]) -> bool {
    let whole = |block: &Block, offset: usize| {
        let count = block.short(offset).map(usize::from);
        count == Some(block.slots(offset).count())
            && block
                .slots(offset)
                .all(|slot| block.value_range(slot).is_some() && kind_is_known(block, slot))
    };
    let check = || {
        let block = Block::new(exif)?;
        let first = block.first()?;
        let children = [EXIF_POINTER, tree::GPS_POINTER];
        let mut found = children
            .iter()
            .filter_map(|&tag| tree::child(&block, first, tag));
        Some(found.all(|offset| whole(&block, offset)))
    };
    check().unwrap_or(false)
}

fn kind_is_known(block: &Block, slot: usize) -> bool {
    block.short(slot + 2).is_some_and(|kind| unit(kind) > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIVERED: Delivered = Delivered {
        size: (30, 20),
        frame: None,
    };

    fn entry(tag: u16, kind: u16, value: &[u8]) -> Entry {
        let value = value.to_vec();
        Entry { tag, kind, value }
    }

    fn block(orientation: u16, big_endian: bool) -> Vec<u8> {
        let root = vec![
            entry(ORIENTATION, 3, &orientation.to_le_bytes()),
            entry(318, 5, &[1; 16]),
        ];
        let exif = vec![
            entry(0xA001, 3, &[0xFF, 0xFF]),
            entry(0xA002, 4, &4000_u32.to_le_bytes()),
            entry(GAMMA, 5, &[1; 8]),
        ];
        let interop = vec![entry(1, 2, b"R03\0")];
        let tree = Tree {
            big_endian,
            root,
            exif,
            interop,
            gps: vec![],
        };
        tree.write()
    }

    #[test]
    fn orientation_is_read_and_senseless_values_are_upright() {
        assert_eq!(orientation(&block(6, false)), 6);
        assert_eq!(orientation(&block(200, true)), 1);
        assert_eq!(orientation(b"nonsense"), 1);
    }

    #[test]
    fn size_orientation_and_colour_space_become_true_in_both_byte_orders() {
        for big_endian in [false, true] {
            let fresh = refresh(&block(6, big_endian), &DELIVERED, || None);
            let tree = Tree::read(&fresh).unwrap();
            assert_eq!(orientation(&fresh), 1);
            let tags: Vec<_> = tree.exif.iter().map(|e| (e.tag, e.number())).collect();
            assert_eq!(tags, [(0xA001, Some(1)), (0xA002, Some(30))]);
            assert_eq!(
                (tree.root.len(), tree.interop[0].text()),
                (1, "R98".to_owned())
            );
            assert_eq!(refresh(&fresh, &DELIVERED, || None), fresh);
        }
    }

    #[test]
    fn a_block_too_long_for_a_segment_loses_its_maker_notes_first() {
        let exif = vec![
            entry(MAKER_NOTE, 7, &[7; 70_000]),
            entry(0x9286, 7, b"note"),
        ];
        let tree = Tree {
            exif,
            ..Tree::default()
        };
        let short = Tree::read(&within(tree.write(), 65_000).unwrap()).unwrap();
        assert_eq!((short.exif.len(), short.exif[0].tag), (1, 0x9286));
    }
}
