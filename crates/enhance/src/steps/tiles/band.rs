//! The middle band of what painted tiles differ in from the fit.
//!
//! * Nothing finer than a decoder resolves: the difference is smoothed by blocks of 4 pixels, a
//!   binomial over three of them and a linear enlargement, together 3.4 pixels of sigma. Of a wave
//!   of 8 pixels, which is one latent, 3 % is left; of 16, the finest that latents hold, 41 %; of
//!   32, 80 %.
//! * Nothing coarser than the fit's window: the mean over the fit's own cells, smoothed as the fit
//!   is, is taken off.

use rayon::prelude::*;

use crate::math::interpolation::{columns_of, position};
use crate::steps::tiles::coarse::Coarse;
use crate::steps::transfer::{CELL, Transfer, place};

/// Red, green and blue, unit values.
type Difference = [f32; 3];

/// The difference that reaches the photo, at a quarter of its size.
#[derive(Debug)]
pub(crate) struct Band {
    width: usize,
    height: usize,
    values: Vec<Difference>,
}

impl Band {
    /// From what the fit makes to what was painted; `small` is the size that was fitted at.
    pub fn between(
        fitted: &Coarse,
        painted: &Coarse,
        transfer: &Transfer,
        small: (u32, u32),
    ) -> Self {
        let (width, height) = (fitted.width, fitted.height);
        let pairs = painted.unit.par_iter().zip(&fitted.unit);
        let less = |(a, b): (&Difference, &Difference)| [0, 1, 2].map(|c| a[c] - b[c]);
        let mut values: Vec<Difference> = pairs.map(less).collect();
        let wide = Wide::of(&values, (width, height), transfer, small);
        values = smoothed(&values, width);
        values
            .par_chunks_mut(width)
            .enumerate()
            .for_each(|(y, row)| wide.take_off(row, y, height));
        Self {
            width,
            height,
            values,
        }
    }

    /// For every full-size column: the coarse column to its left and the share of the next.
    pub fn columns(&self, columns: usize) -> Vec<(u32, f32)> {
        columns_of(columns, self.width)
    }

    /// One full-size row, interpolated down but not yet across; one value longer than the coarse
    /// row, so that there is always a next one.
    pub fn row(&self, y: usize, rows: usize, to: &mut Vec<Difference>) {
        let (top, share) = position(y, rows, self.height);
        let bottom = (top + 1).min(self.height - 1);
        let row = |y: usize| &self.values[y * self.width..][..self.width];
        let pairs = row(top).iter().zip(row(bottom));
        to.clear();
        to.extend(pairs.map(|(upper, lower)| mix(upper, lower, share)));
        to.extend(to.last().copied());
    }
}

/// A share of the way from one to another.
#[inline(always)]
pub(crate) fn mix(from: &Difference, to: &Difference, share: f32) -> Difference {
    [0, 1, 2].map(|c| from[c] + (to[c] - from[c]) * share)
}

/// A binomial over three columns and three rows; borders repeat.
fn smoothed(values: &[Difference], width: usize) -> Vec<Difference> {
    let last = values.len() / width - 1;
    let mut out = vec![[0.0; 3]; values.len()];
    let rows = out.par_chunks_mut(width).enumerate();
    rows.for_each_init(Vec::new, |line: &mut Vec<Difference>, (y, to)| {
        let row = |y: usize| &values[y * width..][..width];
        let (above, here, below) = (row(y.saturating_sub(1)), row(y), row((y + 1).min(last)));
        line.clear();
        line.extend((0..width).map(|x| binomial(&above[x], &here[x], &below[x])));
        for (x, to) in to.iter_mut().enumerate() {
            let next = (x + 1).min(width - 1);
            *to = binomial(&line[x.saturating_sub(1)], &line[x], &line[next]);
        }
    });
    out
}

#[inline(always)]
fn binomial<const N: usize>(before: &[f32; N], here: &[f32; N], after: &[f32; N]) -> [f32; N] {
    std::array::from_fn(|c| 0.25 * (before[c] + after[c]) + 0.5 * here[c])
}

/// The mean difference on the fit's own grid, without its luma.
struct Wide {
    columns: usize,
    rows: usize,
    means: Vec<Difference>,
}

