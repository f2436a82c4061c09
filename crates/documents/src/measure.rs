//! One number about a result, with its threshold and its meaning.

use std::convert::Infallible;
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::gate::{Figure, Gate};
use crate::words::words;

words! {
    /// Verdict of one measure.
    #[derive(Default)]
    pub enum MeasureVerdict ("text") {
        /// Within its threshold.
        Passed = "passed",
        /// A person should look.
        Review = "review",
        /// Beyond its threshold.
        Failed = "failed",
        /// Only for information.
        #[default]
        Reported = "reported",
    }
}

impl MeasureVerdict {
    /// True when the measure holds its photo: it failed, or a person should look.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::Review)
    }
}

/// Stable name of a measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum MeasureName {
    /// It decides.
    Gate(Gate),
    /// It informs.
    Figure(Figure),
    /// A name that this release does not know.
    Other(String),
}

impl MeasureName {
    /// The gate of this name, if it is one.
    pub fn gate(&self) -> Option<Gate> {
        match self {
            Self::Gate(gate) => Some(*gate),
            Self::Figure(_) | Self::Other(_) => None,
        }
    }

    /// The name as documents spell it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Gate(gate) => gate.as_str(),
            Self::Figure(figure) => figure.as_str(),
            Self::Other(name) => name,
        }
    }
}

impl From<Gate> for MeasureName {
    fn from(gate: Gate) -> Self {
        Self::Gate(gate)
    }
}

impl From<Figure> for MeasureName {
    fn from(figure: Figure) -> Self {
        Self::Figure(figure)
    }
}

impl From<String> for MeasureName {
    fn from(name: String) -> Self {
        match (name.parse(), name.parse()) {
            (Ok(gate), _) => Self::Gate(gate),
            (_, Ok(figure)) => Self::Figure(figure),
            _ => Self::Other(name),
        }
    }
}

impl From<MeasureName> for String {
    fn from(name: MeasureName) -> Self {
        name.as_str().to_owned()
    }
}

impl FromStr for MeasureName {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Ok(name.to_owned().into())
    }
}

impl Default for MeasureName {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

impl Display for MeasureName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One number about the result and its meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Stable name, for tables: "structure".
    pub name: MeasureName,
    /// Name for people: "Structure".
    pub label: String,
    /// The number.
    pub value: f64,
    /// The value beyond which the measure fails, when it can.
    pub threshold: Option<f64>,
    /// True when the threshold is the least that passes; otherwise it is the most.
    #[serde(default)]
    pub at_least: bool,
    /// The unit, empty for plain numbers.
    pub unit: String,
    /// The measure's verdict.
    pub verdict: MeasureVerdict,
    /// The meaning in plain words.
    pub sentence: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_of_a_later_release_keeps_its_name() {
        let name: MeasureName = serde_json::from_str("\"moire\"").unwrap();
        assert_eq!(name, MeasureName::Other("moire".to_owned()));
        assert_eq!(serde_json::to_string(&name).unwrap(), "\"moire\"");
        let known: MeasureName = "seams".parse().unwrap();
        assert_eq!(known.gate(), Some(Gate::Seams));
    }
}
