//! Pictures for stories: small, made up, and different for every seed.

use plumbline_enhance::{Metadata, Output, Pixels, encode};

/// A dim room of 1024 x 768 pixels with a window, a table and some texture, as a JPEG.
pub fn room(seed: u32) -> Vec<u8> {
    jpeg(&scene(1024, 768, seed))
}

/// The same with so many hundredths of its levels.
pub fn dark_room(hundredths: u32) -> Vec<u8> {
    let room = scene(1024, 768, 1);
    let dark = |&level: &u8| (u32::from(level) * hundredths / 100) as u8;
    let samples = room.rgb8().iter().map(dark).collect();
    jpeg(&Pixels::from_eight(1024, 768, samples).expect("three samples a pixel"))
}

/// The same, upright: 768 x 1024.
pub fn upright_room(seed: u32) -> Vec<u8> {
    jpeg(&scene(768, 1024, seed))
}

/// The same room, as a camera with a GPS receiver writes it: where it was taken, the serial number of
/// the body and its owner; and who has the copyright, which everybody may know. A second picture
/// with a place of its own follows, as phones append them.
pub fn located_room(place: &str, copyright: &str) -> Vec<u8> {
    let metadata = Metadata {
        exif: Some(located(place, copyright)),
        comments: vec![format!("taken at {place}").into_bytes()],
        ..Metadata::default()
    };
    let room = encode(&scene(1024, 768, 1), &metadata, &Output::default());
    let room = room.expect("a small picture is encoded");
    [&room[..], &room].concat()
}

/// EXIF with a copyright, an owner and a serial number that name the place, and a GPS directory.
fn located(place: &str, copyright: &str) -> Vec<u8> {
    let size = |text: &str| u32::try_from(text.len()).expect("a short text");
    let directory = |entries: &[(u16, u16, u32, u32)]| {
        let count = u16::try_from(entries.len()).expect("a few entries");
        let mut bytes = count.to_le_bytes().to_vec();
        for (tag, kind, count, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend([0; 4]);
        bytes
    };
    let (root, exif, gps) = (8, 8 + 42, 8 + 42 + 30);
    let texts = gps + 18;
    let place_at = texts + size(copyright);
    [
        b"II*\0".to_vec(),
        u32::to_le_bytes(root).to_vec(),
        directory(&[
            (0x8298, 2, size(copyright), texts),
            (0x8769, 4, 1, exif),
            (0x8825, 4, 1, gps),
        ]),
        directory(&[
            (0xA430, 2, size(place), place_at),
            (0xA431, 2, size(place), place_at),
        ]),
        directory(&[(29, 2, size(place), place_at)]),
        copyright.as_bytes().to_vec(),
        place.as_bytes().to_vec(),
    ]
    .concat()
}

/// A frame of nothing but noise, as a PNG: no correction makes a photo of it.
pub fn noise() -> Vec<u8> {
    let levels = (0..1024 * 768 * 3).map(|i| (127.5 * (grain(i, 0, 1) + 1.0)) as u8);
    let pixels = Pixels::from_eight(1024, 768, levels.collect()).expect("three samples a pixel");
    encode(&pixels, &Metadata::default(), &Output::Png).expect("a small picture is encoded")
}

/// A house of bricks with a gable under an overcast sky, and a lawn: 1200 x 800 pixels.
pub fn house(seed: u32) -> Pixels {
    const WIDTH: u32 = 1200;
    const HEIGHT: u32 = 800;
    let samples = (0..WIDTH * HEIGHT).flat_map(|i| {
        let (x, y) = (i % WIDTH, i / WIDTH);
        let roof = 267 + x.abs_diff(600) / 2;
        let walls = (240..960).contains(&x) && y > roof;
        let mortar = y % 10 < 2 || (x + y / 10 * 7) % 22 < 2;
        let colour = match () {
            () if y > 627 => [86.0, 118.0, 62.0],
            () if walls && mortar => [140.0, 134.0, 128.0],
            () if walls => [138.0, 88.0, 70.0],
            () => [222.0, 224.0, 228.0],
        };
        let texture = if y > 627 || walls { 9.0 } else { 1.0 };
        let grain = grain(x, y, seed) * texture;
        colour.map(|level: f32| (level + grain).clamp(0.0, 255.0) as u8)
    });
    Pixels::from_eight(WIDTH, HEIGHT, samples.collect()).expect("three samples a pixel")
}

/// A sky mask as a PNG: white down to `horizon`, a share of the height, and black below.
pub fn mask(width: u32, height: u32, horizon: f32) -> Vec<u8> {
    let below = (height as f32 * horizon) as u32;
    let level = |y: u32| if y < below { 255_u8 } else { 0 };
    let samples = (0..height).flat_map(|y| std::iter::repeat_n(level(y), width as usize * 3));
    let pixels = Pixels::from_eight(width, height, samples.collect());
    let pixels = pixels.expect("three samples a pixel");
    encode(&pixels, &Metadata::default(), &Output::Png).expect("a small picture is encoded")
}

/// A sky from blue to pale, different for every seed, as a JPEG.
pub fn sky(seed: u32) -> Vec<u8> {
    let (width, height) = (1200, 600);
    let row = |y: u32| {
        let down = y as f32 / height as f32;
        let colour = [
            70.0 + 130.0 * down,
            130.0 + 85.0 * down,
            200.0 + 35.0 * down,
        ];
        colour.map(|level| level as u8 ^ (seed as u8 & 1))
    };
    let samples = (0..height)
        .flat_map(|y| std::iter::repeat_n(row(y), width))
        .flatten();
    let width = width as u32;
    jpeg(&Pixels::from_eight(width, height, samples.collect()).expect("three samples a pixel"))
}

pub fn jpeg(pixels: &Pixels) -> Vec<u8> {
    encode(pixels, &Metadata::default(), &Output::default()).expect("a small picture is encoded")
}

pub fn scene(width: u32, height: u32, seed: u32) -> Pixels {
    let mut samples = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            let at = (x as f32 / width as f32, y as f32 / height as f32);
            samples.extend(colour(at, grain(x, y, seed)));
        }
    }
    Pixels::from_eight(width, height, samples).expect("three samples a pixel")
}

/// `grain` is −1 to 1.
fn colour((x, y): (f32, f32), grain: f32) -> [u8; 3] {
    let within = |x0: f32, y0: f32, x1: f32, y1: f32| x > x0 && x < x1 && y > y0 && y < y1;
    let base = match () {
        () if within(0.60, 0.15, 0.85, 0.50) => [205.0, 215.0, 225.0],
        () if within(0.15, 0.62, 0.55, 0.70) => [70.0, 48.0, 30.0],
        () if y > 0.75 => [52.0 + 20.0 * x, 44.0 + 16.0 * x, 36.0 + 12.0 * x],
        () => [60.0 + 30.0 * x, 60.0 + 28.0 * x, 62.0 + 24.0 * x],
    };
    base.map(|level: f32| (level + 6.0 * grain).clamp(0.0, 255.0) as u8)
}

/// Noise that is the same on every machine.
fn grain(x: u32, y: u32, seed: u32) -> f32 {
    let mut hash =
        x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(0xC2B2_AE3D);
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x2C1B_3C6D);
    hash ^= hash >> 12;
    (hash & 0xFFFF) as f32 / 32767.5 - 1.0
}
