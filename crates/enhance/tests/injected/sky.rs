//! New skies, and what goes wrong with them.

use plumbline_enhance::Mask;

use crate::injected::canvas::{Canvas, blurred};
use crate::injected::rng::Rng;

/// Share of sky of each pixel of a canvas, 0.0 to 1.0, its edge two pixels soft.
pub fn matte(mask: &Mask, canvas: &Canvas) -> Vec<f32> {
    let plane = Canvas {
        width: mask.width() as usize,
        height: mask.height() as usize,
        pixels: mask
            .values()
            .iter()
            .map(|v| [f32::from(*v) / 255.0; 3])
            .collect(),
    };
    let (sx, sy) = (
        plane.width as f32 / canvas.width as f32,
        plane.height as f32 / canvas.height as f32,
    );
    let at = |i: usize| {
        let (x, y) = (i % canvas.width, i / canvas.width);
        plane.between((x as f32 + 0.5) * sx - 0.5, (y as f32 + 0.5) * sy - 0.5)[0]
    };
    let full: Vec<f32> = (0..canvas.width * canvas.height).map(at).collect();
    blurred(&full, canvas.width, canvas.height, 0.7)
}

/// The matte as a mask of the canvas's size.
pub fn declared(matte: &[f32], canvas: &Canvas) -> Mask {
    let values = matte.iter().map(|v| (v * 255.0 + 0.5) as u8).collect();
    Mask::new(canvas.width as u32, canvas.height as u32, values).expect("a value a pixel")
}

/// A clear sky with soft clouds where the matte says so.
pub fn replaced(p: &Canvas, matte: &[f32], rng: &mut Rng) -> Canvas {
    let deep = [
        rng.within(0.28, 0.42),
        rng.within(0.48, 0.6),
        rng.within(0.75, 0.88),
    ];
    let phase = [0; 4].map(|_| rng.unit() * 6.3);
    let mut grain = rng.clone();
    let noise: Vec<f32> = (0..4099).map(|_| grain.normal() * 0.006).collect();
    p.map(|x, y, rgb| {
        let cover = matte[y * p.width + x];
        if cover == 0.0 {
            return rgb;
        }
        let (u, v) = (x as f32 / p.long(), y as f32 / p.height as f32);
        let clouds = (9.0 * u + phase[0]).sin() * (23.0 * v + phase[1]).sin()
            + (21.0 * u + 13.0 * v + phase[2]).sin() * 0.5;
        let white = (0.35 * v + 0.25 * clouds.max(0.0)).clamp(0.0, 0.9);
        let grain = noise[(x * 31 + y * 1013) % 4099];
        std::array::from_fn(|c| {
            let sky = deep[c] + white * (0.95 - deep[c]) + grain;
            rgb[c] + cover * (sky - rgb[c])
        })
    })
}

/// A bright rim of some thousandths of the picture's long side on the house's side of the edge.
pub fn halo(p: &Canvas, matte: &[f32], rng: &mut Rng) -> Canvas {
    let wide = blurred(matte, p.width, p.height, p.long() * 0.003);
    let by = rng.within(0.10, 0.16);
    p.map(|x, y, rgb| {
        let at = y * p.width + x;
        let rim = wide[at] * (1.0 - matte[at]) * 2.0;
        rgb.map(|v| v + by * rim.min(1.0))
    })
}

/// The new sky runs into the roof: a patch of 1 % below the skyline takes on its colour.
pub fn leak(p: &Canvas, matte: &[f32], rng: &mut Rng) -> Canvas {
    let edge = |i: &usize| {
        let (x, y) = (i % p.width, i / p.width);
        y + 2 < p.height && x > 1 && matte[*i] > 0.5 && matte[i + p.width] <= 0.5
    };
    let edges: Vec<usize> = (0..matte.len()).filter(edge).collect();
    let at = edges[rng.below(edges.len())];
    let reach = ((p.width * p.height) as f32 * 0.01 / 1.6).sqrt();
    let (x0, y0) = ((at % p.width) as f32, (at / p.width) as f32 + reach * 0.5);
    p.map(|x, y, rgb| {
        let square = ((x as f32 - x0).powi(2) + (y as f32 - y0).powi(2)) / (reach * reach);
        let cover = depth(square) * (1.0 - matte[y * p.width + x]);
        let sky = [0.5, 0.66, 0.88];
        std::array::from_fn(|c| rgb[c] + cover * (sky[c] - rgb[c]))
    })
}

/// Strength of a patch: 0.7 in its middle, nothing beyond its rim.
fn depth(square: f32) -> f32 {
    0.7 * (1.0 - square).max(0.0).sqrt().min(1.0)
}
