//! Automated quality control: compares a result with its original and says, in numbers and in
//! words, whether anything was added, lost, bent, tinted or clipped. It changes nothing.
//!
//! Structure and colour are judged on copies of about one megapixel; everything else on every
//! pixel, in one pass. The original is the straightened one: both pictures have one size.

use crate::pixels::Pixels;
use crate::plan::Plan;
use crate::report::{Measure, MeasureVerdict, Report};

mod clipping;
mod colour;
mod difference;
mod edges;
mod full;
mod heatmap;
mod pair;
mod pattern;
mod sharpness;
mod size;
mod structure;
mod tally;
pub mod thresholds;

pub use heatmap::Heatmap;

/// The judgement and the picture that goes with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// The numbers.
    pub report: Report,
    /// Where to look; nothing when the sizes differ.
    pub heatmap: Option<Heatmap>,
}

/// Judges a result against its original and the plan that made it.
pub fn inspect(original: &Pixels, result: &Pixels, plan: &Plan) -> Report {
    inspect_with_heatmap(original, result, plan).report
}

/// As [`inspect`], and shows where the pictures differ.
pub fn inspect_with_heatmap(original: &Pixels, result: &Pixels, plan: &Plan) -> Inspected {
    let mut measures = vec![size::measure(original, result)];
    let mut heatmap = None;
    if measures[0].verdict == MeasureVerdict::Passed {
        // Side by side: each has moments that only one thread can work at.
        let (small, full) = rayon::join(
            || {
                let pair = pair::Pair::new(original, result, plan);
                (structure::measure(&pair), colour::measure(&pair))
            },
            || full::Full::look(original, result),
        );
        measures.extend(small.0);
        measures.extend(small.1);
        let pattern = pattern::Pattern::new(&full);
        measures.extend(clipping::measure(&full));
        measures.extend(difference::measure(&full));
        measures.extend(edges::measure(&full));
        measures.extend(sharpness::measure(&full));
        measures.extend(pattern.measure());
        heatmap = Some(pattern.heatmap(&full));
    }
    Inspected {
        report: Report::new(thresholds::VERSION, measures),
        heatmap,
    }
}

/// Six decimals: what is stored as text reads back as the same number.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// A measure that only informs.
fn reported(name: &str, label: &str, value: f64, unit: &str, sentence: String) -> Measure {
    Measure {
        name: name.to_owned(),
        label: label.to_owned(),
        value: rounded(value),
        threshold: None,
        at_least: false,
        unit: unit.to_owned(),
        verdict: MeasureVerdict::Reported,
        sentence,
    }
}

/// The side of its threshold on which a measure passes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    AtLeast(f64),
    AtMost(f64),
}

impl Limit {
    fn value(self) -> f64 {
        match self {
            Self::AtLeast(value) | Self::AtMost(value) => value,
        }
    }
}

/// A measure that decides: passes when `ok`, otherwise says `bad`.
fn gate(
    (name, label, unit): (&str, &str, &str),
    value: f64,
    limit: Limit,
    verdict: MeasureVerdict,
    (good, bad): (&str, &str),
) -> Measure {
    let sentence = if verdict == MeasureVerdict::Passed {
        good
    } else {
        bad
    };
    Measure {
        name: name.to_owned(),
        label: label.to_owned(),
        value: rounded(value),
        threshold: Some(limit.value()),
        at_least: matches!(limit, Limit::AtLeast(_)),
        unit: unit.to_owned(),
        verdict,
        sentence: sentence.to_owned(),
    }
}
