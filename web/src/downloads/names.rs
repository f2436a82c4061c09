//! Names of files that leave the site: by what a file is, never by what it was called. A page that
//! was uploaded as a picture must not come down as a page.

use plumbline_documents::{ContentType, has_raw_ending};

/// "003-living-room.jpg": the number keeps names apart and photos in order.
pub fn file_name(number: i32, name: &str, content_type: &str) -> String {
    let ending = match content_type.parse() {
        Ok(ContentType::Raw) | Err(_) => "jpg",
        Ok(known) => endings(known)[0],
    };
    format!("{number:03}-{}.{ending}", safe_name(stem(name)))
}

/// An original's name and content type. `content_type` is what the file's own bytes say.
pub fn original_name(name: &str, content_type: &str) -> (String, &'static str) {
    let Ok(known) = content_type.parse::<ContentType>() else {
        let name = format!("{}.bin", safe_name(stem(name)));
        return (name, "application/octet-stream");
    };
    let sent = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_its_own = match known {
        ContentType::Raw => has_raw_ending(name),
        _ => endings(known)
            .iter()
            .any(|ending| ending.eq_ignore_ascii_case(sent)),
    };
    let ending = if is_its_own { sent } else { endings(known)[0] };
    let name = format!("{}.{ending}", safe_name(stem(name)));
    (name, known.as_str())
}

/// Endings of names that a type has, the usual one first.
fn endings(content_type: ContentType) -> &'static [&'static str] {
    match content_type {
        ContentType::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
        ContentType::Png => &["png"],
        ContentType::Tiff => &["tif", "tiff"],
        ContentType::WebP => &["webp"],
        // Each maker has its own; which it is was not kept.
        ContentType::Raw => &["raw"],
    }
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// A name that every file system takes, that cannot climb out of a folder, and that reads in the
/// order in which it is written.
pub fn safe_name(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| {
            if c.is_control() || turns_around(c) || "/\\:*?\"<>|".contains(c) {
                '_'
            } else {
                c
            }
        })
        .take(120)
        .collect();
    let trimmed = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if trimmed.is_empty() {
        "photo".to_owned()
    } else {
        trimmed.to_owned()
    }
}

/// Marks that let "gpj.exe" be shown as "exe.jpg".
fn turns_around(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_and_safe() {
        for (name, file) in [
            ("living room.TIF", "007-living room.jpg"),
            ("../../etc/passwd.jpg", "007-_.._etc_passwd.jpg"),
            ("küche.jpg", "007-küche.jpg"),
            (".jpg", "007-photo.jpg"),
            ("a\u{0}b.jpg", "007-a_b.jpg"),
            ("a\u{202e}gpj.exe", "007-a_gpj.jpg"),
        ] {
            assert_eq!(file_name(7, name, "image/jpeg"), file);
        }
    }

    #[test]
    fn an_original_is_called_what_it_is() {
        for (name, content_type, file) in [
            ("house.hta", "image/jpeg", "house.jpg"),
            ("House.JPEG", "image/jpeg", "House.JPEG"),
            ("house.jpg.exe", "image/png", "house.jpg.png"),
            ("house", "image/tiff", "house.tif"),
            ("house.NEF", "image/x-dcraw", "house.NEF"),
            ("house.html", "image/x-dcraw", "house.raw"),
            ("../house.webp", "image/webp", "_house.webp"),
        ] {
            let named = original_name(name, content_type);
            assert_eq!(named, (file.to_owned(), content_type));
        }
        let (name, content_type) = original_name("house.html", "text/html");
        assert_eq!(
            (name.as_str(), content_type),
            ("house.bin", "application/octet-stream")
        );
    }
}
