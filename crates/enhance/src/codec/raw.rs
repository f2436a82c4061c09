//! Camera raw files that are TIFF inside: told apart from real TIFF pictures by their tags.

use crate::codec::ifd::{Block, Entry};

const NEW_SUBFILE_TYPE: u16 = 254;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const MAKE: u16 = 271;
const SUB_IFDS: u16 = 330;
const CFA_PATTERN: u16 = 33422;
const DNG_VERSION: u16 = 50706;

/// The kind of raw file, or `None` for an ordinary TIFF.
pub(crate) fn name(tiff: &[u8]) -> Option<String> {
    let block = Block::new(tiff)?;
    let entries = block.entries(block.first()?, 1 << 16);
    let find = |tag: u16| entries.iter().find(|e| e.tag == tag);
    let number = |tag: u16| find(tag).and_then(Entry::number);
    if find(DNG_VERSION).is_some() {
        return Some("DNG".to_owned());
    }
    let make = find(MAKE).map(Entry::text).unwrap_or_default();
    let sensor = matches!(number(PHOTOMETRIC), Some(32803 | 34892)) || find(CFA_PATTERN).is_some();
    let packed = matches!(
        number(COMPRESSION),
        Some(34713 | 32767 | 32769 | 32770 | 65535 | 65000)
    );
    let thumbnail = number(NEW_SUBFILE_TYPE).is_some_and(|v| v & 1 == 1);
    let raw = sensor || packed || (thumbnail && find(SUB_IFDS).is_some() && !make.is_empty());
    raw.then(|| maker(&make))
}

fn maker(make: &str) -> String {
    let lower = make.to_ascii_lowercase();
    match () {
        () if lower.contains("nikon") => "Nikon NEF".to_owned(),
        () if lower.contains("sony") => "Sony ARW".to_owned(),
        () if lower.contains("canon") => "Canon raw".to_owned(),
        () if lower.contains("pentax") => "Pentax PEF".to_owned(),
        () if make.is_empty() => "sensor data".to_owned(),
        () => make.chars().filter(|c| !c.is_control()).take(40).collect(),
    }
}
