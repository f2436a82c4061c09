//! The share of one picture's lightness that another picture explains, tile by tile, when it may be
//! edited as editors do.
//!
//! Least squares on what an edit of light can be made of, all of it taken from the explaining
//! picture alone: its lightness, bent; its lightness averaged over several radii and over one that
//! keeps to edges (He, Sun and Tang 2013), as the bases of local tone are; its colour; and a slope
//! of light across the tile. So open shadows, clarity, local contrast, graduated filters, haze
//! removal and tone mapping are explained, and what is not in the explaining picture is not.

use crate::filters::box_mean::box_mean;
use crate::inspect::cells::{Cells, Sum, Tiles};
use crate::math::colour::Lab;
use crate::math::linear::{Matrix, eliminate};

/// Half a tile, in pixels of the small copies.
const CELL: usize = 12;
/// Half widths of the averages, in those pixels.
const REACHES: [usize; 3] = [4, 12, 40];
/// Half width of the average that keeps to edges, and the variance of L* that it smooths over.
const KEEPING: (usize, f32) = (24, 30.0);
/// Numbers that explain, beside a constant.
const TERMS: usize = 11;
/// All of a pixel's numbers: a constant, those, and the one to be explained.
const ALL: usize = TERMS + 2;
/// Filled up to whole vectors.
const WIDE: usize = 16;
/// Weight of no change at all, in variances of each number, so that two that say the same do not
/// cancel each other.
const PRIOR: f64 = 1e-4;
const LEAST_PRIOR: f64 = 1e-3;

/// The tiles of a pair; `None` where too little of a tile is house.
pub(super) struct Explained {
    pub across: usize,
    pub parts: Vec<Option<Part>>,
}

/// Variance of L* in a tile: of all, and of what is left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub variance: f64,
    pub unexplained: f64,
}

impl Explained {
    /// The first picture's lightness by the second.
    pub fn of(
        picture: &[Lab],
        by: &[Lab],
        (width, height): (usize, usize),
        holds: impl Fn(usize) -> bool + Sync,
    ) -> Self {
        let bases = Bases::of(by, width, height);
        let add = |sums: &mut Products, at: usize| {
            if holds(at) {
                let place = [at % width, at / width].map(|v| v as f64 / (2 * CELL) as f64);
                sums.add(&bases.numbers(at, by[at], place, picture[at][0]));
            }
        };
        let Tiles { across, sums } = Cells::new((width, height), CELL, add).tiles();
        Self {
            across,
            parts: sums.iter().map(Products::part).collect(),
        }
    }
}

/// The averages of a picture's lightness.
struct Bases {
    wide: [Vec<f32>; 3],
    keeping: Vec<f32>,
}

impl Bases {
    fn of(picture: &[Lab], width: usize, height: usize) -> Self {
        let lightness: Vec<f32> = picture.iter().map(|lab| lab[0]).collect();
        let mean = |plane: &[f32], reach| box_mean(plane, width, height, reach);
        let (wide, keeping) = rayon::join(
            || REACHES.map(|reach| mean(&mean(&lightness, reach), reach)),
            || keeping_edges(&lightness, |plane| mean(plane, KEEPING.0)),
        );
        Self { wide, keeping }
    }

    fn numbers(&self, at: usize, [l, a, b]: Lab, [u, v]: [f64; 2], explained: f32) -> [f64; WIDE] {
        let bent = (l - self.keeping[at]).max(0.0);
        let numbers = [
            l,
            bent,
            l * l * 0.01,
            self.wide[0][at],
            self.wide[1][at],
            self.wide[2][at],
            self.keeping[at],
            a,
            b,
        ];
        let mut all = [0.0; WIDE];
        (all[0], all[1], all[2], all[ALL - 1]) = (1.0, u, v, f64::from(explained));
        for (to, number) in all[3..].iter_mut().zip(numbers) {
            *to = f64::from(number);
        }
        all
    }
}

/// The guided filter of a plane by itself.
fn keeping_edges(plane: &[f32], mean: impl Fn(&[f32]) -> Vec<f32> + Sync) -> Vec<f32> {
    let squares: Vec<f32> = plane.iter().map(|v| v * v).collect();
    let (mut slope, mut offset) = (mean(&squares), mean(plane));
    for (slope, offset) in slope.iter_mut().zip(&mut offset) {
        let variance = (*slope - *offset * *offset).max(0.0);
        *slope = variance / (variance + KEEPING.1);
        *offset *= 1.0 - *slope;
    }
    let (slope, offset) = (mean(&slope), mean(&offset));
    let both = slope.iter().zip(&offset).zip(plane);
    both.map(|((slope, offset), v)| slope * v + offset)
        .collect()
}

