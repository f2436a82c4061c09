//! Content types, detected from a file's first bytes: its name and the type that a browser
//! sends may be wrong. Nothing here decodes a picture.

/// Number of a file's first bytes that are examined: enough to contain the size in pixels,
/// behind metadata and an embedded preview.
pub const HEAD_BYTES: usize = 1 << 20;

/// Largest picture accepted, in pixels (50 megapixels, as cameras count them).
pub const MAX_PIXELS: i64 = 50_331_648;

/// The content type given to the RAW files of every camera maker.
pub const RAW: &str = "image/x-dcraw";

const EXPORT: &str = "Export it as JPEG or TIFF and upload that.";

/// The content type of an accepted file, or a sentence that says what to do instead.
pub fn kind(head: &[u8], name: &str) -> Result<&'static str, String> {
    if head.is_empty() {
        return Err(
            "This file is empty. Choose it again; if it is still empty, export it again.".into(),
        );
    }
    if is_raw(head, name) {
        return Ok(RAW);
    }
    match head {
        [0xff, 0xd8, 0xff, ..] => Ok("image/jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok("image/png"),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Ok("image/tiff"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Ok("image/webp"),
        _ => Err(unknown(head)),
    }
}

/// Camera RAW files: by what they begin with, and those that say TIFF or nothing
/// there by their name too. Whether a RAW file can be read is decided by the worker.
fn is_raw(head: &[u8], name: &str) -> bool {
    const STARTS: [&[u8]; 8] = [
        b"FUJIFILMCCD-RAW",
        b"\0MRM",
        b"IIU\0",
        b"IIRO",
        b"IIRS",
        b"MMOR",
        b"FOVb",
        b"II\x1a\0\0\0HEAPCCDR",
    ];
    const ENDINGS: [&str; 18] = [
        "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2", "pef", "srw", "3fr", "dng", "raf",
        "orf", "rw2", "iiq", "x3f", "mrw",
    ];
    let is_tiff = head.starts_with(b"II\x2a\0") || head.starts_with(b"MM\0\x2a");
    let is_cr3 = head.get(4..12) == Some(b"ftypcrx ");
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let named = ending.is_some_and(|ending| {
        ENDINGS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(ending))
    });
    is_cr3 || STARTS.iter().any(|start| head.starts_with(start)) || is_tiff && named
}

fn unknown(head: &[u8]) -> String {
    let named = match head {
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', ..] => "an AVIF picture",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "a HEIC photo or a video",
        [b'G', b'I', b'F', b'8', ..] => "a GIF",
        [b'B', b'M', ..] => "a BMP picture",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        [b'P', b'K', ..] => "a zip archive",
        [b'8', b'B', b'P', b'S', ..] => "a Photoshop file",
        _ => return format!("This is not a photo that we can read. {EXPORT}"),
    };
    format!("This is {named}. {EXPORT}")
}

/// Width and height, where the first bytes contain them.
pub fn size_pixels(head: &[u8]) -> Option<(i32, i32)> {
    let size = imagesize::blob_size(head).ok()?;
    Some((
        i32::try_from(size.width).ok()?,
        i32::try_from(size.height).ok()?,
    ))
}

/// A sentence, if a picture of this size is too much.
pub fn too_many_pixels((width, height): (i32, i32)) -> Option<String> {
    let pixels = i64::from(width) * i64::from(height);
    (pixels > MAX_PIXELS).then(|| {
        format!(
            "This photo has {:.0} megapixels; the limit is 50. Export it smaller and upload that.",
            pixels as f64 / 1e6
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_known_by_their_first_bytes_whatever_their_name() {
        assert_eq!(kind(b"\xff\xd8\xff\xe0", "a.png"), Ok("image/jpeg"));
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n", "a.jpg"), Ok("image/png"));
        assert_eq!(kind(b"II\x2a\x00", "a.tif"), Ok("image/tiff"));
        assert_eq!(kind(b"MM\x00\x2a", "a.tif"), Ok("image/tiff"));
        assert_eq!(kind(b"II\x2a\x00", "a.NEF"), Ok(RAW));
        assert_eq!(kind(b"\0\0\0\x18ftypcrx ", "a.jpg"), Ok(RAW));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBP", "a.jpg"), Ok("image/webp"));
    }

    #[test]
    fn other_files_are_refused_by_name_with_what_to_do() {
        for (head, name, said) in [
            (&b""[..], "a.jpg", "empty"),
            (b"\0\0\0\x18ftypheic", "a.heic", "HEIC"),
            (b"GIF89a", "a.nef", "GIF"),
            (b"<html>", "a.jpg", "not a photo"),
        ] {
            let sentence = kind(head, name).unwrap_err();
            assert!(sentence.contains(said), "{sentence}");
            assert!(sentence.contains("xport it"), "{sentence}");
        }
    }

    #[test]
    fn fifty_megapixels_are_taken_and_more_are_not() {
        assert_eq!(too_many_pixels((8183, 5455)), None);
        assert!(too_many_pixels((12_000, 12_000)).is_some());
    }
}
