//! The directories of an EXIF block as lists of entries, and how they are written again: in the
//! byte order they came in, because maker notes inside keep it.

use crate::codec::ifd::{Block, Entry, unit};

/// Tag of the pointer to the EXIF directory.
pub(crate) const EXIF_POINTER: u16 = 34665;
/// Tag of the pointer to the GPS directory.
pub(crate) const GPS_POINTER: u16 = 34853;
/// Tag of the pointer, in the EXIF directory, to the interoperability directory.
pub(crate) const INTEROP_POINTER: u16 = 40965;
/// All of them, and the one to sub-images.
pub(crate) const POINTERS: [u16; 4] = [EXIF_POINTER, GPS_POINTER, INTEROP_POINTER, 330];
const MAX_VALUE_BYTES: usize = 1 << 20;

/// Directories of an EXIF block by the tag that points to them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tree {
    pub big_endian: bool,
    pub root: Vec<Entry>,
    pub exif: Vec<Entry>,
    pub gps: Vec<Entry>,
    pub interop: Vec<Entry>,
}

impl Tree {
    /// Reads the first directory with its EXIF, GPS and interoperability directories.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let block = Block::new(bytes)?;
        let first = block.first()?;
        let exif = child(&block, first, EXIF_POINTER);
        let list = |offset: Option<usize>| offset.map_or_else(Vec::new, |at| plain(&block, at));
        Some(Self {
            big_endian: block.is_big_endian(),
            root: plain(&block, first),
            exif: list(exif),
            gps: list(child(&block, first, GPS_POINTER)),
            interop: list(exif.and_then(|at| child(&block, at, INTEROP_POINTER))),
        })
    }

    /// True when there is nothing to write.
    pub fn is_empty(&self) -> bool {
        [&self.root, &self.exif, &self.gps, &self.interop]
            .iter()
            .all(|list| list.is_empty())
    }

    /// An EXIF block holding the directories.
    pub fn write(mut self) -> Vec<u8> {
        let big = self.big_endian;
        let mut out = header(big).to_vec();
        // Some cameras' files are recognized by these bytes, so no value may lie here.
        out.extend_from_slice(&[0; 4]);
        let interop = std::mem::take(&mut self.interop);
        attach(&mut out, &mut self.exif, INTEROP_POINTER, interop, big);
        let exif = std::mem::take(&mut self.exif);
        attach(&mut out, &mut self.root, EXIF_POINTER, exif, big);
        let gps = std::mem::take(&mut self.gps);
        attach(&mut out, &mut self.root, GPS_POINTER, gps, big);
        let offset = write_directory(&mut out, self.root, big);
        out[4..8].copy_from_slice(&long(offset, big));
        out
    }
}

/// A TIFF header whose first directory is not known yet.
pub(crate) fn header(big_endian: bool) -> [u8; 8] {
    if big_endian {
        *b"MM\0*\0\0\0\0"
    } else {
        *b"II*\0\0\0\0\0"
    }
}

/// Offset of the directory that an entry points to.
pub(crate) fn child(block: &Block, directory: usize, tag: u16) -> Option<usize> {
    let slot = block.find(directory, tag)?;
    block.long(slot + 8).map(|at| at as usize)
}

fn plain(block: &Block, offset: usize) -> Vec<Entry> {
    let mut entries = block.entries(offset, MAX_VALUE_BYTES);
    entries.retain(|e| !POINTERS.contains(&e.tag));
    entries
}

fn attach(out: &mut Vec<u8>, parent: &mut Vec<Entry>, tag: u16, child: Vec<Entry>, big: bool) {
    if !child.is_empty() {
        let offset = write_directory(out, child, big);
        parent.push(pointer(tag, offset));
    }
}

/// An entry that points to a directory.
pub(crate) fn pointer(tag: u16, offset: u32) -> Entry {
    let value = offset.to_le_bytes().to_vec();
    Entry {
        tag,
        kind: 4,
        value,
    }
}

/// Appends a directory without a successor and returns its offset. Entries are sorted by tag, as
/// TIFF demands; of two with one tag the first stays.
pub(crate) fn write_directory(out: &mut Vec<u8>, mut entries: Vec<Entry>, big_endian: bool) -> u32 {
    entries.sort_by_key(|e| e.tag);
    entries.dedup_by_key(|e| e.tag);
    entries.retain(|e| unit(e.kind) > 0);
    out.resize(out.len().next_multiple_of(2), 0);
    let mut table = Vec::new();
    for entry in &entries {
        let count = (entry.value.len() / unit(entry.kind)) as u32;
        table.extend_from_slice(&short(entry.tag, big_endian));
        table.extend_from_slice(&short(entry.kind, big_endian));
        table.extend_from_slice(&long(count, big_endian));
        table.extend_from_slice(&place(out, &entry.ordered(big_endian), big_endian));
    }
    let offset = out.len() as u32;
    out.extend_from_slice(&short(entries.len() as u16, big_endian));
    out.extend_from_slice(&table);
    out.extend_from_slice(&[0; 4]);
    offset
}

/// The last four bytes of an entry: its value where that fits, else where it was appended.
fn place(out: &mut Vec<u8>, value: &[u8], big_endian: bool) -> [u8; 4] {
    let mut inline = [0_u8; 4];
    if value.len() <= 4 {
        inline[..value.len()].copy_from_slice(value);
        return inline;
    }
    let offset = out.len() as u32;
    out.extend_from_slice(value);
    out.resize(out.len().next_multiple_of(2), 0);
    long(offset, big_endian)
}

/// A 16-bit number in a file's byte order.
pub(crate) fn short(value: u16, big_endian: bool) -> [u8; 2] {
    if big_endian {
        value.to_be_bytes()
    } else {
        value.to_le_bytes()
    }
}

/// A 32-bit number in a file's byte order.
pub(crate) fn long(value: u32, big_endian: bool) -> [u8; 4] {
    if big_endian {
        value.to_be_bytes()
    } else {
        value.to_le_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_block_reads_back_as_it_was_in_both_byte_orders() {
        let entry = |tag, kind, value: &[u8]| Entry {
            tag,
            kind,
            value: value.to_vec(),
        };
        for big_endian in [false, true] {
            let tree = Tree {
                big_endian,
                root: vec![entry(271, 2, b"A camera\0")],
                exif: vec![entry(0x829A, 5, &[1, 0, 0, 0, 60, 0, 0, 0])],
                gps: vec![entry(1, 2, b"N\0")],
                interop: vec![entry(1, 2, b"R98\0")],
            };
            assert_eq!(Tree::read(&tree.clone().write()), Some(tree));
        }
    }

    #[test]
    fn entries_that_share_their_bytes_do_not_multiply() {
        let mut bytes = vec![0_u8; 1 << 20];
        bytes[..8].copy_from_slice(b"II*\0\x08\0\0\0");
        bytes[8..10].copy_from_slice(&60_000_u16.to_le_bytes());
        for slot in bytes[10..10 + 60_000 * 12].chunks_exact_mut(12) {
            slot.copy_from_slice(&[0x0F, 1, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
        }
        let tree = Tree::read(&bytes).unwrap();
        assert!(tree.root.iter().map(|e| e.value.len()).sum::<usize>() <= bytes.len());
    }
}