/// Sums of products of every two of a pixel's numbers.
#[derive(Clone, Copy)]
struct Products([[f64; WIDE]; ALL]);

impl Default for Products {
    fn default() -> Self {
        Self([[0.0; WIDE]; ALL])
    }
}

impl Sum for Products {
    fn with(mut self, other: &Self) -> Self {
        for (row, other) in self.0.iter_mut().zip(&other.0) {
            row.iter_mut().zip(other).for_each(|(sum, v)| *sum += v);
        }
        self
    }
}

impl Products {
    #[inline]
    fn add(&mut self, numbers: &[f64; WIDE]) {
        for (row, one) in self.0.iter_mut().zip(numbers) {
            row.iter_mut()
                .zip(numbers)
                .for_each(|(sum, other)| *sum += one * other);
        }
    }

    /// Covariance of two numbers.
    fn covariance(&self, one: usize, other: usize) -> f64 {
        let count = self.0[0][0];
        self.0[one][other] / count - self.0[0][one] / count * (self.0[0][other] / count)
    }

    fn part(&self) -> Option<Part> {
        if self.0[0][0] < (2 * CELL * CELL) as f64 {
            return None;
        }
        let a: Matrix<TERMS> =
            std::array::from_fn(|i| std::array::from_fn(|j| self.covariance(i + 1, j + 1)));
        let b: [f64; TERMS] = std::array::from_fn(|i| self.covariance(i + 1, ALL - 1));
        let mut drawn = a;
        for (i, row) in drawn.iter_mut().enumerate() {
            row[i] += PRIOR * row[i] + LEAST_PRIOR;
        }
        let weights = eliminate(drawn, b.map(|v| [v])).map(|[w]| w);
        let variance = self.covariance(ALL - 1, ALL - 1).max(0.0);
        let explained = |i: usize| -> f64 {
            let by_others: f64 = (0..TERMS).map(|j| a[i][j] * weights[j]).sum();
            weights[i] * (2.0 * b[i] - by_others)
        };
        let unexplained = variance - (0..TERMS).map(explained).sum::<f64>();
        Some(Part {
            variance,
            unexplained: unexplained.clamp(0.0, variance),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (usize, usize) = (96, 72);

    fn picture(of: impl Fn(usize, usize) -> f32) -> Vec<Lab> {
        let place = |i: usize| (i % SIZE.0, i / SIZE.0);
        (0..SIZE.0 * SIZE.1)
            .map(|i| [of(place(i).0, place(i).1), 0.0, 0.0])
            .collect()
    }

    /// Furniture in front of a wall: edges, and texture that never repeats.
    fn room(x: usize, y: usize) -> f32 {
        let texture = ((x * 7919 + y * 104_729) % 23) as f32 * 0.4;
        if (x / 17 + y / 13).is_multiple_of(2) {
            30.0 + texture
        } else {
            70.0 + texture
        }
    }

    fn worst(one: &[Lab], by: &[Lab]) -> f64 {
        let parts = Explained::of(one, by, SIZE, |_| true).parts;
        let left = parts
            .iter()
            .flatten()
            .map(|p| p.unexplained / p.variance.max(1.0));
        left.fold(0.0, f64::max)
    }

    #[test]
    fn a_local_edit_of_light_is_explained_both_ways() {
        let original = picture(room);
        let opened = picture(|x, y| {
            let l = room(x, y);
            l + 0.45 * (75.0 - l).max(0.0) + x as f32 * 0.1
        });
        assert!(worst(&opened, &original) < 0.02 && worst(&original, &opened) < 0.02);
    }

    #[test]
    fn a_thing_that_came_is_not_in_the_original_and_one_that_went_not_in_the_result() {
        let original = picture(room);
        let thing = |x: usize, y: usize| (40..56).contains(&x) && (30..44).contains(&y);
        let came = picture(|x, y| match thing(x, y) {
            true => 20.0 + ((x * 31 + y * 17) % 11) as f32 * 5.0,
            false => room(x, y),
        });
        let wall = picture(|x, y| if thing(x, y) { 70.0 } else { room(x, y) });
        assert!(worst(&came, &original) > 0.3);
        assert!(worst(&original, &wall) > 0.2);
    }

    #[test]
    fn a_moved_picture_is_not_explained() {
        assert!(worst(&picture(|x, y| room(x + 2, y)), &picture(room)) > 0.2);
    }
}
