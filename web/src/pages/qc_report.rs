//! The quality control report as the worker stored it, and as a page shows it. It is read as
//! a document: of an older or newer report, what is known is shown.

use plumbline_documents::{
    self as documents, AttemptReport, Gate, Measure, MeasureVerdict, Report,
};

/// Verdict of a measure, as pages show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict(pub MeasureVerdict);

impl Verdict {
    pub fn key(self) -> &'static str {
        self.0.as_str()
    }

    /// The worst first.
    fn rank(self) -> u8 {
        match self.0 {
            MeasureVerdict::Failed => 0,
            MeasureVerdict::Review => 1,
            MeasureVerdict::Passed => 2,
            MeasureVerdict::Reported => 3,
        }
    }

    pub fn word(self) -> &'static str {
        match self.0 {
            MeasureVerdict::Passed => "Passed",
            MeasureVerdict::Review => "Doubtful",
            MeasureVerdict::Failed => "Failed",
            MeasureVerdict::Reported => "For information",
        }
    }

    /// A symbol of icons.svg.
    pub fn icon(self) -> &'static str {
        match self.0 {
            MeasureVerdict::Passed => "check",
            MeasureVerdict::Review => "held",
            MeasureVerdict::Failed => "cross",
            MeasureVerdict::Reported => "dot",
        }
    }
}

/// "0.982", "0.12 %", "2.4 ΔE"
pub fn value_text(measure: &Measure) -> String {
    with_unit(measure.value, &measure.unit)
}

/// "at least 0.93", "at most 0.5 %"
pub fn threshold_text(measure: &Measure) -> Option<String> {
    let bound = if measure.at_least {
        "at least"
    } else {
        "at most"
    };
    let text = |threshold| format!("{bound} {}", with_unit(threshold, &measure.unit));
    measure.threshold.map(text)
}

/// Advice for a person: where to look, and how to decide.
fn advice(measure: &Measure) -> &'static str {
    match measure.name.gate() {
        Some(Gate::Size) => {
            "Reject it: a photo must never come back larger or smaller than it was framed."
        }
        Some(Gate::Unplanned) => {
            "Look where the heatmap is bright: the correction did something there that it was not meant to. Reject the photo if anything was added, moved or painted over, and tell us."
        }
        Some(Gate::Structure) => {
            "Look where the heatmap is bright and compare with the original. Approve the photo if everything there is as it was. Reject it if something appeared, vanished or bent."
        }
        Some(Gate::StructureFine | Gate::SharpnessP5 | Gate::EdgePrecision | Gate::EdgeRecall) => {
            "Look at the photo at full size where the heatmap is bright. Approve it if fine detail there is the original's. Reject it if it is blurred, smeared or invented."
        }
        Some(Gate::Hairline) => {
            "Look at plain walls and ceilings where the heatmap is bright. Approve the photo if every crack, wire and joint of the original is there and none is new. Reject it if one came or went."
        }
        Some(Gate::Noise) => {
            "Look at plain walls and ceilings at full size. Approve the photo if they are as clean as in the original. Reject it if they are speckled or blotched."
        }
        Some(Gate::LineAngle | Gate::LineBend) => {
            "Look at door frames, corners and window bars. Approve the photo if they run as they do in the original. Reject it if one of them leans or bends."
        }
        Some(Gate::Seams) => {
            "Look for a straight line in brightness on walls, ceilings and sky. Approve the photo if there is none. Reject it if you can see where two pieces meet."
        }
        Some(Gate::SkyHalo | Gate::SkyLeak) => {
            "Look along the edge of the sky. Approve the photo if roofs and trees end cleanly. Reject it if they glow, or if the sky runs into them."
        }
        Some(Gate::SkyTrial) => {
            "Look at the original where the heatmap is bright. Approve the photo if only sky was painted over. Reject it if a wall, a roof, snow or water became sky."
        }
        Some(Gate::NeutralDrift) => {
            "Compare white walls and ceilings with the original. Approve the photo if they look as they do in the room. Reject it if they look painted."
        }
        Some(Gate::TileChroma | Gate::SurfaceColour) => {
            "Compare the colours of floors, walls and fabrics with the original. Approve the photo if they are the house's own. Reject it if a part looks repainted."
        }
        Some(Gate::LostHighlights) => {
            "Look at windows and lamps. Approve the photo if what could be seen in them can still be seen. Reject it if they are plain white now."
        }
        Some(Gate::LostShadows) => {
            "Look at the darkest corners. Approve the photo if what could be seen in them can still be seen. Reject it if they are plain black now."
        }
        Some(Gate::InputSize) => {
            "Ask for the file as the camera took it. Approve the photo only if there is no larger one."
        }
        Some(Gate::InputLight | Gate::InputBurnt | Gate::InputNoise) => {
            "Look at the original. Approve the photo if the room or the house can be seen well in the result. Reject it if it has to be taken again."
        }
        Some(Gate::InputFocus | Gate::InputShake) => {
            "Look at the original at full size. Approve the photo if what it is about is sharp, or soft on purpose. Reject it if it has to be taken again."
        }
        Some(Gate::ResultLight) => {
            "Approve the photo if the room is meant to be this dim. Otherwise run it again at full strength, or with a model."
        }
        Some(Gate::ResultCast) => {
            "Look at white walls and ceilings. Approve the photo if the tint is paint or the light of a lamp that belongs there. Otherwise reject it."
        }
        Some(Gate::ResultNoise) => {
            "Look at plain walls at full size. Approve the photo if the grain does not disturb. Otherwise run it again with less strength."
        }
        None => {
            "Compare the photo with the original. Approve it if it shows the house as it is, and reject it if not."
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
            advice: advice(worst),
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

impl From<AttemptReport> for ReportView {
    fn from(report: AttemptReport) -> Self {
        let passed = report.inspection.qc.verdict == documents::Verdict::Passed;
        let (reported, mut gates): (Vec<_>, Vec<_>) = report
            .inspection
            .qc
            .measures
            .into_iter()
            .map(MeasureView::from)
            .partition(|measure| measure.verdict.0 == MeasureVerdict::Reported);
        // Stable: within a verdict the order is the report's.
        gates.sort_by_key(|measure| measure.verdict.rank());
        Self {
            verdict: Verdict(match passed {
                true => MeasureVerdict::Passed,
                false => MeasureVerdict::Review,
            }),
            headline: report.inspection.headline.into(),
            gates,
            reported,
            version: format!("Thresholds version {}", report.inspection.qc.version),
        }
    }
}

impl From<Measure> for MeasureView {
    fn from(measure: Measure) -> Self {
        Self {
            value: value_text(&measure),
            threshold: threshold_text(&measure),
            scale: measure
                .threshold
                .and_then(|limit| scale(measure.value, limit)),
            verdict: Verdict(measure.verdict),
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
}
