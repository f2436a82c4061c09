//! BigTIFF directories (8-byte offsets): the tags that an EXIF block can hold, and where the
//! photometric number stands. Pictures are read by `tiff`.

use crate::codec::ifd::tree::{EXIF_POINTER, GPS_POINTER, INTEROP_POINTER, POINTERS, Tree};
use crate::codec::ifd::{Entry, unit};
use crate::codec::work;

/// Values larger than this are picture data, not descriptions.
const MAX_VALUE_BYTES: usize = 1 << 20;
/// Entries of one directory; real ones hold some dozens.
const MAX_ENTRIES: usize = 4096;

struct Big<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

/// One entry: tag, type, and where its value lies.
struct Slot {
    tag: u16,
    kind: u16,
    value: std::ops::Range<usize>,
}

impl<'a> Big<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let big_endian = match bytes.get(..4)? {
            b"II+\0" => false,
            b"MM\0+" => true,
            _ => return None,
        };
        Some(Self { bytes, big_endian })
    }

    fn number(&self, at: usize, length: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(length)?)?;
        let join = |sum: u64, &byte: &u8| sum << 8 | u64::from(byte);
        Some(if self.big_endian {
            bytes.iter().fold(0, join)
        } else {
            bytes.iter().rev().fold(0, join)
        })
    }

    fn offset(&self, at: usize) -> Option<usize> {
        usize::try_from(self.number(at, 8)?).ok()
    }

    fn slots(&self, directory: usize) -> Vec<Slot> {
        let count = self.offset(directory).unwrap_or(0).min(MAX_ENTRIES);
        work::count(count);
        let slot = |i| self.slot(directory.checked_add(8 + i * 20)?);
        (0..count).filter_map(slot).collect()
    }

    fn slot(&self, at: usize) -> Option<Slot> {
        let (tag, kind) = (self.number(at, 2)? as u16, self.number(at + 2, 2)? as u16);
        // LONG8 and IFD8 (16 to 18) are 8 bytes, and unknown to classic blocks.
        let size = if matches!(kind, 16..=18) {
            8
        } else {
            unit(kind)
        };
        let length = size.checked_mul(self.offset(at + 4)?)?;
        let start = if length <= 8 {
            at + 12
        } else {
            self.offset(at + 12)?
        };
        let value = start..start.checked_add(length)?;
        (value.end <= self.bytes.len()).then_some(Slot { tag, kind, value })
    }

    /// Entries that a classic block can hold, little-endian. Values that lie on top of each other
    /// are a trap: together they may be no longer than the file.
    fn entries(&self, directory: usize) -> Vec<Entry> {
        let slots = self.slots(directory).into_iter();
        let mut left = self.bytes.len();
        let kept = slots.filter(|slot| {
            let length = slot.value.len();
            let fits = !POINTERS.contains(&slot.tag)
                && unit(slot.kind) > 0
                && (1..=MAX_VALUE_BYTES.min(left)).contains(&length);
            left -= if fits { length } else { 0 };
            fits
        });
        kept.map(|slot| self.entry(&slot)).collect()
    }

    fn entry(&self, slot: &Slot) -> Entry {
        work::count(slot.value.len());
        let mut value = self.bytes[slot.value.clone()].to_vec();
        if self.big_endian {
            let word = if matches!(slot.kind, 5 | 10) {
                4
            } else {
                unit(slot.kind)
            };
            value.chunks_exact_mut(word).for_each(<[u8]>::reverse);
        }
        Entry {
            tag: slot.tag,
            kind: slot.kind,
            value,
        }
    }

    fn child(&self, directory: usize, tag: u16) -> Option<usize> {
        let slots = self.slots(directory);
        let slot = slots.iter().find(|slot| slot.tag == tag)?;
        let offset = self.number(slot.value.start, slot.value.len().min(8))?;
        usize::try_from(offset).ok()
    }
}

/// The first directory with its EXIF, GPS and interoperability directories.
pub(crate) fn tree(bytes: &[u8]) -> Option<Tree> {
    let file = Big::new(bytes)?;
    let first = file.offset(8)?;
    let exif = file.child(first, EXIF_POINTER);
    let entries = |at: Option<usize>| at.map_or_else(Vec::new, |at| file.entries(at));
    Some(Tree {
        big_endian: false,
        root: file.entries(first),
        exif: entries(exif),
        gps: entries(file.child(first, GPS_POINTER)),
        interop: entries(exif.and_then(|at| file.child(at, INTEROP_POINTER))),
    })
}

/// Offset and value of a SHORT of the first directory.
pub(crate) fn short(bytes: &[u8], tag: u16) -> Option<(usize, u16)> {
    let file = Big::new(bytes)?;
    let slots = file.slots(file.offset(8)?);
    let slot = slots.into_iter().find(|slot| slot.tag == tag)?;
    let at = (slot.kind == 3).then_some(slot.value.start)?;
    Some((at, file.number(at, 2)? as u16))
}
