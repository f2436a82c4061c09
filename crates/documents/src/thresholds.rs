//! The thresholds that reports are made by: the table of gates, or one that an organization's
//! decisions moved within what the table allows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gate::Gate;
use crate::measure::{Measure, MeasureVerdict};
use crate::table::ROWS;
use crate::table::row::Row;

/// Limits of one gate.
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
    /// The limits of a gate.
    pub fn of(&self, gate: Gate) -> Bound {
        self.bounds[gate as usize]
    }

    /// The same thresholds with another one for a gate, never beyond [`Gate::loosest`].
    pub fn with(mut self, gate: Gate, fail: f64) -> Self {
        let kept = if gate.is_floor() {
            fail.max(gate.loosest())
        } else {
            fail.min(gate.loosest())
        };
        self.bounds[gate as usize].fail = kept;
        self
    }

    /// Thresholds that differ from the table, by the gates' names: the stored form of a refit.
    pub fn moved(&self) -> BTreeMap<String, f64> {
        let table = Self::default();
        Gate::ALL
            .into_iter()
            .filter(|&gate| self.of(gate).fail != table.of(gate).fail)
            .map(|gate| (gate.to_string(), self.of(gate).fail))
            .collect()
    }

    /// The table with a stored refit: never tighter than the table, never beyond [`Gate::loosest`].
    /// Names that are no gate's are left out.
    pub fn restored(moved: &BTreeMap<String, f64>) -> Self {
        let gates = Gate::ALL.into_iter().filter(|gate| gate.can_move());
        gates.fold(Self::default(), |all, gate| {
            match moved.get(gate.as_str()) {
                Some(&fail) => all.with(gate, gate.no_tighter(fail)),
                None => all,
            }
        })
    }

    /// True when a stored refit is what [`Self::moved`] returns for thresholds within the guarantee:
    /// gates' names only, none tighter than the table, none beyond [`Gate::loosest`].
    pub fn is_within_guarantee(moved: &BTreeMap<String, f64>) -> bool {
        Self::restored(moved).moved() == *moved
    }

    /// The verdict on a value.
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

    /// A value with its verdict and its sentence.
    pub fn measure(&self, gate: Gate, value: f64) -> Measure {
        let (row, value) = (gate.row(), rounded(value));
        let verdict = self.judge(gate, value);
        let sentence = match verdict {
            MeasureVerdict::Passed => row.good,
            _ => row.bad,
        };
        Measure {
            name: gate.into(),
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

impl Gate {
    /// True when decisions can move it. Beyond a limit for review a person looks anyway, so moving
    /// the failure of such a gate would let nothing through.
    pub fn can_move(self) -> bool {
        let bound = Thresholds::default().of(self);
        bound.review.is_none() && bound.fail != self.loosest()
    }

    /// The looser of a threshold and the table's.
    pub fn no_tighter(self, fail: f64) -> f64 {
        let table = Thresholds::default().of(self).fail;
        if self.is_floor() {
            fail.min(table)
        } else {
            fail.max(table)
        }
    }
}

/// A number rounded to six decimals: stored as text, it reads back as the same number.
pub fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_passes_on_its_side_of_the_threshold() {
        let all = Thresholds::default();
        assert_eq!(all.judge(Gate::Structure, 0.95), MeasureVerdict::Passed);
        assert_eq!(all.judge(Gate::Structure, 0.5), MeasureVerdict::Failed);
        assert_eq!(all.judge(Gate::TileChroma, 3.8), MeasureVerdict::Review);
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

    #[test]
    fn a_stored_refit_that_would_be_read_otherwise_is_not_within_the_guarantee() {
        let within = |name: &str, fail: f64| {
            Thresholds::is_within_guarantee(&[(name.to_owned(), fail)].into())
        };
        assert!(within("noise", 1.3) && within("structure", 0.84));
        assert!(!within("noise", 99.0) && !within("noise", 0.1));
        assert!(!within("gone", 1.0) && !within("tile_chroma", 5.0));
    }
}
