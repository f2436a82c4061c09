//! Places, serial numbers and owners: in the organization's own files, and in no file of a customer.

use std::time::Duration;

use plumbline_enhance::{Limits, decode};
use plumbline_tests::app::App;
use plumbline_tests::client::Client;
use plumbline_tests::pictures;
use plumbline_tests::rows;
use plumbline_tests::wait::until;

const PLACE: &str = "48.137154N 11.576124E Harbour Street 12";
const COPYRIGHT: &str = "(c) Anna Photographer";

struct Story {
    app: App,
    anna: Client,
    photo: String,
    link: String,
}

/// Enhanced by the real worker, and shared.
async fn a_located_photo() -> Story {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("A house").await;
    let room = pictures::located_room(PLACE, COPYRIGHT);
    let photo = anna.add_photo(&shoot, "kitchen.jpg", &room).await;
    app.run_jobs().await;
    let link = anna.share(&shoot).await;
    Story {
        app,
        anna,
        photo,
        link,
    }
}

fn states(file: &[u8], text: &str) -> bool {
    file.windows(text.len())
        .any(|bytes| bytes == text.as_bytes())
}

async fn fetched(client: &Client, path: &str) -> Vec<u8> {
    let (status, bytes) = client.bytes(path, None).await;
    assert_eq!(status, 200, "{path}");
    bytes
}

#[tokio::test]
async fn what_a_customer_gets_tells_no_place_and_shows_the_same_picture() {
    let Story {
        app,
        anna,
        photo,
        link,
    } = a_located_photo().await;
    let own = fetched(&anna, &format!("/photos/{photo}/renditions/full")).await;
    assert!(states(&own, PLACE) && states(&own, COPYRIGHT));

    let customer = app.visitor();
    let full = fetched(&customer, &format!("{link}/photos/{photo}/full")).await;
    let zip = fetched(&customer, &format!("{link}/download")).await;
    for file in [&full, &zip] {
        assert!(!states(file, PLACE), "the place is told");
        assert!(states(file, COPYRIGHT), "the copyright stays");
    }
    let pixels = |file: &[u8]| decode(file, &Limits::default()).unwrap().pixels;
    assert!(pixels(&full) == pixels(&own));
    for kind in ["preview", "thumb"] {
        let picture = fetched(&customer, &format!("{link}/photos/{photo}/{kind}")).await;
        assert!(!states(&picture, PLACE), "{kind}");
    }
}

#[tokio::test]
async fn the_printed_report_names_the_sum_of_the_customer_s_file() {
    let Story {
        app,
        anna,
        photo,
        link,
    } = a_located_photo().await;
    let full = fetched(&app.visitor(), &format!("{link}/photos/{photo}/full")).await;
    let sum = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&full));
    anna.get(&format!("/photos/{photo}/report"))
        .await
        .shows(&sum)
        .shows("as customers get it");
}

#[tokio::test]
async fn a_photo_of_an_earlier_release_waits_for_its_file_and_never_tells_the_place() {
    let Story {
        app, photo, link, ..
    } = a_located_photo().await;
    let customer = app.visitor();
    let paths = [
        format!("{link}/photos/{photo}/full"),
        format!("{link}/download"),
    ];
    let mut before = Vec::new();
    for path in &paths {
        before.push(fetched(&customer, path).await);
    }
    rows::forget_delivered(&app).await;
    for path in &paths {
        let answer = customer.get(path).await;
        assert_eq!(answer.status, 503, "{path}");
        assert_eq!(answer.headers["retry-after"], "60");
        answer.shows("being prepared").shows("try again soon");
    }

    let worker = app.start_worker();
    until("the file is made", Duration::from_secs(60), async || {
        let status = customer.get(&paths[1]).await.status;
        (status == 200).then_some(())
    })
    .await;
    worker.stop().await;
    for (path, before) in paths.iter().zip(before) {
        assert!(fetched(&customer, path).await == before, "{path}");
    }
}
