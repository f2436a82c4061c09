//! Quality control's report on one result.

use serde::{Deserialize, Serialize};

use crate::gate::{Figure, Gate};
use crate::measure::{Measure, MeasureName, MeasureVerdict};
use crate::words::words;

pub mod alteration;
pub mod claim;
pub mod evidence;
pub mod framing;

use evidence::Evidence;

words! {
    /// Verdict on a result.
    #[derive(Default)]
    pub enum Verdict ("attempt_verdict") {
        /// It may be delivered: every gate passed.
        Passed = "passed",
        /// At least one gate failed or wants a person to look.
        #[default]
        Held = "held",
    }
}

/// All measures of one result. Deserialized, it is understood as a whole or refused: thresholds are
/// fitted to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Version of the threshold table.
    pub version: u32,
    /// The worst of the measures.
    pub verdict: Verdict,
    /// Gates first, then what is only reported.
    pub measures: Vec<Measure>,
}

impl Report {
    /// Judges by the worst measure.
    pub fn new(version: u32, measures: Vec<Measure>) -> Self {
        let verdict = match measures.iter().any(|measure| measure.verdict.is_bad()) {
            true => Verdict::Held,
            false => Verdict::Passed,
        };
        Self {
            version,
            verdict,
            measures,
        }
    }

    /// The same report with further measures, in the order of the gates, judged anew.
    pub fn joined(self, more: &[Measure]) -> Self {
        let mut measures = self.measures;
        measures.extend_from_slice(more);
        // Stable: what only informs stays behind in its own order.
        measures.sort_by_key(|m| m.name.gate().map_or(usize::MAX, |gate| gate as usize));
        Self::new(self.version, measures)
    }

    /// Measures that did not pass.
    pub fn held(&self) -> impl Iterator<Item = &Measure> {
        self.measures.iter().filter(|m| m.verdict.is_bad())
    }

    /// The measure that weighs most against the result: the first that failed, or else the first
    /// that a person should look at.
    pub fn worst(&self) -> Option<&Measure> {
        let first = |wanted| self.measures.iter().find(|m| m.verdict == wanted);
        first(MeasureVerdict::Failed).or_else(|| first(MeasureVerdict::Review))
    }

    /// One sentence: all is well, or what stands out most, as far as the measures alone show it.
    pub fn headline(&self) -> String {
        Evidence::of(self).headline().into()
    }

    /// The measure of a gate.
    pub fn gate(&self, gate: Gate) -> Option<&Measure> {
        self.named(&gate.into())
    }

    /// The measure that only informs.
    pub fn figure(&self, figure: Figure) -> Option<&Measure> {
        self.named(&figure.into())
    }

    fn named(&self, name: &MeasureName) -> Option<&Measure> {
        self.measures.iter().find(|m| m.name == *name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn measure(name: &str, verdict: &str) -> serde_json::Value {
        json!({
            "name": name, "label": name, "value": 1.0, "threshold": 2.0, "at_least": false,
            "unit": "", "verdict": verdict, "sentence": "",
        })
    }

    #[test]
    fn the_worst_measure_is_a_failed_one_before_a_doubtful_one() {
        let read = |measures: &[serde_json::Value]| -> Report {
            from_value(json!({"version": 3, "verdict": "held", "measures": measures})).unwrap()
        };
        let (passed, review) = (measure("size", "passed"), measure("seams", "review"));
        let doubtful = read(&[passed.clone(), review.clone()]);
        assert_eq!(doubtful.worst().unwrap().name.gate(), Some(Gate::Seams));
        let failed = read(&[passed.clone(), review, measure("noise", "failed")]);
        assert_eq!(failed.worst().unwrap().name.gate(), Some(Gate::Noise));
        assert_eq!(read(&[passed]).worst(), None);
    }

    #[test]
    fn a_report_that_is_not_understood_as_a_whole_is_refused() {
        let doubtful = measure("seams", "not sure");
        for document in [
            json!({}),
            json!({"version": 3, "verdict": "held", "measures": [{"surprise": true}]}),
            json!({"version": 3, "verdict": "held", "measures": [doubtful]}),
        ] {
            assert!(from_value::<Report>(document).is_err());
        }
    }
}
