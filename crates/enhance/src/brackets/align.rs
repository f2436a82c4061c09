//! Alignment of two frames: the tripod was bumped, or there was none.
//!
//! Shift and rotation by Lucas and Kanade ("An Iterative Image Registration Technique", 1981) from
//! coarse to fine on outlines, which do not know the exposure; what moved in the room is outvoted
//! by weights that fall with the residual. The first guess is Ward's exhaustive search (2003).

use serde::{Deserialize, Serialize};

use crate::brackets::outline::Outline;
use crate::math::linear::{Matrix, cramer, determinant3};
use crate::pixels::Pixels;

/// Longest side of the copies that are compared.
const FINEST: u32 = 2048;
const COARSEST: u32 = 64;
/// Farthest first guess, in pixels of the coarsest copy: 6 % of the longer side.
const REACH: isize = 4;
/// Agreement of the outlines below which nothing is claimed.
const CONFIDENT: f32 = 0.35;
/// A shift of the farthest corner below which a frame is left as it is, in full-size pixels.
const STILL: f32 = 0.3;

/// Motion from the reference to a frame: turned around the middle, then shifted.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Motion {
    /// To the right, in full-size pixels.
    pub right: f32,
    /// Down, in full-size pixels.
    pub down: f32,
    /// Clockwise, in degrees.
    pub degrees: f32,
}

impl Motion {
    /// True when the frame lies as good as exactly on the reference.
    pub fn is_still(&self, width: u32, height: u32) -> bool {
        let radius = (width as f32).hypot(height as f32) / 2.0;
        self.right.hypot(self.down) + self.degrees.abs().to_radians() * radius < STILL
    }

    /// The place in the frame of a point of the reference, both counted from the middle.
    pub(super) fn of(&self, x: f32, y: f32) -> (f32, f32) {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        (
            x * cos - y * sin + self.right,
            x * sin + y * cos + self.down,
        )
    }

    /// First this motion, then another.
    pub(super) fn then(&self, next: &Self) -> Self {
        let (right, down) = next.of(self.right, self.down);
        Self {
            right,
            down,
            degrees: self.degrees + next.degrees,
        }
    }

    fn scaled(&self, by: f32) -> Self {
        Self {
            right: self.right * by,
            down: self.down * by,
            degrees: self.degrees,
        }
    }
}

/// The motion from `reference` to `frame`, both of one size; `None` without confidence.
pub(super) fn align(reference: &Pixels, frame: &Pixels) -> Option<Motion> {
    let edges = levels(reference.width().max(reference.height()));
    let mut guess = Motion::default();
    let mut width = 0;
    let mut agreement = None;
    for (i, &edge) in edges.iter().enumerate() {
        let (one, two) = (Outline::of(reference, edge), Outline::of(frame, edge));
        if i == 0 {
            let (right, down, _) = one.best_move(&two, REACH)?;
            guess = Motion {
                right: right as f32,
                down: down as f32,
                degrees: 0.0,
            };
        } else {
            guess = guess.scaled(one.width as f32 / width as f32);
        }
        width = one.width;
        guess = refine(&one, &two, guess, if edge > 1024 { 5 } else { 10 });
        agreement = correlation(&one, &two, &guess);
        agreement?;
    }
    let motion = guess.scaled(reference.width() as f32 / width as f32);
    (agreement? >= CONFIDENT).then_some(motion)
}

/// Longest sides of the copies, coarsest first.
fn levels(longest: u32) -> Vec<u32> {
    let finest = longest.min(FINEST);
    let mut edges: Vec<u32> = std::iter::successors(Some(finest), |e| Some(e / 2))
        .take_while(|&e| e >= COARSEST.min(finest))
        .collect();
    edges.reverse();
    edges
}

fn refine(one: &Outline, two: &Outline, mut motion: Motion, rounds: usize) -> Motion {
    for _ in 0..rounds {
        let Some(step) = step(one, two, &motion) else {
            return motion;
        };
        motion.right += step[0];
        motion.down += step[1];
        motion.degrees += step[2].to_degrees();
        let radius = one.width.max(one.height) as f32 / 2.0;
        if step[0].hypot(step[1]) + step[2].abs() * radius < 0.003 {
            break;
        }
    }
    motion
}

/// One step of Gauss and Newton: shift right, down, and turn in radians.
fn step(one: &Outline, two: &Outline, motion: &Motion) -> Option<[f32; 3]> {
    let (mut a, mut b) = ([[0.0_f64; 3]; 3], [0.0_f64; 3]);
    each_pair(one, two, motion, |i, x, y, other| {
        let value = |at: usize| one.values[at];
        let (left, right) = (value(i - 1), value(i + 1));
        let (up, down) = (value(i - one.width), value(i + one.width));
        let (gx, gy) = ((right - left) / 2.0, (down - up) / 2.0);
        let wrong = value(i) - other;
        let weight = f64::from(1.0 / (1.0 + 2.0 * wrong * wrong));
        let slope = [gx, gy, gy * x - gx * y].map(f64::from);
        for r in 0..3 {
            (0..3).for_each(|c| a[r][c] += weight * slope[r] * slope[c]);
            b[r] += weight * slope[r] * f64::from(wrong);
        }
    });
    solve(a, b)
}

/// Visits every pixel that both know: its index, its place from the middle, the other's value.
fn each_pair(
    one: &Outline,
    two: &Outline,
    motion: &Motion,
    mut visit: impl FnMut(usize, f32, f32, f32),
) {
    let (middle_x, middle_y) = ((one.width - 1) as f32 / 2.0, (one.height - 1) as f32 / 2.0);
    for y in 1..one.height - 1 {
        for x in 1..one.width - 1 {
            let i = y * one.width + x;
            if one.values[i] == 0.0 {
                continue;
            }
            let (from_x, from_y) = (x as f32 - middle_x, y as f32 - middle_y);
            let (to_x, to_y) = motion.of(from_x, from_y);
            if let Some(other) = between(two, to_x + middle_x, to_y + middle_y) {
                visit(i, from_x, from_y, other);
            }
        }
    }
}

/// The value between four pixels, when all four are known.
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

/// Correlation of the outlines under a motion; `None` where they have too little in common.
fn correlation(one: &Outline, two: &Outline, motion: &Motion) -> Option<f32> {
    let (mut cross, mut own, mut theirs, mut common) = (0.0_f64, 0.0_f64, 0.0_f64, 0_usize);
    each_pair(one, two, motion, |i, _, _, other| {
        let value = one.values[i];
        cross += f64::from(value * other);
        own += f64::from(value * value);
        theirs += f64::from(other * other);
        common += 1;
    });
    let enough = common * 50 >= one.values.len();
    enough.then(|| (cross / (own * theirs).sqrt().max(1e-9)) as f32)
}

/// `None` where the picture has no edges to hold on to.
fn solve(a: Matrix<3>, b: [f64; 3]) -> Option<[f32; 3]> {
    let whole = determinant3(a);
    let least = 1e-9 * a[0][0] * a[1][1] * a[2][2];
    if whole.is_nan() || whole <= least {
        return None;
    }
    Some(cramer(a, b, whole, determinant3).map(|v| v as f32))
}
