//! Noise over brightness: deviations of luma and of chroma in plain blocks at full size.
//!
//! A block of 16 x 16 pixels is plain where little of its variance is left in means of 4 x 4 pixels, once a
//! slope of light is taken off: a picture goes on at every scale, noise does not. Of the plain blocks of a
//! brightness the lower ones count, and noise changes slowly over brightness, so a fabric that looks
//! like noise is outvoted by walls.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::math::light::LUMA;
use crate::math::statistics::ranked;
use crate::pixels::{Pixels, Samples};

/// Brightnesses that deviations are given at.
pub const LEVELS: usize = 9;
/// Side of a block, and of the squares that are averaged in it.
const BLOCK: usize = 16;
const SQUARE: usize = 4;
/// Blocks along each side of the picture.
const BLOCKS: usize = 40;
/// Share of the variance that means over squares keep at most where it is noise: independent pixels keep a
/// sixteenth, the coarse grain of a camera's own noise reduction less than a third.
const KEPT: f32 = 0.3;
/// Deviation of those means that rounding to 8 bits alone leaves: a clean wall is plain, and says so.
const ROUNDED: f32 = 0.25 / 255.0;
/// Plain blocks that say something about a brightness.
const ENOUGH: usize = 6;
/// Rank of the block that counts, among those of a brightness, by its luma and by its chroma: JPEG leaves most
/// blocks of half-sized chroma without noise, and blotches in the others.
const RANKS: [f32; 3] = [0.15, 0.3, 0.3];
/// Most that the deviation changes from one brightness to the next.
const CHANGE: f32 = 1.3;

/// Standard deviations of noise in encoded values, 0.0 to 1.0, at encoded lumas of 0, 1/64, 4/64, 9/64 … 1.
/// Nought where nothing plain was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct NoiseLevels {
    /// Deviations of luma.
    pub luma: [f32; LEVELS],
    /// Deviations of blue less luma.
    pub blue: [f32; LEVELS],
    /// Deviations of red less luma.
    pub red: [f32; LEVELS],
}

/// Mean luma of a plain block, and variances of luma, blue and red.
struct Plain {
    luma: f32,
    variances: [f32; 3],
}

impl NoiseLevels {
    pub(super) fn measure(pixels: &Pixels) -> Self {
        let (width, height) = (pixels.width() as usize, pixels.height() as usize);
        let starts = |length: usize| {
            let count = BLOCKS.min(length / BLOCK);
            (0..count).map(move |i| (length - BLOCK) * i / (count - 1).max(1))
        };
        let places: Vec<_> = starts(height)
            .flat_map(|y| starts(width).map(move |x| (x, y)))
            .collect();
        let plain: Vec<Plain> = (places.par_iter())
            .filter_map(|&(x, y)| Plain::of(pixels, x, y))
            .collect();
        let [luma, blue, red] = [0, 1, 2].map(|plane| deviations(&plain, plane));
        Self { luma, blue, red }
    }
}

/// Deviations of a plane. Black and white are no witnesses: what is clipped has no noise.
fn deviations(plain: &[Plain], plane: usize) -> [f32; LEVELS] {
    let level =
        |block: &&Plain, i: usize| (block.luma.sqrt() * (LEVELS - 1) as f32).round() as usize == i;
    let known: Vec<(usize, f32)> = (1..LEVELS - 1)
        .filter_map(|i| {
            let of = plain.iter().filter(|block| level(block, i));
            let found: Vec<f32> = of.map(|block| block.variances[plane]).collect();
            let rank = (found.len() as f32 * RANKS[plane]) as usize;
            (found.len() >= ENOUGH).then(|| (i, ranked(found, rank).sqrt()))
        })
        .collect();
    let bounded = |i: usize| {
        let most = |(at, v): &(usize, f32)| v * CHANGE.powi(at.abs_diff(i) as i32);
        known.iter().map(most).fold(f32::MAX, f32::min)
    };
    std::array::from_fn(|i| {
        let below = known.iter().rev().find(|(at, _)| *at <= i);
        let above = known.iter().find(|(at, _)| *at >= i);
        match (below.or(above), above.or(below)) {
            (Some(&(low, _)), Some(&(high, _))) => {
                let share = i.abs_diff(low) as f32 / high.abs_diff(low).max(1) as f32;
                bounded(low) + (bounded(high) - bounded(low)) * share.min(1.0)
            }
            _ => 0.0,
        }
    })
}

