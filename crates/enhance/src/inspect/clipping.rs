//! Clipping: highlights or shadows that were there and are gone, counted on every pixel.

use rayon::prelude::*;

use crate::inspect::thresholds::CLIPPING;
use crate::inspect::{Limit, gate};
use crate::light::Sample;
use crate::pixels::{Pixels, Samples};
use crate::report::{Measure, MeasureVerdict};

/// Lost highlights and lost shadows, in per cent of the picture.
pub(crate) fn measure(original: &Pixels, result: &Pixels) -> [Measure; 2] {
    let (high, low) = match (original.samples(), result.samples()) {
        (Samples::Eight(a), Samples::Eight(b)) => lost(a, b),
        (Samples::Sixteen(a), Samples::Sixteen(b)) => lost(a, b),
        _ => lost(&original.rgb8(), &result.rgb8()),
    };
    let share = |count: u64| count as f64 * 100.0 / original.pixel_count() as f64;
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

/// Pixels newly at white in some channel (they were 2 % below), and pixels newly black in all.
fn lost<S: Sample>(before: &[S], after: &[S]) -> (u64, u64) {
    const STRIP: usize = 3 << 16;
    let strips = before.par_chunks(STRIP).zip(after.par_chunks(STRIP));
    strips
        .map(|(before, after)| count(before, after))
        .reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
}

fn count<S: Sample>(before: &[S], after: &[S]) -> (u64, u64) {
    let (white, bright, dark) = (
        S::MAX as usize,
        (S::MAX * 0.98) as usize,
        (S::MAX * 0.02) as usize,
    );
    let pairs = before
        .as_chunks::<3>()
        .0
        .iter()
        .zip(after.as_chunks::<3>().0);
    pairs.fold((0, 0), |(high, low), (before, after)| {
        let burnt = (0..3).any(|c| after[c].index() == white && before[c].index() < bright);
        let drowned =
            after.iter().all(|v| v.index() == 0) && before.iter().any(|v| v.index() > dark);
        (high + u64::from(burnt), low + u64::from(drowned))
    })
}
