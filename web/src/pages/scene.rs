//! Scene and sky of a photo, from the documents of an attempt. They are read as documents: of
//! an older or newer one, what is known is shown.

use plumbline_documents::{Place, Room, Scene, SkyKind};
use plumbline_domain::work::attempts::Attempt;

use crate::pages::view::Fact;

/// The scene analysis, in a few words each; empty for an attempt without one.
pub fn facts(attempt: &Attempt) -> Vec<Fact> {
    let scene = attempt.read_report().scene.unwrap_or_default();
    let facts = [
        ("Scene", place(&scene)),
        ("Room", room(&scene)),
        ("Sky", sky(&scene)),
        ("Sky result", became(&scene)),
    ];
    let fact = |(label, value): (_, Option<String>)| value.map(|value| Fact { label, value });
    facts.into_iter().filter_map(fact).collect()
}

/// "Exterior (97 % sure)"
fn place(scene: &Scene) -> Option<String> {
    let word = match scene.place? {
        Place::Interior => "Interior",
        Place::Exterior => "Exterior",
        Place::Unknown => return Some("Not recognized".to_owned()),
    };
    Some(sure(word, scene.confidence))
}

/// "Living room (88 % sure)"
fn room(scene: &Scene) -> Option<String> {
    Some(sure(room_name(scene.room?), scene.room_confidence))
}

fn room_name(room: Room) -> &'static str {
    match room {
        Room::Bathroom => "Bathroom",
        Room::Bedroom => "Bedroom",
        Room::DiningRoom => "Dining room",
        Room::Hall => "Hall",
        Room::Kitchen => "Kitchen",
        Room::LivingRoom => "Living room",
        Room::Stairs => "Stairs",
        Room::Other => "Other",
    }
}

fn sure(word: &str, confidence: Option<f32>) -> String {
    match confidence {
        // Set by a person, or without doubt: nothing to add.
        Some(sure) if (0.0..1.0).contains(&sure) => format!("{word} ({} sure)", percent(sure)),
        _ => word.to_owned(),
    }
}

/// "31 % of the picture"
fn sky(scene: &Scene) -> Option<String> {
    let share = scene.sky.as_ref()?.share?;
    Some(format!("{} of the picture", percent(share)))
}

/// The sentence about the sky, where another one was chosen.
fn became(scene: &Scene) -> Option<String> {
    let words = scene.became.as_deref().map(str::trim);
    words.filter(|words| !words.is_empty()).map(str::to_owned)
}

/// Never rounds a share to nothing or to everything.
fn percent(share: f32) -> String {
    match f64::from(share) * 100.0 {
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
        let ledger = attempt.read_report().ledger?;
        let verb = match ledger.kind {
            Some(SkyKind::Own) => "replaced by a picture of another sky",
            _ => "generated",
        };
        let share = ledger.share.map(percent);
        let details = [
            share.map(|share| format!("{share} of the picture")),
            ledger.kind.and_then(sky_words).map(str::to_owned),
            ledger.seed.map(|seed| format!("seed {seed}")),
        ];
        let details: Vec<String> = details.into_iter().flatten().collect();
        let colon = if details.is_empty() { "" } else { ": " };
        let details = details.join(", ");
        Some(Self {
            sentence: format!("The sky in this picture was {verb}{colon}{details}."),
            by_hand: ledger.mask_corrected,
            network: ledger.network.map(|name| (name, ledger.network_sha256)),
        })
    }
}

fn sky_words(kind: SkyKind) -> Option<&'static str> {
    match kind {
        SkyKind::Clear => Some("clear sky"),
        SkyKind::LightCloud => Some("light cloud"),
        SkyKind::HighCloud => Some("high cloud"),
        SkyKind::Own => None,
    }
}

#[cfg(test)]
mod tests {
    use plumbline_documents::{Engine, Verdict};
    use plumbline_domain::ids::AttemptId;
    use serde_json::{Value, json};
    use time::OffsetDateTime;

    use super::*;

    fn attempt(plan: Value, report: Value) -> Attempt {
        Attempt {
            id: AttemptId::new(),
            number: 1,
            engine: Engine::Natural,
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
