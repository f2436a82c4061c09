//! New skies: the worker replaces the sky as a shoot or a person chose, and the change is on
//! record, on the photo's page and in the file that is delivered.

use std::sync::Arc;

use plumbline_tests::analyzers::SkyAnalyzer;
use plumbline_tests::app::App;
use plumbline_tests::client::Client;
use plumbline_tests::pictures;
use serde_json::Value;

struct Story {
    app: App,
    anna: Client,
    shoot: String,
    house: String,
}

impl Story {
    /// A house under an overcast sky, in a shoot that asks for a sky.
    async fn of_a_shoot_that_wants(sky: &str) -> Self {
        let app = App::start().await;
        let anna = app.owner("Anna").await;
        let new = [("name", "12 Harbour Street"), ("sky", sky)];
        let shoot = anna.post("/shoots", &new).await.made();
        let house = pictures::jpeg(&pictures::house(1));
        let house = anna.add_photo(&shoot, "house.jpg", &house).await;
        Self {
            app,
            anna,
            shoot,
            house,
        }
    }

    async fn enhance(&self) {
        self.app.run_jobs_analyzing(Arc::new(SkyAnalyzer)).await;
    }

    async fn report(&self, photo: &str) -> Value {
        let path = format!("/photos/{photo}/report.json");
        let document = self.anna.get(&path).await.json();
        let attempts = document["attempts"].as_array().expect("there are some");
        attempts.last().expect("there is one").clone()
    }
}

#[tokio::test]
async fn a_shoot_that_asks_for_clear_skies_gets_them_and_says_so() {
    let story = Story::of_a_shoot_that_wants("clear").await;
    story.enhance().await;

    let page = format!("/photos/{}", story.house);
    story
        .anna
        .get(&page)
        .await
        .shows("Ready")
        .shows("Replaced what was taken for sky (")
        .shows("outside the new sky, no sign of")
        .shows("Show the sky mask");
    let attempt = story.report(&story.house).await;
    let ledger = &attempt["report"]["ledger"];
    assert_eq!(ledger["kind"], "clear");
    assert_eq!(ledger["network_sha256"], "5ca1ab1e");
    assert_eq!(ledger["mask_corrected"], false);
    let share = ledger["share"].as_f64().unwrap();
    assert!((0.3..0.6).contains(&share), "{share}");
    assert_eq!(attempt["report"]["scene"]["place"], "exterior");

    let (status, mask) = story
        .anna
        .bytes(&format!("{page}/renditions/mask"), None)
        .await;
    assert_eq!(status.as_u16(), 200);
    assert!(mask.starts_with(b"\x89PNG"), "the mask is a picture");
    let (_, full) = story
        .anna
        .bytes(&format!("{page}/renditions/full"), None)
        .await;
    let marker = b"compositeSynthetic";
    assert!(full.windows(marker.len()).any(|bytes| bytes == marker));
    let report = story.anna.get(&format!("{page}/report")).await;
    report.shows("was replaced with a calculated clear sky: ");
}

#[tokio::test]
async fn a_room_never_gets_a_sky_whatever_its_shoot_asks_for() {
    let story = Story::of_a_shoot_that_wants("light_cloud").await;
    let room = story
        .anna
        .add_photo(&story.shoot, "room.jpg", &pictures::room(1))
        .await;
    story.enhance().await;
    story
        .anna
        .get(&format!("/photos/{room}"))
        .await
        .shows("The sky was left alone: the photo shows a room.");
    let attempt = story.report(&room).await;
    assert_eq!(attempt["report"]["ledger"], Value::Null);
}

