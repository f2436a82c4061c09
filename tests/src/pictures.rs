//! Pictures for stories: small, made up, and different for every seed.

use plumbline_enhance::{Metadata, Output, Pixels, encode};

/// A dim room of 1024 x 768 pixels with a window, a table and some texture, as a JPEG.
pub fn room(seed: u32) -> Vec<u8> {
    jpeg(&scene(1024, 768, seed))
}

/// The same, upright: 768 x 1024.
pub fn upright_room(seed: u32) -> Vec<u8> {
    jpeg(&scene(768, 1024, seed))
}

/// The gaudy picture that quality control holds at every strength.
pub const HOPELESS: u32 = 37;

/// A dark wall full of gaudy paper, as a PNG. Brightening turns contrasts between
/// strong colours around, so quality control often holds such a picture.
pub fn gaudy(seed: u32) -> Vec<u8> {
    const SIDE: u32 = 240;
    /// Pixels along each side of a dot.
    const DOT: u32 = 4;
    let mut dots = vec![[60_u8; 3]; (SIDE * SIDE) as usize];
    for nr in 0..40 {
        let draw = |what: u32| (grain(nr, what, seed) + 1.0) / 2.0;
        let corner = [draw(0), draw(1)].map(|share| (share * SIDE as f32) as u32);
        let size = 6 + (draw(2) * 40.0) as u32;
        let colour = [draw(3), draw(4), draw(5)].map(|level| (level.powi(2) * 255.0) as u8);
        for y in corner[1]..(corner[1] + size).min(SIDE) {
            for x in corner[0]..(corner[0] + size).min(SIDE) {
                dots[(y * SIDE + x) as usize] = colour;
            }
        }
    }
    let side = SIDE * DOT;
    let dot = |i: u32| dots[(i / side / DOT * SIDE + i % side / DOT) as usize];
    let samples = (0..side * side).flat_map(dot).collect();
    let pixels = Pixels::from_eight(side, side, samples).expect("three samples a pixel");
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
