//! Photoshop image resources, the envelope of IPTC captions in JPEG and TIFF ("8BIM" blocks,
//! Adobe Photoshop File Formats Specification).

use crate::codec::work;

const IPTC: u16 = 0x0404;
/// Thumbnails of the picture as it was, the profile it had, its extra channels (their names and
/// colours), and copies of its EXIF blocks and its XMP packet.
const UNTRUE: [u16; 11] = [
    0x0409, 0x040C, 0x040F, 0x03EE, 0x03EF, 0x0415, 0x041D, 0x0435, 0x0422, 0x0423, 0x0424,
];
/// Signatures of a resource: Photoshop's, and those of programs that registered one.
const SIGNATURES: [&[u8; 4]; 5] = [b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"];

/// One resource: id and the whole block with its header and padding.
struct Resource<'a> {
    id: u16,
    block: &'a [u8],
    data: &'a [u8],
}

/// The resources, and the bytes behind the last one that could be understood.
fn resources(bytes: &[u8]) -> (Vec<Resource<'_>>, &[u8]) {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(resource) = first(rest) {
        work::count(1);
        rest = &rest[resource.block.len()..];
        found.push(resource);
    }
    (found, rest)
}

fn first(bytes: &[u8]) -> Option<Resource<'_>> {
    if !SIGNATURES.iter().any(|word| bytes.starts_with(*word)) {
        return None;
    }
    let name = (usize::from(*bytes.get(6)?) + 1).next_multiple_of(2);
    let start = 6 + name + 4;
    let size: [u8; 4] = bytes.get(6 + name..start)?.try_into().ok()?;
    let end = start.checked_add(u32::from_be_bytes(size) as usize)?;
    Some(Resource {
        id: u16::from_be_bytes([bytes[4], bytes[5]]),
        data: bytes.get(start..end)?,
        block: &bytes[..end.next_multiple_of(2).min(bytes.len())],
    })
}

/// The IPTC block among the resources.
pub(crate) fn iptc(bytes: &[u8]) -> Option<Vec<u8>> {
    let found = resources(bytes).0.into_iter().find(|r| r.id == IPTC)?;
    (!found.data.is_empty()).then(|| found.data.to_vec())
}

/// The resources that are true for the delivered picture; what cannot be understood stays.
pub(crate) fn refresh(bytes: &[u8]) -> Vec<u8> {
    let (resources, rest) = resources(bytes);
    let kept = resources.iter().filter(|r| !UNTRUE.contains(&r.id));
    kept.flat_map(|r| r.block).chain(rest).copied().collect()
}

/// An envelope holding only the IPTC block.
pub(crate) fn around_iptc(iptc: &[u8]) -> Vec<u8> {
    let mut bytes = b"8BIM\x04\x04\0\0".to_vec();
    bytes.extend_from_slice(&(iptc.len() as u32).to_be_bytes());
    bytes.extend_from_slice(iptc);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_come_out_of_the_envelope_they_were_put_in() {
        let envelope = around_iptc(b"caption");
        assert_eq!(iptc(&envelope).as_deref(), Some(&b"caption"[..]));
        assert_eq!(refresh(&envelope), envelope);
    }

    #[test]
    fn thumbnails_go_and_strange_resources_stay() {
        let mut bytes = b"8BIM\x04\x0c\0\0\0\0\0\x03abc\0".to_vec();
        bytes.extend_from_slice(b"MeSa\x11\x22\0\0\0\0\0\x02hi and a tail");
        assert_eq!(refresh(&bytes), b"MeSa\x11\x22\0\0\0\0\0\x02hi and a tail");
    }
}