impl Wide {
    fn of(
        values: &[Difference],
        (width, height): (usize, usize),
        transfer: &Transfer,
        (small_width, small_height): (u32, u32),
    ) -> Self {
        let (columns, rows) = (transfer.columns, transfer.rows);
        let node = |at: usize, of: usize, small: u32| {
            let at = (at as f32 + 0.5) * small as f32 / of as f32;
            ((at as usize) + CELL / 2) / CELL
        };
        // Red, green, blue and how many.
        let mut sums = vec![[0.0_f32; 4]; columns * rows];
        for (y, row) in values.chunks(width).enumerate() {
            let under = &mut sums[node(y, height, small_height) * columns..][..columns];
            for (x, [r, g, b]) in row.iter().enumerate() {
                let to = &mut under[node(x, width, small_width)];
                *to = [to[0] + r, to[1] + g, to[2] + b, to[3] + 1.0];
            }
        }
        smooth(&mut sums, columns, rows);
        let mean = |[r, g, b, count]: &[f32; 4]| [r, g, b].map(|sum| sum / count.max(1e-6));
        Self {
            columns,
            rows,
            means: sums.iter().map(mean).collect(),
        }
    }

    /// Leaves a row of the band with what is finer.
    fn take_off(&self, row: &mut [Difference], y: usize, rows: usize) {
        let (top, down) = place(y, rows, self.rows - 1);
        let bottom = (top + 1).min(self.rows - 1);
        let width = row.len();
        for (x, to) in row.iter_mut().enumerate() {
            let (left, across) = place(x, width, self.columns - 1);
            let right = (left + 1).min(self.columns - 1);
            let node = |x: usize, y: usize| &self.means[y * self.columns + x];
            let upper = mix(node(left, top), node(right, top), across);
            let lower = mix(node(left, bottom), node(right, bottom), across);
            let wide = mix(&upper, &lower, down);
            (0..3).for_each(|c| to[c] -= wide[c]);
        }
    }
}

/// Smooths as the fit smooths its cells: a binomial twice over columns and rows.
fn smooth(sums: &mut [[f32; 4]], columns: usize, rows: usize) {
    for _ in 0..2 {
        (0..rows).for_each(|y| smooth_line(sums, y * columns, 1, columns));
        (0..columns).for_each(|x| smooth_line(sums, x, columns, rows));
    }
}

fn smooth_line(sums: &mut [[f32; 4]], start: usize, stride: usize, count: usize) {
    let at = |i: usize| start + i * stride;
    let mut before = sums[at(0)];
    for i in 0..count {
        let (here, after) = (sums[at(i)], sums[at((i + 1).min(count - 1))]);
        sums[at(i)] = binomial(&before, &here, &after);
        before = here;
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;
    use crate::pixels::Pixels;

    const SIZE: usize = 1024;

    /// Share that is left of a wave across the picture, whose length is given in full-size pixels.
    fn left_of(length: f32) -> f32 {
        let flat = Coarse {
            width: SIZE / 4,
            height: SIZE / 4,
            unit: vec![[0.5; 3]; SIZE * SIZE / 16],
        };
        // As blocks of four pixels average it.
        let wave = |at: usize| {
            let of = |x: usize| (x as f32 * TAU / length).sin();
            (0..4).map(|i| of(at * 4 + i)).sum::<f32>() / 4.0
        };
        let painted = Coarse {
            unit: (0..flat.unit.len())
                .map(|i| [0.5 + 0.1 * wave(i % (SIZE / 4)); 3])
                .collect(),
            ..flat.clone()
        };
        let small = Pixels::from_eight(256, 256, vec![128; 256 * 256 * 3]).unwrap();
        let transfer = Transfer::fit(&small, &small);
        let band = Band::between(&flat, &painted, &transfer, (256, 256));
        let (mut line, columns) = (Vec::new(), band.columns(SIZE));
        band.row(SIZE / 2, SIZE, &mut line);
        // Away from the borders, where the grid is narrower.
        let inner = columns.iter().skip(SIZE / 4).take(SIZE / 2);
        let value = |&(left, share): &(u32, f32)| {
            let at = left as usize;
            mix(&line[at], &line[at + 1], share)[0]
        };
        inner.map(value).fold(0.0, |most: f32, v| most.max(v.abs())) / 0.1
    }

    #[test]
    fn only_the_middle_band_is_left() {
        for (length, from, to) in [
            (8.0, 0.0, 0.06),
            (16.0, 0.3, 0.5),
            (32.0, 0.7, 0.9),
            (100.0, 0.85, 1.1),
            (2000.0, 0.0, 0.15),
        ] {
            let left = left_of(length);
            assert!((from..to).contains(&left), "{length}: {left} is left");
        }
    }
}
