//! The journey that must always work.

use plumbline_tests::app::App;
use plumbline_tests::pictures;

#[tokio::test]
async fn a_shoot_goes_in_and_a_zip_comes_out() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    anna.get("/shoots")
        .await
        .shows("Your first shoot starts with an address");

    let shoot = anna.create_shoot("12 Harbour Street").await;
    let page = format!("/shoots/{shoot}");
    anna.get(&page)
        .await
        .shows("12 Harbour Street")
        .shows("No photos yet");
    let kitchen = anna
        .add_photo(&shoot, "kitchen.jpg", &pictures::room(1))
        .await;
    anna.add_photo(&shoot, "garden.jpg", &pictures::room(2))
        .await;
    anna.get(&page).await.shows("0 of 2 done").shows("Waiting");

    app.run_jobs().await;
    anna.get(&page).await.shows("All 2 done").shows("2 ready");
    anna.get(&format!("/photos/{kitchen}"))
        .await
        .shows("What was done")
        .shows("<before-after")
        .shows("Full resolution");
    let report = anna
        .get(&format!("/photos/{kitchen}/report.json"))
        .await
        .json();
    assert_eq!(report["attempts"][0]["report"]["verdict"], "passed");

    let link = anna.share(&shoot).await;
    let customer = app.visitor();
    customer
        .get(&link)
        .await
        .shows("12 Harbour Street")
        .shows("all 2 photos");
    let (status, zip) = customer.bytes(&format!("{link}/download"), None).await;
    assert_eq!(status, 200);
    assert_eq!(
        names_in(&zip),
        [
            "001-kitchen.jpg",
            "002-garden.jpg",
            "report/ledger.json",
            "SHA256SUMS"
        ]
    );
}

#[tokio::test]
async fn a_photo_that_cannot_be_read_says_why_and_may_be_enhanced_again() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let whole = pictures::room(1);
    let photo = anna
        .add_photo(&shoot, "cut.jpg", &whole[..whole.len() / 2])
        .await;

    app.run_jobs().await;
    let page = format!("/photos/{photo}");
    anna.get(&page).await.shows("Failed").shows("Enhance again");
    anna.get(&format!("/shoots/{shoot}"))
        .await
        .shows("1 failed");

    for notice in ["Enhancing again.", "This photo is already being enhanced"] {
        let sent = anna.post(&format!("/photos/{photo}/attempts"), &[]).await;
        anna.get(&sent.location.unwrap()).await.shows(notice);
    }
    anna.get(&page)
        .await
        .shows("Waiting")
        .hides("Enhance again</button>");
    app.run_jobs().await;
    anna.get(&page).await.shows("Failed");
}

#[tokio::test]
async fn a_removed_photo_can_be_brought_back() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let photo = anna
        .add_photo(&shoot, "kitchen.jpg", &pictures::room(1))
        .await;
    app.run_jobs().await;
    let link = anna.share(&shoot).await;

    let removed = anna.post(&format!("/photos/{photo}/removal"), &[]).await;
    let back_at_the_shoot = removed.location.expect("it goes back to the shoot");
    anna.get(&back_at_the_shoot)
        .await
        .shows("kitchen.jpg was removed")
        .shows("No photos yet");
    assert_eq!(anna.get(&format!("/photos/{photo}")).await.status, 404);
    app.visitor().get(&link).await.shows("being prepared");

    anna.post(&format!("/photos/{photo}/restoration"), &[])
        .await;
    anna.get(&format!("/photos/{photo}"))
        .await
        .shows("kitchen.jpg");
    app.visitor().get(&link).await.hides("being prepared");
}

/// File names in a zip's directory, read from its end as the format says.
fn names_in(zip: &[u8]) -> Vec<String> {
    let number = |at: usize, bytes: usize| {
        zip[at..at + bytes]
            .iter()
            .rev()
            .fold(0, |value, byte| (value << 8) | usize::from(*byte))
    };
    let end = zip.len() - 22;
    assert_eq!(&zip[end..end + 4], b"PK\x05\x06");
    let mut at = number(end + 16, 4);
    (0..number(end + 10, 2))
        .map(|_| {
            let (name, extra) = (number(at + 28, 2), number(at + 30, 2));
            let text = String::from_utf8_lossy(&zip[at + 46..at + 46 + name]).into_owned();
            at += 46 + name + extra;
            text
        })
        .collect()
}
