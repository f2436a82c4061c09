//! Clipping: highlights or shadows that were there and are gone, counted on every pixel.

use crate::inspect::full::Full;
use crate::inspect::thresholds::CLIPPING;
use crate::inspect::{Limit, gate};
use crate::report::{Measure, MeasureVerdict};

/// Lost highlights and lost shadows, in per cent of the picture.
pub(crate) fn measure(full: &Full) -> [Measure; 2] {
    let (high, low) = full.lost;
    let share = |count: u64| count as f64 * 100.0 / full.pixels as f64;
    let highlights = (
        "No bright detail was lost.",
        "Bright detail, for instance in windows, was washed out.",
    );
    let shadows = (
        "No dark detail was lost.",
        "Dark detail turned plain black.",
    );
    [
        part(
            "lost_highlights",
            "Lost highlights",
            share(high),
            highlights,
        ),
        part("lost_shadows", "Lost shadows", share(low), shadows),
    ]
}

fn part(name: &str, label: &str, share: f64, words: (&str, &str)) -> Measure {
    let verdict = if share > CLIPPING {
        MeasureVerdict::Failed
    } else {
        MeasureVerdict::Passed
    };
    gate(
        (name, label, "% of the picture"),
        share,
        Limit::AtMost(CLIPPING),
        verdict,
        words,
    )
}
