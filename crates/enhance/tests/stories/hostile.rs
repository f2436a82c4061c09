//! Files from strangers: broken, lying, oversized, or not photos at all.

use std::path::Path;

use plumbline_enhance::{Limits, Refusal, decode};
use plumbline_fixtures::photos;

use crate::support::files;

fn refusal(file: &Path) -> Option<Refusal> {
    decode(&std::fs::read(file).unwrap(), &Limits::default()).err()
}

#[test]
fn every_hostile_file_ends_in_a_sentence_or_a_picture() {
    for path in files("hostile")
        .iter()
        .chain(&files("attacks"))
        .chain(&files("formats/raw-headers-only"))
    {
        let bytes = std::fs::read(path).unwrap();
        match decode(&bytes, &Limits::default()) {
            Ok(decoded) => assert!(decoded.pixels.pixel_count() <= Limits::default().max_pixels),
            Err(refusal) => {
                let sentence = refusal.to_string();
                eprintln!("{}: {} / {sentence}", path.display(), refusal.code());
                assert!(
                    sentence.ends_with('.') && sentence.contains(' '),
                    "{sentence}"
                );
            }
        }
    }
}

#[test]
fn what_is_wrong_is_said_by_name() {
    let Some(folder) = photos("") else { return };
    let cases = [
        ("hostile/made/empty.jpg", "empty"),
        ("hostile/made/html.jpg", "not_a_photo"),
        ("hostile/made/script.svg", "not_a_photo"),
        ("hostile/made/gif-named.jpg", "unsupported_format"),
        ("hostile/made/one-pixel.png", "too_small"),
        ("hostile/made/bomb-12000x12000-rgb.png", "too_many_pixels"),
        ("hostile/made/bomb-40000x40000-1bit.png", "too_long"),
        ("hostile/made/cut-in-half.jpg", "truncated"),
        ("hostile/made/flipped-bytes-in-scan.jpg", "damaged"),
        ("attacks/jpeg-in-tiff-16000-px.tif", "damaged"),
        ("attacks/jpeg-in-tiff-shared-strips.tif", "damaged"),
        ("hostile/sharp/giant-image.jpg", "too_many_pixels"),
        ("hostile/sharp/truncated.jpg", "truncated"),
        (
            "formats/metadata/iphone_13_pro_max.HEIC",
            "unsupported_format",
        ),
        ("formats/raw-headers-only/Nikon.nef", "truncated"),
        ("formats/raw-headers-only/CanonRaw.cr2", "camera_raw"),
    ];
    for (name, code) in cases {
        let refusal = refusal(&folder.join(name));
        assert_eq!(refusal.map(|r| r.code()), Some(code), "{name}");
    }
}

#[test]
fn harmless_oddities_are_read() {
    let Some(folder) = photos("hostile") else {
        return;
    };
    let names = [
        "made/trailing-garbage.jpg",
        "made/no-end-marker.jpg",
        "made/jpeg-then-zip.jpg",
        "made/png-named.jpg",
        "made/orientation-0.jpg",
        "made/orientation-200.jpg",
        "made/icc-claims-4GiB.jpg",
        "made/icc-cut-short.jpg",
        "made/icc-bomb-200MiB.png",
        "made/text-bomb-200MiB.png",
        "made/grey.jpg",
        "made/alpha.png",
    ];
    for name in names {
        assert_eq!(refusal(&folder.join(name)), None, "{name}");
    }
}

#[test]
fn limits_are_checked_on_the_header() {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    png.extend_from_slice(&20_000_u32.to_be_bytes());
    png.extend_from_slice(&20_000_u32.to_be_bytes());
    let refusal = decode(&png, &Limits::default()).unwrap_err();
    assert_eq!(refusal.code(), "too_many_pixels");
}
