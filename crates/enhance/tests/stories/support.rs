//! Photos from disk, generated pictures and a way to compare.

use std::path::{Path, PathBuf};

use plumbline_enhance::{Decoded, Limits, Pixels, decode};
use plumbline_fixtures::photos;

/// Every file below a folder of photos, sorted. Empty when the folder is missing, and then the
/// story is reported as skipped.
pub fn files(folder: &str) -> Vec<PathBuf> {
    let Some(root) = photos(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut waiting = vec![root];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let list = if path.is_dir() {
                &mut waiting
            } else {
                &mut found
            };
            list.push(path);
        }
    }
    assert!(!found.is_empty(), "the folder {folder} holds no file");
    found.sort();
    eprintln!("{} files of {folder}", found.len());
    found
}

pub fn open(path: &Path) -> Decoded {
    let bytes = std::fs::read(path).unwrap();
    decode(&bytes, &Limits::default()).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// A room drawn by arithmetic: shaded walls, a window, furniture edges and a little texture.
pub fn room(width: u32, height: u32) -> Pixels {
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            samples.extend(room_colour(u, v, x, y));
        }
    }
    Pixels::from_eight(width, height, samples).unwrap()
}

fn room_colour(u: f32, v: f32, x: u32, y: u32) -> [u8; 3] {
    let grain = ((x * 7919 + y * 104_729) % 17) as f32 / 17.0 * 6.0 - 3.0;
    let window = (0.6..0.85).contains(&u) && (0.15..0.5).contains(&v);
    let sofa = (0.1..0.5).contains(&u) && (0.6..0.85).contains(&v);
    let boards = v > 0.85 && (x / 23).is_multiple_of(2);
    let [r, g, b] = match () {
        () if window => [235.0, 240.0, 245.0],
        () if sofa => [90.0 + 30.0 * (u * 40.0).sin(), 70.0, 60.0],
        () if boards => [120.0, 95.0, 70.0],
        () if v > 0.85 => [105.0, 82.0, 60.0],
        () => [150.0 - 40.0 * u, 148.0 - 40.0 * u, 144.0 - 40.0 * u],
    };
    [r, g, b].map(|c: f32| (c + grain).clamp(0.0, 255.0) as u8)
}

/// The picture with every pixel's 8-bit samples changed by a function of its place.
pub fn altered(pixels: &Pixels, change: impl Fn(u32, u32, [u8; 3]) -> [u8; 3]) -> Pixels {
    let width = pixels.width();
    let rgb = pixels.rgb8();
    let pixel = |(i, p): (usize, &[u8; 3])| change(i as u32 % width, i as u32 / width, *p);
    let samples = rgb
        .as_chunks::<3>()
        .0
        .iter()
        .enumerate()
        .flat_map(pixel)
        .collect();
    Pixels::from_eight(width, pixels.height(), samples).unwrap()
}

/// Mean absolute difference in 8-bit steps.
pub fn distance(one: &Pixels, two: &Pixels) -> f64 {
    assert_eq!((one.width(), one.height()), (two.width(), two.height()));
    let (a, b) = (one.rgb8(), two.rgb8());
    let sum: u64 = a
        .iter()
        .zip(b.iter())
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.len() as f64
}
