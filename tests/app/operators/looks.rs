//! An operator adds personal looks, and chooses the photos that are finished in them.

use std::path::PathBuf;

use plumbline_tests::app::{App, root};
use plumbline_tests::client::Client;
use plumbline_tests::looks;
use plumbline_tests::pictures;
use plumbline_tests::qc_process::{Said, operator_looks};
use plumbline_tests::rows;
use serde_json::{Value, json};
use tempfile::TempDir;

const HOUSE: &str = "house";

struct Story {
    app: App,
    anna: Client,
    shoot: String,
    organization: String,
    files: TempDir,
}

/// A photo that was enhanced.
struct Enhanced {
    sha256: String,
    report: Value,
}

impl Enhanced {
    /// The look and its version, as the record has them.
    fn look(&self) -> Value {
        let look = &self.report["personal_look"];
        json!([look["name"], look["version"]])
    }

    fn says(&self, words: &str) {
        let done = self.report["attempts"][0]["done"].to_string();
        assert!(done.contains(words), "no {words:?} in {done}");
    }
}

impl Story {
    async fn begin() -> Self {
        let app = App::start().await;
        let anna = app.owner("Anna").await;
        let shoot = anna.create_shoot("12 Harbour Street").await;
        let organization = rows::organization_of(&app, &shoot).await;
        Self {
            app,
            anna,
            shoot,
            organization,
            files: tempfile::tempdir().unwrap(),
        }
    }

    fn looks(&self, command: &str, words: &[&str]) -> Said {
        operator_looks(&self.app, &self.organization, command, words)
    }

