//! What was measured on a result, and whether it may go out.

use serde::{Deserialize, Serialize};

/// May the result be delivered?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every gate passed.
    Passed,
    /// At least one gate failed or wants a person's eye.
    Held,
}

/// What one measure says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MeasureVerdict {
    /// Within its threshold.
    Passed,
    /// A person should look.
    Review,
    /// Beyond its threshold.
    Failed,
    /// Only for information.
    Reported,
}

/// One number about the result and what it means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Stable name, for tables: "structure".
    pub name: String,
    /// For people: "Structure".
    pub label: String,
    /// The number.
    pub value: f64,
    /// Where it fails, when it can.
    pub threshold: Option<f64>,
    /// Whether the threshold is the least that passes; otherwise it is the most.
    #[serde(default)]
    pub at_least: bool,
    /// The unit, empty for plain numbers.
    pub unit: String,
    /// What it says.
    pub verdict: MeasureVerdict,
    /// In plain words.
    pub sentence: String,
}

/// All measures of one attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    pub(crate) fn new(version: u32, measures: Vec<Measure>) -> Self {
        let bad =
            |m: &Measure| matches!(m.verdict, MeasureVerdict::Failed | MeasureVerdict::Review);
        let verdict = if measures.iter().any(bad) {
            Verdict::Held
        } else {
            Verdict::Passed
        };
        Self {
            version,
            verdict,
            measures,
        }
    }

    /// What did not pass.
    pub fn held(&self) -> impl Iterator<Item = &Measure> {
        let bad = [MeasureVerdict::Failed, MeasureVerdict::Review];
        self.measures
            .iter()
            .filter(move |m| bad.contains(&m.verdict))
    }

    /// One sentence: all is well, or what stands out most.
    pub fn headline(&self) -> String {
        let first = |wanted| self.measures.iter().find(|m| m.verdict == wanted);
        match first(MeasureVerdict::Failed).or_else(|| first(MeasureVerdict::Review)) {
            Some(measure) => measure.sentence.clone(),
            None => "All checks passed: nothing was added, lost or tinted.".to_owned(),
        }
    }

    /// A measure by its name.
    pub fn measure(&self, name: &str) -> Option<&Measure> {
        self.measures.iter().find(|m| m.name == name)
    }
}
