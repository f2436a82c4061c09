//! The base layer: how bright the surroundings of a pixel are, without crossing edges.
//!
//! Fast guided filter (He and Sun 2015; He, Sun and Tang 2013): coefficients a and b are fitted
//! on a copy of at most 2048 pixels, enlarged smoothly, and evaluated with the full-size luma.
//! So the layer follows full-size edges and leaves no glow around windows.

use crate::filters::box_mean::{Sides, box_mean_of};
use crate::filters::scale::{self, Kernel};
use crate::kernels::grade::mix;
use crate::math::interpolation::{columns_of, position};
use crate::math::light::LUMA;
use crate::pixels::Pixels;

/// Longer side of the copy the coefficients are fitted on.
const LONG_EDGE: u32 = 2048;
/// Half width of the window as a share of the longer side (24 pixels of 2048).
const RADIUS: f32 = 24.0 / 2048.0;
/// Variance of luma below which the window is smoothed over: texture of about 0.07.
const EPSILON: f32 = 0.005;

/// Coefficients of `base = a * luma + b` on a coarse grid over the picture.
pub(crate) struct Base {
    width: usize,
    height: usize,
    a: Vec<f32>,
    b: Vec<f32>,
}

/// Coefficients of one full-size row, and the coarse rows above and below it, enlarged across.
#[derive(Default)]
pub(crate) struct Fine {
    pub slope: Vec<f32>,
    pub offset: Vec<f32>,
    upper: Enlarged,
    lower: Enlarged,
}

#[derive(Default)]
struct Enlarged {
    at: Option<usize>,
    slope: Vec<f32>,
    offset: Vec<f32>,
}

impl Base {
    /// Fits the coefficients of a picture.
    pub fn fit(pixels: &Pixels, sides: Sides) -> Self {
        let (width, height) = scale::fit(pixels.width(), pixels.height(), LONG_EDGE);
        let luma = lumas(&scale::shrink(pixels, width, height, Kernel::Area));
        let (width, height) = (width as usize, height as usize);
        let radius = ((width.max(height) as f32 * RADIUS) as usize).max(1);
        let row = |y: usize| &luma[y * width..][..width];
        let square = |y: usize, to: &mut [f32]| {
            to.iter_mut().zip(row(y)).for_each(|(to, v)| *to = v * v);
        };
        let blur = |plane: &[f32]| {
            let copy = |y: usize, to: &mut [f32]| to.copy_from_slice(&plane[y * width..][..width]);
            box_mean_of(copy, width, height, radius, sides)
        };
        let (mut b, mut a) = rayon::join(
            || blur(&luma),
            || box_mean_of(square, width, height, radius, sides),
        );
        drop(luma);
        a.iter_mut().zip(&mut b).for_each(|(a, b)| {
            let variance = (*a - *b * *b).max(0.0);
            *a = variance / (variance + EPSILON);
            *b *= 1.0 - *a;
        });
        let (a, b) = rayon::join(|| blur(&a), || blur(&b));
        Self {
            a,
            b,
            width,
            height,
        }
    }

    /// The coefficients of full-size row `y` of so many, for the columns of [`Base::columns`].
    pub fn row(&self, y: usize, rows: usize, columns: &[(u32, f32)], fine: &mut Fine) {
        let (top, share) = position(y, rows, self.height);
        let bottom = (top + 1).min(self.height - 1);
        if fine.upper.at == Some(bottom) || fine.lower.at == Some(top) {
            std::mem::swap(&mut fine.upper, &mut fine.lower);
        }
        for (at, row) in [(top, &mut fine.upper), (bottom, &mut fine.lower)] {
            if row.at != Some(at) {
                row.slope = self.across(&self.a, at, columns);
                row.offset = self.across(&self.b, at, columns);
                row.at = Some(at);
            }
        }
        let (upper, lower) = (&fine.upper, &fine.lower);
        fine.slope.resize(columns.len(), 0.0);
        fine.offset.resize(columns.len(), 0.0);
        mix(&upper.slope, &lower.slope, share, &mut fine.slope);
        mix(&upper.offset, &lower.offset, share, &mut fine.offset);
    }

    fn across(&self, plane: &[f32], row: usize, columns: &[(u32, f32)]) -> Vec<f32> {
        let coarse = &plane[row * self.width..][..self.width];
        let last = self.width - 1;
        let value = |&(left, share): &(u32, f32)| {
            let (one, two) = (coarse[left as usize], coarse[(left as usize + 1).min(last)]);
            one + (two - one) * share
        };
        columns.iter().map(value).collect()
    }

    /// For every full-size column: the coarse column to its left and the share of the next.
    pub fn columns(&self, columns: usize) -> Vec<(u32, f32)> {
        columns_of(columns, self.width)
    }
}

fn lumas(small: &Pixels) -> Vec<f32> {
    let luma = |p: &[u8; 3]| {
        (LUMA[0] * f32::from(p[0]) + LUMA[1] * f32::from(p[1]) + LUMA[2] * f32::from(p[2])) / 255.0
    };
    let rgb = small.rgb8();
    rgb.as_chunks::<3>().0.iter().map(luma).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_lie_between_coarse_ones_in_whatever_order_they_are_asked_for() {
        let plane = |k: usize| (0..20).map(|i| (i * k % 17) as f32).collect();
        let base = Base {
            width: 5,
            height: 4,
            a: plane(7),
            b: plane(11),
        };
        let (columns, mut fine) = (base.columns(18), Fine::default());
        for y in (0..13).chain([3, 4, 12, 0, 7]) {
            base.row(y, 13, &columns, &mut fine);
            let (top, down) = position(y, 13, 4);
            for x in 0..18 {
                let (left, across) = position(x, 18, 5);
                let at = |plane: &[f32], i: usize, j: usize| plane[i.min(3) * 5 + j.min(4)];
                let wanted = |plane: &[f32]| {
                    let row = |i| {
                        let (one, two) = (at(plane, i, left), at(plane, i, left + 1));
                        one + (two - one) * across
                    };
                    row(top) + (row(top + 1) - row(top)) * down
                };
                assert!((fine.slope[x] - wanted(&base.a)).abs() < 1e-4, "{x}, {y}");
                assert!((fine.offset[x] - wanted(&base.b)).abs() < 1e-4, "{x}, {y}");
            }
        }
    }
}
