//! Formats: what comes in upright and in sRGB, what goes out with everything it came with.

use plumbline_documents::Figure;
use plumbline_enhance::{
    Limits, Metadata, Output, Pixels, Preset, Scene, Shot, apply, decode, encode,
};
use plumbline_enhance::{encode_preview, inspect, measure, plan, preview};
use plumbline_fixtures::photos;

use crate::support::{distance, files, open, room};

#[test]
fn all_eight_orientations_give_one_upright_picture() {
    let Some(folder) = photos("formats/orientation") else {
        return;
    };
    let upright = open(&folder.join("Landscape_1.jpg")).pixels;
    for n in 2..=8 {
        let turned = open(&folder.join(format!("Landscape_{n}.jpg")));
        assert_eq!(turned.source.orientation, n);
        assert!(distance(&upright, &turned.pixels) < 4.0, "orientation {n}");
    }
}

/// At a quarter of the size: the fixtures are JPEGs whose chroma noise alone is 1.5 ΔE00 at full size and
/// 1.2 at half, with lcms2 as with us.
#[test]
fn colour_profiles_arrive_at_the_same_srgb() {
    let Some(folder) = photos("formats/colour") else {
        return;
    };
    let small = |name: &str| preview(&open(&folder.join(name)).pixels, 225);
    let truth = small("house-srgb.png");
    for name in [
        "house-adobe-rgb.jpg",
        "house-display-p3.jpg",
        "house-prophoto-16bit.tif",
    ] {
        let report = inspect(&truth, &small(name), &plumbline_enhance::Plan::identity());
        let difference = report.figure(Figure::DeltaEMean).unwrap().value;
        eprintln!("{name}: mean ΔE00 {difference:.2}");
        assert!(difference < 1.0, "{name}: {difference}");
    }
}

#[test]
fn every_colour_format_is_read_or_refused_by_name() {
    for path in files("formats/colour") {
        let bytes = std::fs::read(&path).unwrap();
        match decode(
            &bytes,
            &Limits {
                min_short_side: 1,
                ..Limits::default()
            },
        ) {
            Ok(d) => eprintln!("{}: {:?}", path.display(), d.source),
            Err(refusal) => eprintln!("{}: {refusal}", path.display()),
        }
        let name = path.file_name().unwrap().to_string_lossy();
        let must = name.starts_with("house")
            || name.starts_with("tiff_16bit")
            || name.starts_with("tiff_strip")
            || name.starts_with("16");
        assert!(
            !must
                || decode(
                    &bytes,
                    &Limits {
                        min_short_side: 1,
                        ..Limits::default()
                    }
                )
                .is_ok(),
            "{name}"
        );
    }
}

#[test]
fn sixteen_bits_stay_sixteen_bits_all_the_way() {
    let samples = room(160, 120)
        .rgb8()
        .iter()
        .map(|&v| u16::from(v) * 257 + 3)
        .collect();
    let pixels = Pixels::from_sixteen(160, 120, samples);
    let pixels = pixels.unwrap_or_else(|| panic!("the size fits"));
    for output in [Output::Tiff16, Output::Png] {
        let bytes = encode(&pixels, &Metadata::default(), &output).unwrap();
        assert_eq!(
            decode(&bytes, &Limits::default()).unwrap().pixels,
            pixels,
            "{output:?}"
        );
    }
    let plan = plan(
        &measure(&pixels, &Shot::default()),
        &Scene::default(),
        &Preset::default(),
        None,
    );
    assert_eq!(
        apply(&pixels, &plan, &Scene::default(), None)
            .unwrap()
            .bits(),
        16
    );
}

#[test]
fn eight_bits_survive_png_and_tiff_exactly_and_jpeg_nearly() {
    let pixels = room(200, 150);
    for output in [Output::Tiff8, Output::Png, Output::default()] {
        let bytes = encode(&pixels, &Metadata::default(), &output).unwrap();
        let back = decode(&bytes, &Limits::default()).unwrap().pixels;
        let allowed = if output == Output::default() {
            2.0
        } else {
            0.0
        };
        assert!(distance(&pixels, &back) <= allowed, "{output:?}");
    }
}

#[test]
fn metadata_goes_out_with_any_format_and_orientation_is_reset() {
    let Some(folder) = photos("formats/metadata") else {
        return;
    };
    for name in ["canon_hdr_NO.jpg", "DSCN0010.jpg"] {
        let decoded = open(&folder.join(name));
        for output in [Output::default(), Output::Tiff8, Output::Png] {
            let bytes = encode(&decoded.pixels, &decoded.metadata, &output).unwrap();
            let back = decode(&bytes, &Limits::default()).unwrap();
            assert_eq!(back.source.orientation, 1, "{name} as {output:?}");
            assert!(
                back.metadata.exif.is_some(),
                "{name} as {output:?} lost its EXIF"
            );
            let xmp = String::from_utf8(back.metadata.xmp.unwrap()).unwrap();
            assert_eq!(xmp.matches("algorithmicallyEnhanced").count(), 1);
        }
    }
}

#[test]
fn captions_survive_jpeg_and_tiff() {
    let metadata = Metadata {
        iptc: Some(b"\x1c\x02\x78\0\x05House".to_vec()),
        ..Metadata::default()
    };
    for output in [Output::default(), Output::Tiff8] {
        let bytes = encode(&room(100, 80), &metadata, &output).unwrap();
        let back = decode(&bytes, &Limits::default()).unwrap().metadata;
        assert_eq!(back.iptc, metadata.iptc, "{output:?}");
    }
}

#[test]
fn previews_are_small_webp_files_and_never_enlarge() {
    let pixels = room(400, 300);
    assert_eq!(preview(&pixels, 2048).width(), 400);
    let small = preview(&pixels, 200);
    assert_eq!((small.width(), small.height()), (200, 150));
    let bytes = encode_preview(&small, 82).unwrap();
    assert_eq!((&bytes[..4], &bytes[8..12]), (&b"RIFF"[..], &b"WEBP"[..]));
}