impl Plain {
    /// The block at a place; `None`: it is not plain.
    fn of(pixels: &Pixels, left: usize, top: usize) -> Option<Self> {
        let width = pixels.width() as usize;
        let mut planes = [[0.0; BLOCK * BLOCK]; 3];
        let [y, u, v] = &mut planes;
        for (i, ((y, u), v)) in y.iter_mut().zip(u).zip(v).enumerate() {
            let at = ((top + i / BLOCK) * width + left + i % BLOCK) * 3;
            let [r, g, b] = match pixels.samples() {
                Samples::Eight(v) => [0, 1, 2].map(|c| f32::from(v[at + c]) / 255.0),
                Samples::Sixteen(v) => [0, 1, 2].map(|c| f32::from(v[at + c]) / 65535.0),
            };
            *y = LUMA[0] * r + LUMA[1] * g + LUMA[2] * b;
            (*u, *v) = (b - *y, r - *y);
        }
        let luma = mean(&planes[0]);
        planes.iter_mut().for_each(level);
        let variances = planes.each_ref().map(|plane| variance(plane));
        let kept = variance(&squares(&planes[0]));
        let is_plain = kept < KEPT * variances[0] + ROUNDED * ROUNDED;
        is_plain.then_some(Self { luma, variances })
    }
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len() as f32
}

fn variance(values: &[f32]) -> f32 {
    values.iter().map(|v| v * v).sum::<f32>() / values.len() as f32
}

/// Takes mean and slope off.
fn level(plane: &mut [f32; BLOCK * BLOCK]) {
    const MIDDLE: f32 = (BLOCK - 1) as f32 / 2.0;
    let place = |i: usize| ((i % BLOCK) as f32 - MIDDLE, (i / BLOCK) as f32 - MIDDLE);
    let mean = mean(plane);
    let (mut across, mut down, mut of) = (0.0, 0.0, 0.0);
    for (i, v) in plane.iter().enumerate() {
        let (x, y) = place(i);
        across += (v - mean) * x;
        down += (v - mean) * y;
        of += x * x;
    }
    for (i, v) in plane.iter_mut().enumerate() {
        let (x, y) = place(i);
        *v -= mean + (across * x + down * y) / of;
    }
}

/// Means over squares.
fn squares(plane: &[f32; BLOCK * BLOCK]) -> [f32; (BLOCK / SQUARE) * (BLOCK / SQUARE)] {
    const ACROSS: usize = BLOCK / SQUARE;
    let mut sums = [0.0; ACROSS * ACROSS];
    for (i, v) in plane.iter().enumerate() {
        sums[i / BLOCK / SQUARE * ACROSS + i % BLOCK / SQUARE] += v / (SQUARE * SQUARE) as f32;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walls of several brightnesses with grain of so many levels, and beside them what `else` draws.
    fn picture(grain: f32, drawn: impl Fn(usize, usize) -> f32) -> Pixels {
        let mut state = 1_u32;
        let mut dice = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32 - 0.5
        };
        let value = |i: usize| {
            let (x, y) = (i / 3 % 640, i / 3 / 640);
            let wall = 20.0 + 30.0 * (x / 128) as f32 + x as f32 / 40.0;
            // The sum of three evenly spread numbers of a whole range has half of it as its deviation.
            let noise = (dice() + dice() + dice()) * 2.0 * grain;
            (if y < 200 { wall + noise } else { drawn(x, y) }).round() as u8
        };
        Pixels::from_eight(640, 480, (0..640 * 480 * 3).map(value).collect()).unwrap()
    }

    #[test]
    fn grain_is_measured_at_the_brightness_of_walls() {
        let levels =
            NoiseLevels::measure(&picture(3.0, |x, y| (40 + (x / 8 + y / 8) % 2 * 40) as f32));
        let luma = 3.0 * (0.2126_f32.powi(2) + 0.7152_f32.powi(2) + 0.0722_f32.powi(2)).sqrt();
        for (i, found) in levels.luma.iter().enumerate() {
            let off = 255.0 * found / luma;
            assert!((0.7..1.2).contains(&off), "{i}: {off}");
        }
        assert!(
            levels
                .blue
                .iter()
                .all(|v| (0.7..1.4).contains(&(255.0 * v / 3.6))),
            "{levels:?}"
        );
    }

    #[test]
    fn a_fabric_beside_plain_walls_is_no_noise() {
        let weave = |x: usize, y: usize| (60 + x % 2 * 30 + y % 2 * 20) as f32;
        let levels = NoiseLevels::measure(&picture(0.0, weave));
        assert!(levels.luma.iter().all(|v| *v < 1.5 / 255.0), "{levels:?}");
    }
}
