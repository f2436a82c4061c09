//! Content types, detected from a file's first bytes: its name and the type that a browser
//! sends may be wrong. The one table of signatures that the site has; it needs nothing but
//! the bytes and the name. `infer` does not know BigTIFF, nor most makers' RAW files.

/// The content type given to the RAW files of every camera maker.
pub const RAW: &str = "image/x-dcraw";

const EXPORT: &str = "Export it as JPEG or TIFF and upload that.";

/// The content type of an accepted file, or a sentence that says what to do instead.
pub fn detect(head: &[u8], name: &str) -> Result<&'static str, String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_known_by_their_first_bytes_whatever_their_name() {
        assert_eq!(detect(b"\xff\xd8\xff\xe0", "a.png"), Ok("image/jpeg"));
        assert_eq!(detect(b"\x89PNG\r\n\x1a\n", "a.jpg"), Ok("image/png"));
        assert_eq!(detect(b"II\x2a\x00", "a.tif"), Ok("image/tiff"));
        assert_eq!(detect(b"MM\x00\x2a", "a.tif"), Ok("image/tiff"));
        assert_eq!(detect(b"II\x2a\x00", "a.NEF"), Ok(RAW));
        assert_eq!(detect(b"\0\0\0\x18ftypcrx ", "a.jpg"), Ok(RAW));
        assert_eq!(detect(b"RIFF\0\0\0\0WEBP", "a.jpg"), Ok("image/webp"));
    }

    #[test]
    fn other_files_are_refused_by_name_with_what_to_do() {
        for (head, name, said) in [
            (&b""[..], "a.jpg", "empty"),
            (b"\0\0\0\x18ftypheic", "a.heic", "HEIC"),
            (b"GIF89a", "a.nef", "GIF"),
            (b"<html>", "a.jpg", "not a photo"),
        ] {
            let sentence = detect(head, name).unwrap_err();
            assert!(sentence.contains(said), "{sentence}");
            assert!(sentence.contains("xport it"), "{sentence}");
        }
    }
}
