//! Decoders against truth and against other people's decoders: every odd fixture against the scene
//! it was written from, and every file of `formats` against ImageMagick (libtiff, lcms2, libpng).

use std::path::{Path, PathBuf};
use std::process::Command;

use plumbline_documents::Format;
use plumbline_enhance::{Limits, Metadata, Output, Pixels, decode, encode};
use plumbline_fixtures::{photos, program};

use crate::difference::mean_delta_e;
use crate::support::files;

const SMALL: Limits = Limits {
    max_pixels: 50_331_648,
    max_side: 30_000,
    min_short_side: 1,
    max_decoded_bytes: 640 << 20,
    max_jpeg_scans: 64,
};

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::read(folder.join(name)).unwrap()
}

fn scene() -> Pixels {
    decode(&fixture("scene.png"), &SMALL).unwrap().pixels
}

/// Mean ΔE00 allowed: JPEG at quality 92 is about 0.8 from its source, with chroma at half size
/// about 1; the 16-bit files are rounded less
/// than the 8-bit scene (0.12); 8-bit CIELAB and the 64 colours of the palette have steps of their own.
#[test]
fn every_odd_way_of_writing_one_scene_shows_that_scene() {
    let cases = [
        ("y444.jpg", 1.0, 8),
        ("y420.jpg", 1.5, 8),
        ("y411.jpg", 1.8, 8),
        ("y440.jpg", 1.5, 8),
        ("arithmetic.jpg", 1.0, 8),
        ("chroma-finer.jpg", 1.5, 8),
        ("rgb-transform-0.jpg", 1.0, 8),
        ("progressive-restart.jpg", 1.5, 8),
        ("cmyk-adobe.jpg", 1.2, 8),
        ("ycck.jpg", 1.5, 8),
        ("palette.tif", 2.0, 8),
        ("tiles-lzw-8.tif", 0.0, 8),
        ("rgb-jpeg-tiles.tif", 1.0, 8),
        ("ycc-jpeg-tiles.tif", 2.0, 8),
        ("tiled-planar-16.tif", 0.2, 16),
        ("big-deflate-16.tif", 0.2, 16),
        ("float-linear.tif", 0.25, 16),
        ("lab-8.tif", 0.6, 8),
        ("lab-16.tif", 0.25, 16),
        ("icclab-8.tif", 0.6, 8),
    ];
    let scene = scene();
    for (name, allowed, bits) in cases {
        let decoded = decode(&fixture(name), &SMALL).unwrap_or_else(|why| panic!("{name}: {why}"));
        let difference = mean_delta_e(&scene, &decoded.pixels);
        eprintln!("{name}: mean ΔE00 {difference:.3}");
        assert!(difference <= allowed, "{name}: {difference}");
        assert_eq!(decoded.pixels.bits(), bits, "{name}");
    }
}

#[test]
fn a_mosaic_of_the_scene_is_developed_upright_in_sixteen_bits() {
    let decoded = decode(&fixture("lossless-jpeg.dng"), &SMALL).unwrap();
    assert_eq!(
        (decoded.source.format, decoded.source.orientation),
        (Format::Raw, 6)
    );
    assert_eq!(
        (decoded.source.width, decoded.source.height),
        (80, 64),
        "as stored"
    );
    let (turned, scene) = (&decoded.pixels, scene());
    assert_eq!(
        (turned.width(), turned.height(), turned.bits()),
        (64, 80, 16)
    );
    // Orientation 6: stored (x, y) is shown at (63 - y, x).
    let mut samples = Vec::new();
    for y in 0..64 {
        for x in 0..72 {
            let value = turned.unit(63 - y, x);
            samples.extend(value.map(|v| (v * 255.0).round() as u8));
        }
    }
    let straight = Pixels::from_eight(72, 64, samples).unwrap();
    let difference = mean_delta_e(&scene, &straight);
    eprintln!("lossless-jpeg.dng: mean ΔE00 {difference:.3}");
    assert!(difference < 1.5, "{difference}");
    assert_eq!(
        decoded.metadata.shot().camera.as_deref(),
        Some("Fixture Mosaic")
    );
}

