//! What reports are made by: the table of gates, or one that an organization's decisions moved
//! within what the table allows.

use serde::{Deserialize, Serialize};

use crate::inspect::gates::{Gate, ROWS, Row};
use crate::report::{Measure, MeasureVerdict};

/// Where a gate fails, and where a person looks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// Fails beyond this.
    pub fail: f64,
    /// A person looks beyond this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<f64>,
}

/// The thresholds a report is made by.
#[derive(Debug, Clone, PartialEq)]
pub struct Thresholds {
    bounds: [Bound; ROWS.len()],
}

impl Default for Thresholds {
    fn default() -> Self {
        let bound = |row: &Row| Bound {
            fail: row.bounds.0,
            review: row.bounds.1,
        };
        Self {
            bounds: ROWS.each_ref().map(bound),
        }
    }
}

impl Thresholds {
    /// A gate's.
    pub fn of(&self, gate: Gate) -> Bound {
        self.bounds[gate as usize]
    }

    /// The same, but one gate fails elsewhere: never beyond [`Gate::loosest`].
    pub fn with(mut self, gate: Gate, fail: f64) -> Self {
        let kept = if gate.is_floor() {
            fail.max(gate.loosest())
        } else {
            fail.min(gate.loosest())
        };
        self.bounds[gate as usize].fail = kept;
        self
    }

    /// Judges a value.
    pub fn judge(&self, gate: Gate, value: f64) -> MeasureVerdict {
        let bound = self.of(gate);
        let beyond = |limit: f64| {
            if gate.is_floor() {
                value < limit
            } else {
                value > limit
            }
        };
        if beyond(bound.fail) {
            MeasureVerdict::Failed
        } else if bound.review.is_some_and(beyond) {
            MeasureVerdict::Review
        } else {
            MeasureVerdict::Passed
        }
    }

    /// The measure that says so.
    pub(crate) fn measure(&self, gate: Gate, value: f64) -> Measure {
        let (row, value) = (gate.row(), rounded(value));
        let verdict = self.judge(gate, value);
        let sentence = match verdict {
            MeasureVerdict::Passed => row.good,
            _ => row.bad,
        };
        Measure {
            name: row.name.to_owned(),
            label: row.label.to_owned(),
            value,
            threshold: Some(self.of(gate).fail),
            at_least: gate.is_floor(),
            unit: row.unit.to_owned(),
            verdict,
            sentence: sentence.to_owned(),
        }
    }
}

/// Six decimals: what is stored as text reads back as the same number.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_passes_on_its_side_of_the_threshold() {
        let all = Thresholds::default();
        assert_eq!(all.judge(Gate::Structure, 0.9), MeasureVerdict::Passed);
        assert_eq!(all.judge(Gate::Structure, 0.5), MeasureVerdict::Failed);
        assert_eq!(all.judge(Gate::TileChroma, 3.0), MeasureVerdict::Review);
        assert_eq!(all.judge(Gate::TileChroma, 9.0), MeasureVerdict::Failed);
    }

    #[test]
    fn no_refit_goes_beyond_the_guarantee() {
        let taste = Thresholds::default()
            .with(Gate::Structure, 0.1)
            .with(Gate::Seams, 50.0)
            .with(Gate::LineAngle, 0.4);
        assert_eq!(taste.of(Gate::Structure).fail, Gate::Structure.loosest());
        assert_eq!(taste.of(Gate::Seams).fail, Gate::Seams.loosest());
        assert_eq!(taste.of(Gate::LineAngle).fail, 0.4);
    }
}
