//! Alignment of two frames: the tripod was bumped, or there was none, or the lens breathed.
//!
//! A homography by Lucas and Kanade ("An Iterative Image Registration Technique", 1981; in its
//! compositional form, Baker and Matthews, "Lucas-Kanade 20 Years On", 2004) from coarse to fine
//! on outlines, which do not know the exposure; what moved in the room is outvoted by weights that
//! fall with the residual. The first guess is Ward's exhaustive search (2003).

use rayon::prelude::*;

use crate::brackets::motion::{FREEDOM, Motion, Places};
use crate::brackets::outline::{Outline, Outlines};
use crate::brackets::pyramid::Size;
use crate::math::linear::{Matrix, eliminate};

/// Farthest first guess, in pixels of the coarsest copy: 6 % of the longer side.
const REACH: isize = 4;
/// Agreement of the outlines below which nothing is claimed.
const CONFIDENT: f32 = 0.35;
/// Agreement by which a motion has to be better than none.
const BETTER: f32 = 0.002;
/// Free parameters to begin with: shift and turn. More are tried on copies from this longest side on:
/// zoom, then all of a homography.
const PLAIN: usize = 3;
const TELLS: [(usize, u32); 2] = [(4, 120), (FREEDOM, 240)];
/// Steps of a trial with more freedom.
const TRIED: usize = 4;
/// How far each parameter of a small motion is likely to be off: shift and turn as they like, 2 % of
/// zoom, hardly any stretch or shear, and 1.5 degrees of yaw or pitch at 24 mm.
const LIKELY: [f64; FREEDOM] = [1.0, 1.0, 0.1, 0.02, 0.002, 0.002, 0.02, 0.02];
/// Pixels that share one observation: surroundings overlap.
const SHARED: f64 = 100.0;

/// The motion from `reference` to `frame`, both of one size; `None` without confidence.
pub(super) fn align(reference: &Outlines, frame: &Outlines) -> Option<Motion> {
    let pairs: Vec<(&Outline, &Outline)> = std::iter::zip(&reference.0, &frame.0).collect();
    let mut guess = Motion::default();
    let mut free = PLAIN;
    let mut found = None;
    for (i, &(one, two)) in pairs.iter().enumerate() {
        let pair = Pair::new(one, two);
        let edge = one.width.max(one.height) as u32;
        if i == 0 {
            let (right, down, _) = one.best_move(two, REACH)?;
            let half = pair.places.half();
            guess = Motion::shift(right as f32 / half, down as f32 / half);
        }
        let rounds = if edge > 1024 { 5 } else { 12 };
        guess = pair.refined(guess, free, rounds);
        let mut agreement = pair.agreement(&guess)?;
        for (more, tells) in TELLS {
            // A freedom that explains nothing would only bend the picture.
            if more > free && edge >= tells && edge <= 1024 {
                let freer = pair.refined(guess, more, TRIED);
                let better = pair.agreement(&freer)?;
                if better > agreement + BETTER {
                    (guess, agreement, free) = (freer, better, more);
                }
            }
        }
        found = Some((guess, agreement));
        if i + 1 == pairs.len() {
            let still = pair.agreement(&Motion::default()).unwrap_or(-1.0);
            if still > agreement - BETTER {
                found = Some((Motion::default(), still));
            }
        }
    }
    let (motion, agreement) = found?;
    (agreement >= CONFIDENT).then_some(motion)
}

/// Outlines of two frames at one size.
struct Pair<'a> {
    one: &'a Outline,
    two: &'a Outline,
    places: Places,
}

/// Normal equations of one step.
struct Equations {
    a: Matrix<FREEDOM>,
    b: [f64; FREEDOM],
    /// Weighted squares of what is still wrong, and the weights.
    wrong: f64,
    weight: f64,
}

/// Products of the outlines where both are known.
#[derive(Default)]
struct Products {
    cross: f64,
    own: f64,
    theirs: f64,
    common: usize,
}

impl<'a> Pair<'a> {
    fn new(one: &'a Outline, two: &'a Outline) -> Self {
        let (width, height) = (one.width, one.height);
        Self {
            one,
            two,
            places: Places::of(Size { width, height }),
        }
    }

    /// The motion after some steps with so many free parameters.
    fn refined(&self, mut motion: Motion, free: usize, rounds: usize) -> Motion {
        let size = Size {
            width: self.one.width,
            height: self.one.height,
        };
        for _ in 0..rounds {
            let Some(step) = self.step(&motion, free) else {
                return motion;
            };
            let step = Motion::small(step);
            let next = step.then(&motion);
            if !next.is_likely(size) {
                return motion;
            }
            motion = next;
            if step.farthest(size.width as u32, size.height as u32) < 0.005 {
                break;
            }
        }
        motion
    }

    /// One step of Gauss and Newton; `None` where the picture has no edges to hold on to.
    fn step(&self, motion: &Motion, free: usize) -> Option<[f64; FREEDOM]> {
        let rows: Vec<Equations> = self.rows(|y| self.equations(y, motion, free)).collect();
        let mut sum = Equations::none();
        rows.iter().for_each(|row| sum.add(row));
        let variance = sum.wrong / sum.weight.max(1e-9) * SHARED;
        let so_far = motion.parameters();
        for k in 0..FREEDOM {
            if k >= free {
                (0..FREEDOM).for_each(|j| (sum.a[k][j], sum.a[j][k]) = (0.0, 0.0));
                (sum.a[k][k], sum.b[k]) = (1.0, 0.0);
            } else if k > 2 {
                let prior = variance / (LIKELY[k] * LIKELY[k]);
                sum.a[k][k] += prior;
                sum.b[k] -= prior * so_far[k];
            }
        }
        let firm = (0..2).all(|k| sum.a[k][k] > 1e-6) && sum.weight > 0.0;
        let step = eliminate(sum.a, sum.b.map(|v| [v])).map(|[v]| v);
        (firm && step.iter().all(|v| v.is_finite())).then_some(step)
    }

