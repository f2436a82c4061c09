//! A row of the table of gates.

use crate::gate::Gate;
use crate::table::ROWS;

/// The side of its threshold on which a measure passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    AtLeast,
    AtMost,
}

pub(crate) struct Row {
    pub gate: Gate,
    pub label: &'static str,
    pub unit: &'static str,
    pub side: Side,
    /// Fails beyond the first; a person looks beyond the second. The third is how far a refit from
    /// review decisions may move the first: the guarantee is ours, not a matter of taste.
    pub bounds: (f64, Option<f64>, f64),
    pub good: &'static str,
    pub bad: &'static str,
}

impl Gate {
    pub(crate) fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// The name for people.
    pub fn label(self) -> &'static str {
        self.row().label
    }

    /// True when a value is the worse the lower it is.
    pub fn is_floor(self) -> bool {
        self.row().side == Side::AtLeast
    }

    /// The threshold beyond which no refit may move it.
    pub fn loosest(self) -> f64 {
        self.row().bounds.2
    }
}
