//! Quality control's report on one result.

use serde::{Deserialize, Serialize};

use crate::gate::{Figure, Gate};
use crate::lenient;
use crate::measure::{Measure, MeasureName, MeasureVerdict};
use crate::words::words;

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

/// All measures of one result.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Version of the threshold table.
    #[serde(default, deserialize_with = "lenient::field")]
    pub version: u32,
    /// The worst of the measures.
    #[serde(default, deserialize_with = "lenient::field")]
    pub verdict: Verdict,
    /// Gates first, then what is only reported.
    #[serde(default, deserialize_with = "lenient::list")]
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

    /// One sentence: all is well, or what stands out most.
    pub fn headline(&self) -> String {
        match self.worst() {
            Some(measure) => measure.sentence.clone(),
            None => "All checks passed: nothing was added, lost or tinted.".to_owned(),
        }
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
