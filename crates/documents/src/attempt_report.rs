//! The report that is stored with an attempt: quality control's, and all that stands around it.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::engine::Engine;
use crate::lenient;
use crate::look::record::LookRecord;
use crate::measure::{Measure, MeasureName, MeasureVerdict};
use crate::report::claim::Sentence;
use crate::report::evidence::Evidence;
use crate::report::framing::Framing;
use crate::report::{Report, Verdict};
use crate::scene::{GeneratedLedger, Scene};
use crate::source::Source;

/// Report on a pair of pictures, whoever edited them.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct InspectionReport {
    /// Quality control's own.
    #[serde(flatten)]
    pub qc: Report,
    /// The one sentence that stands out.
    pub headline: Sentence,
    /// The original file; `None` in old or made-up reports.
    pub source: Option<Source>,
    /// The refit that moved the thresholds; `None`: the table itself.
    pub refit: Option<Uuid>,
}

impl InspectionReport {
    /// A report that says what its evidence supports.
    pub fn new(evidence: &Evidence<'_>, source: Option<Source>, refit: Option<Uuid>) -> Self {
        let qc = evidence.worded();
        Self {
            headline: Evidence {
                qc: &qc,
                ..*evidence
            }
            .headline(),
            qc,
            source,
            refit,
        }
    }
}

/// Stored report of one attempt.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AttemptReport {
    /// The result, compared with the original.
    #[serde(flatten)]
    pub inspection: InspectionReport,
    /// Scene analysis; `None` in attempts before it was recorded.
    pub scene: Option<Scene>,
    /// Ledger of generated pixels; `None`: there are none.
    pub ledger: Option<GeneratedLedger>,
    /// Engine that made the pixels; `None` in documents that do not say it.
    pub engine: Option<Engine>,
    /// Framing of the result; `None` in attempts before it was recorded.
    pub framing: Option<Framing>,
    /// Personal look that was asked for the finish; `None`: the house look.
    pub personal_look: Option<LookRecord>,
}

impl AttemptReport {
    /// Reads a stored document of any version for a page, as far as it is understood, with the
    /// sentences that this release can support by it. What decides reads a [`Report`] instead.
    pub fn read(document: &Value) -> Self {
        Self::read_of(None, document)
    }

    /// The same where the engine is known from elsewhere.
    pub fn read_of(engine: Option<Engine>, document: &Value) -> Self {
        let stored = Stored::deserialize(document).unwrap_or_default();
        let engine = engine.or(stored.engine);
        Self::from(Stored { engine, ..stored })
    }

    /// The evidence for what may be said about the result.
    pub fn evidence(&self) -> Evidence<'_> {
        Evidence {
            qc: &self.inspection.qc,
            engine: self.engine,
            ledger: self.ledger.as_ref(),
            framing: self.framing.as_ref(),
        }
    }
}

/// Every field on its own: one that is not understood is left out.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Stored {
    #[serde(deserialize_with = "lenient::field")]
    version: u32,
    #[serde(deserialize_with = "lenient::field")]
    verdict: Verdict,
    #[serde(deserialize_with = "lenient::list")]
    measures: Vec<StoredMeasure>,
    #[serde(deserialize_with = "lenient::field")]
    source: Option<Source>,
    #[serde(deserialize_with = "lenient::field")]
    refit: Option<Uuid>,
    #[serde(deserialize_with = "lenient::field")]
    scene: Option<Scene>,
    #[serde(deserialize_with = "declared")]
    ledger: Option<GeneratedLedger>,
    #[serde(deserialize_with = "lenient::field")]
    engine: Option<Engine>,
    #[serde(deserialize_with = "lenient::field")]
    framing: Option<Framing>,
    #[serde(deserialize_with = "lenient::field")]
    personal_look: Option<LookRecord>,
}

/// A ledger that is not understood still says that pixels were generated.
fn declared<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<GeneratedLedger>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let read = || serde_json::from_value(value.clone()).unwrap_or_default();
    Ok((!value.is_null()).then(read))
}

