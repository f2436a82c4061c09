//! All sentences and their conditions: none is said without each of its gates.

use serde_json::to_string;

use super::*;
use crate::attempt_report::{AttemptReport, InspectionReport};
use crate::measure::{Measure, MeasureVerdict};
use crate::report::framing::Framing;
use crate::report::{Report, Verdict};
use crate::scene::GeneratedLedger;
use crate::thresholds::Thresholds;

/// A measure with the verdict, and its sentence.
fn measure(gate: Gate, verdict: MeasureVerdict) -> Measure {
    let fail = Thresholds::default().of(gate).fail;
    let measure = Thresholds::default().measure(gate, fail);
    let sentence = match verdict {
        MeasureVerdict::Passed => gate.row().good,
        _ => gate.row().bad,
    };
    Measure {
        verdict,
        sentence: sentence.to_owned(),
        ..measure
    }
}

fn is_of_sky(gate: Gate) -> bool {
    let of_sky = |aspect: &Aspect| matches!(aspect, SkyEdge | SkyPlace);
    gate.shows().iter().any(of_sky)
}

/// A result of which everything passed, with the facts that a claim is about: every gate but that of
/// the plan, or that one and what it does not answer for.
fn best_by(claim: Claim, plan: bool) -> AttemptReport {
    let new_sky = match claim {
        Claim::Gate(gate) => is_of_sky(gate),
        _ => {
            [Claim::SkyReplaced, Claim::RestIsOriginal].contains(&claim)
                || claim.aspects().contains(&SkyEdge)
        }
    };
    let engine = match claim {
        Claim::OnlyTextureChanged | Claim::TextureRedrawn => Engine::Tiled,
        Claim::DetailIsOriginal => Engine::Guided,
        _ => Engine::Natural,
    };
    let gates = Gate::ALL
        .into_iter()
        .filter(|&gate| new_sky || !is_of_sky(gate))
        .filter(|&gate| match plan {
            true => !gate.is_answered_by_plan(engine),
            false => gate != Gate::Unplanned || claim == Claim::Gate(gate),
        });
    let measures = gates.map(|gate| measure(gate, MeasureVerdict::Passed));
    report(&Report::new(1, measures.collect()), engine, new_sky)
}

fn best(claim: Claim) -> AttemptReport {
    best_by(claim, false)
}

fn report(qc: &Report, engine: Engine, new_sky: bool) -> AttemptReport {
    let mut report = AttemptReport {
        engine: Some(engine),
        framing: Some(Framing::unchanged([600, 400])),
        ledger: new_sky.then(GeneratedLedger::default),
        ..AttemptReport::default()
    };
    report.inspection = InspectionReport::new(
        &Evidence {
            qc,
            ..report.evidence()
        },
        None,
        None,
    );
    report
}

/// The same result with other measures.
fn with(best: &AttemptReport, measures: Vec<Measure>) -> AttemptReport {
    let qc = Report::new(1, measures);
    report(&qc, best.engine.unwrap(), best.ledger.is_some())
}

/// Everything that a report says, as documents and pages have it.
fn said(report: &AttemptReport) -> String {
    let stored = serde_json::to_value(report).unwrap();
    let read = AttemptReport::read(&stored);
    let evidence = read.evidence();
    let claims = Claim::all().filter_map(|claim| claim.made(&evidence));
    let lines = evidence.disclosure().into_iter().chain(claims);
    let lines: Vec<String> = lines.map(String::from).collect();
    to_string(&stored).unwrap() + &to_string(&read).unwrap() + &lines.join("\n")
}

/// Claims of which no gate of this release shows what they need: they are never made.
fn cannot_be_shown(claim: Claim) -> bool {
    let shown = |aspect| Gate::ALL.iter().any(|gate| gate.shows().contains(aspect));
    !claim.aspects().iter().all(shown)
}

#[test]
fn every_claim_is_made_where_all_of_its_gates_passed() {
    for claim in Claim::all() {
        let made = claim.made(&best(claim).evidence());
        assert_eq!(made.is_some(), !cannot_be_shown(claim), "{claim:?}");
    }
    for claim in Claim::OF_REPORTS {
        let made = claim.made(&best_by(claim, true).evidence());
        assert_eq!(
            made.is_some(),
            !cannot_be_shown(claim),
            "{claim:?}, by plan"
        );
    }
}

