//! The quality control report as the worker stored it, and as a page shows it. It is read as
//! a document: of an older or newer report, what is known is shown.

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Default, Deserialize)]
pub struct Report {
    #[serde(default)]
    version: u32,
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    pub headline: String,
    #[serde(default)]
    measures: Vec<Measure>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Measure {
    #[serde(default)]
    pub name: String,
    pub label: String,
    pub value: f64,
    pub threshold: Option<f64>,
    #[serde(default)]
    pub at_least: bool,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub verdict: Verdict,
    pub sentence: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Passed,
    Review,
    Failed,
    #[default]
    #[serde(other)]
    Reported,
}

impl Verdict {
    pub fn key(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Review => "review",
            Self::Failed => "failed",
            Self::Reported => "reported",
        }
    }

    /// The worst first.
    fn rank(self) -> u8 {
        match self {
            Self::Failed => 0,
            Self::Review => 1,
            Self::Passed => 2,
            Self::Reported => 3,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "Passed",
            Self::Review => "Doubtful",
            Self::Failed => "Failed",
            Self::Reported => "For information",
        }
    }

    /// A symbol of icons.svg.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Passed => "check",
            Self::Review => "held",
            Self::Failed => "cross",
            Self::Reported => "dot",
        }
    }
}

impl Measure {
    /// "0.982", "0.12 %", "2.4 ΔE"
    pub fn value_text(&self) -> String {
        with_unit(self.value, &self.unit)
    }

    /// "at least 0.93", "at most 0.5 %"
    pub fn threshold_text(&self) -> Option<String> {
        let bound = if self.at_least { "at least" } else { "at most" };
        self.threshold
            .map(|threshold| format!("{bound} {}", with_unit(threshold, &self.unit)))
    }

    pub fn is_bad(&self) -> bool {
        matches!(self.verdict, Verdict::Failed | Verdict::Review)
    }

    /// Advice for a person: where to look, and how to decide.
    fn advice(&self) -> &'static str {
        match self.name.as_str() {
            "size" => "Reject it: a photo must never come back larger or smaller than it was.",
            "structure" => {
                "Look where the heatmap is bright and compare with the original. Approve the photo if everything there is as it was. Reject it if something appeared, vanished or bent."
            }
            "structure_fine" | "sharpness_p5" | "edge_precision" | "edge_recall" => {
                "Look at the photo at full size where the heatmap is bright. Approve it if fine detail there is the original's. Reject it if it is blurred, smeared or invented."
            }
            "noise" => {
                "Look at plain walls and ceilings at full size. Approve the photo if they are as clean as in the original. Reject it if they are speckled or blotched."
            }
            "line_angle" | "line_bend" => {
                "Look at door frames, corners and window bars. Approve the photo if they run as they do in the original. Reject it if one of them leans or bends."
            }
            "seams" => {
                "Look for a straight line in brightness on walls, ceilings and sky. Approve the photo if there is none. Reject it if you can see where two pieces meet."
            }
            "sky_halo" | "sky_leak" => {
                "Look along the edge of the sky. Approve the photo if roofs and trees end cleanly. Reject it if they glow, or if the sky runs into them."
            }
            "neutral_drift" => {
                "Compare white walls and ceilings with the original. Approve the photo if they look as they do in the room. Reject it if they look painted."
            }
            "tile_chroma" => {
                "Compare the colours of floors, walls and fabrics with the original. Approve the photo if they are the house's own. Reject it if a part looks repainted."
            }
            "lost_highlights" => {
                "Look at windows and lamps. Approve the photo if what could be seen in them can still be seen. Reject it if they are plain white now."
            }
            "lost_shadows" => {
                "Look at the darkest corners. Approve the photo if what could be seen in them can still be seen. Reject it if they are plain black now."
            }
            _ => {
                "Compare the photo with the original. Approve it if it shows the house as it is, and reject it if not."
            }
        }
    }
}

fn with_unit(value: f64, unit: &str) -> String {
    let digits = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    let number = format!("{value:.digits$}");
    let number = match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => &number,
    };
    if unit.is_empty() {
        number.to_owned()
    } else {
        format!("{number} {unit}")
    }
}

impl Report {
    pub fn read(document: &Value) -> Self {
        Self::deserialize(document).unwrap_or_default()
    }

