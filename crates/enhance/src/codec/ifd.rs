//! TIFF image file directories (TIFF 6.0, section 2): read out of a file or an EXIF block of
//! either byte order. BigTIFF directories are not read. They are written by `tree.rs`.

pub(crate) mod bigtiff;
pub(crate) mod tree;

use crate::codec::work;

/// One directory entry; `value` is always little-endian, whatever the file was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub tag: u16,
    /// TIFF field type, 1 to 12.
    pub kind: u16,
    pub value: Vec<u8>,
}

impl Entry {
    /// The first value of a BYTE, SHORT or LONG entry.
    pub fn number(&self) -> Option<u32> {
        let at = |i: usize| self.value.get(i).map(|&b| u32::from(b));
        match self.kind {
            1 => at(0),
            3 => Some(at(0)? | at(1)? << 8),
            4 | 13 => Some(at(0)? | at(1)? << 8 | at(2)? << 16 | at(3)? << 24),
            _ => None,
        }
    }

    /// The first value of any numeric entry, a RATIONAL divided.
    pub fn real(&self) -> Option<f64> {
        let long = |at: usize| {
            Some(u32::from_le_bytes(
                self.value.get(at..at + 4)?.try_into().ok()?,
            ))
        };
        let ratio = |over: f64, under: f64| (under != 0.0).then_some(over / under);
        match self.kind {
            5 => ratio(f64::from(long(0)?), f64::from(long(4)?)),
            10 => ratio(f64::from(long(0)? as i32), f64::from(long(4)? as i32)),
            9 => Some(f64::from(long(0)? as i32)),
            _ => self.number().map(f64::from),
        }
    }

    /// The value in a file's byte order.
    pub fn ordered(&self, big_endian: bool) -> Vec<u8> {
        let mut value = self.value.clone();
        if big_endian {
            swap(&mut value, self.kind);
        }
        value
    }

    /// The text of an ASCII entry.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.value)
            .trim_matches(['\0', ' '])
            .to_owned()
    }
}

/// Bytes of one value of a field type; 0 for unknown types.
pub(crate) fn unit(kind: u16) -> usize {
    match kind {
        // 129 is UTF-8 text (EXIF 3.0, 4.6.2).
        1 | 2 | 6 | 7 | 129 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 => 8,
        _ => 0,
    }
}

/// A TIFF-structured block and its byte order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

impl<'a> Block<'a> {
    /// `None` unless the block starts with a classic TIFF header.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let big_endian = match bytes.get(..4)? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        Some(Self { bytes, big_endian })
    }

    /// Offset of the first directory.
    pub fn first(&self) -> Option<usize> {
        self.long(4).map(|v| v as usize)
    }

    /// Bytes of the whole block.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// True when numbers are stored high byte first.
    pub fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// The 16-bit number at an offset.
    pub fn short(&self, at: usize) -> Option<u16> {
        let b: [u8; 2] = self.bytes.get(at..at + 2)?.try_into().ok()?;
        Some(if self.big_endian {
            u16::from_be_bytes(b)
        } else {
            u16::from_le_bytes(b)
        })
    }

    /// The 32-bit number at an offset.
    pub fn long(&self, at: usize) -> Option<u32> {
        let b: [u8; 4] = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian {
            u32::from_be_bytes(b)
        } else {
            u32::from_le_bytes(b)
        })
    }

    /// Offsets of the 12-byte entries of the directory at `offset` that lie within the block.
    pub fn slots(&self, offset: usize) -> impl Iterator<Item = usize> + use<'a> {
        let count = self.short(offset).map_or(0, usize::from);
        let length = self.bytes.len();
        (0..count)
            .map(move |i| offset + 2 + i * 12)
            .take_while(move |&at| at + 12 <= length)
            .inspect(|_| work::count(1))
    }

    /// Offset of the entry of a tag.
    pub fn find(&self, offset: usize, tag: u16) -> Option<usize> {
        self.slots(offset).find(|&at| self.short(at) == Some(tag))
    }

    /// Range of the value of an entry: inside the entry up to four bytes, elsewhere otherwise.
    pub fn value_range(&self, slot: usize) -> Option<std::ops::Range<usize>> {
        let count = self.long(slot + 4)? as usize;
        let length = unit(self.short(slot + 2)?).checked_mul(count)?;
        let start = if length <= 4 {
            slot + 8
        } else {
            self.long(slot + 8)? as usize
        };
        let end = start.checked_add(length)?;
        (end <= self.bytes.len()).then_some(start..end)
    }

    /// Position of the link to the next directory.
    pub fn next_link(&self, offset: usize) -> Option<usize> {
        let at = offset + 2 + usize::from(self.short(offset)?) * 12;
        (at + 4 <= self.bytes.len()).then_some(at)
    }

    /// All readable entries of a directory, values of at most `max_value` bytes. Values of an
    /// honest block do not overlap, so together they are no longer than it; what goes beyond is
    /// left out, or 65535 entries that share a megabyte would fill the machine's memory.
    pub fn entries(&self, offset: usize, max_value: usize) -> Vec<Entry> {
        let mut room = self.bytes.len();
        let mut entries = Vec::new();
        for slot in self.slots(offset) {
            if let Some(entry) = self.entry(slot, max_value.min(room)) {
                room -= entry.value.len();
                entries.push(entry);
            }
        }
        entries
    }

    fn entry(&self, slot: usize, max_value: usize) -> Option<Entry> {
        let (tag, kind) = (self.short(slot)?, self.short(slot + 2)?);
        let range = self.value_range(slot)?;
        if range.is_empty() || range.len() > max_value {
            return None;
        }
        work::count(range.len());
        let mut value = self.bytes[range].to_vec();
        if self.big_endian {
            swap(&mut value, kind);
        }
        Some(Entry { tag, kind, value })
    }
}

fn swap(value: &mut [u8], kind: u16) {
    let word = if matches!(kind, 5 | 10) {
        4
    } else {
        unit(kind)
    };
    value
        .chunks_exact_mut(word.max(1))
        .for_each(<[u8]>::reverse);
}
