//! The photo the bench works on: real rooms, or a drawn one, enlarged to camera size, then made
//! worse in known ways, so that every stage has work: 0.9 stops too dark, a warm cast, turned by
//! 1.2°, noisy, in Adobe RGB. The same photos give the same file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use plumbline_enhance::{Limits, Pixels, decode};
use rayon::prelude::*;

use crate::bench::wrapping::{Kind, wrap};

const TURN_DEGREES: f32 = 1.2;
/// Light left: −0.9 stops, times the cast of a lamp.
const LIGHT: [f32; 3] = [0.536 * 1.07, 0.536, 0.536 * 0.90];
/// Standard deviation of the noise, in unit range: about what a full-frame camera has at ISO 1600.
const NOISE: f32 = 0.011;
/// The room when nobody names any: 24 megapixels, and lines that say how it is turned.
const ROOM: &str = "../shared/photos/interior/sidekix-media-BAVam-y_9Wg-unsplash.jpg";

/// The picture that the bench asks for.
pub struct Wanted {
    pub width: u32,
    pub height: u32,
    pub photos: Vec<PathBuf>,
    pub kind: Kind,
}

/// A file and what it is, in words.
pub struct Photo {
    pub file: PathBuf,
    pub about: String,
}

/// The photo from the folder, made if it is not there yet.
pub fn kept(wanted: &Wanted, folder: &Path) -> anyhow::Result<Photo> {
    let photos = if wanted.photos.is_empty() {
        shared_room()
    } else {
        wanted.photos.clone()
    };
    let (width, height) = (wanted.width, wanted.height);
    let of = crc32fast::hash(format!("{photos:?} {NOISE}").as_bytes());
    let name = format!(
        "{width}x{height}-{}-{of:08x}.{}",
        wanted.kind.name(),
        wanted.kind.extension()
    );
    let file = folder.join(name);
    if !file.exists() {
        fs::create_dir_all(folder)?;
        let samples = worsened(&opened(&photos)?, width, height);
        let part = file.with_extension("part");
        fs::write(&part, wrap(&samples, width, height, wanted.kind)?)?;
        fs::rename(&part, &file)?;
    }
    let size = fs::metadata(&file)?.len() as f64 / 1e6;
    let of = if photos.is_empty() {
        "a drawn room (no photos here)".to_owned()
    } else {
        format!("{} photos", photos.len())
    };
    let kind = wanted.kind.name();
    let about = format!(
        "{width} x {height}, {kind}, {size:.1} MB, of {of}, Adobe RGB, with EXIF, GPS, XMP and IPTC"
    );
    Ok(Photo { file, about })
}

fn shared_room() -> Vec<PathBuf> {
    let room = PathBuf::from(ROOM);
    if room.is_file() { vec![room] } else { vec![] }
}

fn opened(photos: &[PathBuf]) -> anyhow::Result<Vec<Pixels>> {
    if photos.is_empty() {
        return Ok(vec![room(1600, 1067)]);
    }
    let open = |path: &PathBuf| -> anyhow::Result<Pixels> {
        let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(decode(&bytes, &Limits::default())?.pixels)
    };
    photos.iter().map(open).collect()
}

/// 16-bit Adobe RGB samples of the mosaic, worsened.
fn worsened(photos: &[Pixels], width: u32, height: u32) -> Vec<u16> {
    let mosaic = Mosaic::new(photos, width as f32, height as f32);
    let mut samples = vec![0_u16; width as usize * height as usize * 3];
    let rows = samples.par_chunks_mut(width as usize * 3).enumerate();
    rows.for_each(|(y, row)| {
        for (x, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let light = mosaic.light(x as f32, y as f32);
            let noise = [0, 1, 2].map(|c| NOISE * noise(x as u64, y as u64, c));
            *pixel = adobe([0, 1, 2].map(|c| light[c] * LIGHT[c]), noise);
        }
    });
    samples
}

/// Photos side by side, each cut to fill its place, as a camera held askew takes them.
struct Mosaic<'a> {
    photos: &'a [Pixels],
    columns: usize,
    size: [f32; 2],
    turn: [f32; 2],
}

impl<'a> Mosaic<'a> {
    fn new(photos: &'a [Pixels], width: f32, height: f32) -> Self {
        let angle = TURN_DEGREES.to_radians();
        Self {
            photos,
            columns: (photos.len() as f32).sqrt().ceil() as usize,
            size: [width, height],
            turn: [angle.cos(), angle.sin()],
        }
    }

