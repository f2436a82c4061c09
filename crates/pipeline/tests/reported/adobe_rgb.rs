//! 01: Adobe RGB that only EXIF, or a camera's file name, speaks of.

use plumbline_enhance::{Metadata, Output, Pixels, encode};
use plumbline_fixtures::photos;

use crate::files::{directory, exif, png_with_exif, segment, with_segments};
use crate::support::{File, changed, enhanced, jpeg, linear, mean_delta_e, photo};

const UNCALIBRATED: u16 = 0xFFFF;

/// The numbers that a camera writes for the same colours in Adobe RGB (1998).
fn in_adobe_rgb(pixels: &Pixels) -> Pixels {
    // sRGB to Adobe RGB, both with D65: the product of the standards' matrices.
    const MATRIX: [[f32; 3]; 3] = [
        [0.715_13, 0.284_87, 0.0],
        [0.0, 1.0, 0.0],
        [0.0, 0.041_16, 0.958_84],
    ];
    changed(pixels, |_, _, rgb| {
        let light = rgb.map(linear);
        MATRIX.map(|row| {
            let sum: f32 = row.iter().zip(light).map(|(k, v)| k * v).sum();
            sum.clamp(0.0, 1.0).powf(256.0 / 563.0)
        })
    })
}

fn with_exif(pixels: &Pixels, block: &[u8]) -> Vec<u8> {
    with_segments(&jpeg(pixels), &[segment(0xE1, b"Exif\0\0", block)])
}

/// An uncompressed TIFF of 8 bits whose EXIF directory says Adobe RGB, and which has no profile.
fn tiff(pixels: &Pixels) -> Vec<u8> {
    let samples = pixels.rgb8();
    let exif_at = 8 + samples.len() as u32;
    let interop_at = exif_at + 2 + 2 * 12 + 4;
    let first = interop_at + 2 + 12 + 4;
    let bits_at = first + 2 + 11 * 12 + 4;
    let mut file = [b"II*\0", &first.to_le_bytes()[..], &samples].concat();
    directory(
        &mut file,
        &[
            (0xA001, 3, 1, UNCALIBRATED.into()),
            (0xA005, 4, 1, interop_at),
        ],
    );
    directory(&mut file, &[(1, 2, 4, u32::from_le_bytes(*b"R03\0"))]);
    directory(
        &mut file,
        &[
            (256, 4, 1, pixels.width()),
            (257, 4, 1, pixels.height()),
            (258, 3, 3, bits_at),
            (259, 3, 1, 1),
            (262, 3, 1, 2),
            (273, 4, 1, 8),
            (277, 3, 1, 3),
            (278, 4, 1, pixels.height()),
            (279, 4, 1, samples.len() as u32),
            (284, 3, 1, 1),
            (0x8769, 4, 1, exif_at),
        ],
    );
    file.extend([8, 0, 8, 0, 8, 0]);
    file
}

#[test]
fn the_same_photo_in_adobe_rgb_and_srgb_ends_in_the_same_colours() {
    let Some(folder) = photos("reported/01-dcf-adobe-rgb") else {
        return;
    };
    let results = ["_MG_0412.JPG", "adobergb-with-icc.jpg", "control-srgb.jpg"]
        .map(|name| enhanced(&File::read(&folder.join(name))));
    for (one, other) in [(0, 1), (0, 2), (1, 2)] {
        let off = mean_delta_e(&results[one].pixels, &results[other].pixels);
        assert!(off < 2.0, "{one} and {other}: {off}");
    }
}

#[test]
fn a_room_in_adobe_rgb_is_known_in_every_format_and_by_a_camera_s_name() {
    let Some(path) = photos("interior/lakeisha-bennett-WzP3YnV9T-U-unsplash.jpg") else {
        return;
    };
    let room = photo(&path, 1400);
    let wanted = enhanced(&File::new("room.jpg", jpeg(&room)));
    let wide = in_adobe_rgb(&room);
    let png = encode(&wide, &Metadata::default(), &Output::Png).unwrap();
    let stated = exif(1, UNCALIBRATED, Some(b"R03\0"));
    let unstated = exif(1, UNCALIBRATED, None);
    for file in [
        File::new("room.jpg", with_exif(&wide, &stated)),
        File::new("room.png", png_with_exif(&png, &stated)),
        File::new("room.tif", tiff(&wide)),
        File::new("_DSC1234.JPG", with_exif(&wide, &unstated)),
    ] {
        let off = mean_delta_e(&enhanced(&file).pixels, &wanted.pixels);
        assert!(off < 2.0, "{}: {off}", file.name);
    }
}

#[test]
fn srgb_stays_srgb_where_a_file_says_so_or_says_too_little() {
    let Some(path) = photos("interior/pexels-3965508.jpg") else {
        return;
    };
    let room = photo(&path, 900);
    let plain = File::new("room.jpg", jpeg(&room)).decoded().pixels;
    let unstated = exif(1, UNCALIBRATED, None);
    let srgb = exif(1, 1, Some(b"R98\0"));
    for (name, block) in [("edited.jpg", &unstated), ("_MG_0412.JPG", &srgb)] {
        let file = File::new(name, with_exif(&room, block));
        assert!(file.decoded().pixels == plain, "{name}");
    }
    // A PNG that says sRGB means it, whatever its EXIF block was copied from.
    let metadata = Metadata {
        exif: Some(exif(1, UNCALIBRATED, Some(b"R03\0"))),
        ..Metadata::default()
    };
    let png = encode(&room, &metadata, &Output::Png).unwrap();
    assert!(File::new("room.png", png).decoded().pixels == room);
}