/// A verdict that this release does not know only informs.
#[derive(Deserialize)]
struct StoredMeasure {
    #[serde(default)]
    name: MeasureName,
    label: String,
    value: f64,
    threshold: Option<f64>,
    #[serde(default)]
    at_least: bool,
    #[serde(default)]
    unit: String,
    #[serde(default, deserialize_with = "lenient::field")]
    verdict: MeasureVerdict,
    sentence: String,
}

impl From<Stored> for AttemptReport {
    fn from(stored: Stored) -> Self {
        let qc = Report {
            version: stored.version,
            verdict: stored.verdict,
            measures: stored.measures.into_iter().map(Measure::from).collect(),
        };
        let evidence = Evidence {
            qc: &qc,
            engine: stored.engine,
            ledger: stored.ledger.as_ref(),
            framing: stored.framing.as_ref(),
        };
        Self {
            inspection: InspectionReport::new(&evidence, stored.source, stored.refit),
            scene: stored.scene,
            ledger: stored.ledger,
            engine: stored.engine,
            framing: stored.framing,
            personal_look: stored.personal_look,
        }
    }
}

impl From<StoredMeasure> for Measure {
    fn from(stored: StoredMeasure) -> Self {
        Self {
            name: stored.name,
            label: stored.label,
            value: stored.value,
            threshold: stored.threshold,
            at_least: stored.at_least,
            unit: stored.unit,
            verdict: stored.verdict,
            sentence: stored.sentence,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::gate::Gate;
    use crate::place::Place;

    fn first_version() -> Value {
        json!({
            "version": 1,
            "verdict": "passed",
            "headline": "Passed.",
            "measures": [
                {"name": "structure", "label": "Structure", "value": 0.99, "threshold": 0.93,
                 "unit": "", "verdict": "passed", "sentence": "Fine."},
            ],
            "source": {"bits": 8, "profile": "sRGB"},
        })
    }

    #[test]
    fn a_report_before_scenes_and_ledgers_is_read() {
        let read = AttemptReport::read(&first_version());
        assert_eq!(read.inspection.qc.verdict, Verdict::Passed);
        assert!(read.inspection.qc.gate(Gate::Structure).is_some());
        assert_eq!(
            (read.inspection.source, read.scene, read.ledger),
            (None, None, None)
        );
    }

    #[test]
    fn a_part_that_is_not_understood_does_not_hide_the_others() {
        let mut document = first_version();
        document["scene"] = json!({"place": "exterior", "confidence": "very"});
        document["ledger"] = json!(7);
        let measures = document["measures"].as_array_mut().unwrap();
        measures.push(json!({"surprise": true}));
        document["refit"] = json!("none");
        let read = AttemptReport::read(&document);
        let scene = read.scene.unwrap();
        assert_eq!(scene.place, Some(Place::Exterior));
        assert_eq!(scene.confidence, None);
        assert_eq!(read.inspection.qc.measures.len(), 1);
        assert_eq!(read.inspection.refit, None);
        assert_eq!(read.ledger, Some(GeneratedLedger::default()));
    }

    #[test]
    fn anything_else_is_an_empty_report_that_lets_nothing_out() {
        for document in [json!({}), json!({"surprise": true}), json!(7), json!(null)] {
            let read = AttemptReport::read(&document);
            assert!(read.inspection.qc.measures.is_empty());
            assert_eq!(read.inspection.qc.verdict, Verdict::Held);
        }
    }

    #[test]
    fn a_verdict_of_a_later_release_only_informs() {
        let mut document = first_version();
        document["measures"][0]["verdict"] = json!("not sure");
        let qc = AttemptReport::read(&document).inspection.qc;
        assert_eq!(qc.measures[0].verdict, MeasureVerdict::Reported);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut written = AttemptReport::read(&first_version());
        written.scene = Some(Scene::default());
        let document = serde_json::to_value(&written).unwrap();
        assert_eq!(document["ledger"], json!(null));
        assert_eq!(AttemptReport::read(&document), written);
    }

    #[test]
    fn a_ledger_that_named_its_model_a_brush_is_read() {
        let document = json!({"ledger": {"kind": "clear", "brush": "sdxl", "pixels": 12}});
        let ledger = AttemptReport::read(&document).ledger.unwrap();
        assert_eq!(ledger.model.as_deref(), Some("sdxl"));
        assert_eq!(ledger.pixels, Some(12));
    }
}
