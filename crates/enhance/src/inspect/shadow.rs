//! Shadow: what other thresholds would have changed about what was stored, before they take effect.

use std::fmt::{self, Display, Formatter};

use plumbline_documents::{Gate, MeasureName, Report, TABLE_VERSION, Thresholds, Verdict};
use serde::{Deserialize, Serialize};

use crate::inspect::refit::{Decided, Grounds, LEAST_APPROVALS, LEAST_DECISIONS};
use crate::inspect::refit::{holding, rejudged};

/// From what is in force to what is proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// In force.
    pub before: Thresholds,
    /// Proposed.
    pub after: Thresholds,
}

/// Standing of a stored report on which nobody decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its photo waits for a person.
    Waiting,
    /// It was held, and is past: a later attempt took its place, or the photo was removed.
    Past,
    /// It passed by itself.
    Passed,
}

/// Numbers of passing photos.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passing {
    /// Total number.
    pub of: usize,
    /// By what is in force.
    pub before: usize,
    /// By what is proposed.
    pub after: usize,
}

/// A gate that somebody decided on, or that moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its name.
    pub gate: Gate,
    /// Threshold of the table.
    pub table: f64,
    /// Threshold now.
    pub before: f64,
    /// Threshold proposed.
    pub after: f64,
    /// Decisions it rests on.
    pub decisions: usize,
    /// Approvals among them.
    pub approvals: usize,
}

/// A rejected photo that would go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// As [`Decided::photo`].
    pub photo: String,
    /// The gates that the table would hold it by.
    pub gates: Vec<MeasureName>,
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shadow {
    /// Version of the table.
    pub version: u32,
    /// Every gate that somebody decided on, or that moves.
    pub gates: Vec<Row>,
    /// Photos that people approved.
    pub approved: Passing,
    /// Photos that people rejected.
    pub rejected: Passing,
    /// Those of them that would pass.
    pub slips: Vec<Slip>,
    /// Photos that wait for a person.
    pub waiting: Passing,
    /// Attempts that were held and are past.
    pub past: Passing,
    /// Attempts that passed by themselves.
    pub passed: Passing,
    /// Decisions on reports that another table made or that cannot be read.
    pub not_counted: usize,
}

impl Shadow {
    /// The effect of the change on the photos that people decided on.
    pub fn of(change: &Change, decided: &[Decided]) -> Self {
        let (counted, left): (Vec<&Decided>, Vec<&Decided>) = decided
            .iter()
            .partition(|one| one.report.version == TABLE_VERSION);
        let mut shadow = Self {
            version: TABLE_VERSION,
            gates: rows(change, decided),
            approved: Passing::default(),
            rejected: Passing::default(),
            slips: Vec::new(),
            waiting: Passing::default(),
            past: Passing::default(),
            passed: Passing::default(),
            not_counted: left.len(),
        };
        for one in counted {
            shadow.decided(change, one);
        }
        shadow
    }

    fn decided(&mut self, change: &Change, one: &Decided) {
        if one.approved {
            return self.approved.count(change, &one.report);
        }
        self.rejected.count(change, &one.report);
        if rejudged(&one.report, &change.after) == Verdict::Passed {
            let gates = holding(&one.report, &Thresholds::default());
            self.slips.push(Slip {
                photo: one.photo.clone(),
                gates: gates.into_iter().cloned().collect(),
            });
        }
    }

    /// Counts a report on which nobody decided.
    pub fn also(&mut self, change: &Change, standing: Standing, report: &Report) {
        match standing {
            Standing::Waiting => self.waiting.count(change, report),
            Standing::Past => self.past.count(change, report),
            Standing::Passed => self.passed.count(change, report),
        }
    }

    /// Decisions that it rests on.
    pub fn decisions(&self) -> usize {
        self.approved.of + self.rejected.of
    }
}

impl Passing {
    fn count(&mut self, change: &Change, report: &Report) {
        let passes = |by| usize::from(rejudged(report, by) == Verdict::Passed);
        self.of += 1;
        self.before += passes(&change.before);
        self.after += passes(&change.after);
    }
}

fn rows(change: &Change, decided: &[Decided]) -> Vec<Row> {
    let row = |gate: Gate| {
        let grounds = Grounds::of(gate, decided);
        Row {
            gate,
            table: Thresholds::default().of(gate).fail,
            before: change.before.of(gate).fail,
            after: change.after.of(gate).fail,
            decisions: grounds.decisions,
            approvals: grounds.approvals,
        }
    };
    let gates = Gate::ALL.into_iter().filter(|&gate| gate.can_move());
    let matters = |row: &Row| row.decisions > 0 || row.before != row.after;
    gates.map(row).filter(matters).collect()
}

