//! Surfaces: did one turn to another hue, or lose its colour, while the rest did not?
//!
//! An edit of the whole picture may warm, tint and saturate it, and each by lightness, chroma and
//! place; but it turns no single hue. Such an edit is fitted robustly to all colours, and what is left
//! is judged in tiles: as a turn of hue, for which little is allowed, and as a change of chroma,
//! which local contrast and haze removal bring along. A free map of all colours would explain a red
//! door that became blue in a picture without another red thing; this one does not.

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::inspect::cells::{Cells, Sum, Tiles};
use crate::inspect::heatmap::Heatmap;
use crate::inspect::pair::Pair;
use crate::math::colour::Lab;
use crate::math::linear::{Matrix, eliminate};

/// Half a tile, in pixels of the small copies.
const CELL: usize = 12;
/// Numbers of the fit: scale of chroma (and by lightness, by chroma), turn of hue; shift of a* and
/// of b* (and by lightness, and by its square); shift of each across and down the picture.
const TERMS: usize = 14;
/// The fit's start, and the weight of staying there, in thousands of pixels.
const START: [f64; TERMS] = [1., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0.];
const PRIOR: [f64; TERMS] = [
    20., 20., 20., 2000., 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 1., 1., 1., 1.,
];
/// Distances at which a colour's vote falls to a quarter, round by round.
const ROUNDS: [f64; 6] = [f64::INFINITY, 12.0, 8.0, 5.0, 4.0, 4.0];
/// Every so many pixels are enough for a fit.
const SOME: usize = 13;
/// L* of the result beyond which colours fade into black and white.
const SEEN: std::ops::Range<f32> = 3.0..94.0;
/// Shift that is always allowed, and what is allowed of a colour's own chroma: along it and across.
const ALLOWED: f64 = 3.6;
const ALONG: f64 = 0.5;
const ACROSS: f64 = 0.15;

/// Unexplained shift of every tile's colour, in allowed shifts times [`ALLOWED`].
pub(crate) struct Surfaces {
    across: usize,
    shifts: Vec<f64>,
}

/// Sums of a tile: expected colour, and what is left.
#[derive(Debug, Clone, Copy, Default)]
struct Tile {
    count: f64,
    expected: [f64; 2],
    left: [f64; 2],
}

impl Sum for Tile {
    fn with(self, other: &Self) -> Self {
        let both = |a: [f64; 2], b: [f64; 2]| [a[0] + b[0], a[1] + b[1]];
        Self {
            count: self.count + other.count,
            expected: both(self.expected, other.expected),
            left: both(self.left, other.left),
        }
    }
}

impl Surfaces {
    pub fn new(pair: &Pair) -> Self {
        let fit = Fit::of(pair);
        let add = |tile: &mut Tile, at: usize| {
            if counts(pair, at) {
                let expected = fit.expected(pair, at);
                let found = ab(pair.result[at]);
                tile.count += 1.0;
                (0..2).for_each(|k| {
                    tile.expected[k] += expected[k];
                    tile.left[k] += found[k] - expected[k];
                });
            }
        };
        let Tiles { across, sums } = Cells::new((pair.width, pair.height), CELL, add).tiles();
        Self {
            across,
            shifts: sums.iter().map(Tile::shift).collect(),
        }
    }

    pub fn measure(&self, thresholds: &Thresholds) -> Measure {
        let worst = self.shifts.iter().copied().fold(0.0, f64::max);
        thresholds.measure(Gate::SurfaceColour, worst)
    }

    /// The heatmap, with the threshold in the middle of its scale.
    pub fn heatmap(&self, thresholds: &Thresholds) -> Heatmap {
        let limit = 2.0 * thresholds.of(Gate::SurfaceColour).fail;
        let of = |shift: &f64| (shift / limit) as f32;
        Heatmap::new(self.across, &self.shifts.iter().map(of).collect::<Vec<_>>())
    }
}

impl Tile {
    fn shift(&self) -> f64 {
        if self.count < (2 * CELL * CELL) as f64 {
            return 0.0;
        }
        let [a, b] = self.expected.map(|v| v / self.count);
        let [left_a, left_b] = self.left.map(|v| v / self.count);
        let chroma = a.hypot(b).max(1e-3);
        let along = (left_a * a + left_b * b) / chroma / (ALLOWED + ALONG * chroma);
        let across = (left_b * a - left_a * b) / chroma / (ALLOWED + ACROSS * chroma);
        along.hypot(across) * ALLOWED
    }
}

fn ab([_, a, b]: Lab) -> [f64; 2] {
    [a, b].map(f64::from)
}

fn counts(pair: &Pair, at: usize) -> bool {
    pair.ground.holds(at) && SEEN.contains(&pair.result[at][0]) && pair.original[at][0] > SEEN.start
}

/// An edit of the whole picture's colour.
struct Fit([f64; TERMS]);

impl Fit {
    fn of(pair: &Pair) -> Self {
        let all = 0..pair.original.len();
        let some: Vec<usize> = all.step_by(SOME).filter(|&at| counts(pair, at)).collect();
        let mut fit = Self(START);
        for reach in ROUNDS {
            fit = fit.better(pair, &some, reach);
        }
        fit
    }

    fn better(&self, pair: &Pair, some: &[usize], reach: f64) -> Self {
        let (mut a, mut b): (Matrix<TERMS>, _) = ([[0.0; TERMS]; TERMS], [[0.0]; TERMS]);
        for &at in some {
            let (rows, found) = (rows(pair, at), ab(pair.result[at]));
            let off = [0, 1].map(|k| found[k] - dot(&self.0, &rows[k]));
            let far = (off[0] * off[0] + off[1] * off[1]) / (reach * reach);
            let vote = (1.0 / (1.0 + far)).powi(2);
            for (row, found) in rows.iter().zip(found) {
                for i in 0..TERMS {
                    let weighed = vote * row[i];
                    (0..TERMS).for_each(|j| a[i][j] += weighed * row[j]);
                    b[i][0] += weighed * found;
                }
            }
        }
        let thousands = some.len() as f64 / 1000.0 + 1e-3;
        for i in 0..TERMS {
            a[i][i] += PRIOR[i] * thousands;
            b[i][0] += PRIOR[i] * thousands * START[i];
        }
        Self(eliminate(a, b).map(|[v]| v))
    }

    fn expected(&self, pair: &Pair, at: usize) -> [f64; 2] {
        rows(pair, at).map(|row| dot(&self.0, &row))
    }
}

fn dot(one: &[f64; TERMS], other: &[f64; TERMS]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// The numbers that a* and b* of the result are fitted from.
fn rows(pair: &Pair, at: usize) -> [[f64; TERMS]; 2] {
    let [l, a, b] = pair.original[at].map(f64::from);
    let (l, c) = (l * 0.01, a.hypot(b) * 0.01);
    let u = (at % pair.width) as f64 / pair.width as f64 - 0.5;
    let v = (at / pair.width) as f64 / pair.height as f64 - 0.5;
    [
        [a, l * a, c * a, -b, 1., l, l * l, 0., 0., 0., u, v, 0., 0.],
        [b, l * b, c * b, a, 0., 0., 0., 1., l, l * l, 0., 0., u, v],
    ]
}
