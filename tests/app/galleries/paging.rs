//! Long lists: every page of three thousand photos is there, by plain links, and soon.

use std::time::{Duration, Instant};

use plumbline_documents::Verdict;
use plumbline_tests::app::App;
use plumbline_tests::by_hand;
use plumbline_tests::client::Client;
use plumbline_tests::pictures;
use plumbline_tests::rows;

const PHOTOS: usize = 3000;

struct Story {
    app: App,
    anna: Client,
    shoot: String,
    /// Photo 1.
    photo: String,
}

async fn a_long_shoot(photos: usize) -> Story {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("Harbour Tower").await;
    let room = pictures::room(1);
    let photo = anna.add_photo(&shoot, "photo 1.jpg", &room).await;
    by_hand::finish(&app, &photo, Verdict::Passed).await;
    rows::copy_photo(&app, &photo, photos).await;
    Story {
        app,
        anna,
        shoot,
        photo,
    }
}

fn names(page: &str) -> usize {
    page.matches("photo ").count()
}

#[tokio::test]
async fn a_shoot_of_250_photos_has_three_pages_and_each_stays_up_to_date() {
    let Story {
        app: _app,
        anna,
        shoot,
        ..
    } = a_long_shoot(250).await;
    let page = format!("/shoots/{shoot}");
    anna.get(&page)
        .await
        .shows("All 250 done")
        .shows("250 ready to share")
        .shows("Photos 1–100 of 250")
        .shows(">photo 100.jpg<")
        .hides(">photo 101.jpg<")
        .shows(&format!("rel=\"next\" href=\"{page}?page=2\""))
        .shows(&format!("<live-region src=\"{page}/photos\""));
    anna.get(&format!("{page}?page=2"))
        .await
        .shows("All 250 done")
        .shows(">photo 101.jpg<")
        .hides(">photo 100.jpg<")
        .shows(&format!("<live-region src=\"{page}/photos?page=2\""));
    let live = anna.get(&format!("{page}/photos?page=2")).await;
    live.shows(">photo 101.jpg<")
        .hides(">photo 100.jpg<")
        .hides("<html");
    live.shows(&format!("rel=\"next\" href=\"{page}?page=3\""));
    for beyond in ["3", "99"] {
        anna.get(&format!("{page}?page={beyond}"))
            .await
            .shows("Photos 201–250 of 250")
            .shows(">photo 250.jpg<")
            .hides("rel=\"next\"");
    }
}

#[tokio::test]
async fn a_gallery_of_250_photos_has_three_pages_and_each_photo_leads_back_to_its_own() {
    let Story {
        app,
        anna,
        shoot,
        photo,
    } = a_long_shoot(250).await;
    let link = anna.share(&shoot).await;
    let customer = app.visitor();
    customer
        .get(&link)
        .await
        .shows("250 photos")
        .shows("Download all 250 photos")
        .shows("alt=\"photo 100.jpg\"")
        .hides("alt=\"photo 101.jpg\"");
    let second = customer.get(&format!("{link}?page=2")).await;
    second
        .shows("data-from=\"101\" data-of=\"250\"")
        .shows("alt=\"photo 101.jpg\"")
        .hides("alt=\"photo 100.jpg\"");

    let at = second.text.find("/photos/").unwrap() + "/photos/".len();
    let id = &second.text[at..at + 36];
    customer
        .get(&format!("{link}/photos/{id}"))
        .await
        .shows("photo 101.jpg")
        .shows("101 of 250")
        .shows(&format!("href=\"{link}?page=2\""));
    anna.get(&format!("/photos/{id}"))
        .await
        .shows("101 of 250")
        .shows(&format!("href=\"/shoots/{shoot}?page=2\""));
    customer
        .get(&format!("{link}/photos/{photo}"))
        .await
        .shows("1 of 250")
        .hides("rel=\"prev\"");
}

#[tokio::test]
async fn held_photos_and_shoots_have_pages_too() {
    let Story {
        app, anna, photo, ..
    } = a_long_shoot(60).await;
    by_hand::hold(&app, &photo).await;
    rows::hold_all(&app).await;
    let first = anna.get("/reviews").await;
    first.shows("Photos 1–48 of 60");
    assert_eq!(names(&first.text), 48);
    let second = anna.get("/reviews?page=2").await;
    assert_eq!(names(&second.text), 12);

    for number in 0..49 {
        anna.create_shoot(&format!("House {number:02}")).await;
    }
    anna.get("/shoots")
        .await
        .shows("Shoots 1–48 of 50")
        .shows("House 48")
        .hides("Harbour Tower");
    anna.get("/shoots?page=2")
        .await
        .shows("House 00")
        .shows("Harbour Tower");
}

/// Prints how long each page takes, with reports as long as real ones.
#[tokio::test]
async fn every_page_of_a_shoot_of_3000_photos_opens() {
    let Story {
        app,
        anna,
        shoot,
        photo,
    } = a_long_shoot(PHOTOS).await;
    rows::pad_reports(&app, 12_000).await;
    let from = Instant::now();
    let link = anna.share(&shoot).await;
    println!(
        "sharing, which reads every report once: {:?}",
        from.elapsed()
    );
    rows::analyze(&app).await;
    let customer = app.visitor();
    for (who, path) in [
        (&anna, format!("/shoots/{shoot}")),
        (&anna, format!("/shoots/{shoot}?page=30")),
        (&anna, format!("/shoots/{shoot}/photos?page=15")),
        (&anna, "/shoots".to_owned()),
        (&anna, format!("/photos/{photo}")),
        (&customer, link.clone()),
        (&customer, format!("{link}?page=30")),
        (&customer, format!("{link}/photos/{photo}")),
    ] {
        let mut took: Vec<Duration> = Vec::new();
        for _ in 0..5 {
            let from = Instant::now();
            assert_eq!(who.get(&path).await.status, 200, "{path}");
            took.push(from.elapsed());
        }
        took.sort();
        println!("{:?} (fastest {:?}): {path}", took[2], took[0]);
    }
}