    fn equations(&self, y: usize, motion: &Motion, free: usize) -> Equations {
        let mut row = Equations::none();
        let width = self.one.width;
        let half = self.places.half();
        self.each_pair(y, motion, |i, (u, v), other| {
            let value = |at: usize| self.one.values[at];
            let across = (value(i + 1) - value(i - 1)) / 2.0 * half;
            let down = (value(i + width) - value(i - width)) / 2.0 * half;
            let wrong = value(i) - other;
            let weight = f64::from(1.0 / (1.0 + 2.0 * wrong * wrong));
            let slopes = Motion::slopes(u, v).map(|(x, y)| f64::from(across * x + down * y));
            row.take(&slopes[..free], f64::from(wrong), weight);
        });
        row.mirror();
        row
    }

    /// Correlation of the outlines under a motion; `None` where they have too little in common.
    fn agreement(&self, motion: &Motion) -> Option<f32> {
        let rows: Vec<Products> = self.rows(|y| self.products(y, motion)).collect();
        let sum = |of: fn(&Products) -> f64| -> f64 { rows.iter().map(of).sum() };
        let (cross, own, theirs) = (sum(|r| r.cross), sum(|r| r.own), sum(|r| r.theirs));
        let common: usize = rows.iter().map(|r| r.common).sum();
        let enough = common * 50 >= self.one.values.len();
        enough.then(|| (cross / (own * theirs).sqrt().max(1e-9)) as f32)
    }

    fn products(&self, y: usize, motion: &Motion) -> Products {
        let mut row = Products::default();
        self.each_pair(y, motion, |i, _, other| {
            let value = self.one.values[i];
            row.cross += f64::from(value * other);
            row.own += f64::from(value * value);
            row.theirs += f64::from(other * other);
            row.common += 1;
        });
        row
    }

    /// An answer for every inner row, in order.
    fn rows<T: Send>(&self, of: impl Fn(usize) -> T + Sync + Send) -> std::vec::IntoIter<T> {
        let rows = 1..self.one.height.saturating_sub(1).max(1);
        let rows: Vec<T> = rows.into_par_iter().map(of).collect();
        rows.into_iter()
    }

    /// Visits every pixel of a row that both know: its index, its place, the other's value.
    #[inline(always)]
    fn each_pair(&self, y: usize, motion: &Motion, mut visit: impl FnMut(usize, (f32, f32), f32)) {
        for x in 1..self.one.width - 1 {
            let i = y * self.one.width + x;
            if self.one.values[i] == 0.0 {
                continue;
            }
            let (u, v) = self.places.place(x as f32, y as f32);
            let (to_x, to_y) = self.places.pixel(motion.of(u, v));
            if let Some(other) = between(self.two, to_x, to_y) {
                visit(i, (u, v), other);
            }
        }
    }
}

impl Equations {
    fn none() -> Self {
        Self {
            a: [[0.0; FREEDOM]; FREEDOM],
            b: [0.0; FREEDOM],
            wrong: 0.0,
            weight: 0.0,
        }
    }

    /// Takes one pixel in; only the upper half is kept.
    #[inline(always)]
    fn take(&mut self, slopes: &[f64], wrong: f64, weight: f64) {
        for (r, slope) in slopes.iter().enumerate() {
            let weighted = weight * slope;
            for (to, slope) in self.a[r][r..].iter_mut().zip(&slopes[r..]) {
                *to += weighted * slope;
            }
            self.b[r] += weighted * wrong;
        }
        self.wrong += weight * wrong * wrong;
        self.weight += weight;
    }

    fn mirror(&mut self) {
        for r in 0..FREEDOM {
            (0..r).for_each(|c| self.a[r][c] = self.a[c][r]);
        }
    }

    fn add(&mut self, other: &Self) {
        for r in 0..FREEDOM {
            (0..FREEDOM).for_each(|c| self.a[r][c] += other.a[r][c]);
            self.b[r] += other.b[r];
        }
        self.wrong += other.wrong;
        self.weight += other.weight;
    }
}

/// The value between four pixels, when all four are known.
#[inline(always)]
fn between(outline: &Outline, x: f32, y: f32) -> Option<f32> {
    let inside =
        x >= 0.0 && y >= 0.0 && x < (outline.width - 1) as f32 && y < (outline.height - 1) as f32;
    if !inside {
        return None;
    }
    let (left, top) = (x as usize, y as usize);
    let (right, down) = (x - left as f32, y - top as f32);
    let at = |dx: usize, dy: usize| outline.values[(top + dy) * outline.width + left + dx];
    let four = [at(0, 0), at(1, 0), at(0, 1), at(1, 1)];
    let upper = four[0] + (four[1] - four[0]) * right;
    let lower = four[2] + (four[3] - four[2]) * right;
    let known = four.iter().all(|&v| v != 0.0);
    known.then_some(upper + (lower - upper) * down)
}
