//! Exports: what goes out tells the truth about the picture, keeps secrets where it should, and is
//! never larger than it may be.

mod published;

use plumbline_documents::Format;
use plumbline_enhance::{
    Change, Export, Limits, Metadata, Output, Pixels, Privacy, decode, encode, export,
};
use plumbline_fixtures::photos;
use proptest::prelude::*;

use crate::carried::{exiftool, small_limits};
use crate::support::{distance, files, room};

#[test]
fn a_listing_file_tells_no_place_serial_number_or_owner_but_its_creator() {
    let to = tempfile::tempdir().unwrap();
    let mut sources = files("formats/metadata");
    sources.retain(|path| path.extension().is_some_and(|e| e == "jpg"));
    for path in &sources {
        let Ok(decoded) = decode(&std::fs::read(path).unwrap(), &small_limits()) else {
            continue;
        };
        for (output, extension) in [(Output::default(), "jpg"), (Output::Tiff8, "tif")] {
            let listing = Export {
                output,
                ..Export::mls(u64::MAX)
            };
            let file = export(&decoded.pixels, &decoded.metadata, &listing).unwrap();
            assert!(file.width.max(file.height) <= 2048);
            let name = path.file_stem().unwrap().to_string_lossy();
            std::fs::write(to.path().join(format!("{name}.{extension}")), file.bytes).unwrap();
        }
    }
    let Some(read) = exiftool(to.path()) else {
        return;
    };
    for (name, tags) in &read {
        for tag in tags.keys() {
            let secret = [
                "GPS", "Serial", "Owner", "City", "Location", "Country", "History",
            ];
            assert!(
                !secret.iter().any(|word| tag.contains(word)),
                "{name}: {tag}"
            );
            assert!(
                !tag.contains("MakerNote") && !tag.starts_with("IFD1"),
                "{name}: {tag}"
            );
        }
    }
    eprintln!("{} listing files tell no secrets", read.len());
    if let Some(tags) = read.get("MWG.jpg") {
        let kept = [
            "IFD0:Artist",
            "IFD0:Copyright",
            "IPTC:By-line",
            "XMP-dc:Creator",
        ];
        assert!(kept.iter().any(|tag| tags.contains_key(*tag)), "{tags:#?}");
    }
}

#[test]
fn a_page_preview_says_nothing() {
    let metadata = Metadata {
        xmp: Some(b"a secret".to_vec()),
        ..Metadata::default()
    };
    let file = export(&room(300, 200), &metadata, &Export::web(150)).unwrap();
    assert_eq!((file.width, file.height), (150, 100));
    assert!(!file.bytes.windows(8).any(|bytes| bytes == b"a secret"));
    assert!(!file.bytes.windows(4).any(|bytes| bytes == b"XMP "));
}

#[test]
fn what_was_done_is_said_and_nothing_is_said_about_nothing() {
    let text = |change| {
        let metadata = Metadata {
            change,
            ..Metadata::default()
        };
        let file = encode(&room(80, 60), &metadata, &Output::default()).unwrap();
        let xmp = decode(&file, &small_limits()).unwrap().metadata.xmp;
        String::from_utf8(xmp.unwrap_or_default()).unwrap()
    };
    assert!(text(Change::Enhanced).contains("/algorithmicallyEnhanced"));
    assert!(text(Change::Composited).contains("/compositeWithTrainedAlgorithmicMedia"));
    assert_eq!(text(Change::Nothing), "");
}

#[test]
fn the_thumbnail_in_the_file_shows_the_picture_as_it_is_now() {
    let Some(file) = photos("formats/metadata/DSCN0010.jpg") else {
        return;
    };
    let source = std::fs::read(file).unwrap();
    let decoded = decode(&source, &small_limits()).unwrap();
    let dark = crate::support::altered(&decoded.pixels, |_, _, [r, g, b]| [r / 8, g / 8, b / 8]);
    let file = encode(&dark, &decoded.metadata, &Output::default()).unwrap();
    let exif = decode(&file, &small_limits())
        .unwrap()
        .metadata
        .exif
        .unwrap();
    let start = exif
        .windows(3)
        .rposition(|b| b == [0xFF, 0xD8, 0xFF])
        .unwrap();
    let small = decode(&exif[start..], &small_limits()).unwrap().pixels;
    assert_eq!(small.width().max(small.height()), 160);
    assert!(small.rgb8().iter().all(|&v| v < 64));
}

/// Found by the fuzzer: the EXIF block is a delivered TIFF's beginning, and Phase One's files are
/// told by what stands behind their header.
#[test]
fn a_tiff_whose_block_begins_like_a_camera_file_is_still_a_tiff() {
    let begins = b"II*\0\x10\0\0\0IIII\0\0\0\0";
    let short = b"\x01\0\x0F\x01\x02\0\x04\0\0\0Hey\0\0\0\0\0";
    // Laid out anew, the value itself would stand behind the header.
    let long = b"\x01\0\x0F\x01\x02\0\x08\0\0\0\x22\0\0\0\0\0\0\0IIII Hey";
    for (directory, camera) in [(&short[..], "Hey"), (&long[..], "IIII Hey")] {
        let metadata = Metadata {
            exif: Some([begins, directory].concat()),
            ..Metadata::default()
        };
        let file = encode(&room(80, 80), &metadata, &Output::Tiff8).unwrap();
        let back = decode(&file, &Limits::default()).unwrap();
        assert_eq!(back.source.format, Format::Tiff);
        assert_eq!(back.metadata.shot().camera.as_deref(), Some(camera));
    }
}

#[test]
fn a_cap_that_cannot_be_met_is_a_sentence() {
    let why = export(&room(400, 300), &Metadata::default(), &Export::mls(2000)).unwrap_err();
    let sentence = why.to_string();
    assert!(
        sentence.starts_with("At 400 x 300 pixels this photo needs"),
        "{sentence}"
    );
}

