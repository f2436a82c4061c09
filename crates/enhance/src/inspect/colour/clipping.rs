//! Clipping: detail in highlights or shadows that was there and is gone, on every pixel of the house.
//! Single pixels that sharpening pushes to white are not a lost window, and a plain bright sky that
//! became white has lost no detail: only blocks of 8 x 8 pixels count of which a good part was cut off,
//! that had a pattern, and that lost most of it.

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::inspect::full::Full;
use crate::inspect::heatmap::Heatmap;
use crate::inspect::moments::Moments;

/// Lost pixels of a block of 64 from which on it counts.
const GONE: u8 = 20;
/// Variance of gray, in parts of white, above which a block has a pattern: two levels of deviation.
const DETAIL: f64 = 4.0 / (255.0 * 255.0);
/// Share of that variance below which the pattern is lost.
const LEFT: f64 = 0.25;

/// Pixels of every block whose detail was lost.
pub(crate) struct Clipping {
    across: usize,
    pixels: u64,
    burnt: Vec<u8>,
    drowned: Vec<u8>,
}

impl Clipping {
    pub fn new(full: &Full, house: &[bool]) -> Self {
        let blocks = full.blocks.iter().zip(house);
        let counts: Vec<bool> = blocks.map(|(b, house)| *house && lost(&b.into())).collect();
        let of = |cut: &[u8]| {
            let cut = cut.iter().zip(&counts);
            cut.map(|(&n, &counts)| if counts && n >= GONE { n } else { 0 })
                .collect()
        };
        Self {
            across: full.across,
            pixels: full.pixels,
            burnt: of(&full.burnt),
            drowned: of(&full.drowned),
        }
    }

    /// Lost highlights and lost shadows, in per cent of the picture.
    pub fn measure(&self, thresholds: &Thresholds) -> [Measure; 2] {
        let share = |lost: &[u8]| {
            let sum: u64 = lost.iter().map(|&n| u64::from(n)).sum();
            sum as f64 * 100.0 / self.pixels as f64
        };
        [
            thresholds.measure(Gate::LostHighlights, share(&self.burnt)),
            thresholds.measure(Gate::LostShadows, share(&self.drowned)),
        ]
    }

    /// The heatmap.
    pub fn heatmap(&self) -> Heatmap {
        let both = self.burnt.iter().zip(&self.drowned);
        let of = |(b, d): (&u8, &u8)| f32::from(*b.max(d)) / 64.0;
        Heatmap::new(self.across, &both.map(of).collect::<Vec<_>>())
    }
}

/// True when a block had a pattern and lost most of it.
fn lost(moments: &Moments) -> bool {
    let before = moments.variance_x();
    before > DETAIL && moments.variance_y() < LEFT * before
}