#[test]
fn no_sentence_is_said_without_each_of_its_gates() {
    let claims = || Claim::all().filter(|&claim| !cannot_be_shown(claim));
    let by_gates = claims().map(|claim| (claim, best(claim)));
    let of_reports = claims().filter(|claim| Claim::OF_REPORTS.contains(claim));
    let by_plan = of_reports.map(|claim| (claim, best_by(claim, true)));
    for (claim, best) in by_gates.chain(by_plan) {
        let sentence = claim.made(&best.evidence()).unwrap();
        let there = |gate: &Gate| best.inspection.qc.gate(*gate).is_some();
        for gate in claim.gates().filter(there) {
            let others = || {
                let measures = best.inspection.qc.measures.iter();
                measures
                    .filter(move |m| m.name.gate() != Some(gate))
                    .cloned()
            };
            let doubted = [
                MeasureVerdict::Failed,
                MeasureVerdict::Review,
                MeasureVerdict::Reported,
            ];
            let doubted = doubted.map(|verdict| others().chain([measure(gate, verdict)]).collect());
            // Where all others are there, nobody misses the plan's.
            let others_answer = |gate| gate == Gate::Unplanned || there(&gate);
            let is_missed = gate != Gate::Unplanned || !claim.gates().all(others_answer);
            let missing = is_missed.then(|| others().collect());
            for measures in missing.into_iter().chain(doubted) {
                let doubtful = with(&best, measures);
                assert_eq!(
                    claim.made(&doubtful.evidence()),
                    None,
                    "{claim:?} without {gate}"
                );
                let said = said(&doubtful);
                assert!(
                    !said.contains(sentence.as_str()),
                    "{gate}: {sentence} in {said}"
                );
            }
        }
    }
}

#[test]
fn a_sentence_stored_by_an_earlier_release_is_not_said_again_without_its_gates() {
    let best = best(Claim::NothingChanged);
    let sentence = Claim::NothingChanged.made(&best.evidence()).unwrap();
    let mut stored = serde_json::to_value(&best).unwrap();
    assert!(AttemptReport::read(&stored).inspection.headline == sentence);
    let measures = stored["measures"].as_array_mut().unwrap();
    measures.retain(|measure| measure["name"] != "structure");
    let read = AttemptReport::read(&stored);
    assert_eq!(
        read.inspection.headline.as_str(),
        "Every check that was made passed."
    );
}

#[test]
fn every_claim_of_reports_needs_a_gate_or_a_fact() {
    let nothing = Report::default();
    for claim in Claim::all() {
        assert_eq!(claim.made(&Evidence::of(&nothing)), None, "{claim:?}");
    }
    assert_eq!(
        Evidence::of(&nothing).headline().as_str(),
        "This result was not checked."
    );
}

#[test]
fn no_claim_survives_the_facts_that_speak_against_it() {
    let changed = Framing {
        framed: [590, 390],
        ..Framing::unchanged([600, 400])
    };
    for claim in Claim::all() {
        let best = best(claim);
        let of = |evidence: Evidence<'_>| claim.made(&evidence);
        let evidence = best.evidence();
        match claim {
            Claim::SameSize => {
                let framing = Some(&changed);
                assert_eq!(
                    of(Evidence {
                        framing,
                        ..evidence
                    }),
                    None
                );
                assert_eq!(
                    of(Evidence {
                        framing: None,
                        ..evidence
                    }),
                    None
                );
            }
            Claim::NoPixelsGenerated | Claim::DetailIsOriginal | Claim::NothingChanged => {
                let ledger = GeneratedLedger::default();
                let ledger = Some(&ledger);
                assert_eq!(of(Evidence { ledger, ..evidence }), None, "{claim:?}");
                let engine = Some(Engine::Tiled);
                assert_eq!(of(Evidence { engine, ..evidence }), None, "{claim:?}");
            }
            Claim::RestIsOriginal | Claim::NothingChangedOutsideMask => {
                let engine = Some(Engine::Tiled);
                assert_eq!(of(Evidence { engine, ..evidence }), None, "{claim:?}");
            }
            _ => {}
        }
    }
}

#[test]
fn a_verdict_that_was_held_says_nothing_of_checks_passed() {
    let mut best = best(Claim::ChecksPassed);
    best.inspection.qc.verdict = Verdict::Held;
    for claim in Claim::HEADLINES {
        assert_eq!(claim.made(&best.evidence()), None, "{claim:?}");
    }
}
