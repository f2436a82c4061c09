//! Camera raw files: those that are TIFF inside are distinguished from TIFF pictures by their tags,
//! and all of them decoded with the metadata that lies around their sensor data.

use std::borrow::Cow;

use plumbline_documents::{FileSignature, Format, Source};

use crate::codec::ifd::tree::Tree;
use crate::codec::ifd::{Block, Entry};
use crate::codec::jpeg::segments::Markers;
use crate::codec::metadata::{self, exif};
use crate::codec::raw::develop::{Developed, Flash, RawDecoder};
use crate::codec::{Decoded, Limits, Metadata, PlaneMemory, Refusal};
use crate::pixels::{Pixels, Samples};
use crate::shot::Shot;

mod develop;

const NEW_SUBFILE_TYPE: u16 = 254;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const MAKE: u16 = 271;
const MAKER_NOTE: u16 = 0x927C;
const SUB_IFDS: u16 = 330;
const CFA_PATTERN: u16 = 33422;
const DNG_VERSION: u16 = 50706;

const DAMAGED: Refusal = Refusal::Damaged {
    format: "camera RAW",
};

/// Decodes and develops to upright 16-bit sRGB.
pub(crate) fn decode(
    bytes: &[u8],
    limits: &Limits,
    memory: &dyn PlaneMemory,
) -> Result<Decoded, Refusal> {
    let name = match FileSignature::of(bytes) {
        FileSignature::Raw(name) => name.to_owned(),
        _ => name(bytes).unwrap_or_default(),
    };
    let developed = Flash.develop(bytes, &name, limits)?;
    let source = source(&developed);
    let metadata = metadata(bytes, &developed.shot);
    let mut samples = memory.sixteen(developed.samples.len())?;
    samples.copy_from_slice(&developed.samples);
    let samples = Samples::Sixteen(samples);
    let pixels = Pixels::new(developed.width, developed.height, samples);
    Ok(Decoded {
        pixels: pixels.ok_or(DAMAGED)?,
        source,
        metadata,
    })
}

fn source(developed: &Developed) -> Source {
    let (width, height) = match developed.orientation {
        5..=8 => (developed.height, developed.width),
        _ => (developed.width, developed.height),
    };
    Source {
        format: Format::Raw,
        width,
        height,
        bits: developed.bits,
        orientation: developed.orientation,
        profile: "camera colours".to_owned(),
    }
}

/// The EXIF block of the file's own directories, else of its embedded JPEG, else one written from
/// what the decoder understood. Maker notes stay behind: they count offsets from the raw file's
/// start and describe sensor data that is not delivered.
fn metadata(bytes: &[u8], shot: &Shot) -> Metadata {
    let tiff = as_tiff(bytes);
    let block = exif::from_tiff(&tiff).or_else(|| embedded_exif(bytes));
    let mut tree = block.as_deref().and_then(Tree::read).unwrap_or_default();
    tree.exif.retain(|e| e.tag != MAKER_NOTE);
    if tree.exif.is_empty() {
        tree.exif = described(shot);
    }
    Metadata {
        exif: (!tree.is_empty()).then(|| tree.write()),
        xmp: block_of(&tiff, 700),
        iptc: block_of(&tiff, 33723),
        ..Metadata::default()
    }
}

/// Panasonic and Olympus write TIFF under a number of their own.
fn as_tiff(bytes: &[u8]) -> Cow<'_, [u8]> {
    let own = match bytes.get(..4) {
        Some(b"IIU\0" | b"IIRO" | b"IIRS") => b"II*\0",
        Some(b"MMOR") => b"MM\0*",
        _ => return Cow::Borrowed(bytes),
    };
    Cow::Owned([own, &bytes[4..]].concat())
}

/// Fujifilm keeps its EXIF block in the embedded JPEG; the first one within reach of the header.
fn embedded_exif(bytes: &[u8]) -> Option<Vec<u8>> {
    let head = &bytes[..bytes.len().min(1 << 16)];
    let start = head
        .windows(4)
        .position(|w| w == [0xFF, 0xD8, 0xFF, 0xE1])?;
    metadata::from_jpeg(&Markers::read(&bytes[start..])).exif
}

fn described(shot: &Shot) -> Vec<Entry> {
    let ratio = |tag, value: Option<f32>| {
        let over = (f64::from(value?) * 1e6).round();
        let value = [over as u32, 1_000_000].map(u32::to_le_bytes).concat();
        Some(Entry {
            tag,
            kind: 5,
            value,
        })
    };
    let short = |tag, value: Option<f32>| {
        let value = (value? as u16).to_le_bytes().to_vec();
        Some(Entry {
            tag,
            kind: 3,
            value,
        })
    };
    let taken = shot.taken_at.as_ref().map(|text| Entry {
        tag: 0x9003,
        kind: 2,
        value: [text.as_bytes(), &[0]].concat(),
    });
    let bias = shot.bias_ev.map(|ev| Entry {
        tag: 0x9204,
        kind: 10,
        value: [(f64::from(ev) * 1000.0).round() as i32, 1000]
            .map(i32::to_le_bytes)
            .concat(),
    });
    let entries = [
        ratio(0x829A, shot.exposure_s),
        ratio(0x829D, shot.f_number),
        short(0x8827, shot.iso),
        short(0xA405, shot.focal_35mm),
        taken,
        bias,
    ];
    entries.into_iter().flatten().collect()
}

fn block_of(tiff: &[u8], tag: u16) -> Option<Vec<u8>> {
    let block = Block::new(tiff)?;
    let entries = block.entries(block.first()?, 1 << 22);
    entries.into_iter().find(|e| e.tag == tag).map(|e| e.value)
}

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
