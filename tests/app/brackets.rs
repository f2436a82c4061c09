//! Exposure brackets: many originals of one view, one photo.

use plumbline_fixtures::photos;
use plumbline_tests::app::App;
use plumbline_tests::client::Client;
use plumbline_tests::exposures::exposure;
use plumbline_tests::pictures;

/// Three exposures of a room, taken in the second given and the two after it.
async fn bracket(client: &Client, shoot: &str, room: u32, second: u32) -> Vec<String> {
    let mut photos = Vec::new();
    for (at, ev) in [(0, 0.0), (1, -2.0), (2, 2.0)] {
        let name = format!("IMG_{room}_{at}.jpg");
        let bytes = exposure(room, ev, second + at);
        photos.push(client.add_photo(shoot, &name, &bytes).await);
    }
    photos
}

#[tokio::test]
async fn the_exposures_of_a_room_become_one_photo() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let kitchen = bracket(&anna, &shoot, 1, 0).await;
    let bath = bracket(&anna, &shoot, 2, 120).await;
    anna.add_photo(&shoot, "garden.jpg", &pictures::room(3))
        .await;

    app.run_jobs().await;
    anna.get(&format!("/shoots/{shoot}"))
        .await
        .shows("All 3 done")
        .shows("IMG_1_0.jpg")
        .shows("IMG_2_0.jpg")
        .hides("IMG_1_1.jpg");
    for room in [&kitchen, &bath] {
        anna.get(&format!("/photos/{}", room[0]))
            .await
            .shows("3 exposures merged")
            .shows("3 exposures were fused");
        let darkest = anna.get(&format!("/photos/{}", room[1])).await;
        assert_eq!(darkest.location, Some(format!("/photos/{}", room[0])));
    }
}

#[tokio::test]
async fn an_exposure_that_comes_late_goes_into_the_photo_it_belongs_to() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let middle = exposure(1, 0.0, 0);
    let photo = anna.add_photo(&shoot, "middle.jpg", &middle).await;
    anna.add_photo(&shoot, "dark.jpg", &exposure(1, -2.0, 1))
        .await;
    app.run_jobs().await;
    anna.get(&format!("/shoots/{shoot}"))
        .await
        .shows("All 1 done");

    anna.add_photo(&shoot, "bright.jpg", &exposure(1, 2.0, 2))
        .await;
    app.run_jobs().await;
    anna.get(&format!("/shoots/{shoot}"))
        .await
        .shows("All 1 done");
    let page = anna.get(&format!("/shoots/{shoot}")).await.text;
    let leader = if page.contains(&photo) {
        photo
    } else {
        id_in(&page)
    };
    anna.get(&format!("/photos/{leader}"))
        .await
        .shows("3 exposures merged");
}

fn id_in(page: &str) -> String {
    let at = page.find("/photos/").expect("a photo") + "/photos/".len();
    page[at..at + 36].to_owned()
}

#[tokio::test]
async fn what_a_person_separates_stays_separate() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let photos = bracket(&anna, &shoot, 1, 0).await;
    app.run_jobs().await;

    let asked = anna
        .post(&format!("/photos/{}/separation", photos[0]), &[])
        .await;
    let back = asked.location.expect("it goes back to the shoot");
    anna.get(&back)
        .await
        .shows("separate photos again")
        .shows("0 of 3 done");
    app.run_jobs().await;
    anna.get(&format!("/shoots/{shoot}"))
        .await
        .shows("All 3 done");
    let again = anna
        .post(&format!("/photos/{}/separation", photos[0]), &[])
        .await;
    anna.get(&again.location.expect("a page"))
        .await
        .shows("cannot be separated");
}

#[tokio::test]
async fn a_shoot_keeps_the_look_it_was_made_with() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let made = anna
        .post(
            "/shoots",
            &[("name", "12 Harbour Street"), ("look", "warm")],
        )
        .await;
    let shoot = made.location.expect("the shoot's page");
    anna.get(&shoot).await.shows("Warm look");
    let id = shoot.rsplit('/').next().expect("an id").to_owned();
    let photo = anna.add_photo(&id, "room.jpg", &pictures::room(1)).await;
    app.run_jobs().await;
    let report = anna
        .get(&format!("/photos/{photo}/report.json"))
        .await
        .json();
    assert_eq!(report["attempts"][0]["plan"]["look"], "warm");
    let refused = anna
        .post("/shoots", &[("name", "A house"), ("look", "garish")])
        .await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn an_exposure_sent_again_restores_the_photo_it_was_merged_into() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let photos = bracket(&anna, &shoot, 1, 0).await;
    app.run_jobs().await;

    // The darkest frame cannot be removed alone: it is a part of the photo.
    let refused = anna
        .post(&format!("/photos/{}/removal", photos[1]), &[])
        .await;
    anna.get(&refused.location.expect("the photo's page"))
        .await
        .shows("was merged into this photo");
    anna.post(&format!("/photos/{}/removal", photos[0]), &[])
        .await;
    anna.get(&format!("/shoots/{shoot}"))
        .await
        .hides("IMG_1_0.jpg");

    let again = anna
        .upload(&shoot, "IMG_1_1.jpg", &exposure(1, -2.0, 1))
        .await;
    assert_eq!(again.status, 200);
    anna.get(&format!("/shoots/{shoot}"))
        .await
        .shows("All 1 done")
        .shows("IMG_1_0.jpg");
}

#[tokio::test]
async fn exposures_that_come_one_by_one_end_in_one_photo() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    for (name, at, ev) in [("a.jpg", 0, 0.0), ("b.jpg", 1, -2.0), ("late.jpg", 2, 2.0)] {
        anna.add_photo(&shoot, name, &exposure(1, ev, at)).await;
        app.run_jobs().await;
    }
    let page = anna.get(&format!("/shoots/{shoot}")).await;
    page.shows("All 1 done");
}

/// Real frames whose files tell the exposure time and little else.
#[tokio::test]
async fn a_real_bracket_with_little_to_say_becomes_one_photo() {
    let Some(folder) = photos("brackets/frobisher") else {
        return;
    };
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    for number in 2600..=2602 {
        let name = format!("IMG_{number}.jpg");
        let bytes = std::fs::read(folder.join(&name)).expect("a frame");
        anna.add_photo(&shoot, &name, &bytes).await;
    }
    app.run_jobs().await;
    anna.get(&format!("/shoots/{shoot}"))
        .await
        .shows("All 1 done")
        .shows("IMG_2601.jpg");
}
