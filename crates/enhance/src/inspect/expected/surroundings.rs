//! Brightness of each pixel's surroundings, as the tone is defined over it: a guided filter (He, Sun
//! and Tang 2013) of luma by itself on a copy of at most 2048 pixels, its coefficients enlarged
//! bilinearly.

use crate::filters::box_mean::{Sides, box_mean_of};
use crate::filters::scale::{self, Kernel};
use crate::kernels::expected;
use crate::math::interpolation::position;
use crate::pixels::Pixels;

/// Longer side of the copy; half width of the window on one of 2048; variance of luma that is
/// smoothed over.
const LONG: u32 = 2048;
const REACH: f32 = 24.0;
const TEXTURE: f32 = 0.005;

/// Coefficients of `slope * luma + offset` on the copy's grid.
pub(crate) struct Surroundings {
    width: usize,
    height: usize,
    planes: [Vec<f32>; 2],
    /// For every full-size column, the copy's column to its left and the share of the next.
    columns: Vec<(usize, f32)>,
    rows: usize,
}

/// Coefficients of the two coarse rows around a full-size one, as wide as the picture.
#[derive(Default)]
pub(crate) struct Wide {
    at: Option<usize>,
    upper: [Vec<f32>; 2],
    lower: [Vec<f32>; 2],
}

impl Surroundings {
    pub fn new(pixels: &Pixels, sides: Sides) -> Self {
        let (width, height) = scale::fit(pixels.width(), pixels.height(), LONG);
        let copy = scale::shrink(pixels, width, height, Kernel::Area);
        let luma: Vec<f32> = copy.rgb8().as_chunks::<3>().0.iter().map(luma).collect();
        let (width, height) = (width as usize, height as usize);
        let reach = (width.max(height) as f32 * (REACH / LONG as f32)) as usize;
        let mean = |plane: &[f32]| {
            let copy = |y: usize, to: &mut [f32]| to.copy_from_slice(&plane[y * width..][..width]);
            box_mean_of(copy, width, height, reach.max(1), sides)
        };
        let squares: Vec<f32> = luma.iter().map(|v| v * v).collect();
        let (mut mean_of, mut slope) = rayon::join(|| mean(&luma), || mean(&squares));
        for (mean, slope) in mean_of.iter_mut().zip(&mut slope) {
            let variance = (*slope - *mean * *mean).max(0.0);
            *slope = variance / (variance + TEXTURE);
            *mean -= *slope * *mean;
        }
        let (slope, offset) = rayon::join(|| mean(&slope), || mean(&mean_of));
        let columns = pixels.width() as usize;
        Self {
            width,
            height,
            planes: [slope, offset],
            columns: (0..columns).map(|x| position(x, columns, width)).collect(),
            rows: pixels.height() as usize,
        }
    }

    /// Brightness around every pixel of row `y`, whose lumas are given, 0.0 to 1.0.
    pub fn row(&self, y: usize, luma: &[f32], wide: &mut Wide, to: &mut Vec<f32>) {
        let (top, share) = position(y, self.rows, self.height);
        if wide.at != Some(top) {
            for (plane, coarse) in self.planes.iter().enumerate() {
                self.widen(coarse, top, &mut wide.upper[plane]);
                self.widen(
                    coarse,
                    (top + 1).min(self.height - 1),
                    &mut wide.lower[plane],
                );
            }
            wide.at = Some(top);
        }
        to.resize(luma.len(), 0.0);
        let [upper, lower] =
            [&wide.upper, &wide.lower].map(|rows| rows.each_ref().map(Vec::as_slice));
        expected::surroundings(luma, upper, lower, share, to);
    }

    fn widen(&self, coarse: &[f32], row: usize, to: &mut Vec<f32>) {
        let coarse = &coarse[row * self.width..][..self.width];
        let value = |&(left, share): &(usize, f32)| {
            let right = (left + 1).min(self.width - 1);
            (1.0 - share) * coarse[left] + share * coarse[right]
        };
        to.clear();
        to.extend(self.columns.iter().map(value));
    }
}

fn luma(pixel: &[u8; 3]) -> f32 {
    let [r, g, b] = pixel.map(|v| f32::from(v) / 255.0);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}
