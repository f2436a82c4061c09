//! Coarse planes of numbers, and what is done to them: means, extremes, filling holes.

use rayon::prelude::*;

use crate::filters::box_mean::box_mean;
use crate::math::interpolation::position;
use crate::pixels::Mask;

/// One number for every coarse pixel, row by row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plane {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Plane {
    pub fn new(width: usize, height: usize, values: Vec<f32>) -> Self {
        debug_assert_eq!(values.len(), width * height);
        Self {
            width,
            height,
            values,
        }
    }

    /// A mask as shares of one, smoothly resized.
    pub fn of_mask(mask: &Mask, width: usize, height: usize) -> Self {
        let (from_width, from_height) = (mask.width() as usize, mask.height() as usize);
        let columns: Vec<_> = (0..width).map(|x| position(x, width, from_width)).collect();
        let mut values = vec![0.0_f32; width * height];
        let rows = values.par_chunks_mut(width).enumerate();
        rows.for_each_init(Vec::new, |mixed, (y, to)| {
            let (top, share) = position(y, height, from_height);
            let bottom = (top + 1).min(from_height - 1);
            let row = |y: usize| &mask.values()[y * from_width..][..from_width];
            let pairs = row(top).iter().zip(row(bottom));
            mixed.clear();
            mixed
                .extend(pairs.map(|(&u, &l)| {
                    (f32::from(u) + (f32::from(l) - f32::from(u)) * share) / 255.0
                }));
            for (to, &(left, share)) in to.iter_mut().zip(&columns) {
                let right = mixed[(left + 1).min(from_width - 1)];
                *to = mixed[left] + (right - mixed[left]) * share;
            }
        });
        Self::new(width, height, values)
    }

    pub fn map(&self, of: impl Fn(f32) -> f32 + Sync) -> Self {
        let values = self.values.par_iter().map(|&v| of(v)).collect();
        Self::new(self.width, self.height, values)
    }

    pub fn with(&self, other: &Self, of: impl Fn(f32, f32) -> f32 + Sync) -> Self {
        let pairs = self.values.par_iter().zip(&other.values);
        let values = pairs.map(|(&a, &b)| of(a, b)).collect();
        Self::new(self.width, self.height, values)
    }

    /// Mean over a square window.
    pub fn mean(&self, radius: usize) -> Self {
        let values = box_mean(&self.values, self.width, self.height, radius);
        Self::new(self.width, self.height, values)
    }

    /// Largest over a square window.
    pub fn largest(&self, radius: usize) -> Self {
        self.extreme(radius, f32::max)
    }

    /// Smallest over a square window.
    pub fn smallest(&self, radius: usize) -> Self {
        self.extreme(radius, f32::min)
    }

    /// Without what is thinner than the window, whether darker or brighter than its surroundings:
    /// a closing, then an opening.
    pub fn without_thin(&self, radius: usize) -> Self {
        let closed = self.largest(radius).smallest(radius);
        closed.smallest(radius).largest(radius)
    }

    fn extreme(&self, radius: usize, of: fn(f32, f32) -> f32) -> Self {
        // A constant function pointer keeps the loops from becoming vectors, so there are two.
        let across = if of(0.0, 1.0) > 0.5 {
            self.across(radius, |a, b| if a > b { a } else { b })
        } else {
            self.across(radius, |a, b| if a < b { a } else { b })
        };
        if of(0.0, 1.0) > 0.5 {
            across.down(radius, |a, b| if a > b { a } else { b })
        } else {
            across.down(radius, |a, b| if a < b { a } else { b })
        }
    }

    /// Windows double until they are wide enough.
    fn across(&self, radius: usize, of: impl Fn(f32, f32) -> f32 + Sync + Copy) -> Self {
        let (width, window) = (self.width, 2 * radius + 1);
        let mut values = vec![0.0_f32; self.values.len()];
        let rows = values
            .par_chunks_mut(width)
            .zip(self.values.par_chunks(width));
        rows.for_each_init(
            || (Vec::new(), Vec::new()),
            |(one, two), (to, from)| {
                one.clear();
                one.resize(radius, from[0]);
                one.extend_from_slice(from);
                one.resize(width + 2 * radius, from[width - 1]);
                let mut wide = 1;
                while wide < window {
                    let step = wide.min(window - wide);
                    two.clear();
                    two.extend(one.iter().zip(&one[step..]).map(|(&a, &b)| of(a, b)));
                    std::mem::swap(one, two);
                    wide += step;
                }
                to.copy_from_slice(&one[..width]);
            },
        );
        Self::new(width, self.height, values)
    }

    fn down(&self, radius: usize, of: impl Fn(f32, f32) -> f32 + Sync + Copy) -> Self {
        let (width, height) = (self.width, self.height);
        let mut values = vec![0.0_f32; self.values.len()];
        let rows = values.par_chunks_mut(width).enumerate();
        rows.for_each(|(y, to)| {
            let (first, last) = (y.saturating_sub(radius), (y + radius).min(height - 1));
            to.copy_from_slice(&self.values[first * width..][..width]);
            for y in first + 1..=last {
                let row = &self.values[y * width..][..width];
                to.iter_mut().zip(row).for_each(|(to, &v)| *to = of(*to, v));
            }
        });
        Self::new(width, height, values)
    }

    /// Sums of two by two pixels, each worth its weight; an odd border counts alone.
    fn halved(&self, weight: &Self) -> (Self, Self) {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut values = vec![0.0_f32; width * height];
        let mut weights = values.clone();
        let rows = values
            .par_chunks_mut(width)
            .zip(weights.par_chunks_mut(width));
        rows.enumerate().for_each(|(y, (values, weights))| {
            for x in 0..width {
                let (mut sum, mut mass) = (0.0, 0.0);
                for dy in 0..2 {
                    for dx in 0..2 {
                        let (x, y) = (2 * x + dx, 2 * y + dy);
                        if x < self.width && y < self.height {
                            let at = y * self.width + x;
                            sum += self.values[at] * weight.values[at];
                            mass += weight.values[at];
                        }
                    }
                }
                values[x] = if mass > 0.0 { sum / mass } else { 0.0 };
                weights[x] = mass.min(1.0);
            }
        });
        (
            Self::new(width, height, values),
            Self::new(width, height, weights),
        )
    }

    /// The plane with its holes filled: where the weight is less than one, the surroundings show
    /// through, from as far as it takes (pull and push: Gortler et al. 1996, "The Lumigraph").
    pub fn filled(&self, weight: &Self) -> Self {
        if self.width == 1 && self.height == 1 {
            return self.clone();
        }
        let (half, half_weight) = self.halved(weight);
        let around = half.filled(&half_weight).resized(self.width, self.height);
        let mut out = around;
        out.values
            .par_iter_mut()
            .zip(&self.values)
            .zip(&weight.values)
            .for_each(|((to, &own), &weight)| *to += (own - *to) * weight);
        out
    }

    /// Smoothly resized.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        let columns: Vec<_> = (0..width).map(|x| position(x, width, self.width)).collect();
        let mut values = vec![0.0_f32; width * height];
        let rows = values.par_chunks_mut(width).enumerate();
        rows.for_each_init(Vec::new, |mixed, (y, to)| {
            self.row(y, height, mixed);
            for (to, &(left, share)) in to.iter_mut().zip(&columns) {
                let right = mixed[(left + 1).min(self.width - 1)];
                *to = mixed[left] + (right - mixed[left]) * share;
            }
        });
        Self::new(width, height, values)
    }

    /// The coarse numbers along one of `rows` finer rows.
    pub fn row(&self, y: usize, rows: usize, to: &mut Vec<f32>) {
        let (top, share) = position(y, rows, self.height);
        let bottom = (top + 1).min(self.height - 1);
        let row = |y: usize| &self.values[y * self.width..][..self.width];
        to.clear();
        let pairs = row(top).iter().zip(row(bottom));
        to.extend(pairs.map(|(u, l)| u + (l - u) * share));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, height: usize, of: impl Fn(usize, usize) -> f32) -> Plane {
        let values = (0..width * height).map(|i| of(i % width, i / width));
        Plane::new(width, height, values.collect())
    }

    #[test]
    fn the_largest_of_a_window_is_found_by_hand_too() {
        let (w, h, r) = (13, 7, 3);
        let p = plane(w, h, |x, y| ((x * 7 + y * 5) % 11) as f32);
        let by_hand = plane(w, h, |x, y| {
            let mut best = f32::MIN;
            for v in y.saturating_sub(r)..=(y + r).min(h - 1) {
                for u in x.saturating_sub(r)..=(x + r).min(w - 1) {
                    best = best.max(p.values[v * w + u]);
                }
            }
            best
        });
        assert_eq!(p.largest(r), by_hand);
        assert_eq!(p.map(|v| -v).smallest(r), by_hand.map(|v| -v));
    }

    #[test]
    fn wires_go_and_steps_stay() {
        let step = plane(40, 9, |x, _| if x < 20 { 0.2 } else { 0.9 });
        let mut wired = step.clone();
        for y in 0..9 {
            wired.values[y * 40 + 30] = 0.1;
            wired.values[y * 40 + 8] = 0.8;
        }
        assert_eq!(wired.without_thin(2), step);
    }

    #[test]
    fn holes_are_filled_with_what_lies_around() {
        let p = plane(32, 32, |x, _| x as f32 / 31.0);
        let known = plane(32, 32, |x, _| if (8..24).contains(&x) { 0.0 } else { 1.0 });
        let filled = p.filled(&known);
        assert!(
            p.values
                .iter()
                .zip(&filled.values)
                .all(|(a, b)| (a - b).abs() < 0.12)
        );
        assert_eq!(filled.values[5], p.values[5]);
    }
}
