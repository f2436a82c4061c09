//! Things that move.

use crate::damages::{Damaged, Site};
use crate::rng::Rng;

/// Everything swims by so many pixels, in slow waves.
pub fn warped(site: &Site, rng: &mut Rng, by: f32) -> Option<Damaged> {
    let p = site.edited;
    let turn = std::f32::consts::TAU;
    let (along, down) = (rng.unit() * turn, rng.unit() * turn);
    let wave = turn / (p.long() * rng.within(0.2, 0.4));
    let out = p.map(|x, y, _| {
        let (u, v) = (x as f32, y as f32);
        let dx = by * (v * wave + along).sin();
        let dy = by * (u * wave + down).sin();
        p.between(u + dx, v + dy)
    });
    Some(out.into())
}

/// A wall that bulges by half a per cent of its height.
pub fn bent(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let p = site.edited;
    let (x0, y0) = (p.width as f32 * rng.within(0.3, 0.7), p.height as f32 * 0.5);
    let (wide, tall) = (p.width as f32 * 0.2, p.height as f32 * 0.3);
    let by = p.height as f32 * 0.005;
    let out = p.map(|x, y, _| {
        let (u, v) = ((x as f32 - x0) / wide, (y as f32 - y0) / tall);
        let bulge = if u.abs() < 1.0 && v.abs() < 1.0 {
            (1.0 - u * u).powi(2) * (1.0 - v * v).powi(2)
        } else {
            0.0
        };
        p.between(x as f32 + by * bulge, y as f32)
    });
    Some(out.into())
}
