//! The point in which a building's uprights meet, from segments of which many are not uprights.
//!
//! With the picture's centre as origin and the focal length as unit, an upright with slope `b`
//! (columns per row) that crosses the middle row at `c` obeys `b = lean - converge * c` exactly:
//! `lean` is the tangent of the roll, `converge` that of the pitch over the roll's cosine. So the
//! vanishing point is a robust line through the points `(c, b)`: an exhaustive vote on a grid in
//! place of drawn samples (nothing random to seed), then reweighted least squares (Tukey's
//! biweight).

use crate::math::linear::{cramer, determinant2};

/// A segment in the coordinates of the vote.
#[derive(Debug, Clone, Copy)]
pub(super) struct Upright {
    /// Crossing of its line with the middle row, focal lengths from the centre.
    pub c: f32,
    /// Columns to the right per row down.
    pub b: f32,
    /// Column of the vote, 0 to `COLUMNS - 1`, left to right.
    pub column: usize,
    /// Say in the vote: its length.
    pub weight: f32,
}

/// Tangents of roll and pitch, and who agrees.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Vanishing {
    pub lean: f32,
    pub converge: f32,
}

/// Columns of the picture that vote with the root of their total, so that one bookcase does not
/// outvote the rest of the room.
pub(super) const COLUMNS: usize = 10;

/// Steps of the vote: a tenth of a degree of lean, from -18 to 18 degrees.
const STEP: f32 = 0.00175;
const HALF: i32 = 180;
/// Steps of convergence, each 0.01, to a pitch of 35 degrees up or down.
const PITCHES: i32 = 70;
/// Half a degree: uprights farther from the winner of the vote don't vote for it.
const WINDOW: i32 = 5;

impl Vanishing {
    /// The best supported one; all zero when there are no segments.
    pub(super) fn find(uprights: &[Upright]) -> Self {
        if uprights.is_empty() {
            return Self::default();
        }
        let weights = spread(uprights);
        let mut found = vote(uprights);
        for scale in [0.018, 0.014, 0.011, 0.009, 0.008, 0.007, 0.007, 0.007] {
            found = found.refined(uprights, &weights, scale);
        }
        found
    }

    /// Deviation of a segment from upright under this tilt, as a tangent.
    pub(super) fn residual(&self, of: &Upright) -> f32 {
        of.b - self.lean + self.converge * of.c
    }

    /// One round of least squares with Tukey's weights. A faint pull to the level camera (a pitch
    /// of ten degrees costs as much as one segment in thirty that is off by 0.3 degrees) keeps
    /// the pitch finite when all lines stand in one place.
    fn refined(&self, uprights: &[Upright], weights: &[f32], scale: f32) -> Self {
        let (mut s, mut sc, mut scc, mut sb, mut sbc) = (0.0_f64, 0.0, 0.0, 0.0, 0.0);
        for (of, &weight) in uprights.iter().zip(weights) {
            let share = (1.0 - (self.residual(of) / scale).powi(2)).max(0.0);
            let w = f64::from(weight * share * share);
            let (b, c) = (f64::from(of.b), f64::from(of.c));
            s += w;
            sc += w * c;
            scc += w * c * c;
            sb += w * b;
            sbc += w * b * c;
        }
        scc += s * 3e-5;
        let (normal, sums) = ([[s, sc], [sc, scc]], [sb, sbc]);
        let area = determinant2(normal);
        if area <= 1e-12 * s * s {
            return *self;
        }
        let [lean, slope] = cramer(normal, sums, area, determinant2);
        Self {
            lean: lean as f32,
            converge: -slope as f32,
        }
    }
}

/// Every segment's say after its column's total is rooted.
fn spread(uprights: &[Upright]) -> Vec<f32> {
    let mut totals = [0.0_f32; COLUMNS];
    for of in uprights {
        totals[of.column] += of.weight;
    }
    let say = |of: &Upright| of.weight / totals[of.column].sqrt();
    uprights.iter().map(say).collect()
}

/// The best of all leans and convergences on the grid. Cameras are held nearly level far more
/// often than not, so a level one wins when the votes are nearly even.
fn vote(uprights: &[Upright]) -> Vanishing {
    let mut best = (f32::MIN, Vanishing::default());
    for pitch in -PITCHES..=PITCHES {
        let converge = pitch as f32 * 0.01;
        let counts = count(uprights, converge);
        for (i, &votes) in counts.iter().enumerate() {
            let lean = (i as i32 - HALF) as f32 * STEP;
            let usual = (-0.5 * ((lean / 0.2).powi(2) + (converge / 0.5).powi(2))).exp();
            if votes * usual > best.0 {
                best = (votes * usual, Vanishing { lean, converge });
            }
        }
    }
    best.1
}

/// Votes for each lean at one convergence: per column the root of the weights within the window.
fn count(uprights: &[Upright], converge: f32) -> Vec<f32> {
    let size = (2 * HALF + 1) as usize;
    let mut bins = vec![0.0_f32; size * COLUMNS];
    for of in uprights {
        let step = ((of.b + converge * of.c) / STEP).round() as i32 + HALF;
        if (0..size as i32).contains(&step) {
            bins[of.column * size + step as usize] += of.weight;
        }
    }
    let mut votes = vec![0.0_f32; size];
    for column in bins.chunks_exact(size) {
        for i in WINDOW..size as i32 - WINDOW {
            let near = |d: i32| (WINDOW + 1 - d.abs()) as f32 * column[(i + d) as usize];
            votes[i as usize] += (-WINDOW..=WINDOW).map(near).sum::<f32>().sqrt();
        }
    }
    votes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uprights of a camera, and half as many lines that go anywhere.
    fn scene(lean: f32, converge: f32) -> Vec<Upright> {
        let upright = |i: usize| {
            let c = (i % 40) as f32 / 27.0 - 0.72;
            let stray = (i as f32 * 0.618).fract() * 0.5 - 0.25;
            let noise = ((i as f32 * 0.414).fract() - 0.5) * 0.004;
            Upright {
                c,
                b: if i.is_multiple_of(3) {
                    stray
                } else {
                    lean - converge * c + noise
                },
                column: (i % 40) / 4,
                weight: 1.0 + (i % 5) as f32,
            }
        };
        (0..120).map(upright).collect()
    }

    #[test]
    fn roll_and_pitch_are_found_among_strays() {
        for (lean, converge) in [
            (0.0, 0.0),
            (0.035, 0.0),
            (-0.06, 0.1),
            (0.02, -0.12),
            (0.0, 0.4),
        ] {
            let found = Vanishing::find(&scene(lean, converge));
            assert!(
                (found.lean - lean).abs() < 0.0012,
                "{found:?} for {lean} {converge}"
            );
            assert!(
                (found.converge - converge).abs() < 0.004,
                "{found:?} for {lean} {converge}"
            );
        }
    }

    #[test]
    fn no_segments_are_an_upright_camera() {
        assert_eq!(Vanishing::find(&[]), Vanishing::default());
    }
}
