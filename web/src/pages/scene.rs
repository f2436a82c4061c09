//! Scene and sky of a photo, from the documents of an attempt. They are read as documents: of
//! an older or newer one, what is known is shown.

use plumbline_documents::{Claim, Place, Room, Scene, percent};
use plumbline_domain::work::attempts::Attempt;

use crate::pages::view::Fact;

/// The scene analysis, in a few words each; empty for an attempt without one.
pub fn facts(attempt: &Attempt) -> Vec<Fact> {
    let scene = attempt.read_report().scene.unwrap_or_default();
    let facts = [
        ("Scene", place(&scene)),
        ("Room", room(&scene)),
        ("Taken for sky", sky(&scene)),
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

/// The ledger of pixels that are not the original's.
#[derive(Clone)]
pub struct LedgerView {
    /// The new pixels, their number and their maker; and what the checks show of the others.
    pub sentences: Vec<String>,
    /// A person painted the sky mask.
    pub by_hand: bool,
    /// The seed of what was calculated or painted.
    pub seed: Option<u64>,
    /// The network that found the sky, and its SHA-256.
    pub network: Option<(String, Option<String>)>,
}

impl LedgerView {
    /// `None`: nothing was generated, or the attempt is older than the ledger.
    pub fn of(attempt: &Attempt) -> Option<Self> {
        let report = attempt.read_report();
        let evidence = report.evidence();
        let altered = evidence.alteration()?;
        let rest = Claim::RestIsOriginal.made(&evidence);
        let sentences = altered.sentences.into_iter().chain(rest);
        let ledger = report.ledger.clone().unwrap_or_default();
        Some(Self {
            sentences: sentences.map(String::from).collect(),
            by_hand: ledger.mask_corrected,
            seed: ledger.seed,
            network: ledger.network.map(|name| (name, ledger.network_sha256)),
        })
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
            [
                "Scene: Exterior (97 % sure)",
                "Taken for sky: 31 % of the picture"
            ]
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
            ledger.sentences,
            [
                "The area taken for sky was replaced with a calculated clear sky: 31 % of the picture, 14,000,000 pixels."
            ]
        );
        assert!(ledger.by_hand);
        assert_eq!(ledger.seed, Some(42));

        let own = attempt(json!({}), json!({"ledger": {"kind": "own"}}));
        assert!(
            LedgerView::of(&own).unwrap().sentences[0].ends_with("with a picture of another sky.")
        );
    }
}
