//! Scene and sky of a photo, from the documents of an attempt. They are read as documents: of
//! an older or newer one, what is known is shown.

use plumbline_domain::work::attempts::Attempt;
use serde_json::Value;

use crate::pages::view::Fact;

/// The scene analysis, in a few words each; empty for an attempt without one.
pub fn facts(attempt: &Attempt) -> Vec<Fact> {
    let scene = &attempt.report["scene"];
    [
        ("Scene", place(scene)),
        ("Room", room(scene)),
        ("Sky", sky(scene)),
        ("Sky result", became(scene)),
    ]
    .into_iter()
    .filter_map(|(label, value)| {
        Some(Fact {
            label,
            value: value?,
        })
    })
    .collect()
}

/// "Exterior (97 % sure)"
fn place(scene: &Value) -> Option<String> {
    let word = match scene["place"].as_str()? {
        "interior" => "Interior",
        "exterior" => "Exterior",
        _ => return Some("Not recognized".to_owned()),
    };
    Some(sure(word, &scene["confidence"]))
}

/// "Living room (88 % sure)"
fn room(scene: &Value) -> Option<String> {
    let word = scene["room"].as_str()?.replace(['-', '_'], " ");
    let mut letters = word.chars();
    let first = letters.next()?.to_uppercase();
    let name: String = first.chain(letters).collect();
    Some(sure(&name, &scene["room_confidence"]))
}

fn sure(word: &str, confidence: &Value) -> String {
    match confidence.as_f64() {
        // Set by a person, or without doubt: nothing to add.
        Some(sure) if (0.0..1.0).contains(&sure) => format!("{word} ({} sure)", percent(sure)),
        _ => word.to_owned(),
    }
}

/// "31 % of the picture"
fn sky(scene: &Value) -> Option<String> {
    let share = scene["sky"]["share"].as_f64()?;
    Some(format!("{} of the picture", percent(share)))
}

/// The sentence about the sky, where another one was chosen.
fn became(scene: &Value) -> Option<String> {
    let words = scene["became"].as_str().map(str::trim);
    words.filter(|words| !words.is_empty()).map(str::to_owned)
}

/// Never rounds a share to nothing or to everything.
fn percent(share: f64) -> String {
    match share * 100.0 {
        p if p > 0.0 && p < 1.0 => "less than 1 %".to_owned(),
        p if p > 99.0 && p < 100.0 => "more than 99 %".to_owned(),
        p => format!("{p:.0} %"),
    }
}

/// The ledger of pixels that are not the original's.
#[derive(Clone)]
pub struct LedgerView {
    /// "The sky in this picture was generated: 31 % of the picture, clear sky, seed 42."
    pub sentence: String,
    /// A person painted the sky mask.
    pub by_hand: bool,
    /// The network that found or generated it, and its SHA-256.
    pub network: Option<(String, Option<String>)>,
}

impl LedgerView {
    /// `None`: every pixel is the original's, or the attempt is older than the ledger.
    pub fn of(attempt: &Attempt) -> Option<Self> {
        let ledger = attempt.report.get("ledger").filter(|one| one.is_object())?;
        let kind = ledger["kind"].as_str();
        let verb = match kind {
            Some("own") => "replaced by a picture of another sky",
            _ => "generated",
        };
        let share = ledger["share"].as_f64();
        let details = [
            share.map(|share| format!("{} of the picture", percent(share))),
            kind.and_then(sky_words).map(str::to_owned),
            ledger["seed"].as_i64().map(|seed| format!("seed {seed}")),
        ];
        let details: Vec<String> = details.into_iter().flatten().collect();
        let colon = if details.is_empty() { "" } else { ": " };
        let network = ledger["network"].as_str().map(|name| {
            let sum = ledger["network_sha256"].as_str().map(str::to_owned);
            (name.to_owned(), sum)
        });
        Some(Self {
            sentence: format!(
                "The sky in this picture was {verb}{colon}{}.",
                details.join(", ")
            ),
            by_hand: ledger["mask_corrected"].as_bool().unwrap_or_default(),
            network,
        })
    }
}

fn sky_words(kind: &str) -> Option<&'static str> {
    match kind {
        "clear" => Some("clear sky"),
        "light_cloud" => Some("light cloud"),
        "high_cloud" => Some("high cloud"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use plumbline_domain::ids::AttemptId;
    use plumbline_domain::work::attempts::Verdict;
    use serde_json::json;
    use time::OffsetDateTime;

    use super::*;

    fn attempt(plan: Value, report: Value) -> Attempt {
        Attempt {
            id: AttemptId::new(),
            number: 1,
            engine: "natural".to_owned(),
            strength: 1.0,
            plan,
            done: json!([]),
            report,
            verdict: Verdict::Passed,
            took_ms: 1,
            created_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    fn said(attempt: &Attempt) -> Vec<String> {
        let one = |fact: Fact| format!("{}: {}", fact.label, fact.value);
        facts(attempt).into_iter().map(one).collect()
    }

    #[test]
    fn a_scene_is_described_in_words() {
        let report = json!({"scene": {
            "place": "exterior", "confidence": 0.971, "room": null, "sky": {"share": 0.312},
        }});
        let outside = attempt(json!({}), report);
        assert_eq!(
            said(&outside),
            ["Scene: Exterior (97 % sure)", "Sky: 31 % of the picture"]
        );
        let report = json!({"scene": {
            "place": "interior", "confidence": 1.0,
            "room": "living-room", "room_confidence": 0.88, "became": "No sky.",
        }});
        let inside = attempt(json!({}), report);
        assert_eq!(
            said(&inside),
            [
                "Scene: Interior",
                "Room: Living room (88 % sure)",
                "Sky result: No sky."
            ]
        );
    }

    #[test]
    fn documents_of_another_time_or_kind_say_nothing() {
        for report in [
            json!({}),
            json!({"scene": null}),
            json!({"scene": 7, "ledger": null}),
        ] {
            let old = attempt(json!({"sky": null}), report);
            assert_eq!(said(&old), [""; 0]);
            assert!(LedgerView::of(&old).is_none());
        }
    }

    #[test]
    fn the_ledger_says_what_was_generated() {
        let report = json!({"ledger": {
            "operation": "sky", "kind": "clear", "share": 0.31, "pixels": 14_000_000, "seed": 42,
            "network": "u2net", "network_sha256": "ab", "mask_corrected": true,
        }});
        let clear = attempt(json!({}), report);
        let ledger = LedgerView::of(&clear).unwrap();
        assert_eq!(
            ledger.sentence,
            "The sky in this picture was generated: 31 % of the picture, clear sky, seed 42."
        );
        assert!(ledger.by_hand);

        let own = attempt(json!({}), json!({"ledger": {"kind": "own"}}));
        assert_eq!(
            LedgerView::of(&own).unwrap().sentence,
            "The sky in this picture was replaced by a picture of another sky."
        );
    }
}
