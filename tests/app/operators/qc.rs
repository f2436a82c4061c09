//! An operator takes decisions out of the database for a fit, and adopts the fitted refit.

use plumbline_domain::ids::OrganizationId;
use plumbline_tests::app::App;
use plumbline_tests::by_hand::{finish_with, spotted};
use plumbline_tests::client::Client;
use plumbline_tests::pictures;
use plumbline_tests::qc_process::{Said, operator_qc};
use plumbline_tests::rows;
use serde_json::{Value, json};

struct Story {
    app: App,
    owner: Client,
    shoot: String,
    organization: OrganizationId,
}

impl Story {
    async fn begin() -> Self {
        let app = App::start().await;
        let owner = app.owner("Anna").await;
        let shoot = owner.create_shoot("12 Harbour Street").await;
        let organization = rows::organization_of(&app, &shoot).await;
        Self {
            app,
            owner,
            shoot,
            organization: organization.parse().unwrap(),
        }
    }

    /// A photo of a wall with spots, judged.
    async fn photo(&self, seed: u32, noise: f64) -> String {
        let bytes = pictures::room(seed);
        let photo = self.owner.add_photo(&self.shoot, "wall.jpg", &bytes).await;
        finish_with(&self.app, &photo, spotted(noise)).await;
        photo
    }

    async fn decide(&self, photo: &str, decision: &str) {
        let fields = [("decision", decision), ("reason", "because")];
        let path = format!("/photos/{photo}/review");
        assert_eq!(self.owner.post(&path, &fields).await.status, 303);
    }

    fn qc(&self, words: &str, input: &str) -> Said {
        let (database, organization) = (&self.app.database, self.organization);
        operator_qc(database, organization, words, input)
    }

    fn done(&self, words: &str, input: &str) -> Said {
        let output = self.qc(words, input);
        assert_eq!(output.status, Some(0), "{output:#?}");
        output
    }

    /// The header and the reports, as a fit reads them.
    fn decisions(&self) -> (Value, Vec<Value>) {
        let output = self.done("decisions", "");
        let mut lines = output.said.lines().map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            line
        });
        let (header, mut reports) = (lines.next().unwrap(), lines.collect::<Vec<_>>());
        let end = reports.pop().unwrap();
        assert_eq!(end, json!({"reports": reports.len()}));
        (header, reports)
    }

    fn refit(&self, instead_of: &Value, bounds: &Value) -> String {
        json!({
            "version": 1, "organization": self.organization, "table_version": 4,
            "instead_of": instead_of, "bounds": bounds, "decisions": 8, "shadow": {},
        })
        .to_string()
    }
}

#[tokio::test]
async fn every_report_goes_out_with_its_decision() {
    let story = Story::begin().await;
    let approved = story.photo(1, 0.95).await;
    story.decide(&approved, "approved").await;
    let rejected = story.photo(2, 1.2).await;
    story.decide(&rejected, "rejected").await;
    let waiting = story.photo(3, 1.0).await;
    let passed = story.photo(4, 0.3).await;

    let (header, reports) = story.decisions();
    assert_eq!(header["version"], 1);
    assert_eq!(header["organization"], json!(story.organization));
    assert_eq!(header["organization_name"], "Anna's studio");
    assert_eq!(header["in_force"], Value::Null);
    let said = |one: &Value| {
        let noise = one["report"]["measures"][0]["value"].clone();
        json!([
            one["photo"],
            one["verdict"],
            one["decision"],
            one["waits"],
            noise
        ])
    };
    let said: Vec<Value> = reports.iter().map(said).collect();
    assert_eq!(
        said,
        [
            json!([approved, "held", "approved", false, 0.95]),
            json!([rejected, "held", "rejected", false, 1.2]),
            json!([waiting, "held", null, true, 1.0]),
            json!([passed, "passed", null, false, 0.3]),
        ]
    );
}

#[tokio::test]
async fn another_organizations_decisions_stay_inside() {
    let story = Story::begin().await;
    let berta = story.app.owner("Berta").await;
    let shoot = berta.create_shoot("1 Elsewhere").await;
    let photo = berta.add_photo(&shoot, "a.jpg", &pictures::room(9)).await;
    finish_with(&story.app, &photo, spotted(1.0)).await;
    assert_eq!(story.decisions().1, [] as [Value; 0]);
}

#[tokio::test]
async fn a_refit_is_in_force_from_its_adoption_until_it_is_reset() {
    let story = Story::begin().await;
    story
        .done("thresholds", "")
        .says("Photos are judged by table 4 as it is.");
    let refit = story.refit(&Value::Null, &json!({"noise": 1.2}));
    story.done("adopt", &refit).says("Adopted as refit ");
    story
        .done("thresholds", "")
        .says("Anna's studio")
        .says("of table 4, from 8 decisions, since ")
        .says("noise            fails above 1.2 (table 0.9)");
    let in_force = story.decisions().0["in_force"].clone();
    assert_eq!(in_force["bounds"], json!({"noise": 1.2}));

    let same = story.refit(&in_force["id"], &json!({"noise": 1.2}));
    story
        .done("adopt", &same)
        .says("these thresholds are in force already");
    let next = story.refit(&in_force["id"], &json!({"noise": 1.3}));
    story.done("adopt", &next).says("Adopted as refit ");
    story
        .done("reset", "")
        .says("Photos are judged by table 4 again");
    story.done("reset", "").says("Nothing was changed");
    assert_eq!(story.decisions().0["in_force"], Value::Null);
}

#[tokio::test]
async fn a_refit_that_was_fitted_to_what_is_past_is_refused() {
    let story = Story::begin().await;
    let blind = story.refit(&Value::Null, &json!({"noise": 1.2}));
    story.done("adopt", &blind);
    let late = story.refit(&Value::Null, &json!({"noise": 1.4}));
    let refused = story.qc("adopt", &late);
    assert_eq!(refused.status, Some(2), "{refused:#?}");
    assert!(refused.complained.contains("fit again"), "{refused:#?}");
    story
        .done("thresholds", "")
        .says("noise            fails above 1.2");
}

#[tokio::test]
async fn what_is_no_refit_of_this_organization_is_refused() {
    let story = Story::begin().await;
    let refit = story.refit(&Value::Null, &json!({"noise": 1.2}));
    let other = refit.replace(
        &story.organization.to_string(),
        &OrganizationId::new().to_string(),
    );
    for (input, sentence) in [
        (other.as_str(), "decisions of another organization"),
        (
            &refit.replace("\"version\":1", "\"version\":2"),
            "of version 2",
        ),
        (
            &refit.replace("\"table_version\":4", "\"table_version\":3"),
            "fitted for table 3",
        ),
        ("{}", "is not a refit document"),
        ("", "is not a refit document"),
    ] {
        let refused = story.qc("adopt", input);
        assert_eq!(refused.status, Some(2), "{refused:#?}");
        assert!(refused.complained.contains(sentence), "{refused:#?}");
    }
    story.done("thresholds", "").says("by table 4 as it is");
}

#[tokio::test]
async fn an_unknown_organization_is_refused_with_status_2() {
    let app = App::start().await;
    let nobody = OrganizationId::new();
    for words in ["decisions", "adopt", "thresholds", "reset"] {
        let output = operator_qc(&app.database, nobody, words, "");
        assert_eq!(output.status, Some(2));
        let sentence = format!("There is no organization {nobody}.\n");
        assert_eq!(output.complained, sentence);
    }
}
