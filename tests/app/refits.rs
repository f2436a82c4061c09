//! Decisions re-fit where quality control fails an organization's photos, once an operator says so.

use std::fs;
use std::path::PathBuf;

use plumbline_domain::ids::OrganizationId;
use plumbline_domain::people::operators::Operator;
use plumbline_domain::scope::Scope;
use plumbline_domain::work::refits::{self, NewRefit};
use plumbline_tests::app::App;
use plumbline_tests::by_hand::{finish_with, spotted};
use plumbline_tests::client::Client;
use plumbline_tests::pictures;
use plumbline_tests::qc_process::{Said, operator_qc, qc_fit};
use plumbline_tests::rows;
use serde_json::{Value, json};

/// Somebody with an organization of their own, and a shoot.
struct Organization<'a> {
    app: &'a App,
    owner: Client,
    shoot: String,
    organization: OrganizationId,
}

impl<'a> Organization<'a> {
    async fn of(name: &str, app: &'a App) -> Self {
        let owner = app.owner(name).await;
        let shoot = owner.create_shoot("12 Harbour Street").await;
        let organization = rows::organization_of(app, &shoot).await;
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
        finish_with(self.app, &photo, spotted(noise)).await;
        photo
    }

    async fn decide(&self, photo: &str, decision: &str) {
        let fields = [("decision", decision), ("reason", "because")];
        let path = format!("/photos/{photo}/review");
        let answer = self.owner.post(&path, &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }

    /// Approved photos of seeds 1 to `count`, with ever more spots: 0.91, 0.92 and on.
    async fn approved(&self, count: u32) -> Vec<String> {
        let mut photos = Vec::new();
        for seed in 1..=count {
            let photo = self.photo(seed, 0.9 + 0.01 * f64::from(seed)).await;
            self.decide(&photo, "approved").await;
            photos.push(photo);
        }
        photos
    }

    fn operator(&self, words: &str, input: &str) -> Said {
        operator_qc(&self.app.database, self.organization, words, input).done()
    }

    /// Fits the thresholds to the decisions that there are now.
    fn fit(&self, options: &[&str]) -> Said {
        let decisions = self.file("decisions.jsonl");
        fs::write(&decisions, self.operator("decisions", "").said).unwrap();
        qc_fit(&decisions, options).done()
    }

    /// The same, and adopts the refit.
    fn fit_and_adopt(&self) -> (Said, Said) {
        let refit = self.file("refit.json");
        let fitted = self.fit(&["--refit", refit.to_str().unwrap()]);
        let refit = fs::read_to_string(refit).unwrap();
        (fitted, self.operator("adopt", &refit))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.app
            .blobs()
            .join(format!("{}-{name}", self.organization))
    }

    async fn scope(&self) -> Scope {
        let operator = Operator::at_the_command_line(self.app.db(), self.organization).await;
        let operator = operator.unwrap().unwrap();
        operator.scope(self.app.db()).await.unwrap()
    }
}

#[tokio::test]
async fn the_shadow_tells_what_would_have_changed_and_changes_nothing() {
    let app = App::start().await;
    let anna = Organization::of("Anna", &app).await;
    anna.approved(8).await;
    let rejected = anna.photo(20, 1.18).await;
    anna.decide(&rejected, "rejected").await;
    anna.photo(21, 1.05).await;
    anna.photo(22, 0.3).await;
    let json = app.blobs().join("shadow.json");

    anna.fit(&["--json", json.to_str().unwrap()])
        .says("Anna's studio")
        .says("noise            0.9 -> 1.08        (table 0.9; 9 decisions, 8 approvals)")
        .says("approved photos                         0 -> 8     of 8")
        .says("rejected photos                         0 -> 0     of 1")
        .says("photos that wait for a decision         0 -> 1     of 1")
        .says("attempts that passed                    1 -> 1     of 1")
        .says("Nothing was changed. Run again with --refit FILE");

    let written: Value = serde_json::from_slice(&fs::read(json).unwrap()).unwrap();
    assert_eq!(written["gates"][0]["decisions"], 9);
    let thresholds = anna.operator("thresholds", "");
    thresholds.says("Photos are judged by table 4 as it is.");
    let mut scope = anna.scope().await;
    assert!(refits::in_force(&mut scope).await.unwrap().is_none());
}

#[tokio::test]
async fn a_refit_is_in_force_from_its_adoption_until_it_is_reset() {
    let app = App::start().await;
    let anna = Organization::of("Anna", &app).await;
    anna.approved(8).await;

    let (fitted, adopted) = anna.fit_and_adopt();
    fitted.says("Nothing was changed yet");
    adopted.says("Adopted as refit");
    anna.operator("thresholds", "")
        .says("of table 4, from 8 decisions, since ")
        .says("noise            fails above 0.98 (table 0.9)")
        .says("tile_chroma      fails above 4; a person looks above 3.6");
    let (fitted, adopted) = anna.fit_and_adopt();
    fitted.says("Nothing was changed: there is nothing to adopt.");
    adopted.says("Nothing was changed: these thresholds are in force already.");

    anna.operator("reset", "")
        .says("Photos are judged by table 4 again");
    anna.operator("reset", "").says("Nothing was changed");
    anna.operator("thresholds", "").says("by table 4 as it is");
    let record = rows::refits(&app).await;
    assert_eq!(
        record,
        [(8, false)],
        "what reports name stays on the record"
    );
}

#[tokio::test]
async fn another_organizations_decisions_never_count() {
    let app = App::start().await;
    let anna = Organization::of("Anna", &app).await;
    let berta = Organization::of("Berta", &app).await;
    anna.approved(8).await;
    berta.approved(2).await;

    let (fitted, adopted) = berta.fit_and_adopt();
    adopted.says("Nothing was changed");
    fitted
        .says("by 2 decisions.")
        .says("noise            stays at 0.9")
        .says("too few (8 and 3 are needed)");
    anna.fit_and_adopt().0.says("by 8 decisions.");
    berta.operator("thresholds", "").says("by table 4 as it is");
}

#[tokio::test]
async fn a_withdrawn_decision_does_not_count() {
    let app = App::start().await;
    let anna = Organization::of("Anna", &app).await;
    let photos = anna.approved(8).await;
    let path = format!("/photos/{}/review/withdrawal", photos[0]);
    anna.owner.post(&path, &[]).await;

    anna.fit(&[])
        .says("by 7 decisions.")
        .says("No gate moves.")
        .says("photos that wait for a decision         0 -> 0     of 1");
}

#[tokio::test]
async fn a_refit_of_another_table_is_ignored_and_replaced() {
    let app = App::start().await;
    let anna = Organization::of("Anna", &app).await;
    anna.approved(8).await;
    let mut scope = anna.scope().await;
    let old = refit(2, &json!({"noise": 1.4}));
    refits::adopt(&mut scope, None, &old).await.unwrap();
    scope.commit().await.unwrap();

    let said = "was made for table 2 and is ignored: photos are judged by table 4.";
    anna.operator("thresholds", "")
        .says(said)
        .says("noise            fails above 0.9\n");
    let (fitted, adopted) = anna.fit_and_adopt();
    fitted.says(said).says("noise            0.9 -> 0.98");
    adopted.says("Adopted as refit");
    anna.operator("thresholds", "").says("from 8 decisions");
}

#[tokio::test]
async fn a_refit_that_was_compared_with_another_one_is_not_adopted() {
    let app = App::start().await;
    let anna = Organization::of("Anna", &app).await;
    let new = refit(3, &json!({"noise": 1.2}));
    let mut scope = anna.scope().await;
    let first = refits::adopt(&mut scope, None, &new).await.unwrap();
    scope.commit().await.unwrap();
    assert!(first.is_some());

    let mut scope = anna.scope().await;
    let blind = refits::adopt(&mut scope, None, &new).await.unwrap();
    assert_eq!(blind, None, "it was compared with the table");
    let second = refits::adopt(&mut scope, first, &new).await.unwrap();
    assert!(second.is_some());
    let late = refits::adopt(&mut scope, first, &new).await.unwrap();
    assert_eq!(late, None, "it was compared with the first");
    let in_force = refits::in_force(&mut scope).await.unwrap();
    assert_eq!(in_force.map(|refit| refit.id), second);

    refits::withdraw(&mut scope, second.unwrap()).await.unwrap();
    let gone = refits::adopt(&mut scope, second, &new).await.unwrap();
    assert_eq!(gone, None, "the table is in force again");
}

fn refit(table_version: i32, bounds: &Value) -> NewRefit {
    NewRefit {
        table_version,
        bounds: bounds.clone(),
        decisions: 8,
        shadow: json!({}),
    }
}
