//! New skies as an editor puts them in.

use plumbline_enhance::Mask;

use crate::canvas::Canvas;
use crate::plane::Plane;
use crate::rng::Rng;

/// Share of sky of each pixel of a canvas, 0.0 to 1.0, its edge two pixels soft.
pub fn matte(mask: &Mask, canvas: &Canvas) -> Plane {
    let small = Plane {
        width: mask.width() as usize,
        height: mask.height() as usize,
        values: mask
            .values()
            .iter()
            .map(|v| f32::from(*v) / 255.0)
            .collect(),
    };
    let (sx, sy) = (
        small.width as f32 / canvas.width as f32,
        small.height as f32 / canvas.height as f32,
    );
    let at = |i: usize| {
        let (x, y) = (i % canvas.width, i / canvas.width);
        small.between((x as f32 + 0.5) * sx - 0.5, (y as f32 + 0.5) * sy - 0.5)
    };
    let full = Plane {
        width: canvas.width,
        height: canvas.height,
        values: (0..canvas.width * canvas.height).map(at).collect(),
    };
    full.gaussian(0.7)
}

/// The matte as a mask.
pub fn declared(matte: &Plane) -> Mask {
    let values = matte.values.iter().map(|v| (v * 255.0 + 0.5) as u8);
    Mask::new(matte.width as u32, matte.height as u32, values.collect()).expect("a value a pixel")
}

/// A clear sky with soft clouds where the matte says so.
pub fn replaced(p: &Canvas, matte: &Plane, rng: &mut Rng) -> Canvas {
    let deep = [
        rng.within(0.28, 0.42),
        rng.within(0.48, 0.6),
        rng.within(0.75, 0.88),
    ];
    let phase = [0; 4].map(|_| rng.unit() * 6.3);
    let noise = rng.grain(0.006);
    p.map(|x, y, rgb| {
        let cover = matte.values[y * p.width + x];
        if cover == 0.0 {
            return rgb;
        }
        let (u, v) = (x as f32 / p.long(), y as f32 / p.height as f32);
        let clouds = (9.0 * u + phase[0]).sin() * (23.0 * v + phase[1]).sin()
            + (21.0 * u + 13.0 * v + phase[2]).sin() * 0.5;
        let white = (0.35 * v + 0.25 * clouds.max(0.0)).clamp(0.0, 0.9);
        let grain = noise[(x * 31 + y * 1013) % noise.len()];
        std::array::from_fn(|c| {
            let sky = deep[c] + white * (0.95 - deep[c]) + grain;
            rgb[c] + cover * (sky - rgb[c])
        })
    })
}
