//! The report that is stored with an attempt: quality control's, and all that stands around it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::lenient;
use crate::report::Report;
use crate::scene::{GeneratedLedger, Scene};
use crate::source::Source;

/// Stored report of one attempt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AttemptReport {
    /// Quality control's own.
    #[serde(flatten)]
    pub qc: Report,
    /// The one sentence that stands out.
    #[serde(default, deserialize_with = "lenient::field")]
    pub headline: String,
    /// The original file; `None` in old or made-up reports.
    #[serde(default, deserialize_with = "lenient::field")]
    pub source: Option<Source>,
    /// The refit that moved the thresholds; `None`: the table itself.
    #[serde(default, deserialize_with = "lenient::field")]
    pub refit: Option<Uuid>,
    /// Scene analysis; `None` in attempts before it was recorded.
    #[serde(
        default,
        deserialize_with = "lenient::field",
        skip_serializing_if = "Option::is_none"
    )]
    pub scene: Option<Scene>,
    /// Ledger of generated pixels; `None`: every pixel is the original's.
    #[serde(
        default,
        deserialize_with = "lenient::field",
        skip_serializing_if = "Option::is_none"
    )]
    pub ledger: Option<GeneratedLedger>,
}

impl AttemptReport {
    /// Reads a stored document of any version, as far as it is understood.
    pub fn read(document: &Value) -> Self {
        Self::deserialize(document).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::gate::Gate;
    use crate::place::Place;
    use crate::report::Verdict;

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
        assert_eq!(read.qc.verdict, Verdict::Passed);
        assert!(read.qc.gate(Gate::Structure).is_some());
        assert_eq!((read.source, read.scene, read.ledger), (None, None, None));
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
        assert_eq!(read.qc.measures.len(), 1);
        assert_eq!((read.ledger, read.refit), (None, None));
    }

    #[test]
    fn anything_else_is_an_empty_report_that_lets_nothing_out() {
        for document in [json!({}), json!({"surprise": true}), json!(7), json!(null)] {
            let read = AttemptReport::read(&document);
            assert!(read.qc.measures.is_empty());
            assert_eq!(read.qc.verdict, Verdict::Held);
        }
    }

    #[test]
    fn a_ledger_that_named_its_model_a_brush_is_read() {
        let document = json!({"ledger": {"kind": "clear", "brush": "sdxl", "pixels": 12}});
        let ledger = AttemptReport::read(&document).ledger.unwrap();
        assert_eq!(ledger.model.as_deref(), Some("sdxl"));
        assert_eq!(ledger.pixels, Some(12));
    }
}
