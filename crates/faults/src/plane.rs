//! One number a pixel, and the filters that editors are made of.

use rayon::prelude::*;

/// Rows of numbers from the upper left.
#[derive(Debug, Clone)]
pub struct Plane {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Numbers.
    pub values: Vec<f32>,
}

impl Plane {
    /// Every number by a function.
    pub fn map(&self, change: impl Fn(f32) -> f32 + Sync) -> Self {
        self.with(self.values.par_iter().map(|v| change(*v)).collect())
    }

    /// Two planes by a function of both.
    pub fn zip(&self, other: &Self, change: impl Fn(f32, f32) -> f32 + Sync) -> Self {
        let both = self.values.par_iter().zip(&other.values);
        self.with(both.map(|(a, b)| change(*a, *b)).collect())
    }

    fn with(&self, values: Vec<f32>) -> Self {
        Self { values, ..*self }
    }

    /// Number of a place; beyond the plane its border goes on.
    pub fn near(&self, x: i64, y: i64) -> f32 {
        let x = x.clamp(0, self.width as i64 - 1) as usize;
        let y = y.clamp(0, self.height as i64 - 1) as usize;
        self.values[y * self.width + x]
    }

    /// Between pixels, bilinear.
    pub fn between(&self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (u, v) = (x - left, y - top);
        let at = |dx, dy| self.near(left as i64 + dx, top as i64 + dy);
        let upper = at(0, 0) * (1.0 - u) + at(1, 0) * u;
        let lower = at(0, 1) * (1.0 - u) + at(1, 1) * u;
        upper * (1.0 - v) + lower * v
    }

    /// A copy whose pixels are the means of squares of so many pixels a side.
    pub fn shrunk(&self, step: usize) -> Self {
        let (width, height) = (self.width.div_ceil(step), self.height.div_ceil(step));
        let mean = |i: usize| {
            let (left, top) = (i % width * step, i / width * step);
            let (right, bottom) = ((left + step).min(self.width), (top + step).min(self.height));
            let rows = (top..bottom).map(|y| &self.values[y * self.width..][left..right]);
            let sum: f32 = rows.map(|row| row.iter().sum::<f32>()).sum();
            sum / ((right - left) * (bottom - top)) as f32
        };
        Self {
            width,
            height,
            values: (0..width * height).into_par_iter().map(mean).collect(),
        }
    }

    /// A shrunk plane at its old size, bilinear.
    pub fn enlarged(&self, width: usize, height: usize, step: usize) -> Self {
        let middle = |at: usize| (at as f32 + 0.5) / step as f32 - 0.5;
        let value = |i: usize| self.between(middle(i % width), middle(i / width));
        Self {
            width,
            height,
            values: (0..width * height).into_par_iter().map(value).collect(),
        }
    }

    /// Gaussian blur; beyond the plane its border goes on. A wide one works on a smaller copy.
    pub fn gaussian(&self, sigma: f32) -> Self {
        let step = ((sigma / 3.0) as usize).clamp(1, 32);
        if step > 1 {
            let small = self.shrunk(step).gaussian_here(sigma / step as f32);
            return small.enlarged(self.width, self.height, step);
        }
        self.gaussian_here(sigma)
    }

    fn gaussian_here(&self, sigma: f32) -> Self {
        let reach = (3.0 * sigma).ceil().max(1.0) as i64;
        let weight = |d: i64| (-((d * d) as f32) / (2.0 * sigma * sigma)).exp();
        let weights: Vec<f32> = (-reach..=reach).map(weight).collect();
        let total: f32 = weights.iter().sum();
        let taps: Vec<(i64, f32)> = (-reach..=reach)
            .zip(weights.iter().map(|w| w / total))
            .collect();
        self.convolved(&taps)
    }