    fn light(&self, x: f32, y: f32) -> [f32; 3] {
        let [width, height] = self.size;
        let [cos, sin] = self.turn;
        let (x, y) = (x - width / 2.0, y - height / 2.0);
        let across = fold((cos * x - sin * y) / width + 0.5) * self.columns as f32;
        let rows = self.photos.len().div_ceil(self.columns);
        let down = fold((sin * x + cos * y) / height + 0.5) * rows as f32;
        let place = down as usize * self.columns + across as usize;
        let photo = &self.photos[place % self.photos.len()];
        let shape = (width / self.columns as f32) / (height / rows as f32);
        cut(photo, across.fract(), down.fract(), shape)
    }
}

/// Mirrors what lies outside back in, 0.0 to just below 1.0.
fn fold(unit: f32) -> f32 {
    let inside = if unit < 0.0 { -unit } else { unit };
    let inside = if inside >= 1.0 { 2.0 - inside } else { inside };
    inside.clamp(0.0, 0.999_999)
}

/// Light at a place in the largest middle part of a photo that has some shape, bilinear.
fn cut(photo: &Pixels, u: f32, v: f32, shape: f32) -> [f32; 3] {
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    let fill = (width / shape).min(height);
    let (w, h) = (fill * shape, fill);
    let x = ((width - w) / 2.0 + u * w - 0.5).clamp(0.0, width - 1.001);
    let y = ((height - h) / 2.0 + v * h - 0.5).clamp(0.0, height - 1.001);
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = (
        (left + 1).min(photo.width() - 1),
        (top + 1).min(photo.height() - 1),
    );
    let (dx, dy) = (x.fract(), y.fract());
    let corners =
        [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| photo.unit(x, y));
    [0, 1, 2].map(|c| {
        let upper = corners[0][c] + (corners[1][c] - corners[0][c]) * dx;
        let lower = corners[2][c] + (corners[3][c] - corners[2][c]) * dx;
        // Close enough to sRGB's curve for a picture that is made worse anyway.
        (upper + (lower - upper) * dy).powf(2.2)
    })
}

/// Light in sRGB's primaries to 16-bit Adobe RGB (1998), gamma 563/256, with noise on top.
fn adobe([r, g, b]: [f32; 3], noise: [f32; 3]) -> [u16; 3] {
    let light = [0.7151 * r + 0.2849 * g, g, 0.0412 * g + 0.9588 * b];
    [0, 1, 2].map(|c| {
        let unit = light[c].clamp(0.0, 1.0).powf(256.0 / 563.0) + noise[c];
        (unit.clamp(0.0, 1.0) * 65535.0 + 0.5) as u16
    })
}

/// Nearly normal, deviation 1, the same on every machine: SplitMix64 over the place, four of its
/// 16-bit parts added up.
fn noise(x: u64, y: u64, channel: u64) -> f32 {
    let mut hash = (y << 34 | x << 2 | channel)
        .wrapping_add(1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^= hash >> 31;
    let sum: u64 = [0, 16, 32, 48]
        .iter()
        .map(|shift| hash >> shift & 0xFFFF)
        .sum();
    (sum as f32 / 65536.0 - 2.0) * 3.0_f32.sqrt()
}

/// Walls, a window, a table and boards.
fn room(width: u32, height: u32) -> Pixels {
    let mut samples = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            samples.extend(room_colour(u, v).map(|level| level as u8));
        }
    }
    Pixels::from_eight(width, height, samples).expect("three samples a pixel")
}

fn room_colour(u: f32, v: f32) -> [f32; 3] {
    let within = |left, top, right, bottom| u > left && u < right && v > top && v < bottom;
    match () {
        () if within(0.60, 0.15, 0.85, 0.50) => [235.0, 240.0, 245.0],
        () if within(0.59, 0.14, 0.86, 0.51) => [90.0, 84.0, 80.0],
        () if within(0.15, 0.62, 0.55, 0.70) => [110.0, 78.0, 50.0],
        () if v > 0.75 && (u * 24.0).fract() < 0.04 => [80.0, 60.0, 45.0],
        () if v > 0.75 => [140.0, 110.0, 84.0],
        () => [200.0 - 50.0 * u, 198.0 - 50.0 * u, 194.0 - 50.0 * u],
    }
}
