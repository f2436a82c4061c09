//! Files taken apart and put together again in ways that our own encoders do not write.

/// Segments of a JPEG before its picture, as marker and payload, and the rest from its start of scan.
pub fn segments(jpeg: &[u8]) -> (Vec<(u8, Vec<u8>)>, Vec<u8>) {
    let (mut list, mut at) = (Vec::new(), 2);
    loop {
        let (marker, length) = (
            jpeg[at + 1],
            u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]),
        );
        if marker == 0xDA {
            return (list, jpeg[at..].to_vec());
        }
        let end = at + 2 + usize::from(length);
        list.push((marker, jpeg[at + 4..end].to_vec()));
        at = end;
    }
}

/// A JPEG of segments and what follows them.
pub fn joined(segments: &[(u8, Vec<u8>)], rest: &[u8]) -> Vec<u8> {
    let mut jpeg = vec![0xFF, 0xD8];
    for (marker, payload) in segments {
        jpeg.extend([0xFF, *marker]);
        jpeg.extend((payload.len() as u16 + 2).to_be_bytes());
        jpeg.extend_from_slice(payload);
    }
    jpeg.extend_from_slice(rest);
    jpeg
}

/// The picture of a JPEG with other metadata: its own application segments and comments go.
pub fn with_segments(jpeg: &[u8], wanted: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let (own, rest) = segments(jpeg);
    let picture = own
        .into_iter()
        .filter(|(marker, _)| !matches!(marker, 0xE1..=0xEF | 0xFE));
    let mut list: Vec<(u8, Vec<u8>)> = picture.collect();
    let start = usize::from(list.first().is_some_and(|(marker, _)| *marker == 0xE0));
    list.splice(start..start, wanted.iter().cloned());
    joined(&list, &rest)
}

/// An application segment with a signature.
pub fn segment(marker: u8, signature: &[u8], payload: &[u8]) -> (u8, Vec<u8>) {
    (marker, [signature, payload].concat())
}

pub fn xmp_segment(properties: &str) -> (u8, Vec<u8>) {
    segment(
        0xE1,
        b"http://ns.adobe.com/xap/1.0/\0",
        packet(properties).as_bytes(),
    )
}

/// A packet with one description that has these attributes or children.
pub fn packet(properties: &str) -> String {
    format!(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
         <rdf:Description rdf:about='' {properties}</rdf:RDF></x:xmpmeta>"
    )
}

/// An EXIF block, little-endian: orientation, colour space, subject area, and the interoperability
/// index where there is one.
pub fn exif(orientation: u16, colour_space: u16, index: Option<&[u8; 4]>) -> Vec<u8> {
    const SUB: u32 = 8 + 2 + 2 * 12 + 4;
    let count = 2 + u32::from(index.is_some());
    let area_at = SUB + 2 + count * 12 + 4;
    let interop_at = area_at + 8;
    let mut block = b"II*\0\x08\0\0\0".to_vec();
    directory(
        &mut block,
        &[(0x0112, 3, 1, u32::from(orientation)), (0x8769, 4, 1, SUB)],
    );
    let mut sub = vec![
        (0x9214, 3, 4, area_at),
        (0xA001, 3, 1, u32::from(colour_space)),
    ];
    sub.extend(index.map(|_| (0xA005, 4, 1, interop_at)));
    directory(&mut block, &sub);
    [1000_u16, 600, 200, 200]
        .iter()
        .for_each(|v| block.extend(v.to_le_bytes()));
    if let Some(index) = index {
        directory(&mut block, &[(1, 2, 4, u32::from_le_bytes(*index))]);
    }
    block
}

/// Appends a directory of tag, type, count and value, without a successor.
pub fn directory(block: &mut Vec<u8>, entries: &[(u16, u16, u32, u32)]) {
    block.extend((entries.len() as u16).to_le_bytes());
    for &(tag, kind, count, value) in entries {
        block.extend(tag.to_le_bytes());
        block.extend(kind.to_le_bytes());
        block.extend(count.to_le_bytes());
        block.extend(value.to_le_bytes());
    }
    block.extend([0; 4]);
}

/// A PNG without the chunk that says sRGB, and with an EXIF block.
pub fn png_with_exif(png: &[u8], exif: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (png[..8].to_vec(), 8);
    while at < png.len() {
        let length = u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        let (kind, end) = (&png[at + 4..at + 8], at + 12 + length);
        if kind != b"sRGB" {
            out.extend_from_slice(&png[at..end]);
        }
        if kind == b"IHDR" {
            let body = [b"eXIf", exif].concat();
            out.extend((exif.len() as u32).to_be_bytes());
            out.extend_from_slice(&body);
            out.extend(crc32fast::hash(&body).to_be_bytes());
        }
        at = end;
    }
    out
}