#[tokio::test]
async fn what_a_person_wants_of_one_photo_outranks_the_shoot() {
    let story = Story::of_a_shoot_that_wants("clear").await;
    let path = format!("/photos/{}/override", story.house);
    story.enhance().await;
    let keep = [("place", "detected"), ("sky", "keep")];
    story.anna.post(&path, &keep).await;
    story.enhance().await;
    let attempt = story.report(&story.house).await;
    assert_eq!(attempt["report"]["ledger"], Value::Null);

    let inside = [("place", "interior"), ("sky", "high_cloud")];
    story.anna.post(&path, &inside).await;
    story.enhance().await;
    let attempt = story.report(&story.house).await;
    assert_eq!(attempt["report"]["ledger"], Value::Null, "rooms have none");

    let clouds = [("place", "exterior"), ("sky", "high_cloud")];
    story.anna.post(&path, &clouds).await;
    story.enhance().await;
    let attempt = story.report(&story.house).await;
    assert_eq!(attempt["report"]["ledger"]["kind"], "high_cloud");
}

#[tokio::test]
async fn a_painted_mask_is_where_the_new_sky_goes() {
    let story = Story::of_a_shoot_that_wants("clear").await;
    // No analyzer at all: nobody but Anna knows that there is a sky.
    story.app.run_jobs().await;
    let page = format!("/photos/{}", story.house);
    story.anna.get(&page).await.shows("The sky was left alone");

    let (width, height) = (1200, 800);
    let painted = pictures::mask(width, height, 0.25);
    let file = ("mask.png", painted.as_slice());
    let path = format!("{page}/mask");
    assert_eq!(story.anna.send_file(&path, "mask", file).await.status, 303);
    let outside = [("place", "exterior"), ("sky", "shoot")];
    story.app.run_jobs().await;
    story.anna.post(&format!("{page}/override"), &outside).await;
    story.app.run_jobs().await;
    let attempt = story.report(&story.house).await;
    let ledger = &attempt["report"]["ledger"];
    assert_eq!(ledger["mask_corrected"], true, "{attempt}");
    let share = ledger["share"].as_f64().unwrap();
    assert!((0.2..0.3).contains(&share), "{share}");
}

#[tokio::test]
async fn a_mask_painted_over_the_house_waits_for_the_word_of_a_person() {
    let story = Story::of_a_shoot_that_wants("clear").await;
    story.enhance().await;
    let page = format!("/photos/{}", story.house);
    // The gable begins a third from above.
    let painted = pictures::mask(1200, 800, 0.6);
    let file = ("mask.png", painted.as_slice());
    let path = format!("{page}/mask");
    assert_eq!(story.anna.send_file(&path, "mask", file).await.status, 303);
    story.enhance().await;

    let shown = story.anna.get(&page).await;
    shown
        .shows("does not look like sky: ")
        .hides("The sky was replaced");
    let attempt = story.report(&story.house).await;
    assert_eq!(attempt["report"]["verdict"], "held");
    assert_eq!(attempt["report"]["ledger"]["mask_corrected"], true);

    let review = format!("{page}/review");
    let approve = [("decision", "approved"), ("reason", "It is a white sail.")];
    assert_eq!(story.anna.post(&review, &approve).await.status, 303);
    let shown = story.anna.get(&page).await;
    shown
        .shows("It is a white sail.")
        .shows("does not look like sky: ")
        .hides("The sky was replaced");
}

#[tokio::test]
async fn a_picture_of_ones_own_becomes_the_sky_of_a_shoot() {
    let story = Story::of_a_shoot_that_wants("keep").await;
    let file = ("evening.jpg", &pictures::sky(1)[..]);
    story.anna.send_file("/skies", "sky", file).await;
    let skies = story.anna.get("/skies").await.text;
    let at = skies.find("/skies/").expect("it is listed") + "/skies/".len();
    let own = [("sky", &skies[at..at + 36])];
    let path = format!("/shoots/{}/sky", story.shoot);
    story.anna.post(&path, &own).await;
    story.enhance().await;
    let attempt = story.report(&story.house).await;
    assert_eq!(attempt["report"]["ledger"]["kind"], "own");
    story
        .anna
        .get(&format!("/photos/{}", story.house))
        .await
        .shows("with the sky picture you chose");
}
