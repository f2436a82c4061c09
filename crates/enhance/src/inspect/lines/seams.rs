//! Seams: a straight step in brightness where the original has none, as between two tiles.
//!
//! The part of L* that the global colour map does not explain is compared on both sides of every
//! column and row, only where the original is smooth: content cancels, a step remains. The effect
//! of a smooth gradient, judged by the ground a little farther out, is taken off, or every dodged
//! wall would have seams. Averages over 48 pixels along the line show steps far below one pixel's
//! noise; two such pieces that follow each other have to agree.

use plumbline_documents::{Gate, Measure, Thresholds};
use rayon::prelude::*;

use crate::inspect::heatmap::Heatmap;
use crate::inspect::lines::tile_borders::{Borders, Step};
use crate::inspect::pair::Pair;

/// Pixels left out on either side of a line: a blended seam is still within.
const GAP: usize = 3;
/// Pixels of the near ground on either side, and of the far ground beyond it.
pub(super) const SIDE: usize = 6;
const REACH: usize = GAP + 2 * SIDE;
/// Pixels along a line that make a piece.
const PIECE: usize = 48;
/// Units of L* that the original may differ within reach and still be smooth.
pub(super) const SMOOTH: f32 = 3.0;
/// L* up to which nothing is compared.
const DARK: f32 = 10.0;
/// Share of a piece's pixels that must lie on smooth ground.
pub(super) const ENOUGH: f32 = 0.35;
/// A single pixel says no more than this, in units of L*.
pub(super) const LOUD: f32 = 4.0;

/// The strongest step of every piece of every column and row.
pub(crate) struct Seams {
    size: (usize, usize),
    /// Along columns, piece by piece; along rows, piece by piece.
    steps: [Vec<Vec<f32>>; 2],
    /// Along columns and along rows of tiles, where there are any.
    known: [Vec<Step>; 2],
}

impl Seams {
    pub fn new(pair: &Pair, borders: Option<&Borders>) -> Self {
        let lightness: Vec<f32> = (0..pair.original.len()).map(|at| house(pair, at)).collect();
        let (w, h) = (pair.width, pair.height);
        let find = |turned: usize, lightness: &[f32], rest: &[f32], width: usize| {
            let known = borders.map(|b| b.steps(turned, lightness, rest, width));
            (pieces(lightness, rest, width), known.unwrap_or_default())
        };
        let (columns, rows) = rayon::join(
            || find(0, &lightness, &pair.rest[0], w),
            || {
                find(
                    1,
                    &turned(&lightness, w, h),
                    &turned(&pair.rest[0], w, h),
                    h,
                )
            },
        );
        Self {
            size: (w, h),
            steps: [agreed(&columns.0), agreed(&rows.0)],
            known: [columns.1, rows.1],
        }
    }

    pub fn measure(&self, thresholds: &Thresholds) -> Measure {
        let all = self.steps.iter().flatten().flatten().copied();
        let known = self.known.iter().flatten().map(|step| step.height);
        let worst = all.chain(known).fold(0.0, f32::max);
        thresholds.measure(Gate::Seams, f64::from(worst))
    }

    /// The heatmap, with the threshold in the middle of its scale.
    pub fn heatmap(&self, thresholds: &Thresholds) -> Heatmap {
        const SIDE: usize = 4;
        let limit = thresholds.of(Gate::Seams).fail as f32 * 2.0;
        let (across, down) = (self.size.0.div_ceil(SIDE), self.size.1.div_ceil(SIDE));
        let mut levels = vec![0.0_f32; across * down];
        for (turned, step) in self.all() {
            for along in step.along.step_by(SIDE) {
                let (x, y) = if turned == 1 {
                    (along, step.across)
                } else {
                    (step.across, along)
                };
                let to = &mut levels[y / SIDE * across + x / SIDE];
                *to = to.max(step.height / limit);
            }
        }
        Heatmap::new(across, &levels)
    }

    /// Every step there is, and whether it runs along a row.
    fn all(&self) -> impl Iterator<Item = (usize, Step)> + '_ {
        let found = self.steps.iter().enumerate().flat_map(|(turned, pieces)| {
            pieces.iter().enumerate().flat_map(move |(piece, line)| {
                let steps = line.iter().enumerate().filter(|(_, height)| **height > 0.0);
                steps.map(move |(across, height)| {
                    let along = piece * PIECE..(piece + 2) * PIECE;
                    let height = *height;
                    (
                        turned,
                        Step {
                            across,
                            along,
                            height,
                        },
                    )
                })
            })
        });
        let known = self.known.iter().enumerate();
        found
            .chain(known.flat_map(|(turned, steps)| steps.iter().map(move |s| (turned, s.clone()))))
    }
}

/// L* of the original; nothing comparable in the sky, nor where it is so dark that a lift makes
/// steps of single 8-bit values.
fn house(pair: &Pair, at: usize) -> f32 {
    if pair.ground.holds(at) && pair.original[at][0] > DARK {
        pair.original[at][0]
    } else {
        f32::INFINITY
    }
}

