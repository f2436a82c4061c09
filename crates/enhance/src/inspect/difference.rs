//! Difference: how far the look moved, in CIEDE2000. Reported, never a gate: a good correction
//! moves it too.

use rayon::prelude::*;

use crate::colour::difference;
use crate::inspect::pair::Pair;
use crate::inspect::reported;
use crate::report::Measure;

/// Mean and 95th percentile.
pub(crate) fn measure(pair: &Pair) -> [Measure; 2] {
    let pairs = pair.original.par_iter().zip(&pair.result);
    let mut all: Vec<f32> = pairs.map(|(one, two)| difference(*one, *two)).collect();
    let mean = all.iter().map(|&v| f64::from(v)).sum::<f64>() / all.len() as f64;
    let at = (all.len() * 95 / 100).min(all.len() - 1);
    let p95 = f64::from(*all.select_nth_unstable_by(at, f32::total_cmp).1);
    let mean_words =
        format!("On average the colours moved by {mean:.1} (1 is just visible side by side).");
    let p95_words = format!("Nineteen in twenty pixels moved by less than {p95:.1}.");
    [
        reported(
            "delta_e_mean",
            "Colour difference, mean",
            mean,
            "ΔE00",
            mean_words,
        ),
        reported(
            "delta_e_p95",
            "Colour difference, 95 %",
            p95,
            "ΔE00",
            p95_words,
        ),
    ]
}
