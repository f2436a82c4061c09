//! A picture at a quarter of its size, in exact averages of light: what a decoder of latents
//! resolves of it.

use std::borrow::Borrow;

use rayon::prelude::*;

use crate::math::light::{Sample, encoded};
use crate::pixels::{Pixels, Samples};

/// Columns and rows of the picture that are one pixel here: half of what a latent spans.
pub(crate) const BLOCK: usize = 4;

/// Sides of the coarse copy of a picture.
pub(crate) fn size(width: u32, height: u32) -> (usize, usize) {
    let side = |of: u32| (of as usize).div_ceil(BLOCK);
    (side(width), side(height))
}

/// Averages of light, encoded again: unit values, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coarse {
    pub width: usize,
    pub height: usize,
    pub unit: Vec<[f32; 3]>,
}

impl Coarse {
    /// The averages of a picture.
    pub fn of(pixels: &Pixels) -> Self {
        let (width, height) = (pixels.width(), pixels.height());
        match pixels.samples() {
            Samples::Eight(v) => Self::of_strips(width, height, |strip| strip.of(v)),
            Samples::Sixteen(v) => Self::of_strips(width, height, |strip| strip.of(v)),
        }
    }

    /// The averages of a picture that is made meanwhile, so that it is never there as a whole.
    pub fn of_strips<S: Sample, Made: Borrow<[S]>>(
        width: u32,
        height: u32,
        make: impl Fn(Strip) -> Made + Sync,
    ) -> Self {
        let (across, down) = size(width, height);
        let (columns, rows) = (width as usize, height as usize);
        let mut unit = vec![[0.0; 3]; across * down];
        unit.par_chunks_mut(across)
            .enumerate()
            .for_each(|(at, row)| {
                let strip = Strip {
                    columns,
                    from: at * BLOCK,
                    to: ((at + 1) * BLOCK).min(rows),
                };
                average(make(strip).borrow(), strip, row);
            });
        Self {
            width: across,
            height: down,
            unit,
        }
    }

    /// For a fit, which needs no more than 8 bits of a pixel.
    pub fn pixels(&self) -> Pixels {
        let samples = self.unit.iter().flat_map(|p| p.map(u8::from_unit));
        Pixels::from_eight(self.width as u32, self.height as u32, samples.collect())
            .expect("one pixel for each")
    }
}

impl Coarse {
    /// All that is known, in 16 bits.
    pub fn deep_pixels(&self) -> Pixels {
        let samples = self.unit.iter().flat_map(|p| p.map(u16::from_unit));
        Pixels::from_sixteen(self.width as u32, self.height as u32, samples.collect())
            .expect("one pixel for each")
    }

    /// A picture that is this small already.
    pub fn of_each(pixels: &Pixels) -> Self {
        let (width, height) = (pixels.width(), pixels.height());
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self {
            width: width as usize,
            height: height as usize,
            unit: places.map(|(x, y)| pixels.unit(x, y)).collect(),
        }
    }
}

/// Rows of a picture that become one row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strip {
    columns: usize,
    pub from: usize,
    pub to: usize,
}

impl Strip {
    /// Its samples.
    pub fn of<S>(self, samples: &[S]) -> &[S] {
        let row = self.columns * 3;
        &samples[self.from * row..self.to * row]
    }
}

fn average<S: Sample>(samples: &[S], strip: Strip, to: &mut [[f32; 3]]) {
    let table = S::linear_table();
    for row in samples.chunks_exact(strip.columns * 3) {
        for (block, to) in row.chunks(BLOCK * 3).zip(to.iter_mut()) {
            for pixel in block.as_chunks::<3>().0 {
                (0..3).for_each(|c| to[c] += table[pixel[c].index()]);
            }
        }
    }
    let rows = strip.to - strip.from;
    for (at, to) in to.iter_mut().enumerate() {
        let pixels = rows * BLOCK.min(strip.columns - at * BLOCK);
        *to = to.map(|sum| encoded(sum / pixels as f32));
    }
}