#[test]
fn twelve_bit_jpegs_are_refused_by_name() {
    let refusal = decode(&fixture("twelve-bit.jpg"), &SMALL).unwrap_err();
    assert_eq!(refusal.code(), "unsupported_variant");
}

/// libtiff's samples of the file (through libvips), as ink on white: mean red, green and blue.
#[test]
fn cmyk_tiles_compressed_as_jpeg_are_ink_as_libtiff_reads_them() {
    let Some(file) = photos("formats/colour/tiff_tiled_cmyk_jpeg.tif") else {
        return;
    };
    let bytes = std::fs::read(file).unwrap();
    let pixels = decode(&bytes, &SMALL).unwrap().pixels;
    let rgb = pixels.rgb8();
    let mean = |c: usize| {
        let sum: u64 = rgb.iter().skip(c).step_by(3).map(|&v| u64::from(v)).sum();
        sum as f64 / pixels.pixel_count() as f64
    };
    for (channel, expected) in [30.46, 5.56, 7.04].into_iter().enumerate() {
        assert!((mean(channel) - expected).abs() < 1.0, "{}", mean(channel));
    }
}

#[test]
fn a_big_tiff_keeps_its_description() {
    let decoded = decode(&fixture("big-deflate-16.tif"), &SMALL).unwrap();
    let camera = decoded.metadata.shot().camera;
    assert_eq!(camera.as_deref(), Some("Fixture maker"));
}

#[test]
fn a_narrow_grey_tiff_is_read() {
    let decoded = decode(&fixture("grey-4-bit.tif"), &SMALL).unwrap();
    let scene = scene();
    let expected = |x, y| (scene.unit(x, y)[1] * 15.0).round() / 15.0;
    for (x, y) in [(0, 0), (71, 0), (35, 40), (3, 63)] {
        let found = decoded.pixels.unit(x, y)[0];
        assert!((found - expected(x, y)).abs() < 0.07, "({x}, {y})");
    }
}

#[test]
fn a_tiff_cut_off_in_its_strips_is_told_to_be_incomplete() {
    for name in ["big-deflate-16.tif", "tiles-lzw-8.tif"] {
        let bytes = fixture(name);
        let refusal = decode(&bytes[..bytes.len() / 2], &SMALL).unwrap_err();
        assert!(
            ["truncated", "damaged"].contains(&refusal.code()),
            "{name}: {refusal}"
        );
    }
}

#[test]
fn a_raw_file_comes_close_to_the_photo_it_was_made_from() {
    let Some(folder) = photos("formats/raw") else {
        return;
    };
    let open = |name: &str| decode(&std::fs::read(folder.join(name)).unwrap(), &SMALL).unwrap();
    let raw = open("synthetic-mosaic.dng");
    assert_eq!(raw.pixels.bits(), 16);
    assert!(raw.metadata.exif.is_some());
    let difference = mean_delta_e(&open("synthetic-mosaic.source.jpg").pixels, &raw.pixels);
    eprintln!("synthetic-mosaic.dng: mean ΔE00 {difference:.2}");
    // What a mosaic loses: LibRaw is 3.27 away with bilinear and 2.14 with AHD demosaicing.
    assert!(difference < 3.4, "{difference}");
}

#[test]
fn raw_files_without_their_sensor_data_are_told_to_be_incomplete() {
    for path in files("formats/raw-headers-only") {
        let refusal = decode(&std::fs::read(&path).unwrap(), &Limits::default()).unwrap_err();
        eprintln!("{}: {} / {refusal}", path.display(), refusal.code());
        let codes = ["truncated", "camera_raw", "damaged"];
        assert!(codes.contains(&refusal.code()), "{}", path.display());
    }
}

/// ImageMagick's 16-bit sRGB rendering of a file: upright, over white, profile applied with
/// relative intent and black point compensation.
fn judge(judge: &str, path: &Path, profile: &Path, width: u32, height: u32) -> Option<Pixels> {
    let out = Command::new(judge)
        .arg(format!("{}[0]", path.display()))
        .args(["-auto-orient", "-background", "white", "-alpha", "remove"])
        .args(["-intent", "relative", "-black-point-compensation"])
        .arg("-profile")
        .arg(profile)
        .args(["-colorspace", "sRGB", "-type", "TrueColor", "-depth", "16"])
        .args(["-endian", "LSB", "rgb:-"])
        .output()
        .unwrap();
    let samples = out.stdout.as_chunks::<2>().0.iter();
    let samples = samples.map(|b| u16::from_le_bytes(*b)).collect();
    Pixels::from_sixteen(width, height, samples)
}