impl Row {
    fn why(&self) -> String {
        let of = plural(self.decisions, "decision");
        let approvals = plural(self.approvals, "approval");
        let grounds = Grounds {
            decisions: self.decisions,
            approvals: self.approvals,
        };
        match grounds.suffice() {
            true => format!("{of}, {approvals}"),
            false => format!(
                "{of}, {approvals}: too few ({LEAST_DECISIONS} and {LEAST_APPROVALS} are needed)"
            ),
        }
    }
}

impl Display for Row {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = &self.gate;
        let change = match self.before == self.after {
            true => format!("stays at {}", short(self.after)),
            false => format!("{} -> {}", short(self.before), short(self.after)),
        };
        let table = short(self.table);
        let why = self.why();
        write!(f, "  {name:<16} {change:<18} (table {table}; {why})")
    }
}

impl Display for Shadow {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let decided = plural(self.decisions(), "decision");
        writeln!(f, "Table {}, by {decided}.", self.version)?;
        if self.not_counted > 0 {
            let left = plural(self.not_counted, "decision");
            writeln!(
                f,
                "Not counted: {left} on reports by another table, or unreadable."
            )?;
        }
        writeln!(f, "\nWhere gates fail:")?;
        for row in &self.gates {
            writeln!(f, "{row}")?;
        }
        if self.gates.iter().all(|row| row.before == row.after) {
            writeln!(f, "  No gate moves.")?;
        }
        writeln!(f, "\nWhat would pass by itself, now -> then:")?;
        line(f, "approved photos", self.approved)?;
        line(f, "rejected photos", self.rejected)?;
        for slip in &self.slips {
            let gates: Vec<&str> = slip.gates.iter().map(MeasureName::as_str).collect();
            writeln!(f, "    {} ({})", slip.photo, gates.join(", "))?;
        }
        line(f, "photos that wait for a decision", self.waiting)?;
        line(f, "earlier attempts that were held", self.past)?;
        line(f, "attempts that passed", self.passed)
    }
}

fn line(f: &mut Formatter<'_>, what: &str, passing: Passing) -> fmt::Result {
    let Passing { of, before, after } = passing;
    writeln!(f, "  {what:<36}{before:>5} -> {after:<5} of {of}")
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Four decimals at most: gates have two.
fn short(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(photo: usize, approved: bool, noise: f64) -> Decided {
        Decided {
            photo: format!("photo {photo}"),
            report: report(&[(Gate::Noise, noise)]),
            approved,
        }
    }

    fn report(values: &[(Gate, f64)]) -> Report {
        let table = Thresholds::default();
        let measures = values.iter().map(|&(gate, v)| table.measure(gate, v));
        Report::new(TABLE_VERSION, measures.collect())
    }

    fn shadow() -> Shadow {
        let mut decisions: Vec<Decided> = (1..=8).map(|nr| decided(nr, true, 1.0)).collect();
        decisions.push(decided(9, false, 1.1));
        decisions.push(decided(10, false, 1.4));
        decisions.push(decided(11, true, 1.0));
        decisions[10].report.version = TABLE_VERSION - 1;
        let change = Change {
            before: Thresholds::default(),
            after: Thresholds::default().with(Gate::Noise, 1.2),
        };
        let mut shadow = Shadow::of(&change, &decisions);
        for (standing, noise) in [
            (Standing::Waiting, 1.15),
            (Standing::Waiting, 1.3),
            (Standing::Past, 1.0),
            (Standing::Passed, 0.2),
        ] {
            shadow.also(&change, standing, &report(&[(Gate::Noise, noise)]));
        }
        shadow
    }

    #[test]
    fn it_names_every_rejected_photo_that_would_go_out() {
        let shadow = shadow();
        let slip = Slip {
            photo: "photo 9".to_owned(),
            gates: vec![Gate::Noise.into()],
        };
        assert_eq!(shadow.slips, [slip]);
        assert_eq!(shadow.decisions(), 10);
    }

    #[test]
    fn it_reads_as_a_page() {
        assert_eq!(
            shadow().to_string(),
            format!(
                "\
Table {TABLE_VERSION}, by 10 decisions.
Not counted: 1 decision on reports by another table, or unreadable.

Where gates fail:
  noise            0.9 -> 1.2         (table 0.9; 10 decisions, 8 approvals)

What would pass by itself, now -> then:
  approved photos                         0 -> 8     of 8
  rejected photos                         0 -> 1     of 2
    photo 9 (noise)
  photos that wait for a decision         0 -> 1     of 2
  earlier attempts that were held         0 -> 1     of 1
  attempts that passed                    1 -> 1     of 1
"
            )
        );
    }

    #[test]
    fn it_is_stored_and_read_back() {
        let shadow = shadow();
        let text = serde_json::to_string(&shadow).unwrap();
        assert_eq!(serde_json::from_str::<Shadow>(&text).unwrap(), shadow);
    }
}
