//! Photoshop image resources, the envelope of IPTC captions in JPEG and TIFF ("8BIM" blocks,
//! Adobe Photoshop File Formats Specification).

const IPTC: u16 = 0x0404;
/// Thumbnails of the picture as it was.
const THUMBNAILS: [u16; 2] = [0x0409, 0x040C];

/// One resource: id and the whole block with its header and padding.
struct Resource<'a> {
    id: u16,
    block: &'a [u8],
    data: &'a [u8],
}

fn resources(bytes: &[u8]) -> Option<Vec<Resource<'_>>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + 12 <= bytes.len() {
        let rest = &bytes[at..];
        if !rest.starts_with(b"8BIM") {
            break;
        }
        let name = (usize::from(rest[6]) + 1).next_multiple_of(2);
        let start = 6 + name + 4;
        let size: [u8; 4] = rest.get(6 + name..start)?.try_into().ok()?;
        let size = u32::from_be_bytes(size) as usize;
        let data = rest.get(start..start.checked_add(size)?)?;
        let end = (start + size).next_multiple_of(2).min(rest.len());
        found.push(Resource {
            id: u16::from_be_bytes([rest[4], rest[5]]),
            block: &rest[..end],
            data,
        });
        at += end;
    }
    Some(found)
}

/// The IPTC block among the resources.
pub(crate) fn iptc(bytes: &[u8]) -> Option<Vec<u8>> {
    let found = resources(bytes)?.into_iter().find(|r| r.id == IPTC)?;
    (!found.data.is_empty()).then(|| found.data.to_vec())
}

/// The resources without thumbnails; as they are where they cannot be understood.
pub(crate) fn without_thumbnails(bytes: &[u8]) -> Vec<u8> {
    let Some(resources) = resources(bytes) else {
        return bytes.to_vec();
    };
    let kept = resources
        .into_iter()
        .filter(|r| !THUMBNAILS.contains(&r.id));
    kept.flat_map(|r| r.block.to_vec()).collect()
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
        assert_eq!(without_thumbnails(&envelope), envelope);
    }
}
