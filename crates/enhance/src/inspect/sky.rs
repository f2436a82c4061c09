//! The sky's edge: no rim of light or dark along it (halo), and no new sky outside its mask
//! (leak). Measured where a sky was declared, on the part that the global colour map does not explain.

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::inspect::cells::{Cells, Sum, Tiles};
use crate::inspect::heatmap::Heatmap;
use crate::inspect::pair::Pair;

pub(super) mod ground;
pub(super) mod trial;

/// Half a tile, in pixels of the small copies.
const CELL: usize = 24;
/// Distances from the sky, in those pixels: the rim, and the ground it is compared with.
const RIM: std::ops::RangeInclusive<u8> = 3..=5;
const BEYOND: std::ops::RangeInclusive<u8> = 12..=20;
/// Pixels of each that a tile needs.
const LEAST: f64 = 24.0;
/// Share of the tiles along the edge that may be worse than what is said: antennas and twigs.
const SPARE: f64 = 0.1;
/// Half a tile of the leak's map, and the distance from the sky within which a leak begins.
const LEAK_CELL: usize = 8;
const LEAK_REACH: u8 = 60;

#[derive(Debug, Clone, Copy, Default)]
struct Ring {
    rim: (f64, f64),
    beyond: (f64, f64),
}

impl Sum for Ring {
    fn with(self, other: &Self) -> Self {
        let both = |a: (f64, f64), b: (f64, f64)| (a.0 + b.0, a.1 + b.1);
        Self {
            rim: both(self.rim, other.rim),
            beyond: both(self.beyond, other.beyond),
        }
    }
}

/// Mean unexplained L*, a*, b* near the sky.
#[derive(Debug, Clone, Copy, Default)]
struct Strange {
    sum: [f64; 3],
    count: f64,
}

impl Sum for Strange {
    fn with(self, other: &Self) -> Self {
        Self {
            sum: [0, 1, 2].map(|c| self.sum[c] + other.sum[c]),
            count: self.count + other.count,
        }
    }
}

/// Values along the edge of a declared sky.
pub(crate) struct Sky {
    across: usize,
    halos: Vec<f64>,
    leaks_across: usize,
    leaks: Vec<f64>,
}

impl Sky {
    pub fn new(pair: &Pair) -> Option<Self> {
        if !pair.ground.has_sky() {
            return None;
        }
        let (across, halos) = halos(pair);
        let (leaks_across, leaks) = leaks(pair);
        Some(Self {
            across,
            halos,
            leaks_across,
            leaks,
        })
    }

    pub fn measure(&self, thresholds: &Thresholds) -> [Measure; 2] {
        let mut halos: Vec<f64> = self.halos.iter().copied().filter(|h| *h > 0.0).collect();
        halos.sort_unstable_by(f64::total_cmp);
        let at = (halos.len() as f64 * (1.0 - SPARE)) as usize;
        let halo = halos.get(at.min(halos.len().saturating_sub(1)));
        let leak = self.leaks.iter().copied().fold(0.0, f64::max);
        [
            thresholds.measure(Gate::SkyHalo, halo.copied().unwrap_or(0.0)),
            thresholds.measure(Gate::SkyLeak, leak),
        ]
    }

    /// The heatmaps, with the thresholds in the middle of their scales.
    pub fn heatmaps(&self, thresholds: &Thresholds) -> [Heatmap; 2] {
        let map = |across: usize, values: &[f64], gate: Gate| {
            let limit = thresholds.of(gate).fail * 2.0;
            let levels: Vec<f32> = values.iter().map(|v| (v / limit) as f32).collect();
            Heatmap::new(across, &levels)
        };
        [
            map(self.across, &self.halos, Gate::SkyHalo),
            map(self.leaks_across, &self.leaks, Gate::SkyLeak),
        ]
    }
}

/// Difference of the rim to the ground beyond it, tile by tile.
fn halos(pair: &Pair) -> (usize, Vec<f64>) {
    let add = |ring: &mut Ring, at: usize| {
        let distance = pair.ground.distance(at);
        let rest = f64::from(pair.rest[0][at]);
        if RIM.contains(&distance) {
            ring.rim = (ring.rim.0 + rest, ring.rim.1 + 1.0);
        } else if BEYOND.contains(&distance) {
            ring.beyond = (ring.beyond.0 + rest, ring.beyond.1 + 1.0);
        }
    };
    let Tiles { across, sums } = Cells::new((pair.width, pair.height), CELL, add).tiles();
    let of = |ring: &Ring| {
        if ring.rim.1 < LEAST || ring.beyond.1 < LEAST {
            return 0.0;
        }
        (ring.rim.0 / ring.rim.1 - ring.beyond.0 / ring.beyond.1).abs()
    };
    (across, sums.iter().map(of).collect())
}

/// Unexplained change of the ground near the sky, tile by tile.
fn leaks(pair: &Pair) -> (usize, Vec<f64>) {
    let add = |strange: &mut Strange, at: usize| {
        if pair.ground.holds(at) && pair.ground.distance(at) <= LEAK_REACH {
            (0..3).for_each(|c| strange.sum[c] += f64::from(pair.rest[c][at]));
            strange.count += 1.0;
        }
    };
    let Tiles { across, sums } = Cells::new((pair.width, pair.height), LEAK_CELL, add).tiles();
    let enough = (2 * LEAK_CELL * LEAK_CELL) as f64;
    let of = |s: &Strange| {
        if s.count < enough {
            return 0.0;
        }
        let [l, a, b] = s.sum.map(|v| v / s.count);
        // Half of L*: light may change locally more than colour may.
        (l * l / 4.0 + a * a + b * b).sqrt()
    };
    (across, sums.iter().map(of).collect())
}
