//! A person decides on what quality control held.

use plumbline_documents::Verdict;
use plumbline_tests::app::App;
use plumbline_tests::by_hand;
use plumbline_tests::client::Client;
use plumbline_tests::pictures;
use plumbline_tests::rows;

struct Held {
    app: App,
    anna: Client,
    photo: String,
    link: String,
}

async fn a_held_photo() -> Held {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let photo = anna
        .add_photo(&shoot, "kitchen.jpg", &pictures::room(1))
        .await;
    by_hand::finish(&app, &photo, Verdict::Held).await;
    let link = anna.share(&shoot).await;
    Held {
        app,
        anna,
        photo,
        link,
    }
}

#[tokio::test]
async fn a_held_photo_waits_for_a_person_and_customers_do_not_see_it() {
    let Held {
        app,
        anna,
        photo,
        link,
    } = a_held_photo().await;
    anna.get("/reviews")
        .await
        .shows("kitchen.jpg")
        .shows("0.71, at least 0.93")
        .shows("How well lines and objects stayed in place.");
    anna.get("/shoots").await.shows("1 to review");
    anna.get(&format!("/photos/{photo}"))
        .await
        .shows("Approve")
        .shows("How well lines and objects stayed in place.");

    let customer = app.visitor();
    customer
        .get(&link)
        .await
        .shows("being prepared")
        .hides("kitchen");
    let full = customer.get(&format!("{link}/photos/{photo}/full")).await;
    assert_eq!(full.status, 404);
    assert_eq!(customer.get(&format!("{link}/download")).await.status, 422);
}

#[tokio::test]
async fn an_approved_photo_reaches_the_customer_until_that_is_undone() {
    let Held {
        app,
        anna,
        photo,
        link,
    } = a_held_photo().await;
    let customer = app.visitor();
    let review = format!("/photos/{photo}/review");

    anna.post(&review, &[("decision", "approved"), ("reason", "")])
        .await;
    anna.get(&format!("/photos/{photo}"))
        .await
        .shows("Approved by Anna");
    anna.get("/reviews").await.shows("Nothing to review");
    customer.get(&link).await.shows("kitchen.jpg");

    anna.post(&format!("{review}/withdrawal"), &[]).await;
    anna.get("/reviews").await.shows("kitchen.jpg");
    customer.get(&link).await.hides("kitchen.jpg");
}

#[tokio::test]
async fn a_rejection_needs_a_reason_and_keeps_it() {
    let Held {
        app,
        anna,
        photo,
        link,
    } = a_held_photo().await;
    let review = format!("/photos/{photo}/review");

    let unsaid = anna
        .post(&review, &[("decision", "rejected"), ("reason", " ")])
        .await;
    assert_eq!(unsaid.status, 422);
    unsaid.shows("Please say why");

    anna.post(
        &review,
        &[("decision", "rejected"), ("reason", "The lamp is gone")],
    )
    .await;
    anna.get(&format!("/photos/{photo}"))
        .await
        .shows("Rejected by Anna")
        .shows("The lamp is gone");
    app.visitor().get(&link).await.hides("kitchen.jpg");
}

#[tokio::test]
async fn the_second_of_two_deciders_is_told() {
    let Held {
        app: _app,
        anna,
        photo,
        ..
    } = a_held_photo().await;
    let review = format!("/photos/{photo}/review");
    anna.post(&review, &[("decision", "approved")]).await;
    let late = anna
        .post(&review, &[("decision", "rejected"), ("reason", "No")])
        .await;
    let page = anna.get(late.location.as_deref().unwrap()).await;
    page.shows("Someone else has already decided")
        .shows("Approved by Anna");
}

#[tokio::test]
async fn every_decision_stays_on_the_record() {
    let Held {
        app, anna, photo, ..
    } = a_held_photo().await;
    let review = format!("/photos/{photo}/review");
    anna.post(&review, &[("decision", "approved")]).await;
    anna.post(&format!("{review}/withdrawal"), &[]).await;
    anna.post(&review, &[("decision", "rejected"), ("reason", "No")])
        .await;
    assert_eq!(
        rows::decisions(&app).await,
        [
            ("approved".to_owned(), false),
            ("rejected".to_owned(), true)
        ]
    );
}