    /// The measure that weighs most against the photo.
    pub fn worst(&self) -> Option<&Measure> {
        let failed = |measure: &&Measure| measure.verdict == Verdict::Failed;
        self.measures
            .iter()
            .find(failed)
            .or_else(|| self.measures.iter().find(|m| m.is_bad()))
    }
}

#[derive(Clone)]
pub struct ReportView {
    pub verdict: Verdict,
    pub headline: String,
    /// The measures that decide: failed first, then doubtful, then passed.
    pub gates: Vec<MeasureView>,
    /// The measures that are only reported.
    pub reported: Vec<MeasureView>,
    pub version: String,
}

/// The reason why a photo is held, with advice for the person who decides.
#[derive(Clone)]
pub struct WhyView {
    pub measure: MeasureView,
    pub advice: &'static str,
}

impl WhyView {
    pub fn of(report: &Report) -> Option<Self> {
        let worst = report.worst()?;
        Some(Self {
            advice: worst.advice(),
            measure: worst.clone().into(),
        })
    }
}

#[derive(Clone)]
pub struct MeasureView {
    pub label: String,
    pub value: String,
    pub threshold: Option<String>,
    pub verdict: Verdict,
    pub sentence: String,
    /// Positions of value and limit on a line from 0 to 100.
    pub scale: Option<Scale>,
}

#[derive(Clone, Copy)]
pub struct Scale {
    pub value_at: u8,
    pub limit_at: u8,
}

impl From<Report> for ReportView {
    fn from(report: Report) -> Self {
        let passed = report.verdict == "passed";
        let (reported, mut gates): (Vec<_>, Vec<_>) = report
            .measures
            .into_iter()
            .map(MeasureView::from)
            .partition(|measure| measure.verdict == Verdict::Reported);
        // Stable: within a verdict the order is the report's.
        gates.sort_by_key(|measure| measure.verdict.rank());
        Self {
            verdict: if passed {
                Verdict::Passed
            } else {
                Verdict::Review
            },
            headline: report.headline,
            gates,
            reported,
            version: format!("Thresholds version {}", report.version),
        }
    }
}

impl From<Measure> for MeasureView {
    fn from(measure: Measure) -> Self {
        Self {
            value: measure.value_text(),
            threshold: measure.threshold_text(),
            scale: measure
                .threshold
                .and_then(|limit| scale(measure.value, limit)),
            verdict: measure.verdict,
            label: measure.label,
            sentence: measure.sentence,
        }
    }
}

/// The limit of a measure that ends at 1 keeps its position; any other limit is put at two
/// thirds, and a value far beyond it at the end of the line. A value that equals its limit
/// needs no line.
fn scale(value: f64, limit: f64) -> Option<Scale> {
    let whole = if (0.8..1.0).contains(&limit) {
        1.0
    } else {
        limit * 1.5
    };
    let at = |v: f64| (v / whole.max(f64::EPSILON) * 100.0).clamp(1.0, 99.0) as u8;
    (value != limit).then(|| Scale {
        value_at: at(value),
        limit_at: at(limit),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_short_and_keep_their_unit() {
        for (value, unit, said) in [
            (0.9821, "", "0.982"),
            (0.12, "%", "0.12 %"),
            (2.4, "ΔE", "2.4 ΔE"),
            (120.4, "px", "120 px"),
            (0.0, "%", "0 %"),
        ] {
            assert_eq!(with_unit(value, unit), said);
        }
    }

    #[test]
    fn the_worst_measure_is_a_failed_one_before_a_doubtful_one() {
        let report = Report::read(&json!({
            "verdict": "held",
            "measures": [
                {"label": "a", "value": 1.0, "threshold": null, "verdict": "passed", "sentence": ""},
                {"label": "b", "value": 1.0, "threshold": 2.0, "verdict": "review", "sentence": ""},
                {"label": "c", "value": 1.0, "threshold": 2.0, "verdict": "failed", "sentence": ""},
            ]
        }));
        assert_eq!(
            report.worst().map(|measure| measure.label.as_str()),
            Some("c")
        );
    }

    #[test]
    fn a_report_of_another_kind_still_makes_a_page() {
        assert!(Report::read(&json!({"surprise": true})).worst().is_none());
    }
}
