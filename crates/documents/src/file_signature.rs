//! Signatures of files: the kind of a file by its first bytes, whatever its name says.
//!
//! One table for everybody who takes files. It decodes nothing: a TIFF signature also begins the RAW
//! files of several makers, which only their tags tell apart. Whoever reads the tags does so; whoever
//! has only the first bytes lets the ending of the name decide ([`has_raw_ending`]).

use crate::source::Format;

/// Kind of a file by its first bytes. Names are for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSignature {
    /// No bytes at all.
    Empty,
    /// A photo in a readable container. [`Format::Tiff`] may turn out to be RAW.
    Photo(Format),
    /// A camera's RAW file with a signature of its own: "Canon CR3".
    Raw(&'static str),
    /// A picture of another kind: "HEIC".
    OtherPicture(&'static str),
    /// A video, or a picture of a kind without a name here, in an ISO media file.
    IsoMedia,
    /// A file that is no picture, with its article: "a PDF document".
    OtherFile(&'static str),
    /// None of these.
    Unknown,
}

/// Bytes at the beginning that tell text from other files.
const TEXT_BYTES: usize = 512;

impl FileSignature {
    /// The signature of a file; its first 512 bytes are enough.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        raw(bytes)
            .map(Self::Raw)
            .or_else(|| photo(bytes).map(Self::Photo))
            .or_else(|| iso_media(bytes))
            .or_else(|| other_picture(bytes).map(Self::OtherPicture))
            .or_else(|| other_file(bytes).map(Self::OtherFile))
            .unwrap_or(Self::Unknown)
    }
}

/// True for the name of a camera's RAW file: what a TIFF signature leaves open.
pub fn has_raw_ending(name: &str) -> bool {
    const ENDINGS: [&str; 18] = [
        "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2", "pef", "srw", "3fr", "dng", "raf",
        "orf", "rw2", "iiq", "x3f", "mrw",
    ];
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ENDINGS.iter().any(|raw| raw.eq_ignore_ascii_case(ending)))
}

/// Advice for whoever has a picture of a kind that is not read: how to get one that is.
pub fn export_advice(kind: &str) -> &'static str {
    match kind {
        "HEIC" => {
            "Export it as JPEG and upload that. For new photos on an iPhone, choose Settings, Camera, Formats, Most Compatible."
        }
        "AVIF" => "Export it as JPEG and upload that.",
        _ => "Export it as JPEG or TIFF and upload that.",
    }
}

fn starting<T: Copy>(bytes: &[u8], table: &[(&[u8], T)]) -> Option<T> {
    let found = table.iter().find(|(start, _)| bytes.starts_with(start));
    found.map(|(_, value)| *value)
}

fn raw(bytes: &[u8]) -> Option<&'static str> {
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
    starting(bytes, &STARTS)
        .or_else(|| (bytes.get(8..10)? == b"CR" && bytes[0] == b'I').then_some("Canon CR2"))
        .or_else(|| (bytes.get(8..12)? == b"IIII").then_some("Phase One IIQ"))
        .or_else(|| (bytes.get(4..12)? == b"ftypcrx ").then_some("Canon CR3"))
}

fn photo(bytes: &[u8]) -> Option<Format> {
    const STARTS: [(&[u8], Format); 6] = [
        (b"\xFF\xD8\xFF", Format::Jpeg),
        (b"\x89PNG\r\n\x1a\n", Format::Png),
        (b"II*\0", Format::Tiff),
        (b"MM\0*", Format::Tiff),
        (b"II+\0", Format::Tiff),
        (b"MM\0+", Format::Tiff),
    ];
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    starting(bytes, &STARTS).or(is_webp.then_some(Format::WebP))
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
    starting(bytes, &STARTS)
}

/// Brands of pictures coded as HEVC.
const HEIC: [&[u8]; 6] = [b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis"];
/// Brands that are looked at; a file has some five.
const BRANDS: usize = 12;

fn iso_media(bytes: &[u8]) -> Option<FileSignature> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    // The main brand, and those that it is compatible with: HEIC and AVIF share "mif1".
    let brands = || bytes[8..].chunks_exact(4).take(BRANDS);
    let main = brands().next()?;
    let any = |list: &[&[u8]]| brands().any(|brand| list.contains(&brand));
    Some(match main {
        b"avif" | b"avis" => FileSignature::OtherPicture("AVIF"),
        b"mif1" | b"msf1" | b"miaf" if any(&[b"avif", b"avis"]) => {
            FileSignature::OtherPicture("AVIF")
        }
        b"mif1" | b"msf1" | b"miaf" => FileSignature::OtherPicture("HEIC"),
        other if HEIC.contains(&other) => FileSignature::OtherPicture("HEIC"),
        _ => FileSignature::IsoMedia,
    })
}

fn other_file(bytes: &[u8]) -> Option<&'static str> {
    let head = &bytes[..bytes.len().min(TEXT_BYTES)];
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        for (bytes, wanted) in [
            (&b""[..], FileSignature::Empty),
            (b"\xff\xd8\xff\xe0", FileSignature::Photo(Format::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", FileSignature::Photo(Format::Png)),
            (b"II*\0\x08\0\0\0", FileSignature::Photo(Format::Tiff)),
            (b"MM\0+\0\x08\0\0", FileSignature::Photo(Format::Tiff)),
            (b"RIFF\0\0\0\0WEBP", FileSignature::Photo(Format::WebP)),
            (b"II*\0\x10\0\0\0CR\x02\0", FileSignature::Raw("Canon CR2")),
            (b"\0\0\0\x18ftypcrx ", FileSignature::Raw("Canon CR3")),
            (b"FUJIFILMCCD-RAW 0201", FileSignature::Raw("Fujifilm RAF")),
            (b"\0\0\0\x18ftypheic", FileSignature::OtherPicture("HEIC")),
            (
                b"\0\0\0\x1cftypmif1\0\0\0\0mif1heic",
                FileSignature::OtherPicture("HEIC"),
            ),
            (
                b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif",
                FileSignature::OtherPicture("AVIF"),
            ),
            (b"\0\0\0\x18ftypmp42", FileSignature::IsoMedia),
            (b"GIF89a", FileSignature::OtherPicture("GIF")),
            (b"%PDF-1.7", FileSignature::OtherFile("a PDF document")),
            (b" <HTML>", FileSignature::OtherFile("a web page")),
            (b"hello", FileSignature::OtherFile("a text file")),
            (b"\x01\x02\x03", FileSignature::Unknown),
        ] {
            assert_eq!(FileSignature::of(bytes), wanted, "{bytes:?}");
        }
    }

    #[test]
    fn raw_files_are_known_by_their_ending_in_any_case() {
        assert!(has_raw_ending("house.NEF") && has_raw_ending("a.b.dng"));
        assert!(!has_raw_ending("house.tif") && !has_raw_ending("nef"));
    }
}
