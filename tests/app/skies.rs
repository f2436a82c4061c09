//! Sky and scene: the scene analysis, a person's override, and the sky that a photo gets.

mod masks;
mod new_skies;
mod story;

use std::sync::Arc;

use plumbline_documents::{Place, Verdict};
use plumbline_tests::app::attempts;
use plumbline_tests::by_hand;
use plumbline_tests::generative_models::WatchingModel;
use plumbline_tests::pictures;
use plumbline_tests::rows;
use serde_json::json;

use story::{Story, add_sky};

#[tokio::test]
async fn a_person_overrides_the_scene_and_the_photo_is_enhanced_with_it() {
    let story = Story::begin().await;
    let model = Arc::new(WatchingModel::default());
    story.app.run_jobs_with(Some(model.clone())).await;
    assert_eq!(model.places().last(), Some(&Place::Unknown));

    let after = story.override_scene("exterior", "shoot").await;
    assert!(after.unwrap().ends_with("?notice=enhancing-again"));
    story
        .anna
        .get(&story.page())
        .await
        .shows("Waiting")
        .shows("Scene: exterior.")
        .hides("Enhance again</button>");

    story.app.run_jobs_with(Some(model.clone())).await;
    assert_eq!(model.places().last(), Some(&Place::Exterior));
    story
        .anna
        .get(&story.page())
        .await
        .shows("Ready")
        .shows("value=\"exterior\" selected")
        .shows("Anna, ");
    assert!(
        attempts(&story.app, &story.photo).await.len() >= 2,
        "on the record"
    );

    let reset = format!("{}/override/withdrawal", story.page());
    story.anna.post(&reset, &[]).await;
    story.app.run_jobs_with(Some(model.clone())).await;
    assert_eq!(model.places().last(), Some(&Place::Unknown));
    story
        .anna
        .get(&story.page())
        .await
        .hides("Scene: exterior.");
}

#[tokio::test]
async fn a_decision_on_one_attempt_is_none_on_the_next() {
    let story = Story::begin().await;
    by_hand::finish(&story.app, &story.photo, Verdict::Held).await;
    let link = story.anna.share(&story.shoot).await;
    let review = format!("{}/review", story.page());
    story.anna.post(&review, &[("decision", "approved")]).await;
    let customer = story.app.visitor();
    customer.get(&link).await.shows("garden.jpg");

    story.override_scene("exterior", "shoot").await;
    customer.get(&link).await.hides("garden.jpg");
    // Taking back what no longer counts changes nothing.
    story.anna.post(&format!("{review}/withdrawal"), &[]).await;
    by_hand::finish(&story.app, &story.photo, Verdict::Held).await;

    customer.get(&link).await.hides("garden.jpg");
    story
        .anna
        .get(&story.page())
        .await
        .shows("Needs review")
        .hides("Approved by Anna");
    let no = [("decision", "rejected"), ("reason", "The sky is wrong")];
    story.anna.post(&review, &no).await;
    story
        .anna
        .get(&story.page())
        .await
        .shows("Rejected by Anna")
        .shows("the rejection does not carry over");
    assert_eq!(
        rows::decisions(&story.app).await,
        [("approved".to_owned(), true), ("rejected".to_owned(), true)],
        "each is true of its own attempt"
    );
}

#[tokio::test]
async fn a_photo_in_progress_is_not_enhanced_again() {
    let story = Story::begin().await;
    let refused = story.override_scene("exterior", "clear").await.unwrap();
    story.anna.get(&refused).await.shows("being enhanced");
    let document = story
        .anna
        .get(&format!("{}/report.json", story.page()))
        .await;
    assert_eq!(document.json()["override"], json!(null));
}

#[tokio::test]
async fn a_sky_for_one_photo_counts_more_than_the_shoots() {
    let story = Story::begin().await;
    story.app.run_jobs().await;
    // Only the worker finds out that this is no picture.
    let broken = add_sky(&story.anna, "evening.jpg", &pictures::sky(1)[..300]).await;
    let of_shoot = format!("/shoots/{}/sky", story.shoot);
    story.anna.post(&of_shoot, &[("sky", &broken)]).await;

    story.override_scene("exterior", "shoot").await;
    story.app.run_jobs().await;
    story
        .anna
        .get(&story.page())
        .await
        .shows("Failed")
        .shows("The sky picture evening cannot be read. Choose another sky")
        .shows("As in the shoot: evening");

    story.override_scene("exterior", "light_cloud").await;
    story.app.run_jobs().await;
    story
        .anna
        .get(&story.page())
        .await
        .shows("Ready")
        .shows("Sky: Light cloud.");
    let document = story
        .anna
        .get(&format!("{}/report.json", story.page()))
        .await;
    assert_eq!(document.json()["override"]["sky"], "light_cloud");
    assert_eq!(document.json()["override"]["place"], "exterior");
}

