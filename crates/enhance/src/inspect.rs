//! Automated quality control: compares a result with its original and says, in numbers and in
//! words, whether anything was added, lost, bent, tinted or clipped. It changes nothing.
//!
//! Structure and colour are judged on copies of about one megapixel, clipping and size on every
//! pixel.

use crate::pixels::Pixels;
use crate::plan::Plan;
use crate::report::{Measure, MeasureVerdict, Report};

mod clipping;
mod colour;
mod difference;
mod pair;
mod size;
mod structure;
mod tally;
pub mod thresholds;

/// Judges a result against its original and the plan that made it.
pub fn inspect(original: &Pixels, result: &Pixels, plan: &Plan) -> Report {
    let mut measures = vec![size::measure(original, result)];
    if measures[0].verdict == MeasureVerdict::Passed {
        let pair = pair::Pair::new(original, result, plan);
        measures.extend(structure::measure(&pair));
        measures.extend(colour::measure(&pair));
        measures.extend(clipping::measure(original, result));
        measures.extend(structure::similarity(&pair));
        measures.extend(difference::measure(&pair));
    }
    Report::new(thresholds::VERSION, measures)
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