#[test]
fn the_same_picture_gives_the_same_bytes_on_any_number_of_threads() {
    let pixels = room(700, 500);
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    for output in [
        Output::Tiff16,
        Output::Tiff8,
        Output::Png,
        Output::default(),
    ] {
        let make = || encode(&pixels, &Metadata::default(), &output).unwrap();
        assert!(make() == one.install(make), "{output:?}");
    }
}

fn any_pixels() -> impl Strategy<Value = Pixels> {
    (1..40_u32, 1..40_u32, any::<bool>(), any::<u64>()).prop_map(|(w, h, deep, seed)| {
        let count = (w * h * 3) as usize;
        let noise =
            (0..count as u64).map(move |i| (i ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48);
        if deep {
            Pixels::from_sixteen(w, h, noise.map(|v| v as u16).collect()).unwrap()
        } else {
            Pixels::from_eight(w, h, noise.map(|v| v as u8).collect()).unwrap()
        }
    })
}

/// An EXIF block with a place, an owner and a creator, in either byte order.
fn located(big_endian: bool, place: &[u8], creator: &[u8]) -> Vec<u8> {
    let short = |v: u16| {
        if big_endian {
            v.to_be_bytes()
        } else {
            v.to_le_bytes()
        }
    };
    let long = |v: u32| {
        if big_endian {
            v.to_be_bytes()
        } else {
            v.to_le_bytes()
        }
    };
    let mut out = if big_endian {
        b"MM\0*".to_vec()
    } else {
        b"II*\0".to_vec()
    };
    let (root, gps) = (8_u32, 8 + 2 + 2 * 12 + 4);
    let values = gps + 2 + 12 + 4;
    out.extend(long(root));
    let mut directory = |entries: &[(u16, u16, u32, u32)]| {
        out.extend(short(entries.len() as u16));
        for &(tag, kind, count, value) in entries {
            out.extend([&short(tag)[..], &short(kind), &long(count), &long(value)].concat());
        }
        out.extend(long(0));
    };
    let length = |bytes: &[u8]| bytes.len() as u32;
    directory(&[
        (315, 2, length(creator), values + length(place)),
        (34853, 4, 1, gps),
    ]);
    directory(&[(29, 2, length(place), values)]);
    [&out[..], place, creator].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_picture_survives_every_lossless_format(pixels in any_pixels()) {
        for output in [Output::Tiff16, Output::Tiff8, Output::Png] {
            let bytes = encode(&pixels, &Metadata::default(), &output).unwrap();
            let back = decode(&bytes, &small_limits()).unwrap().pixels;
            prop_assert_eq!(back.rgb8(), pixels.rgb8());
            if output == Output::Png {
                prop_assert_eq!(&back, &pixels);
            }
        }
        let bytes = encode(&pixels, &Metadata::default(), &Output::default()).unwrap();
        let back = decode(&bytes, &small_limits()).unwrap().pixels;
        prop_assert_eq!((back.width(), back.height()), (pixels.width(), pixels.height()));
    }

    #[test]
    fn arbitrary_metadata_never_spoils_a_picture(bytes in prop::collection::vec(any::<u8>(), 0..400), head in 0..5_usize) {
        let head: &[u8] = [&b""[..], b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"8BIM\x04\x04\0\0", b"\x1c\x02"][head];
        let block = Some([head, &bytes].concat());
        let pixels = room(64, 64);
        for privacy in [Privacy::Everything, Privacy::NoPlaceOrOwner] {
            let metadata = Metadata {
                exif: block.clone(),
                xmp: block.clone(),
                iptc: block.clone(),
                photoshop: block.clone(),
                comments: block.iter().cloned().collect(),
                ..Metadata::default()
            };
            for output in [Output::default(), Output::Tiff16, Output::Png] {
                let file = encode(&pixels, &metadata.within(privacy), &output).unwrap();
                let back = decode(&file, &small_limits()).unwrap();
                prop_assert!(distance(&back.pixels, &pixels) < 3.0);
            }
        }
    }

    #[test]
    fn no_place_is_told_in_either_byte_order(big_endian: bool, place in "[A-Z]{9,30}", creator in "[a-z]{9,30}") {
        let exif = located(big_endian, place.as_bytes(), creator.as_bytes());
        let metadata = Metadata { exif: Some(exif), ..Metadata::default() };
        for output in [Output::default(), Output::Tiff8, Output::Png] {
            let states = |privacy, word: &str| {
                let file = encode(&room(16, 16), &metadata.within(privacy), &output).unwrap();
                file.windows(word.len()).any(|bytes| bytes == word.as_bytes())
            };
            prop_assert!(states(Privacy::Everything, &place) && states(Privacy::Everything, &creator));
            prop_assert!(!states(Privacy::NoPlaceOrOwner, &place));
            prop_assert!(states(Privacy::NoPlaceOrOwner, &creator));
            prop_assert!(!states(Privacy::Nothing, &creator));
        }
    }

    #[test]
    fn no_file_is_larger_than_it_may_be(kilobytes in 3..60_u64, webp: bool) {
        let output = if webp { Output::WebP { quality: 90 } } else { Output::Jpeg { quality: 95 } };
        let max_bytes = kilobytes * 1000;
        let wanted = Export { output, max_bytes: Some(max_bytes), ..Export::mls(0) };
        match export(&room(160, 120), &Metadata::default(), &wanted) {
            Ok(file) => prop_assert!(file.bytes.len() as u64 <= max_bytes),
            Err(why) => prop_assert!(why.to_string().contains("more than the"), "{}", why),
        }
    }
}