    fn done(&self, command: &str, words: &[&str]) -> Said {
        self.looks(command, words).done()
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.files.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn add(&self, name: &str, bytes: &[u8]) -> Said {
        let file = self.file("look.safetensors", bytes);
        self.done("add", &["--name", name, &file])
    }

    /// The same picture in a shoot, enhanced.
    async fn enhanced(&self, owner: &Client, shoot: &str) -> Enhanced {
        let photo = owner.add_photo(shoot, "room.jpg", &pictures::room(1)).await;
        self.app.run_jobs().await;
        let report = owner.get(&format!("/photos/{photo}/report.json")).await;
        Enhanced {
            sha256: rows::sha256_of_full(&self.app, &photo).await,
            report: report.json(),
        }
    }

    /// The same picture in a shoot of Anna's that has just been made.
    async fn enhanced_in(&self, shoot: &str) -> Enhanced {
        let shoot = self.anna.create_shoot(shoot).await;
        self.enhanced(&self.anna, &shoot).await
    }

    /// The file of the only look in storage.
    fn stored(&self) -> PathBuf {
        let folder = self.app.blobs().join(&self.organization).join("looks");
        let mut files = std::fs::read_dir(folder).unwrap();
        let file = files.next().unwrap().unwrap().path();
        assert!(files.next().is_none());
        file
    }
}

#[tokio::test]
async fn photos_are_finished_in_their_organizations_look_and_say_so() {
    let story = Story::begin().await;
    let berta = story.app.owner("Berta").await;
    let elsewhere = berta.create_shoot("1 Elsewhere").await;
    let before = story.enhanced(&berta, &elsewhere).await;

    story
        .add("Warm kitchen", &looks::lit(looks::BRIGHTER))
        .says("Added as Warm kitchen@1. Nobody uses it yet");
    let unused = story.enhanced_in("Before it is used").await;
    assert_eq!(unused.sha256, before.sha256);
    story
        .done("use", &["Warm kitchen"])
        .says("Photos of Anna's studio, but for shoots with a choice of their own, are finished in Warm kitchen@1 from now on.");

    let ours = story.enhanced(&story.anna, &story.shoot).await;
    ours.says("Finished in the look “Warm kitchen”, version 1.");
    assert_eq!(ours.look(), json!(["Warm kitchen", 1]));
    assert_ne!(ours.sha256, before.sha256);

    let elsewhere = berta.create_shoot("2 Elsewhere").await;
    let after = story.enhanced(&berta, &elsewhere).await;
    assert_eq!(after.sha256, before.sha256, "byte for byte");
    assert_eq!(after.look(), json!([null, null]));
    let done = after.report["attempts"][0]["done"].to_string();
    assert!(!done.contains("Warm kitchen"), "{done}");
}

#[tokio::test]
async fn a_shoot_may_choose_for_itself_and_an_old_version_stays_usable() {
    let story = Story::begin().await;
    let plain = story.enhanced_in("In the house look").await;
    story.add("Warm kitchen", &looks::lit(looks::DARKER));
    story
        .add("Warm kitchen", &looks::lit(looks::BRIGHTER))
        .says("Added as Warm kitchen@2.");
    story.done("use", &["Warm kitchen"]).says("Warm kitchen@2");
    let second = story.enhanced_in("As the organization").await;
    assert_eq!(second.look(), json!(["Warm kitchen", 2]));

    let shoot = story.shoot.as_str();
    story
        .done("use", &["--shoot", shoot, "Warm kitchen@1"])
        .says("Photos of the shoot “12 Harbour Street” are finished in Warm kitchen@1");
    let first = story.enhanced(&story.anna, shoot).await;
    assert_eq!(first.look(), json!(["Warm kitchen", 1]));
    assert_ne!(first.sha256, second.sha256);

    let house = story.anna.create_shoot("In the house look again").await;
    story.done("use", &["--shoot", &house, HOUSE]);
    let house = story.enhanced(&story.anna, &house).await;
    assert_eq!(house.sha256, plain.sha256);

    let again = story.anna.create_shoot("As the organization again").await;
    story.done("use", &["--shoot", &again, HOUSE]);
    story.done("use", &["--shoot", &again, "organization"]);
    let again = story.enhanced(&story.anna, &again).await;
    assert_eq!(again.sha256, second.sha256);

    story.done("use", &[HOUSE]);
    let after = story.enhanced_in("In the house look for good").await;
    assert_eq!(after.sha256, plain.sha256);
    story
        .done("list", &[])
        .says("house: the organization's")
        .says("Warm kitchen@1, 153 kB")
        .says(": “12 Harbour Street”")
        .says("Warm kitchen@2, 153 kB");
}

#[tokio::test]
async fn a_look_is_removed_only_when_nobody_uses_it() {
    let story = Story::begin().await;
    let bytes = looks::lit(looks::BRIGHTER);
    story.add("Warm kitchen", &bytes);
    story.done("use", &["Warm kitchen"]);
    story.done("use", &["--shoot", &story.shoot, "Warm kitchen@1"]);
    let remove = ["Warm kitchen@1"];
    story
        .looks("remove", &remove)
        .refused("is in use (the organization's, “12 Harbour Street”)");
    story.done("use", &[HOUSE]);
    story
        .looks("remove", &remove)
        .refused("is in use (“12 Harbour Street”)");
    let made = story.enhanced(&story.anna, &story.shoot).await;
    story.done("use", &["--shoot", &story.shoot, HOUSE]);
    story
        .done("remove", &remove)
        .says("Warm kitchen@1 was removed");

    assert!(!story.done("list", &[]).said.contains("Warm kitchen"));
    story
        .looks("use", &remove)
        .refused("There is no look Warm kitchen@1");
    story.looks("remove", &remove).refused("There is no look");
    made.says("Finished in the look “Warm kitchen”, version 1.");
    // Its number is not given away, and the same bytes restore it.
    let other = looks::lit(looks::DARKER);
    story.add("Warm kitchen", &other).says("Warm kitchen@2");
    let again = story.add("Warm kitchen", &bytes);
    again.says("Warm kitchen@1 has these bytes already");
    story.done("use", &remove).says("Warm kitchen@1");
}

#[tokio::test]
async fn a_look_that_cannot_be_opened_fails_the_photo_until_it_is_added_again() {
    let story = Story::begin().await;
    let bytes = looks::lit(looks::BRIGHTER);
    story.add("Warm kitchen", &bytes);
    story.done("use", &["Warm kitchen"]);
    let stored = story.stored();
    let photo = story
        .anna
        .add_photo(&story.shoot, "room.jpg", &pictures::room(1))
        .await;
    let page = format!("/photos/{photo}");
    let large = vec![0; 5 << 20];
    for (damage, why) in [
        (Some(&bytes[..1000]), "its file is damaged"),
        (Some(&large), "its file is too large"),
        (None, "its file is missing"),
    ] {
        match damage {
            Some(damage) => std::fs::write(&stored, damage).unwrap(),
            None => std::fs::remove_file(&stored).unwrap(),
        }
        story.app.run_jobs().await;
        let said = format!("The look “Warm kitchen”, version 1, cannot be used: {why}.");
        story.anna.get(&page).await.shows("Failed").shows(&said);
        story.anna.post(&format!("{page}/attempts"), &[]).await;
    }
    story
        .add("Warm kitchen", &bytes)
        .says("Its file was stored again.");
    story.app.run_jobs().await;
    story
        .anna
        .get(&page)
        .await
        .shows("Finished in the look “Warm kitchen”, version 1.");
}

#[tokio::test]
async fn what_is_no_look_of_this_organization_is_refused() {
    let story = Story::begin().await;
    let sky = root().join("models/shipped/sky.safetensors");
    let sky = sky.to_str().unwrap();
    let cut = story.file("cut.safetensors", &looks::house()[..1000]);
    let large = story.file("large.safetensors", &vec![0; (4 << 20) + 1]);
    let nothing = story.files.path().join("nothing");
    let nothing = nothing.to_str().unwrap();
    for (file, why) in [
        (sky, "which no look has"),
        (&cut, "it is not a whole safetensors file"),
        (&large, "is larger than 4 MB"),
        (nothing, "cannot be read"),
    ] {
        story
            .looks("add", &["--name", "Warm kitchen", file])
            .refused(why);
    }
    let good = story.file("good.safetensors", &looks::house());
    for name in [HOUSE, "warm@2", ""] {
        let refused = story.looks("add", &["--name", name, &good]);
        assert_eq!(refused.status, Some(2), "{refused:#?}");
    }
    story.add("Warm kitchen", &looks::house());
    story
        .looks("use", &["organization"])
        .refused("name one with --shoot");

    let berta = story.app.owner("Berta").await;
    let hers = berta.create_shoot("1 Elsewhere").await;
    story
        .looks("use", &["--shoot", &hers, "Warm kitchen"])
        .refused("There is no shoot");
    let organization = rows::organization_of(&story.app, &hers).await;
    for (command, word) in [("use", "Warm kitchen"), ("remove", "Warm kitchen@1")] {
        operator_looks(&story.app, &organization, command, &[word])
            .refused("There is no look Warm kitchen");
    }
    let listed = operator_looks(&story.app, &organization, "list", &[]).done();
    assert_eq!(listed.said, "Berta's studio\n  house: the organization's\n");
}
