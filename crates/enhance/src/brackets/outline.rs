//! Outlines: every pixel against its surroundings, which does not depend on the exposure.
//!
//! Grey is divided by its local mean and deviation, so that frames stops apart look alike, and
//! pixels that are too dark or too bright are left out. The exposure-invariant bitmaps of Ward,
//! "Fast, Robust Image Registration for Compositing HDR Photographs", 2003, in grey values, which
//! keeps the parts of a pixel.

use crate::filters::scale::{self, Kernel};
use crate::pixels::Pixels;

/// Longest sides of the copies that are compared.
const FINEST: u32 = 2048;
const COARSEST: u32 = 64;
/// Half width of the surroundings, in pixels.
const RADIUS: usize = 4;
/// Deviation that counts as noise, of a range of one.
const NOISE: f32 = 0.02;
/// Unit values outside of which a pixel has no detail.
const TELLING: std::ops::Range<f32> = 0.02..0.97;
/// Share of pixels two outlines must both know before anything is said about them.
const LEAST_COMMON: f32 = 0.04;

/// Local contrast, 0.0 where it is not known.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

/// Outlines of a picture's smaller and smaller copies, coarsest first.
pub(super) struct Outlines(pub Vec<Outline>);

impl Outlines {
    pub fn of(pixels: &Pixels) -> Self {
        let (width, height) = (pixels.width(), pixels.height());
        let finest = width.max(height).min(FINEST);
        let edges = std::iter::successors(Some(finest), |edge| Some(edge / 2))
            .take_while(|&edge| edge >= COARSEST.min(finest));
        let mut copy: Option<Pixels> = None;
        let mut all = Vec::new();
        for edge in edges {
            let (width, height) = scale::fit(width, height, edge);
            let from = copy.as_ref().unwrap_or(pixels);
            let smaller = scale::shrink(from, width, height, Kernel::Area);
            let (width, height) = (width as usize, height as usize);
            all.push(Outline::from_grey(&grey(&smaller), width, height));
            copy = Some(smaller);
        }
        all.reverse();
        Self(all)
    }
}

impl Outline {
    /// The outline of a grey picture, row by row.
    pub fn from_grey(grey: &[u8], width: usize, height: usize) -> Self {
        let unit: Vec<f32> = grey.iter().map(|&v| f32::from(v) / 255.0).collect();
        let square: Vec<f32> = unit.iter().map(|v| v * v).collect();
        let (mean, square) = (blur(&unit, width), blur(&square, width));
        let value = |i: usize| {
            if !TELLING.contains(&unit[i]) || !TELLING.contains(&mean[i]) {
                return 0.0;
            }
            // Noise weighs more in the dark, where a frame has few levels.
            let deviation = (square[i] - mean[i] * mean[i]).max(0.0).sqrt();
            (unit[i] - mean[i]) / (deviation + NOISE * mean[i].max(0.1))
        };
        let values = (0..unit.len()).map(value).collect();
        Self {
            width,
            height,
            values,
        }
    }

    /// Correlation with another outline of the same size, -1.0 to 1.0, when that one is moved by
    /// whole pixels; `None` where they have too little in common to say.
    pub fn agreement(&self, other: &Self, right: isize, down: isize) -> Option<f32> {
        let (mut cross, mut own, mut theirs, mut common) = (0.0_f64, 0.0_f64, 0.0_f64, 0_usize);
        let width = self.width as isize;
        for y in 0..self.height as isize {
            if !(0..self.height as isize).contains(&(y + down)) {
                continue;
            }
            let first = 0.max(-right);
            let last = width.min(width - right);
            for x in first..last {
                let a = self.values[(y * width + x) as usize];
                let b = other.values[((y + down) * width + x + right) as usize];
                if a != 0.0 && b != 0.0 {
                    cross += f64::from(a * b);
                    own += f64::from(a * a);
                    theirs += f64::from(b * b);
                    common += 1;
                }
            }
        }
        let enough = common as f32 >= LEAST_COMMON * self.values.len() as f32;
        enough.then(|| (cross / (own * theirs).sqrt().max(1e-9)) as f32)
    }

    /// The whole-pixel move within `reach` that agrees best, and how well.
    pub fn best_move(&self, other: &Self, reach: isize) -> Option<(isize, isize, f32)> {
        let moves = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| (x, y)));
        let scored = moves.filter_map(|(x, y)| Some((x, y, self.agreement(other, x, y)?)));
        scored.max_by(|a, b| a.2.total_cmp(&b.2))
    }
}

/// 8-bit grey of a picture.
pub(super) fn grey(pixels: &Pixels) -> Vec<u8> {
    let rgb = pixels.rgb8();
    let grey = |p: &[u8; 3]| {
        ((u32::from(p[0]) * 54 + u32::from(p[1]) * 183 + u32::from(p[2]) * 19 + 128) / 256) as u8
    };
    rgb.as_chunks::<3>().0.iter().map(grey).collect()
}

/// Mean over a square, the border repeated, by running sums.
fn blur(plane: &[f32], width: usize) -> Vec<f32> {
    let height = plane.len() / width;
    let mut across = vec![0.0; plane.len()];
    for (to, from) in across
        .chunks_exact_mut(width)
        .zip(plane.chunks_exact(width))
    {
        run(width, |i| from[i], |i, v| to[i] = v);
    }
    let mut out = vec![0.0; plane.len()];
    for x in 0..width {
        let at = |y: usize| across[y * width + x];
        run(height, at, |y, v| out[y * width + x] = v);
    }
    out
}

fn run(count: usize, from: impl Fn(usize) -> f32, mut to: impl FnMut(usize, f32)) {
    let at = |i: isize| f64::from(from(i.clamp(0, count as isize - 1) as usize));
    let radius = RADIUS as isize;
    let mut sum: f64 = (-radius..=radius).map(at).sum();
    for i in 0..count as isize {
        to(i as usize, (sum / (2 * RADIUS + 1) as f64) as f32);
        sum += at(i + radius + 1) - at(i - radius);
    }
}
