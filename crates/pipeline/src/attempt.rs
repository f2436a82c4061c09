//! An attempt: one run of a plan over a photo, with its report.

use std::time::Instant;

use plumbline_documents::{
    AttemptReport, Claim, Engine, LookRecord, Measure, MeasureVerdict, Report, StoredPlan,
};
use plumbline_enhance::{Plan, Record};
use sha2::{Digest, Sha256};

use crate::failure::Failure;

/// An attempt without its pictures.
pub struct Attempt {
    pub engine: Engine,
    pub strength: f32,
    pub plan: StoredPlan,
    /// The picture was left as it came.
    pub left: bool,
    /// Sentences about what was done.
    pub done: Vec<String>,
    pub report: AttemptReport,
    /// 0 when all measures passed, up to 1 when one asks for review, and beyond by as much as the
    /// worst is beyond its threshold, as a share of it.
    pub severity: f32,
    pub took_ms: u64,
}

impl Attempt {
    pub(crate) fn new(
        plan: &Plan,
        report: AttemptReport,
        notes: &[String],
        since: Instant,
    ) -> Result<Self, Failure> {
        Ok(Self {
            engine: plan.engine,
            strength: plan.strength,
            plan: stored(plan).map_err(Failure::retry)?,
            left: plan.left.is_some() && plan.is_identity(),
            done: [notes, &done(plan, &report)].concat(),
            severity: severity(&report.inspection.qc),
            report,
            took_ms: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }
}

/// The framing's sentence, the look's, the plan's, and what the checks show about the rest.
fn done(plan: &Plan, report: &AttemptReport) -> Vec<String> {
    let framed = report.framing.and_then(|framing| framing.sentence());
    let evidence = report.evidence();
    let shown = [Claim::DetailIsOriginal, Claim::RestIsOriginal];
    let shown = shown.into_iter().filter_map(|claim| claim.made(&evidence));
    let look = report.personal_look.as_ref();
    let look = look.and_then(|look| finished_in(look, plan));
    let edit = plan.describe().into_iter();
    framed
        .into_iter()
        .chain(look)
        .chain(edit)
        .chain(shown.map(String::from))
        .collect()
}

/// The part that a personal look has in the plan; `None`: it was not asked.
fn finished_in(look: &LookRecord, plan: &Plan) -> Option<String> {
    if plan.left.is_some() || plan.strength <= 0.0 {
        return None;
    }
    Some(match (plan.engine, &plan.finish) {
        (Engine::Natural, Some(_)) => format!("Finished in the {look}."),
        (Engine::Natural, None) if plan.is_colour_identity() => {
            format!("The {look}, changes nothing in this photo.")
        }
        (Engine::Natural, None) if plan.keeps_dusk => {
            format!("Corrected by measurement, not in the {look}: the light of dusk is kept.")
        }
        (Engine::Natural, None) => {
            format!("Corrected by measurement: the {look}, does not suit this photo.")
        }
        (Engine::Guided | Engine::Tiled, _) => {
            format!("The {look}, was left out: a network that paints led the correction.")
        }
    })
}

/// The stored form of a plan. It reads back as the same plan.
fn stored(plan: &Plan) -> serde_json::Result<StoredPlan> {
    serde_json::from_value(serde_json::to_value(plan)?)
}

/// The record of a plan for the file that it made.
pub(crate) fn record(plan: &Plan) -> serde_json::Result<Record> {
    let stored = serde_json::to_vec(&stored(plan)?)?;
    let sha256 = Sha256::digest(stored);
    Ok(Record {
        plan_version: plan.version,
        plan_sha256: sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

impl Attempt {
    /// The note for the delivered file: what was generated, or that nothing was.
    pub fn note(&self) -> Option<String> {
        let said = self.report.evidence().disclosure();
        let said: Vec<String> = said.into_iter().map(String::from).collect();
        (!said.is_empty()).then(|| format!("Plumbline: {}", said.join(" ")))
    }
}

fn severity(report: &Report) -> f32 {
    report.measures.iter().map(badness).fold(0.0, f32::max)
}

/// A failed measure is always worse than one that only asks for review, which is the worse the
/// closer it comes to failing.
fn badness(measure: &Measure) -> f32 {
    let Some(threshold) = measure.threshold else {
        return 0.0;
    };
    let distance = ((measure.value - threshold).abs() / threshold.abs().max(1e-9)) as f32;
    match measure.verdict {
        MeasureVerdict::Failed => 1.0 + distance,
        MeasureVerdict::Review => (1.0 - distance).max(0.0),
        MeasureVerdict::Passed | MeasureVerdict::Reported => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use plumbline_enhance::plan::left::LeftReason;
    use plumbline_enhance::plan::sky::{KeptReason, Sky};
    use plumbline_enhance::steps::finish::Finish;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_attempt_says_the_part_that_a_personal_look_has_in_it() {
        let look = LookRecord {
            id: Uuid::nil(),
            name: "Warm kitchen".to_owned(),
            version: 2,
            sha256: String::new(),
        };
        let finished = Plan {
            finish: Some(Finish::default()),
            ..Plan::identity()
        };
        let guided = Plan {
            engine: Engine::Guided,
            ..finished.clone()
        };
        for (plan, said) in [
            (finished, "Finished in the look “Warm kitchen”, version 2."),
            (guided, "was left out"),
            (Plan::identity(), "changes nothing"),
        ] {
            let sentence = finished_in(&look, &plan).unwrap();
            assert!(sentence.contains(said), "{sentence}");
        }
        assert_eq!(
            finished_in(&look, &Plan::leaving(LeftReason::NotAPhoto)),
            None
        );
    }

    #[test]
    fn a_stored_plan_reads_back_as_the_same_plan() {
        let plan = Plan {
            strength: 0.6,
            fallback_level: 3,
            sky: Sky::Kept(KeptReason::NoSky),
            ..Plan::identity()
        };
        let document = serde_json::to_value(stored(&plan).unwrap()).unwrap();
        assert_eq!(document, serde_json::to_value(&plan).unwrap());
        assert_eq!(serde_json::from_value::<Plan>(document).unwrap(), plan);
    }
}
