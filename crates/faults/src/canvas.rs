//! A picture of floats to work on: red, green and blue in unit values, sRGB-encoded.

use plumbline_enhance::{Pixels, encoded, linear};
use rayon::prelude::*;

use crate::colour::{luma, relit};
use crate::plane::Plane;

/// Rows of pixels from the upper left.
#[derive(Debug, Clone)]
pub struct Canvas {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Encoded colours.
    pub pixels: Vec<[f32; 3]>,
}

impl Canvas {
    /// A copy of a picture.
    pub fn of(pixels: &Pixels) -> Self {
        let unit = |p: &[u8; 3]| p.map(|v| f32::from(v) / 255.0);
        Self {
            width: pixels.width() as usize,
            height: pixels.height() as usize,
            pixels: pixels.rgb8().as_chunks::<3>().0.iter().map(unit).collect(),
        }
    }

    /// The picture, of 8 bits.
    pub fn picture(&self) -> Pixels {
        let sample = |v: f32| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        let samples = self.pixels.iter().flat_map(|p| p.map(sample)).collect();
        Pixels::from_eight(self.width as u32, self.height as u32, samples).expect("as many")
    }

    /// Every pixel by a function of its place and colour; what it returns is clipped to what is shown.
    pub fn map(&self, change: impl Fn(usize, usize, [f32; 3]) -> [f32; 3] + Sync) -> Self {
        let place = |(i, p): (usize, &[f32; 3])| {
            let changed = change(i % self.width, i / self.width, *p);
            changed.map(|v| v.clamp(0.0, 1.0))
        };
        Self {
            pixels: self.pixels.par_iter().enumerate().map(place).collect(),
            ..*self
        }
    }

    /// Every colour, wherever it is.
    pub fn tinted(&self, change: impl Fn([f32; 3]) -> [f32; 3] + Sync) -> Self {
        self.map(|_, _, p| change(p))
    }

    /// Every pixel in linear light, by its index.
    pub fn lit(&self, change: impl Fn(usize, [f32; 3]) -> [f32; 3] + Sync) -> Self {
        self.map(|x, y, p| change(y * self.width + x, p.map(linear)).map(encoded))
    }

    /// Every pixel brought to another luminance, given its index and its own.
    pub fn relit(&self, luminance: impl Fn(usize, f32) -> f32 + Sync) -> Self {
        self.lit(|at, light| relit(light, luminance(at, luma(light))))
    }

    /// The mix of two pictures: 0.0 is this one.
    pub fn mixed(&self, other: &Self, share: f32) -> Self {
        self.covered(other, |_, _| share)
    }

    /// Another picture over this one, where a cover says so.
    pub fn covered(&self, other: &Self, cover: impl Fn(usize, usize) -> f32 + Sync) -> Self {
        self.map(|x, y, own| {
            let (cover, over) = (cover(x, y), other.at(x, y));
            std::array::from_fn(|c| own[c] + cover * (over[c] - own[c]))
        })
    }

    /// Colour of a pixel.
    pub fn at(&self, x: usize, y: usize) -> [f32; 3] {
        self.pixels[y * self.width + x]
    }

    /// Between pixels, bilinear; beyond the picture its border goes on.
    pub fn between(&self, x: f32, y: f32) -> [f32; 3] {
        let x = x.clamp(0.0, (self.width - 1) as f32);
        let y = y.clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = (
            (left + 1).min(self.width - 1),
            (top + 1).min(self.height - 1),
        );
        let (u, v) = (x - left as f32, y - top as f32);
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
        let weights = [(1.0 - u) * (1.0 - v), u * (1.0 - v), (1.0 - u) * v, u * v];
        let mut sum = [0.0; 3];
        for ((x, y), weight) in corners.into_iter().zip(weights) {
            let p = self.at(x, y);
            (0..3).for_each(|c| sum[c] += weight * p[c]);
        }
        sum
    }

    /// A number of every pixel's encoded colour.
    pub fn plane(&self, number: impl Fn([f32; 3]) -> f32 + Sync) -> Plane {
        Plane {
            width: self.width,
            height: self.height,
            values: self.pixels.par_iter().map(|p| number(*p)).collect(),
        }
    }

    /// Encoded luma.
    pub fn luma(&self) -> Plane {
        self.plane(luma)
    }

    /// Binary logarithm of luminance, never below -9.
    pub fn log_luminance(&self) -> Plane {
        self.plane(|p| luma(p.map(linear)).max(0.002).log2())
    }

    /// Long side, in pixels.
    pub fn long(&self) -> f32 {
        self.width.max(self.height) as f32
    }

    /// Mean and standard deviation of luma in a rectangle, of every second pixel.
    pub fn luma_of(&self, area: Area) -> (f32, f32) {
        let (mut sum, mut squares, mut count) = (0.0_f64, 0.0_f64, 0.0_f64);
        for y in (area.top..area.top + area.height).step_by(2) {
            for x in (area.left..area.left + area.width).step_by(2) {
                let v = f64::from(luma(self.at(x, y)));
                (sum, squares, count) = (sum + v, squares + v * v, count + 1.0);
            }
        }
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.0);
        (mean as f32, variance.sqrt() as f32)
    }

    /// Standard deviation of luma in a rectangle.
    pub fn liveliness(&self, area: Area) -> f32 {
        self.luma_of(area).1
    }
}

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy)]
pub struct Area {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Area {
    /// Depth of a place inside an ellipse in the rectangle: 1 in the middle, 0 outside, with
    /// a soft rim of so many pixels.
    pub fn ellipse(self, x: usize, y: usize, rim: f32) -> f32 {
        let (a, b) = (self.width as f32 / 2.0, self.height as f32 / 2.0);
        let dx = (x as f32 + 0.5 - self.left as f32 - a) / a;
        let dy = (y as f32 + 0.5 - self.top as f32 - b) / b;
        ((1.0 - dx.hypot(dy)) * a.min(b) / rim).clamp(0.0, 1.0)
    }
}
