//! Clipping: highlights or shadows that were there and are gone, counted on every pixel of the
//! house. Single pixels that sharpening pushes to white are not a lost window: only blocks of 8 x 8
//! count of which a good part is gone.

use plumbline_documents::{Gate, Measure, Thresholds};

use crate::inspect::full::Full;
use crate::inspect::heatmap::Heatmap;

/// Lost pixels of a block of 64 from which on it counts.
const GONE: u8 = 20;

/// Lost highlights and lost shadows, in per cent of the picture.
pub(crate) fn measure(full: &Full, house: &[bool], thresholds: &Thresholds) -> [Measure; 2] {
    let share = |lost: &[u8]| {
        let of = |(n, house): (&u8, &bool)| u64::from(counted(*n, *house));
        lost.iter().zip(house).map(of).sum::<u64>() as f64 * 100.0 / full.pixels as f64
    };
    [
        thresholds.measure(Gate::LostHighlights, share(&full.burnt)),
        thresholds.measure(Gate::LostShadows, share(&full.drowned)),
    ]
}

/// The heatmap.
pub(crate) fn heatmap(full: &Full, house: &[bool]) -> Heatmap {
    let both = full.burnt.iter().zip(&full.drowned).zip(house);
    let of = |((b, d), house): ((&u8, &u8), &bool)| f32::from(counted(*b.max(d), *house)) / 64.0;
    Heatmap::new(full.across, &both.map(of).collect::<Vec<_>>())
}

fn counted(lost: u8, house: bool) -> u8 {
    if house && lost >= GONE { lost } else { 0 }
}
