//! Evidence for what a report says: quality control's measures, and the facts of plan and ledger.

use crate::engine::Engine;
use crate::gate::Gate;
use crate::measure::{Measure, MeasureVerdict};
use crate::report::claim::{Aspect, Claim, Sentence};
use crate::report::framing::Framing;
use crate::report::{Report, Verdict};
use crate::scene::GeneratedLedger;

/// Everything that sentences about one result may rest on. A fact that is not known supports
/// nothing.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// Quality control's report.
    pub qc: &'a Report,
    /// Engine that made the pixels; `None`: somebody else's edit.
    pub engine: Option<Engine>,
    /// Ledger of generated pixels.
    pub ledger: Option<&'a GeneratedLedger>,
    /// Framing of the result.
    pub framing: Option<&'a Framing>,
}

impl<'a> Evidence<'a> {
    /// A report alone.
    pub fn of(qc: &'a Report) -> Self {
        Self {
            qc,
            engine: None,
            ledger: None,
            framing: None,
        }
    }

    /// True when some pixels are declared to be new: by the ledger, or by a mask that was judged.
    pub fn has_new_sky(&self) -> bool {
        let of_sky = |aspect: &Aspect| matches!(aspect, Aspect::SkyEdge | Aspect::SkyPlace);
        let mut gates = self.qc.measures.iter().filter_map(|m| m.name.gate());
        self.ledger.is_some() || gates.any(|gate| gate.shows().iter().any(of_sky))
    }

    /// True when something was checked and nothing was held.
    pub(super) fn all_passed(&self) -> bool {
        let checked = |m: &Measure| m.verdict == MeasureVerdict::Passed;
        self.qc.verdict == Verdict::Passed
            && self.qc.held().next().is_none()
            && self.qc.measures.iter().any(checked)
    }

    /// True when a gate passed, or one passed that answers for it. Where no plan says what the pixels
    /// must be, the other gates answer for that.
    pub(super) fn shows(&self, gate: Gate) -> bool {
        let passed = |gate| Some(self.qc.gate(gate)?.verdict == MeasureVerdict::Passed);
        let by_plan = || {
            let engine = self
                .engine
                .is_some_and(|engine| gate.is_answered_by_plan(engine));
            engine && passed(Gate::Unplanned) == Some(true)
        };
        let otherwise = || gate == Gate::Unplanned || by_plan();
        passed(gate).unwrap_or_else(otherwise)
    }

    /// One sentence: the worst measure's, or the strongest that the report supports.
    pub fn headline(&self) -> Sentence {
        if let Some(measure) = self.qc.worst() {
            return Sentence::new(measure.sentence.clone());
        }
        let made = Claim::HEADLINES.iter().find_map(|claim| claim.made(self));
        made.unwrap_or_else(|| Sentence::new("This result was not checked."))
    }

    /// The report with the sentences that this evidence supports.
    pub fn worded(&self) -> Report {
        let mut report = self.qc.clone();
        for measure in &mut report.measures {
            let Some(gate) = measure.name.gate() else {
                continue;
            };
            if let Some(sentence) = self.of_gate(gate) {
                measure.sentence = sentence.into();
            } else if measure.sentence == gate.row().good {
                measure.sentence = gate.row().bad.to_owned();
            }
        }
        report
    }

    /// The widest sentence about a gate that passed.
    fn of_gate(&self, gate: Gate) -> Option<Sentence> {
        let wider = match gate {
            Gate::Size => Claim::SameSize.made(self),
            _ => None,
        };
        wider.or_else(|| Claim::Gate(gate).made(self))
    }
}