/// Debian 12 has ImageMagick 6 under the first name, later systems have 7 under the second.
const IMAGE_MAGICK: [&str; 2] = ["convert-im6.q16", "magick"];

/// Files whose meaning another decoder is known to take differently, and the reference instead.
fn unlike(name: &str) -> Option<&'static str> {
    let reasons = [
        ("float32", "ImageMagick takes linear floats as encoded"),
        (
            "cielab",
            "ImageMagick 6 takes CIELAB's white as D65, TIFF says D50 (lab-16.tif checks it)",
        ),
        ("tiled_cmyk_jpeg", "ImageMagick 6 reads no CMYK tiles"),
    ];
    let found = reasons.into_iter().find(|(part, _)| name.contains(part));
    found.map(|(_, why)| why)
}

#[test]
fn every_file_of_formats_looks_as_another_decoder_shows_it() {
    let paths: Vec<PathBuf> = ["orientation", "metadata", "colour"]
        .iter()
        .flat_map(|f| files(&format!("formats/{f}")))
        .collect();
    let Some(other) = program(&IMAGE_MAGICK) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let profile = srgb_profile(other, folder.path());
    let mut compared = 0;
    for path in &paths {
        let name = path.file_name().unwrap().to_string_lossy();
        let decoded = match decode(&std::fs::read(path).unwrap(), &SMALL) {
            Ok(decoded) => decoded.pixels,
            Err(refusal) => {
                eprintln!("{name}: refused / {refusal}");
                continue;
            }
        };
        if let Some(why) = unlike(&name) {
            eprintln!("{name}: not compared, {why}");
            continue;
        }
        let (width, height) = (decoded.width(), decoded.height());
        let Some(theirs) = judge(other, path, &profile, width, height) else {
            eprintln!("{name}: the other decoder has another size or none");
            continue;
        };
        let difference = mean_delta_e(&decoded, &theirs);
        eprintln!("{name}: mean ΔE00 {difference:.3}, {} bits", decoded.bits());
        assert!(difference < 0.5, "{name}: {difference}");
        compared += 1;
    }
    assert!(paths.is_empty() || compared >= 25, "{compared} compared");
}

/// The sRGB profile that our own TIFF carries, taken out by the other tool.
fn srgb_profile(judge: &str, folder: &Path) -> PathBuf {
    let white = Pixels::from_eight(64, 64, vec![255; 64 * 64 * 3]).unwrap();
    let bytes = encode(&white, &Metadata::default(), &Output::Tiff8).unwrap();
    let (tiff, profile) = (folder.join("white.tif"), folder.join("srgb.icc"));
    std::fs::write(&tiff, bytes).unwrap();
    let out = format!("icc:{}", profile.display());
    let done = Command::new(judge).arg(&tiff).arg(out).status();
    assert!(done.unwrap().success());
    profile
}

/// Compressed XMP and ImageMagick's hexadecimal EXIF, as other programs write them.
#[test]
fn metadata_in_compressed_png_text_is_kept() {
    let metadata = decode(&fixture("compressed-text.png"), &SMALL)
        .unwrap()
        .metadata;
    let xmp = String::from_utf8(metadata.xmp.clone().unwrap()).unwrap();
    assert!(xmp.contains("Fixture title"), "{xmp}");
    assert_eq!(metadata.shot().camera.as_deref(), Some("Fixture maker"));
}

/// A PNG whose gAMA says 1.0 holds light: the same scene, once encoded.
#[test]
fn a_png_of_linear_light_shows_the_scene() {
    let decoded = decode(&fixture("gamma-1.png"), &SMALL).unwrap();
    let difference = mean_delta_e(&scene(), &decoded.pixels);
    eprintln!("gamma-1.png: mean ΔE00 {difference:.3}");
    assert!(difference < 0.25, "{difference}");
}
