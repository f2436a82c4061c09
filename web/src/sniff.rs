//! What kind of file the first bytes say this is. Names lie and types sent by
//! browsers are guesses; nothing here decodes a picture.

/// Bytes of a file's beginning that are kept to look at: enough for the size in
/// pixels to lie in them, behind metadata and an embedded preview.
pub const HEAD_BYTES: usize = 1 << 20;

/// Largest picture we take, in pixels (50 megapixels, as cameras count them).
pub const MAX_PIXELS: i64 = 50_331_648;

const EXPORT: &str = "Export it as JPEG or TIFF and upload that.";

/// The content type of a file we take, or a sentence that says what to do instead.
pub fn kind(head: &[u8], name: &str) -> Result<&'static str, String> {
    if head.is_empty() {
        return Err(
            "This file is empty. Choose it again; if it stays empty, export it anew.".into(),
        );
    }
    if let Some(raw) = raw_name(head, name) {
        return Err(format!(
            "This is a {raw} camera RAW file, which we cannot read yet. {EXPORT}"
        ));
    }
    match head {
        [0xff, 0xd8, 0xff, ..] => Ok("image/jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Ok("image/png"),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Ok("image/tiff"),
        _ => Err(unknown(head)),
    }
}

/// RAW files that say TIFF, or nothing, in their first bytes go by their name too.
fn raw_name(head: &[u8], name: &str) -> Option<&'static str> {
    const ENDINGS: [(&str, &str); 17] = [
        ("cr2", "Canon CR2"),
        ("cr3", "Canon CR3"),
        ("crw", "Canon CRW"),
        ("nef", "Nikon NEF"),
        ("nrw", "Nikon NRW"),
        ("arw", "Sony ARW"),
        ("srf", "Sony SRF"),
        ("sr2", "Sony SR2"),
        ("pef", "Pentax PEF"),
        ("srw", "Samsung SRW"),
        ("3fr", "Hasselblad 3FR"),
        ("dng", "DNG"),
        ("raf", "Fujifilm RAF"),
        ("orf", "Olympus ORF"),
        ("rw2", "Panasonic RW2"),
        ("iiq", "Phase One IIQ"),
        ("x3f", "Sigma X3F"),
    ];
    if head.starts_with(b"FUJIFILMCCD-RAW") {
        return Some("Fujifilm RAF");
    }
    let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
    ENDINGS
        .into_iter()
        .find(|(known, _)| *known == ending)
        .map(|(_, name)| name)
}

fn unknown(head: &[u8]) -> String {
    let named = match head {
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', ..] => "an AVIF picture",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "a HEIC photo or a video",
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
        ] => "a WebP picture",
        [b'G', b'I', b'F', b'8', ..] => "a GIF",
        [b'B', b'M', ..] => "a BMP picture",
        [b'%', b'P', b'D', b'F', ..] => "a PDF",
        [b'P', b'K', ..] => "a zip archive",
        [b'8', b'B', b'P', b'S', ..] => "a Photoshop file",
        _ => return format!("This is not a photo that we can read. {EXPORT}"),
    };
    format!("This is {named}. {EXPORT}")
}

/// Width and height, where the beginning of the file says them.
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
            "This photo has {:.0} megapixels; we take up to 50. Export it smaller and upload that.",
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
    }

    #[test]
    fn other_files_are_refused_by_name_with_what_to_do() {
        for (head, name, said) in [
            (&b""[..], "a.jpg", "empty"),
            (b"\0\0\0\x18ftypheic", "a.heic", "HEIC"),
            (b"RIFF\0\0\0\0WEBP", "a.webp", "WebP"),
            (b"II\x2a\x00", "a.NEF", "Nikon NEF"),
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
