//! Every sentence that claims something, looked for on every page while one of the checks that
//! support it is missing or did not pass.

use plumbline_documents::{
    Aspect, AttemptReport, Claim, Engine, Evidence, Framing, Gate, GeneratedLedger,
    InspectionReport, Measure, MeasureVerdict, Report, Thresholds, Verdict,
};
use plumbline_tests::app::App;
use plumbline_tests::by_hand;
use plumbline_tests::client::Client;
use plumbline_tests::pictures;

struct Story {
    app: App,
    anna: Client,
    photo: String,
    link: String,
}

impl Story {
    async fn begin() -> Self {
        let app = App::start().await;
        let anna = app.owner("Anna").await;
        let shoot = anna.create_shoot("12 Harbour Street").await;
        let photo = anna.add_photo(&shoot, "a.jpg", &pictures::room(1)).await;
        by_hand::finish(&app, &photo, Verdict::Passed).await;
        let link = anna.share(&shoot).await;
        Self {
            app,
            anna,
            photo,
            link,
        }
    }

    /// Everything that pages and documents say about a report.
    async fn said(&self, report: &AttemptReport) -> String {
        by_hand::set_report(&self.app, &self.photo, report).await;
        let photo = format!("/photos/{}", self.photo);
        let customers = format!("{}/photos/{}", self.link, self.photo);
        let mut said = String::new();
        for path in [
            photo.clone(),
            format!("{photo}/report"),
            format!("{photo}/report.json"),
            self.link.clone(),
            customers,
        ] {
            let page = self.anna.get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            said += &page.text.replace("&#39;", "'");
        }
        said
    }
}

fn is_of_sky(gate: Gate) -> bool {
    let of_sky = |one: &Aspect| matches!(one, Aspect::SkyEdge | Aspect::SkyPlace);
    gate.shows().iter().any(of_sky)
}

fn measure(gate: Gate, verdict: MeasureVerdict) -> Measure {
    let thresholds = Thresholds::default();
    Measure {
        verdict,
        ..thresholds.measure(gate, thresholds.of(gate).fail)
    }
}

/// A report with the facts that a claim is about, and these measures.
fn report(claim: Claim, measures: Vec<Measure>) -> AttemptReport {
    let has_sky = has_sky(claim);
    let mut report = AttemptReport {
        engine: Some(match claim {
            Claim::OnlyTextureChanged | Claim::TextureRedrawn => Engine::Tiled,
            Claim::DetailIsOriginal => Engine::Guided,
            _ => Engine::Natural,
        }),
        framing: Some(Framing::unchanged([6000, 4000])),
        ledger: has_sky.then(GeneratedLedger::default),
        ..AttemptReport::default()
    };
    let qc = Report::new(1, measures);
    let evidence = Evidence {
        qc: &qc,
        ..report.evidence()
    };
    report.inspection = InspectionReport::new(&evidence, None, None);
    report
}

fn has_sky(claim: Claim) -> bool {
    match claim {
        Claim::Gate(gate) => is_of_sky(gate),
        _ => {
            let of_sky = [Claim::SkyReplaced, Claim::RestIsOriginal].contains(&claim);
            of_sky || claim.aspects().contains(&Aspect::SkyEdge)
        }
    }
}

fn all_passed(claim: Claim) -> Vec<Measure> {
    let is_asked = |gate: &Gate| match (claim, gate) {
        (Claim::NothingChangedOutsideMask, Gate::SkyTrial) => false,
        _ => has_sky(claim) || !is_of_sky(*gate),
    };
    let gates = Gate::ALL.into_iter().filter(is_asked);
    gates
        .map(|gate| measure(gate, MeasureVerdict::Passed))
        .collect()
}

#[tokio::test]
async fn no_page_says_a_sentence_without_each_check_that_supports_it() {
    let story = Story::begin().await;
    for claim in Claim::all() {
        let best = report(claim, all_passed(claim));
        let Some(sentence) = claim.made(&best.evidence()) else {
            continue;
        };
        for gate in claim.gates() {
            for verdict in [None, Some(MeasureVerdict::Failed)] {
                let is_own = claim == Claim::Gate(gate);
                if verdict.is_none() && !is_own && is_answered_for(gate, &best) {
                    continue;
                }
                let mut measures = all_passed(claim);
                measures.retain(|measure| measure.name.gate() != Some(gate));
                measures.extend(verdict.map(|verdict| measure(gate, verdict)));
                let said = story.said(&report(claim, measures)).await;
                assert!(
                    !said.contains(sentence.as_str()),
                    "{sentence} is said while {gate} is {verdict:?}"
                );
            }
        }
    }
}

/// True where other gates of the report say what this one would: the plan's, or all others where
/// there is no plan.
fn is_answered_for(gate: Gate, report: &AttemptReport) -> bool {
    let by_plan = |engine| gate.is_answered_by_plan(engine);
    gate == Gate::Unplanned || report.engine.is_some_and(by_plan)
}

#[tokio::test]
async fn without_a_plan_every_other_check_must_have_been_made() {
    let story = Story::begin().await;
    let claim = Claim::NothingChanged;
    let mut without_plan = all_passed(claim);
    without_plan.retain(|measure| measure.name.gate() != Some(Gate::Unplanned));
    let sentence = claim.made(&report(claim, without_plan.clone()).evidence());
    let sentence = sentence.expect("the other gates answer");
    for gate in claim.gates().filter(|gate| *gate != Gate::Unplanned) {
        let mut measures = without_plan.clone();
        measures.retain(|measure| measure.name.gate() != Some(gate));
        let said = story.said(&report(claim, measures)).await;
        assert!(
            !said.contains(sentence.as_str()),
            "{sentence} is said without {gate}"
        );
    }
}

#[tokio::test]
async fn what_every_check_supports_is_said() {
    let story = Story::begin().await;
    for claim in [
        Claim::NothingChanged,
        Claim::NothingChangedBesidesSky,
        Claim::NothingChangedOutsideMask,
        Claim::OnlyTextureChanged,
        Claim::SkyReplaced,
        Claim::RestIsOriginal,
        Claim::SameSize,
        Claim::NoPixelsGenerated,
        Claim::TextureRedrawn,
    ] {
        let best = report(claim, all_passed(claim));
        let sentence = claim.made(&best.evidence()).unwrap();
        let said = story.said(&best).await;
        assert!(said.contains(sentence.as_str()), "{sentence} in {said}");
    }
}

#[tokio::test]
async fn a_headline_of_an_earlier_release_is_not_believed() {
    let story = Story::begin().await;
    let report = serde_json::json!({
        "version": 3, "verdict": "passed",
        "headline": "All checks passed: nothing was added, lost or tinted.",
        "measures": [measure(Gate::Seams, MeasureVerdict::Passed)],
    });
    by_hand::set_document(&story.app, &story.photo, &report).await;
    let photo = format!("/photos/{}", story.photo);
    for path in [
        photo.clone(),
        format!("{photo}/report"),
        format!("{photo}/report.json"),
    ] {
        let page = story.anna.get(&path).await;
        page.hides("nothing was added")
            .shows("Every check that was made passed.");
    }
}