#[tokio::test]
async fn an_own_sky_is_chosen_removed_and_restored() {
    let story = Story::passed().await;
    let sky = add_sky(&story.anna, "evening.jpg", &pictures::sky(1)).await;
    assert_eq!(
        add_sky(&story.anna, "evening.jpg", &pictures::sky(1)).await,
        sky
    );
    let shoot = format!("/shoots/{}", story.shoot);
    let chosen = [("sky", sky.as_str())];
    story.anna.post(&format!("{shoot}/sky"), &chosen).await;
    let option = format!("<option value=\"{sky}\" selected>evening</option>");
    story.anna.get(&shoot).await.shows(&option);

    let removed = story.anna.post(&format!("/skies/{sky}/removal"), &[]).await;
    story
        .anna
        .get(&removed.location.unwrap())
        .await
        .shows("evening was removed.")
        .shows("No sky of your own yet");
    story.anna.get("/shoots").await.hides(&sky);
    // Whoever has it keeps it.
    story.anna.get(&shoot).await.shows("evening (removed)");

    story
        .anna
        .post(&format!("/skies/{sky}/restoration"), &[])
        .await;
    story.anna.get("/shoots").await.shows(&sky);
}

#[tokio::test]
async fn what_is_no_picture_is_no_sky() {
    let story = Story::passed().await;
    for (name, bytes, said) in [
        ("sky.heic", &b"\0\0\0\x18ftypheic"[..], "HEIC"),
        ("sky.dng", b"II\x2a\0 and so on", "camera RAW"),
    ] {
        let page = story.anna.send_file("/skies", "sky", (name, bytes)).await;
        assert_eq!(page.status, 422);
        page.shows(said).shows("No sky of your own yet");
    }
}

#[tokio::test]
async fn a_shoots_sky_is_chosen_with_its_name_and_its_exteriors_follow_a_change() {
    let story = Story::passed().await;
    let new = [("name", "2 Pier Road"), ("sky", "high_cloud")];
    let pier = story.anna.post("/shoots", &new).await.made();
    let high = "<option value=\"high_cloud\" selected>High cloud</option>";
    story.anna.get(&format!("/shoots/{pier}")).await.shows(high);

    let mut photos = vec![story.photo.clone()];
    for seed in 2..=5 {
        let name = format!("{seed}.jpg");
        let bytes = pictures::room(seed);
        let photo = story.anna.add_photo(&story.shoot, &name, &bytes).await;
        by_hand::finish(&story.app, &photo, Verdict::Passed).await;
        photos.push(photo);
    }
    let [outside, inside, set_outside, own_choice, unseen] = &photos[..] else {
        unreachable!("there are five");
    };
    for (photo, place) in [
        (outside, "exterior"),
        (inside, "interior"),
        (own_choice, "exterior"),
    ] {
        by_hand::set_scene(&story.app, photo, json!({"place": place})).await;
    }
    for (photo, place, sky) in [
        (set_outside, "exterior", "shoot"),
        (own_choice, "detected", "keep"),
    ] {
        let path = format!("/photos/{photo}/override");
        story
            .anna
            .post(&path, &[("place", place), ("sky", sky)])
            .await;
        by_hand::finish(&story.app, photo, Verdict::Passed).await;
    }
    by_hand::set_scene(&story.app, own_choice, json!({"place": "exterior"})).await;

    let shoot = format!("/shoots/{}", story.shoot);
    let chosen = story
        .anna
        .post(&format!("{shoot}/sky"), &[("sky", "clear")])
        .await;
    story
        .anna
        .get(&chosen.location.unwrap())
        .await
        .shows("The sky applies to exteriors enhanced from now on.")
        .shows("Enhance 2 exteriors again");
    for notice in [
        "The exteriors are being enhanced again.",
        "No exterior is ready to be enhanced again.",
    ] {
        let sent = story.anna.post(&format!("{shoot}/attempts"), &[]).await;
        let page = story.anna.get(&sent.location.unwrap()).await;
        page.shows(notice);
    }
    for (photo, word) in [
        (outside, "Waiting"),
        (set_outside, "Waiting"),
        (inside, "Ready"),
        (own_choice, "Ready"),
        (unseen, "Ready"),
    ] {
        story
            .anna
            .get(&format!("/photos/{photo}"))
            .await
            .shows(word);
    }
}

#[tokio::test]
async fn the_page_and_the_report_say_what_was_detected_and_what_was_generated() {
    let story = Story::begin().await;
    let mut report = by_hand::report(Verdict::Passed);
    report["scene"] = json!({
        "place": "exterior", "confidence": 0.97, "room": null, "room_confidence": 0.0,
        "sky": {"share": 0.31, "network": "u2net"}, "network": "scenes",
        "became": "A clear sky was painted.",
    });
    report["ledger"] = json!({
        "operation": "sky", "kind": "clear", "share": 0.31, "pixels": 7_440_000, "seed": 42,
        "network": "u2net", "network_sha256": "c0ffee", "mask_corrected": true,
    });
    by_hand::finish_with(&story.app, &story.photo, report).await;
    story
        .anna
        .get(&story.page())
        .await
        .shows("Exterior (97 % sure)")
        .shows("31 % of the picture")
        .shows("A clear sky was painted.");
    story
        .anna
        .get(&format!("{}/report", story.page()))
        .await
        .shows("Scene: Exterior (97 % sure)")
        .shows("with a calculated clear sky: 31 % of the picture, 7,440,000 pixels.")
        .shows("Made with seed 42.")
        .shows("The sky mask was painted by hand.")
        .shows("c0ffee");
}
