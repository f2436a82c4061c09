//! A JPEG without what must not be published, its picture untouched: every coefficient stays the
//! byte that it was. A list of segments that stay, like [`Privacy::NoPlaceOrOwner`] of what is in
//! them: cameras and phones hide previews with places of their own in segments that nobody could list.

use crate::codec::jpeg::segments::{Markers, next_marker, payload};
use crate::codec::jpeg::write::MAX_SEGMENT;
use crate::codec::metadata::xmp::extended;
use crate::codec::metadata::{
    EXIF_SIGNATURE, EXTENDED_SIGNATURE, PHOTOSHOP_SIGNATURE, XMP_SIGNATURE, exif, from_jpeg,
    photoshop,
};
use crate::codec::{Metadata, Privacy};

/// `None`: it has no picture.
pub(crate) fn published(jpeg: &[u8]) -> Option<Vec<u8>> {
    let metadata = from_jpeg(&Markers::read(jpeg)).within(Privacy::NoPlaceOrOwner);
    let mut out = vec![0xFF, 0xD8];
    let (mut at, mut has_head, mut in_scan) = (2, false, false);
    while let Some((marker, start)) = next_marker(jpeg, at) {
        // Between segments before the first scan there is nothing that any reader needs.
        if in_scan {
            out.extend_from_slice(&jpeg[at..start - 2]);
        }
        at = start;
        match marker {
            // What follows the end is another picture, or another file.
            0xD9 => {
                out.extend_from_slice(&[0xFF, 0xD9]);
                return in_scan.then_some(out);
            }
            0x01 | 0xD0..=0xD8 => {
                out.extend_from_slice(&[0xFF, marker]);
                continue;
            }
            _ => {}
        }
        let body = payload(jpeg, at)?;
        at += body.len() + 2;
        // JFIF's segment stays first.
        if !has_head && marker != 0xE0 {
            head(&metadata)
                .iter()
                .for_each(|(m, b)| put(&mut out, *m, b));
            has_head = true;
        }
        if let Some(body) = kept(marker, body) {
            put(&mut out, marker, &body);
        }
        in_scan |= marker == 0xDA;
    }
    // The end is missing: readers show what there is of the picture.
    out.extend_from_slice(jpeg.get(at..).filter(|_| in_scan)?);
    Some(out)
}

fn put(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    out.extend_from_slice(&[0xFF, marker]);
    out.extend_from_slice(&(body.len() as u16 + 2).to_be_bytes());
    out.extend_from_slice(body);
}

/// The part of a segment that stays: all that decoding needs, and the colour profile.
fn kept(marker: u8, body: &[u8]) -> Option<Vec<u8>> {
    match marker {
        0xE0 => jfif(body),
        0xE2 => body.starts_with(b"ICC_PROFILE\0").then(|| body.to_vec()),
        0xEE => body.starts_with(b"Adobe").then(|| body.to_vec()),
        0xE1..=0xEF | 0xFE => None,
        _ => Some(body.to_vec()),
    }
}

/// JFIF's segment without its thumbnail.
fn jfif(body: &[u8]) -> Option<Vec<u8>> {
    let fields = body.get(..12).filter(|body| body.starts_with(b"JFIF\0"))?;
    Some([fields, &[0, 0]].concat())
}

/// The metadata segments, as readers expect them.
fn head(metadata: &Metadata) -> Vec<(u8, Vec<u8>)> {
    let mut list = Vec::new();
    let block = metadata.exif.clone();
    let block = block.and_then(|block| exif::within(block, MAX_SEGMENT - EXIF_SIGNATURE.len()));
    list.extend(block.map(|block| (0xE1, [EXIF_SIGNATURE, &block].concat())));
    let room = MAX_SEGMENT - EXTENDED_SIGNATURE.len();
    let packet = metadata.xmp.clone();
    if let Some((main, parts)) = packet.and_then(|packet| extended::split(packet, room)) {
        list.push((0xE1, [XMP_SIGNATURE, &main].concat()));
        let parts = parts.iter().map(|part| [EXTENDED_SIGNATURE, part].concat());
        list.extend(parts.map(|part| (0xE1, part)));
    }
    let resources = metadata.iptc.as_deref().map(photoshop::around_iptc);
    let resources = resources.unwrap_or_default();
    let parts = resources.chunks(MAX_SEGMENT - PHOTOSHOP_SIGNATURE.len());
    list.extend(parts.map(|part| (0xED, [PHOTOSHOP_SIGNATURE, part].concat())));
    list.retain(|(_, body)| body.len() <= MAX_SEGMENT);
    list
}
