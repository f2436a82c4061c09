//! What a file is, by its first bytes; its name is never asked.

use plumbline_documents::Format;

use crate::codec::{Refusal, raw};

/// The format of a readable file, or the refusal that names what it is instead.
pub(crate) fn sniff(bytes: &[u8]) -> Result<Format, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if raw_name(bytes).is_some() {
        return Ok(Format::Raw);
    }
    if let Some(format) = readable(bytes) {
        return Ok(format);
    }
    if let Some(name) = other_picture(bytes) {
        return Err(Refusal::UnsupportedFormat {
            name: name.to_owned(),
        });
    }
    let what = other_file(bytes).unwrap_or("a file of an unknown kind");
    Err(Refusal::NotAPhoto {
        what: what.to_owned(),
    })
}

fn readable(bytes: &[u8]) -> Option<Format> {
    const TIFF: [&[u8]; 4] = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];
    match () {
        () if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) => Some(Format::Jpeg),
        () if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Some(Format::Png),
        () if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Some(Format::WebP),
        () if TIFF.iter().any(|magic| bytes.starts_with(magic)) => Some(tiff_or_raw(bytes)),
        () => None,
    }
}

fn tiff_or_raw(bytes: &[u8]) -> Format {
    match raw::name(bytes) {
        Some(_) => Format::Raw,
        None => Format::Tiff,
    }
}

/// Raw files that carry their own magic. Those that look like TIFF are told apart in `raw.rs`.
pub(crate) fn raw_name(bytes: &[u8]) -> Option<&'static str> {
    const STARTS: [(&[u8], &str); 8] = [
        (b"FUJIFILMCCD-RAW", "Fujifilm RAF"),
        (b"\0MRM", "Minolta MRW"),
        (b"IIU\0", "Panasonic RW2"),
        (b"IIRO", "Olympus ORF"),
        (b"IIRS", "Olympus ORF"),
        (b"MMOR", "Olympus ORF"),
        (b"FOVb", "Sigma X3F"),
        (b"II\x1a\0\0\0HEAPCCDR", "Canon CRW"),
    ];
    let by_start = STARTS
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
        .map(|(_, name)| *name);
    by_start
        .or_else(|| (bytes.get(8..10)? == b"CR" && bytes[0] == b'I').then_some("Canon CR2"))
        .or_else(|| (bytes.get(8..12)? == b"IIII").then_some("Phase One IIQ"))
        .or_else(|| (bytes.get(4..12)? == b"ftypcrx ").then_some("Canon CR3"))
}

fn other_picture(bytes: &[u8]) -> Option<&'static str> {
    const STARTS: [(&[u8], &str); 9] = [
        (b"GIF8", "GIF"),
        (b"8BPS", "Photoshop"),
        (b"BM", "BMP"),
        (b"\0\0\x01\0", "Icon"),
        (b"\xFF\x0A", "JPEG XL"),
        (b"\0\0\0\x0CJXL ", "JPEG XL"),
        (b"\0\0\0\x0CjP  ", "JPEG 2000"),
        (b"v/1\x01", "OpenEXR"),
        (b"#?RADIANCE", "Radiance HDR"),
    ];
    if bytes.get(4..8) == Some(b"ftyp") {
        return iso_media(bytes.get(8..12)?);
    }
    STARTS
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
        .map(|(_, name)| *name)
}

fn iso_media(brand: &[u8]) -> Option<&'static str> {
    match brand {
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"mif1" | b"msf1" => {
            Some("HEIC")
        }
        b"avif" | b"avis" => Some("AVIF"),
        _ => Some("Video"),
    }
}

fn other_file(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(512)];
    let text = String::from_utf8_lossy(head)
        .trim_start()
        .to_ascii_lowercase();
    match () {
        () if head.iter().all(|&b| b == 0) => Some("a file of zeros"),
        () if head.starts_with(b"%PDF") => Some("a PDF document"),
        () if head.starts_with(b"PK\x03\x04") => Some("a ZIP archive"),
        () if text.contains("<svg") => Some("an SVG drawing"),
        () if text.starts_with("<!doctype html") || text.contains("<html") => Some("a web page"),
        () if text.starts_with("<?xml") => Some("an XML document"),
        () if head.iter().all(|&b| b >= 32 || b.is_ascii_whitespace()) => Some("a text file"),
        () => None,
    }
}