fn turned(plane: &[f32], w: usize, h: usize) -> Vec<f32> {
    let mut out = vec![0.0; plane.len()];
    out.par_chunks_mut(h).enumerate().for_each(|(x, column)| {
        for (y, to) in column.iter_mut().enumerate() {
            *to = plane[y * w + x];
        }
    });
    out
}

/// The mean step of every column of a piece; not a number where too little ground is smooth.
fn pieces(lightness: &[f32], rest: &[f32], width: usize) -> Vec<Vec<f32>> {
    let piece = |(lightness, rest): (&[f32], &[f32])| {
        let (mut sums, mut counts) = (vec![0.0_f32; width], vec![0.0_f32; width]);
        for (lightness, rest) in lightness.chunks(width).zip(rest.chunks(width)) {
            add(lightness, rest, &mut sums, &mut counts);
        }
        let mean = |(sum, count): (f32, f32)| {
            if count < ENOUGH * PIECE as f32 {
                f32::NAN
            } else {
                sum / count
            }
        };
        sums.into_iter().zip(counts).map(mean).collect()
    };
    let (one, two) = (
        lightness.par_chunks_exact(width * PIECE),
        rest.par_chunks_exact(width * PIECE),
    );
    one.zip(two).map(piece).collect()
}

/// One row's steps.
fn add(lightness: &[f32], rest: &[f32], sums: &mut [f32], counts: &mut [f32]) {
    if rest.len() <= 2 * REACH {
        return;
    }
    let running = running(rest);
    let mean = |from: usize| (running[from + SIDE] - running[from]) / SIDE as f32;
    let smooth = smooth(lightness);
    for x in REACH..rest.len() - REACH {
        if !smooth[x] {
            continue;
        }
        let [far_left, left] = [REACH, GAP + SIDE].map(|back| mean(x - back));
        let [right, far_right] = [GAP, GAP + SIDE].map(|on| mean(x + on));
        let step = right - left;
        let slopes = (left - far_left) + (far_right - right);
        // A gradient explains as much as it goes on; it never makes a step larger.
        let step = if step * slopes > 0.0 {
            step.signum() * (step.abs() - slopes.abs()).max(0.0)
        } else {
            step
        };
        sums[x] += step.clamp(-LOUD, LOUD);
        counts[x] += 1.0;
    }
}

/// Running sums, one longer than the row.
fn running(row: &[f32]) -> Vec<f32> {
    let mut sums = Vec::with_capacity(row.len() + 1);
    let mut sum = 0.0;
    sums.push(sum);
    for v in row {
        sum += v;
        sums.push(sum);
    }
    sums
}

/// True where the original stays within [`SMOOTH`] as far as a column's ground reaches. Highest and
/// lowest over windows of 30 by doubling: 2, 4, 8, 16, and two of 16 that overlap.
fn smooth(row: &[f32]) -> Vec<bool> {
    let over = |values: &[f32], better: fn(f32, f32) -> f32| {
        let mut best = values.to_vec();
        for step in [1, 2, 4, 8] {
            for x in 0..best.len() - step {
                best[x] = better(best[x], best[x + step]);
            }
        }
        best
    };
    let (high, low) = (over(row, f32::max), over(row, f32::min));
    let mut out = vec![false; row.len()];
    let inner = out.iter_mut().enumerate().skip(REACH);
    for (x, out) in inner.take(row.len() - 2 * REACH) {
        let [one, two] = [x - REACH, x + REACH - 16];
        *out = high[one].max(high[two]) - low[one].min(low[two]) < SMOOTH;
    }
    out
}

/// The smaller of two pieces that follow each other and step the same way; nothing otherwise.
fn agreed(pieces: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let both = |(one, two): (&f32, &f32)| {
        if one * two > 0.0 {
            one.abs().min(two.abs())
        } else {
            0.0
        }
    };
    let pair = |pair: &[Vec<f32>]| pair[0].iter().zip(&pair[1]).map(both).collect();
    pieces.windows(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strongest(rest: impl Fn(usize, usize) -> f32, light: impl Fn(usize) -> f32) -> f32 {
        let (w, h) = (200, 2 * PIECE);
        let plane = |f: &dyn Fn(usize, usize) -> f32| -> Vec<f32> {
            (0..w * h).map(|i| f(i % w, i / w)).collect()
        };
        let found = agreed(&pieces(
            &plane(&|x, _| light(x)),
            &plane(&|x, y| rest(x, y)),
            w,
        ));
        found.into_iter().flatten().fold(0.0, f32::max)
    }

    #[test]
    fn a_step_is_seen_to_its_height_through_noise() {
        let noise = |x: usize, y: usize| ((x * 7919 + y * 104_729) % 17) as f32 / 17.0 - 0.5;
        let step = |x: usize, y: usize| if x < 90 { 0.0 } else { 1.0 } + noise(x, y);
        let found = strongest(step, |_| 50.0);
        assert!((0.85..1.2).contains(&found), "{found}");
    }

    #[test]
    fn a_gradient_and_a_step_of_the_content_are_no_seams() {
        assert!(strongest(|x, _| x as f32 * 0.1, |_| 50.0) < 0.05);
        let wall = |x: usize| if x < 90 { 40.0 } else { 60.0 };
        assert_eq!(strongest(|x, _| wall(x) * 0.1, wall), 0.0);
    }
}