    /// Convolved by one row of taps, across and then down.
    fn convolved(&self, taps: &[(i64, f32)]) -> Self {
        let reach = taps.last().map_or(0, |(d, _)| *d) as usize;
        let mut across = vec![0.0; self.values.len()];
        let rows = across.par_chunks_mut(self.width);
        rows.zip(self.values.par_chunks(self.width))
            .for_each(|(to, row)| {
                let (first, last) = (row[0], row[row.len() - 1]);
                let mut padded = vec![first; reach];
                padded.extend_from_slice(row);
                padded.extend(vec![last; reach]);
                for (i, (_, weight)) in taps.iter().enumerate() {
                    let from = &padded[i..i + to.len()];
                    to.iter_mut()
                        .zip(from)
                        .for_each(|(to, v)| *to += weight * v);
                }
            });
        let mut out = vec![0.0; self.values.len()];
        out.par_chunks_mut(self.width)
            .enumerate()
            .for_each(|(y, to)| {
                for (d, weight) in taps {
                    let from = (y as i64 + d).clamp(0, self.height as i64 - 1) as usize;
                    let row = &across[from * self.width..][..self.width];
                    to.iter_mut().zip(row).for_each(|(to, v)| *to += weight * v);
                }
            });
        self.with(out)
    }

    /// Mean over a square of this reach in every direction.
    pub fn box_mean(&self, reach: usize) -> Self {
        let taps: Vec<(i64, f32)> = (-(reach as i64)..=reach as i64)
            .map(|d| (d, 1.0 / (2 * reach + 1) as f32))
            .collect();
        self.convolved(&taps)
    }

    /// Least or most over a square of this reach in every direction.
    pub fn extreme(&self, reach: usize, better: fn(f32, f32) -> f32) -> Self {
        let reach = reach as i64;
        let pass = |plane: &Self, dx: i64, dy: i64| {
            let value = |i: usize| {
                let (x, y) = ((i % plane.width) as i64, (i / plane.width) as i64);
                let taps = (-reach..=reach).map(|d| plane.near(x + d * dx, y + d * dy));
                taps.reduce(better).expect("at least one tap")
            };
            let values = (0..plane.values.len()).into_par_iter().map(value).collect();
            plane.with(values)
        };
        pass(&pass(self, 1, 0), 0, 1)
    }

    /// Guided filter of a plane by itself (He, Sun and Tang 2013), on a smaller copy (He and Sun
    /// 2015): smooth inside surfaces, and it follows their edges. `tolerance` is the deviation
    /// that counts as an edge.
    pub fn guided(&self, reach: f32, tolerance: f32) -> Self {
        self.guided_by(self, reach, tolerance)
    }

    /// Guided filter of a plane by another one.
    pub fn guided_by(&self, guide: &Self, reach: f32, tolerance: f32) -> Self {
        let step = ((reach / 6.0) as usize).clamp(1, 16);
        let reach = (reach / step as f32).round().max(1.0) as usize;
        let (own, by) = (self.shrunk(step), guide.shrunk(step));
        let mean = |plane: &Self| plane.box_mean(reach);
        let (mean_own, mean_by) = (mean(&own), mean(&by));
        let squares = mean(&by.map(|v| v * v)).zip(&mean_by, |s, m| (s - m * m).max(0.0));
        let products = mean(&own.zip(&by, |a, b| a * b));
        let common = products.zip(&mean_own.zip(&mean_by, |a, b| a * b), |p, m| p - m);
        let slope = common.zip(&squares, |c, s| c / (s + tolerance * tolerance));
        let offset = mean_own.zip(&slope.zip(&mean_by, |a, m| a * m), |m, am| m - am);
        let full = |plane: Self| mean(&plane).enlarged(self.width, self.height, step);
        let (slope, offset) = (full(slope), full(offset));
        slope.zip(guide, |a, g| a * g).zip(&offset, |ag, b| ag + b)
    }

    /// The number below which this share of all numbers lies; every 17th is looked at.
    pub fn percentile(&self, share: f32) -> f32 {
        let mut some: Vec<f32> = self.values.iter().copied().step_by(17).collect();
        some.sort_unstable_by(f32::total_cmp);
        some[((some.len() - 1) as f32 * share) as usize]
    }
}
