//! Steps and tints of tiles, and of the whole picture.

use crate::colour::{to_lab, to_rgb};
use crate::damages::{Damaged, Site};
use crate::rng::Rng;

/// Tiles that differ in brightness, blended over eight pixels.
pub fn seamed(site: &Site, rng: &mut Rng, by: f32) -> Option<Damaged> {
    let p = site.edited;
    let (across, down) = if p.width > p.height { (4, 3) } else { (3, 4) };
    let (w, h) = (
        p.width as f32 / across as f32,
        p.height as f32 / down as f32,
    );
    let odd = rng.below(2);
    let out = p.map(|x, y, rgb| {
        let (i, u) = neighbour(x as f32 + 0.5, w, across);
        let (j, v) = neighbour(y as f32 + 0.5, h, down);
        let (own, other) = if (i + j) % 2 == odd {
            (1.0 + by, 1.0)
        } else {
            (1.0, 1.0 + by)
        };
        let mixed = u + v - 2.0 * u * v;
        rgb.map(|v| v * (own + mixed * (other - own)))
    });
    Some(out.into())
}

/// Tile of a place, and the weight of the nearest other tile there, 0.0 to 0.5.
fn neighbour(at: f32, size: f32, count: usize) -> (usize, f32) {
    let rim = 4.0;
    let tile = ((at / size) as usize).min(count - 1);
    let into = at - tile as f32 * size;
    let next = ((into - (size - rim)) / (2.0 * rim)).max(0.0);
    let before = ((rim - into) / (2.0 * rim)).max(0.0);
    let next = if tile + 1 < count { next } else { 0.0 };
    let before = if tile > 0 { before } else { 0.0 };
    (tile, before + next)
}

/// A quarter of the picture gets yellower.
pub fn cast(site: &Site, rng: &mut Rng, by: f32) -> Option<Damaged> {
    let p = site.edited;
    let (right, lower) = (rng.below(2) == 1, rng.below(2) == 1);
    let out = p.map(|x, y, rgb| {
        let inside = (2 * x >= p.width) == right && (2 * y >= p.height) == lower;
        if !inside {
            return rgb;
        }
        let [l, a, b] = to_lab(rgb);
        to_rgb([l, a, b + by])
    });
    Some(out.into())
}

/// The whole picture green or magenta, as no light is.
pub fn tinted(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let by = 8.0 * rng.sign();
    let out = site.edited.tinted(|rgb| {
        let [l, a, b] = to_lab(rgb);
        to_rgb([l, a + by, b])
    });
    Some(out.into())
}
