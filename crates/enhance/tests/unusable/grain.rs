//! Frames of nothing but noise.

use plumbline_enhance::Pixels;

use crate::unusable::rng::Rng;

/// Kinds of noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Grain {
    /// The same in all channels, normal.
    Grey,
    /// Each channel its own, any value as likely.
    Coloured,
    /// Squares of this many pixels, each of one colour.
    Blocks(usize),
    /// Black with white specks, and white with black ones.
    Specks,
    /// Blurred by so many pixels, and stretched to the full range again.
    Soft(usize),
    /// Lines of one grey each, as a broken sensor makes them.
    Lines,
}

/// All of them.
pub const ALL: [Grain; 10] = [
    Grain::Grey,
    Grain::Coloured,
    Grain::Blocks(4),
    Grain::Blocks(8),
    Grain::Blocks(16),
    Grain::Blocks(32),
    Grain::Specks,
    Grain::Soft(2),
    Grain::Soft(6),
    Grain::Lines,
];

/// A frame of it.
pub fn grain(width: u32, height: u32, kind: Grain) -> Pixels {
    let (w, h) = (width as usize, height as usize);
    let mut rng = Rng::of(&["grain", &format!("{kind:?}")]);
    let samples: Vec<u8> = match kind {
        Grain::Grey => grey(w * h, || 128.0 + 50.0 * rng.normal()),
        Grain::Coloured => (0..w * h * 3).map(|_| level(255.0 * rng.unit())).collect(),
        Grain::Specks => grey(w * h, || match rng.unit() {
            v if v < 0.25 => 0.0,
            v if v > 0.75 => 255.0,
            _ => 128.0,
        }),
        Grain::Blocks(side) => {
            let across = w.div_ceil(side);
            let count = across * h.div_ceil(side) * 3;
            let colours: Vec<u8> = (0..count).map(|_| level(255.0 * rng.unit())).collect();
            let block = |i: usize| i / w / side * across + i % w / side;
            let pixel = |i: usize| [0, 1, 2].map(|c| colours[block(i) * 3 + c]);
            (0..w * h).flat_map(pixel).collect()
        }
        Grain::Lines => {
            let rows: Vec<f32> = (0..h).map(|_| 255.0 * rng.unit()).collect();
            (0..w * h).flat_map(|i| [level(rows[i / w]); 3]).collect()
        }
        Grain::Soft(radius) => {
            let noise: Vec<f32> = (0..w * h).map(|_| rng.normal()).collect();
            let soft = mean(&mean(&noise, w, radius), w, radius);
            let deviation = (soft.iter().map(|v| v * v).sum::<f32>() / soft.len() as f32).sqrt();
            let mut soft = soft.into_iter();
            grey(w * h, || {
                128.0 + 50.0 / deviation * soft.next().unwrap_or(0.0)
            })
        }
    };
    Pixels::from_eight(width, height, samples).expect("as many samples")
}

fn grey(count: usize, mut next: impl FnMut() -> f32) -> Vec<u8> {
    (0..count).flat_map(|_| [level(next()); 3]).collect()
}

fn level(v: f32) -> u8 {
    v.clamp(0.0, 255.0) as u8
}

/// The mean over a square around every pixel.
fn mean(of: &[f32], width: usize, radius: usize) -> Vec<f32> {
    let height = of.len() / width;
    let at = |x: usize, y: usize| of[y * width + x];
    let across: Vec<f32> = (0..of.len())
        .map(|i| {
            let (x, y) = (i % width, i / width);
            let span = x.saturating_sub(radius)..=(x + radius).min(width - 1);
            span.map(|x| at(x, y)).sum::<f32>()
        })
        .collect();
    (0..of.len())
        .map(|i| {
            let (x, y) = (i % width, i / width);
            let span = y.saturating_sub(radius)..=(y + radius).min(height - 1);
            span.map(|y| across[y * width + x]).sum::<f32>()
        })
        .collect()
}
