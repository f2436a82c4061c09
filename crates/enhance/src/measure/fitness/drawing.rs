//! Drawings: plans, documents and screens are made of flat colours and sharp steps between them; a
//! photo has light and grain between its edges. Measured on crops at full size, where that shows.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::math::colour::luminance;
use crate::pixels::{Pixels, Samples, narrow};

/// Crops along each side, and their side in pixels.
const CROPS: usize = 12;
const SIDE: usize = 64;
/// Levels between the darkest and the brightest neighbour of a flat pixel, at most.
const FLAT: f32 = 2.5;
/// The same of a step, at least.
const STEP: f32 = 24.0;
/// Pixels around a step in which compression leaves traces.
const NEAR: usize = 8;

/// Most of the texture, and least of the palette and of the flat, that a drawing has. Real photos have
/// at least 0.024 of the one and at most 0.79 of the other.
const TEXTURE: f32 = 0.014;
const PALETTE: f32 = 0.78;
const MOSTLY_FLAT: f32 = 0.45;
/// Least share of steps: a frame that is all dark or all grey is flat, too.
const STEPS: f32 = 0.003;
/// Share of flat colours beside white, below which a drawing is ink on paper; and the most of it that
/// is half clipped: foliage that was burnt out looks like ink, but for its colours.
const TINTED: f32 = 0.10;
const HALF_CLIPPED: f32 = 0.01;

/// Marks of a drawing, as shares from 0.0 to 1.0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Drawing {
    /// Share of what is no plain white paper that is neither flat nor near a step: light, grain,
    /// texture.
    pub texture: f32,
    /// Share of the flat pixels that have one of the four commonest colours.
    pub palette: f32,
    /// Share of the picture that is a step.
    pub steps: f32,
    /// Share of the picture that is flat.
    pub flat: f32,
    /// Share of the picture that is flat and not white.
    pub tint: f32,
    /// Share of what is not flat that has one channel at its maximum and another below: the mark of
    /// too much light.
    pub half_clipped: f32,
}

impl Drawing {
    pub(super) fn measure(pixels: &Pixels) -> Self {
        let (w, h) = (pixels.width() as usize, pixels.height() as usize);
        let side = |length: usize| (SIDE.min(length), CROPS.min(length.div_ceil(SIDE)));
        let ((cw, across), (ch, down)) = (side(w), side(h));
        let place = |i: usize, of: usize, length: usize, side: usize| match of {
            0 | 1 => 0,
            _ => (length - side) * i / (of - 1),
        };
        let mut sum = Counts::default();
        for i in 0..across * down {
            let left = place(i % across, across, w, cw);
            let top = place(i / across, down, h, ch);
            sum.add(&Crop::of(pixels, left, top, cw, ch));
        }
        sum.shares()
    }

    /// True when it is no photo.
    pub fn is_drawn(&self) -> bool {
        let is_ink = self.half_clipped < HALF_CLIPPED;
        self.flat > MOSTLY_FLAT
            && self.palette > PALETTE
            && self.texture < TEXTURE
            && self.steps > STEPS
            && (self.tint > TINTED || is_ink)
    }
}

/// Pixels of the crops.
#[derive(Default)]
struct Counts {
    all: usize,
    flat: usize,
    steps: usize,
    /// Flat, and white.
    paper: usize,
    /// Neither flat nor near a step.
    texture: usize,
    /// Not flat, and half clipped.
    half_clipped: usize,
    /// Flat pixels by colour.
    colours: HashMap<u32, usize>,
}

impl Counts {
    fn add(&mut self, crop: &Crop) {
        let near = crop.near_steps();
        for y in 1..crop.height - 1 {
            for x in 1..crop.width - 1 {
                let (at, range) = (y * crop.width + x, crop.range(x, y));
                self.all += 1;
                self.steps += usize::from(range >= STEP);
                if range <= FLAT {
                    self.add_flat(crop.rgb[at]);
                } else {
                    self.texture += usize::from(!near[at]);
                    self.half_clipped += usize::from(is_half_clipped(crop.rgb[at]));
                }
            }
        }
    }

    fn add_flat(&mut self, rgb: [u8; 3]) {
        self.flat += 1;
        self.paper += usize::from(rgb.iter().all(|&v| v >= 250));
        let colour = rgb.iter().fold(0, |key, &v| key << 8 | u32::from(v >> 2));
        *self.colours.entry(colour).or_default() += 1;
    }

    fn shares(self) -> Drawing {
        let of_all = (self.all - self.paper).max(1) as f32;
        let mut colours: Vec<usize> = self.colours.into_values().collect();
        colours.sort_unstable_by(|a, b| b.cmp(a));
        let commonest: usize = colours.iter().take(4).sum();
        let rest = (self.all - self.flat).max(1) as f32;
        Drawing {
            steps: self.steps as f32 / self.all.max(1) as f32,
            flat: self.flat as f32 / self.all.max(1) as f32,
            tint: (self.flat - self.paper) as f32 / self.all.max(1) as f32,
            half_clipped: self.half_clipped as f32 / rest,
            texture: self.texture as f32 / of_all,
            palette: commonest as f32 / self.flat.max(1) as f32,
        }
    }
}

fn is_half_clipped(rgb: [u8; 3]) -> bool {
    rgb.iter().any(|&v| v >= 254) && rgb.iter().any(|&v| v <= 240)
}

struct Crop {
    width: usize,
    height: usize,
    rgb: Vec<[u8; 3]>,
    luma: Vec<f32>,
}

impl Crop {
    fn of(pixels: &Pixels, left: usize, top: usize, width: usize, height: usize) -> Self {
        let row = pixels.width() as usize * 3;
        let at = |i: usize| ((top + i / width) * row) + (left + i % width) * 3;
        let pixel = |i: usize| match pixels.samples() {
            Samples::Eight(v) => [0, 1, 2].map(|c| v[at(i) + c]),
            Samples::Sixteen(v) => [0, 1, 2].map(|c| narrow(v[at(i) + c])),
        };
        let rgb: Vec<[u8; 3]> = (0..width * height).map(pixel).collect();
        let luma = |p: &[u8; 3]| luminance(p.map(f32::from));
        Self {
            width,
            height,
            luma: rgb.iter().map(luma).collect(),
            rgb,
        }
    }

    /// For every pixel, true within reach of a step.
    fn near_steps(&self) -> Vec<bool> {
        let (w, h) = (self.width, self.height);
        let mut near = vec![false; w * h];
        let reach = |at: usize, most: usize| at.saturating_sub(NEAR)..(at + NEAR + 1).min(most);
        for y in 1..h - 1 {
            for x in (1..w - 1).filter(|&x| self.range(x, y) >= STEP) {
                let columns = reach(x, w);
                reach(y, h).for_each(|y| near[y * w..][columns.clone()].fill(true));
            }
        }
        near
    }

    /// Levels between the darkest and the brightest of a pixel and its eight neighbours.
    fn range(&self, x: usize, y: usize) -> f32 {
        let (mut low, mut high) = (f32::MAX, f32::MIN);
        for row in (y - 1..=y + 1).map(|y| &self.luma[y * self.width + x - 1..][..3]) {
            for &v in row {
                (low, high) = (low.min(v), high.max(v));
            }
        }
        high - low
    }
}
