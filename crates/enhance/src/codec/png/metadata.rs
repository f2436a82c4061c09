//! The metadata chunks of a PNG: EXIF, XMP, and the hexadecimal profiles that ImageMagick and
//! older tools hide in text chunks. Compressed text is opened only where its keyword promises
//! metadata, and only up to a limit.

use std::borrow::Cow;

use crate::codec::ifd::Block;
use crate::codec::metadata::{EXIF_SIGNATURE, XMP_SIGNATURE, photoshop};
use crate::codec::{Metadata, work};

const XMP_KEYWORD: &str = "XML:com.adobe.xmp";
const RAW_PROFILE: &str = "Raw profile type ";
/// Largest text chunk, decompressed. The largest real ones hold Photoshop's history, some 100 KiB.
const MAX_TEXT_BYTES: usize = 4 << 20;
/// Text chunks that are opened at most.
const MAX_TEXTS: usize = 8;

/// Walks the chunks; the first of each kind counts.
pub(crate) fn read(bytes: &[u8]) -> Metadata {
    let mut metadata = Metadata::default();
    let mut texts = 0;
    for (kind, data) in chunks(bytes) {
        match kind {
            b"eXIf" => keep_exif(&mut metadata, data),
            b"iTXt" | b"zTXt" | b"tEXt" if texts < MAX_TEXTS => {
                if let Some((keyword, text)) = text(kind, data) {
                    texts += 1;
                    note(&mut metadata, &keyword, &text);
                }
            }
            _ => {}
        }
    }
    metadata
}

/// Kinds and payloads in file order, as far as the structure holds.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, tail) = rest.split_first_chunk::<4>()?;
        let (kind, tail) = tail.split_first_chunk::<4>()?;
        work::count(1);
        let length = u32::from_be_bytes(*length) as usize;
        let data = tail.get(..length)?;
        rest = tail.get(length.checked_add(4)?..).unwrap_or_default();
        Some((kind, data))
    })
}

/// Keyword and text of a chunk that promises metadata.
fn text<'a>(kind: &[u8; 4], data: &'a [u8]) -> Option<(String, Cow<'a, [u8]>)> {
    let end = data.iter().take(80).position(|&b| b == 0)?;
    let (keyword, rest) = (std::str::from_utf8(&data[..end]).ok()?, &data[end + 1..]);
    if keyword != XMP_KEYWORD && !keyword.starts_with(RAW_PROFILE) {
        return None;
    }
    let text = match kind {
        b"zTXt" => Cow::Owned(inflate(rest.get(1..)?)?),
        b"iTXt" => international(rest)?,
        _ => Cow::Borrowed(rest),
    };
    Some((keyword.to_owned(), text))
}

/// Two flags, language and translated keyword, each ended by a zero, then the text.
fn international(rest: &[u8]) -> Option<Cow<'_, [u8]>> {
    let (&[is_compressed, _method], rest) = rest.split_first_chunk::<2>()?;
    let text = rest.splitn(3, |&b| b == 0).nth(2)?;
    if is_compressed == 1 {
        inflate(text).map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(text))
    }
}

fn inflate(zlib: &[u8]) -> Option<Vec<u8>> {
    fdeflate::decompress_to_vec_bounded(zlib, MAX_TEXT_BYTES).ok()
}

fn note(metadata: &mut Metadata, keyword: &str, text: &[u8]) {
    if keyword == XMP_KEYWORD {
        keep_xmp(metadata, text);
        return;
    }
    let Some(block) = hexadecimal(text) else {
        return;
    };
    match keyword.strip_prefix(RAW_PROFILE) {
        Some("exif" | "APP1" | "app1") => match block.strip_prefix(XMP_SIGNATURE) {
            Some(packet) => keep_xmp(metadata, packet),
            None => keep_exif(metadata, &block),
        },
        Some("xmp") => keep_xmp(metadata, &block),
        Some("iptc" | "8bim") => keep_captions(metadata, block),
        _ => {}
    }
}

fn keep_exif(metadata: &mut Metadata, block: &[u8]) {
    let block = block.strip_prefix(EXIF_SIGNATURE).unwrap_or(block);
    if metadata.exif.is_none() && Block::new(block).is_some() {
        metadata.exif = Some(block.to_vec());
    }
}

fn keep_xmp(metadata: &mut Metadata, packet: &[u8]) {
    if metadata.xmp.is_none() && !packet.is_empty() {
        metadata.xmp = Some(packet.to_vec());
    }
}

/// Photoshop resources around a caption, or the bare caption, which starts with 0x1C.
fn keep_captions(metadata: &mut Metadata, block: Vec<u8>) {
    if metadata.iptc.is_some() || metadata.photoshop.is_some() {
        return;
    }
    if block.starts_with(b"8BIM") {
        metadata.iptc = photoshop::iptc(&block);
        metadata.photoshop = Some(block);
    } else if block.first() == Some(&0x1C) {
        metadata.iptc = Some(block);
    }
}

/// ImageMagick's form: a newline, the profile's name, its length in decimal, hexadecimal lines.
fn hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?.trim_start();
    let (_name, rest) = text.split_once('\n')?;
    let (length, digits) = rest.trim_start().split_once('\n')?;
    let length: usize = length.trim().parse().ok()?;
    let digits: Vec<u8> = digits
        .bytes()
        .filter_map(|b| (b as char).to_digit(16).map(|v| v as u8))
        .collect();
    let bytes: Vec<u8> = digits
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[high, low]| high << 4 | low)
        .collect();
    (bytes.len() == length && length > 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hexadecimal_profile_is_read_and_a_short_one_is_not() {
        assert_eq!(
            hexadecimal(b"\niptc\n       3\n1c02\n78\n"),
            Some(vec![0x1C, 2, 0x78])
        );
        assert_eq!(hexadecimal(b"\niptc\n       4\n1c0278\n"), None);
        assert_eq!(hexadecimal(b"nonsense"), None);
    }

    #[test]
    fn captions_come_bare_or_in_their_envelope() {
        let mut bare = Metadata::default();
        note(&mut bare, "Raw profile type iptc", b"\niptc\n 2\n1c02\n");
        assert_eq!(bare.iptc.as_deref(), Some(&[0x1C, 2][..]));
        let envelope = photoshop::around_iptc(&[0x1C, 2]);
        let mut wrapped = Metadata::default();
        keep_captions(&mut wrapped, envelope);
        assert_eq!(wrapped.iptc, bare.iptc);
    }
}
