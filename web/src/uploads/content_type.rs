//! Content types, detected from a file's first bytes: its name and the type that a browser
//! sends may be wrong.

use plumbline_documents::{ContentType, FileSignature, Format, export_advice, has_raw_ending};

const EMPTY: &str = "This file is empty. Choose it again; if it is still empty, export it again.";
const EXPORT: &str = "Export it as JPEG or TIFF and upload that.";

/// The content type of an accepted file, or a sentence that says what to do instead. The
/// ending of the name counts only where a TIFF may be a camera's RAW file; whether that can be
/// read is decided by the worker.
pub fn detect(head: &[u8], name: &str) -> Result<ContentType, String> {
    match FileSignature::of(head) {
        FileSignature::Empty => Err(EMPTY.to_owned()),
        FileSignature::Raw(_) => Ok(ContentType::Raw),
        FileSignature::Photo(Format::Tiff) if has_raw_ending(name) => Ok(ContentType::Raw),
        FileSignature::Photo(format) => Ok(format.into()),
        FileSignature::IsoMedia => Err(format!("This is a video, or an unusual picture. {EXPORT}")),
        FileSignature::OtherPicture(kind) => Err(format!(
            "This is {}, which cannot be read yet. {}",
            picture(kind),
            export_advice(kind)
        )),
        FileSignature::OtherFile(what) => Err(format!("This is {what}, not a photo. {EXPORT}")),
        FileSignature::Unknown => Err(format!("This is not a photo that we can read. {EXPORT}")),
    }
}

/// "a HEIC picture", "an AVIF picture"
fn picture(kind: &str) -> String {
    let article = if kind.starts_with(['A', 'I', 'O']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {kind} picture")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_known_by_their_first_bytes_whatever_their_name() {
        for (head, name, wanted) in [
            (&b"\xff\xd8\xff\xe0"[..], "a.png", ContentType::Jpeg),
            (b"\x89PNG\r\n\x1a\n", "a.jpg", ContentType::Png),
            (b"II\x2a\x00", "a.tif", ContentType::Tiff),
            (b"MM\x00\x2a", "a.tif", ContentType::Tiff),
            (b"II\x2b\x00", "a.tif", ContentType::Tiff),
            (b"II\x2a\x00", "a.NEF", ContentType::Raw),
            (b"\0\0\0\x18ftypcrx ", "a.jpg", ContentType::Raw),
            (b"RIFF\0\0\0\0WEBP", "a.jpg", ContentType::WebP),
        ] {
            assert_eq!(detect(head, name), Ok(wanted), "{name}");
        }
    }

    #[test]
    fn other_files_are_refused_by_name_with_what_to_do() {
        for (head, name, said) in [
            (&b""[..], "a.jpg", "empty"),
            (b"\0\0\0\x18ftypheic", "a.heic", "a HEIC picture"),
            (b"\0\0\0\x18ftypavif", "a.avif", "an AVIF picture"),
            (b"\0\0\0\x18ftypmp42", "a.mp4", "a video"),
            (b"GIF89a", "a.nef", "a GIF picture"),
            (b"<html>", "a.jpg", "a web page, not a photo"),
        ] {
            let sentence = detect(head, name).unwrap_err();
            assert!(sentence.contains(said), "{sentence}");
            assert!(sentence.contains("xport it"), "{sentence}");
        }
    }

    #[test]
    fn an_iphone_s_picture_is_refused_with_the_way_to_jpeg_whatever_its_name() {
        let sentence = detect(b"\0\0\0\x18ftypheic", "photo.jpg").unwrap_err();
        assert!(sentence.contains("Most Compatible"), "{sentence}");
    }
}
