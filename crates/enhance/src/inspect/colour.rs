//! Colour of an area: was a surface repainted, does a part of the picture have a cast?
//!
//! The part of a* and b* that the global colour map does not explain, averaged over tiles of 48
//! pixels at one megapixel, over 1 + 0.045 C* (CIE94: a change of colourful surfaces is less
//! visible). Nearly black pixels have no visible colour.

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::inspect::cells::{Cells, Sum, Tiles};
use crate::inspect::heatmap::Heatmap;
use crate::inspect::pair::Pair;

pub(super) mod clipping;
pub(super) mod difference;
pub(super) mod neutral;
pub(super) mod surfaces;

/// Half a tile, in pixels of the small copies.
const CELL: usize = 24;

/// Mean unexplained shift of every tile.
pub(crate) struct Repaint {
    across: usize,
    shifts: Vec<f64>,
}

/// Unexplained a* and b*, and over how many pixels.
#[derive(Debug, Clone, Copy, Default)]
struct Shift {
    a: f64,
    b: f64,
    count: f64,
}

impl Sum for Shift {
    fn with(self, other: &Self) -> Self {
        Self {
            a: self.a + other.a,
            b: self.b + other.b,
            count: self.count + other.count,
        }
    }
}

impl Repaint {
    pub fn new(pair: &Pair) -> Self {
        let add = |shift: &mut Shift, at: usize| {
            if !pair.ground.holds(at) {
                return;
            }
            let [_, a, b] = pair.promised[at];
            let seen = (pair.result[at][0] / 20.0).clamp(0.0, 1.0);
            let weight = seen / (1.0 + 0.045 * a.hypot(b));
            shift.a += f64::from(pair.rest[1][at] * weight);
            shift.b += f64::from(pair.rest[2][at] * weight);
            shift.count += 1.0;
        };
        let cells = Cells::new((pair.width, pair.height), CELL, add);
        let Tiles { across, sums } = cells.tiles();
        let enough = (2 * CELL * CELL) as f64;
        let of = |s: &Shift| {
            if s.count >= enough {
                (s.a / s.count).hypot(s.b / s.count)
            } else {
                0.0
            }
        };
        Self {
            across,
            shifts: sums.iter().map(of).collect(),
        }
    }

    pub fn measure(&self, thresholds: &Thresholds) -> Measure {
        let worst = self.shifts.iter().copied().fold(0.0, f64::max);
        thresholds.measure(Gate::TileChroma, worst)
    }

    /// The heatmap, with the threshold in the middle of its scale.
    pub fn heatmap(&self, thresholds: &Thresholds) -> Heatmap {
        let limit = thresholds.of(Gate::TileChroma).fail;
        let of = |shift: &f64| (shift / limit / 2.0) as f32;
        Heatmap::new(self.across, &self.shifts.iter().map(of).collect::<Vec<_>>())
    }
}
