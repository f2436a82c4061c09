//! Every page on a phone and on a desk, light and dark: nothing sticks out,
//! nothing complains, and a picture is kept for people to look at in
//! `target/screenshots`.

use std::path::PathBuf;
use std::sync::Arc;

use plumbline_documents::Verdict;
use plumbline_domain::people::{accounts, sign_in_links};
use plumbline_tests::app::{App, root};
use plumbline_tests::browser::{Browser, Theme};
use plumbline_tests::client::Client;
use plumbline_tests::generative_models::FaultyModel;
use plumbline_tests::{by_hand, pictures};
use serde_json::json;

const WIDTHS: [u32; 2] = [390, 1440];

/// A signed-in browser and its twin without a window, which is quicker at setting a scene.
async fn anna(app: &App) -> (Browser, Client) {
    let client = app.owner("Anna").await;
    let token = sign_in_token(app).await;
    let browser = Browser::start(&app.address).await;
    browser.open(&format!("/sign-in/{token}")).await;
    browser.press("main form button").await;
    browser.see_text("Shoots").await;
    (browser, client)
}

async fn sign_in_token(app: &App) -> String {
    let membership = accounts::find_by_email(app.db(), "anna@example.com")
        .await
        .unwrap()
        .unwrap();
    sign_in_links::create(app.db(), membership).await.unwrap()
}

async fn look_at(browser: &Browser, path: &str, name: &str) {
    for width in WIDTHS {
        for theme in Theme::ALL {
            browser.look_like(width, theme).await;
            browser.open(path).await;
            browser
                .picture(&format!("{name}-{width}-{}", theme.word()))
                .await;
            let overflow = "document.documentElement.scrollWidth - window.innerWidth";
            let overflow = browser.ask(overflow).await.as_i64().unwrap_or_default();
            assert!(
                overflow <= 0,
                "{name} at {width} px sticks out by {overflow} px"
            );
        }
    }
}

/// A 404 is on the console of the page that shows it, and is what was asked for.
fn unexpected(complaints: Vec<String>) -> Vec<String> {
    complaints
        .into_iter()
        .filter(|said| !said.contains("/nowhere"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_anybody_sees() {
    let app = App::start().await;
    app.owner("Anna").await;
    let link = format!("/sign-in/{}", sign_in_token(&app).await);
    let browser = Browser::start(&app.address).await;
    for (path, name) in [
        ("/", "landing"),
        ("/sign-up", "sign-up"),
        ("/sign-in", "sign-in"),
        (&link, "sign-in-link"),
        ("/sign-in/0", "sign-in-link-expired"),
        ("/nowhere", "error"),
    ] {
        look_at(&browser, path, name).await;
    }
    assert_eq!(unexpected(browser.complaints().await), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_member() {
    let app = App::start().await;
    let (browser, client) = anna(&app).await;
    look_at(&browser, "/shoots", "shoots-0").await;
    look_at(&browser, "/reviews", "reviews-0").await;

    let shoot = client.create_shoot("12 Harbour Street").await;
    look_at(&browser, &format!("/shoots/{shoot}"), "shoot-0").await;

    let waiting = client.add_photo(&shoot, "living room.jpg", &photo(0)).await;
    look_at(&browser, &format!("/photos/{waiting}"), "photo-waiting").await;
    app.run_jobs().await;
    look_at(&browser, &format!("/shoots/{shoot}"), "shoot-1").await;
    look_at(&browser, &format!("/photos/{waiting}"), "photo").await;

    let cut = client
        .add_photo(&shoot, "hallway.jpg", &photo(1)[..40_000])
        .await;
    app.run_jobs().await;
    look_at(&browser, &format!("/photos/{cut}"), "photo-failed").await;

    let held = client.add_photo(&shoot, "kitchen.jpg", &photo(2)).await;
    app.run_jobs().await;
    hold(&app, &held).await;
    look_at(&browser, &format!("/photos/{held}"), "photo-held").await;
    look_at(&browser, &format!("/photos/{held}/report"), "report-held").await;
    look_at(&browser, "/reviews", "reviews-1").await;

    client.share(&shoot).await;
    look_at(
        &browser,
        &format!("/shoots/{shoot}?removed={cut}"),
        "shoot-shared",
    )
    .await;
    look_at(&browser, "/shoots", "shoots-1").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_photo_with_several_attempts() {
    let app = App::start().await;
    let (browser, client) = anna(&app).await;
    let shoot = client.create_shoot("12 Harbour Street").await;
    let tinted = client.add_photo(&shoot, "kitchen.jpg", &photo(0)).await;
    app.run_jobs_with(Some(Arc::new(FaultyModel::casts())))
        .await;
    let page = format!("/photos/{tinted}");
    look_at(&browser, &page, "photo-attempts").await;
    look_at(&browser, &format!("{page}?attempt=1"), "photo-attempt-1").await;
    look_at(&browser, &format!("{page}/report"), "report-attempts").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_sky() {
    let app = App::start().await;
    let (browser, client) = anna(&app).await;
    look_at(&browser, "/skies", "skies-0").await;
    let shoot = client.create_shoot("12 Harbour Street").await;
    let garden = client.add_photo(&shoot, "garden.jpg", &photo(5)).await;
    app.run_jobs().await;
    let size = size_of_preview(&app, &garden).await;
    let mask = pictures::mask(size.0.unsigned_abs(), size.1.unsigned_abs(), 0.38);
    by_hand::set_sky_mask(&app, &garden, mask, size).await;
    let scene = json!({
        "place": "exterior", "confidence": 0.97, "sky": {"share": 0.38, "network": "u2net"},
    });
    by_hand::set_scene(&app, &garden, scene).await;
    let page = format!("/photos/{garden}");
    look_at(&browser, &page, "photo-sky").await;
    for width in WIDTHS {
        for theme in Theme::ALL {
            browser.look_like(width, theme).await;
            browser.open(&page).await;
            browser.press(".mask__box").await;
            picture(&browser, "photo-sky-mask", width, theme).await;
            browser.press("[data-brush=open]").await;
            browser.see_text("Red marks the sky.").await;
            browser
                .draw(".brush__layer", (-60.0, 20.0), (90.0, 30.0))
                .await;
            picture(&browser, "photo-sky-brush", width, theme).await;
            browser.press("[data-brush=undo]").await;
        }
    }

    client
        .post(
            &format!("{page}/override"),
            &[("place", "exterior"), ("sky", "light_cloud")],
        )
        .await;
    look_at(&browser, &page, "photo-sky-again").await;
    app.run_jobs().await;
    look_at(&browser, &page, "photo-sky-override").await;
    for (name, seed) in [("evening over the harbour.jpg", 1), ("noon.jpg", 2)] {
        let sky = pictures::sky(seed);
        client.send_file("/skies", "sky", (name, &sky)).await;
    }
    look_at(&browser, "/skies", "skies-2").await;
    look_at(&browser, "/shoots", "shoots-sky").await;
    by_hand::set_scene(&app, &garden, json!({"place": "exterior"})).await;
    client
        .post(&format!("{page}/override/withdrawal"), &[])
        .await;
    app.run_jobs().await;
    by_hand::set_scene(&app, &garden, json!({"place": "exterior"})).await;
    look_at(&browser, &format!("/shoots/{shoot}"), "shoot-sky").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}

async fn picture(browser: &Browser, name: &str, width: u32, theme: Theme) {
    browser
        .picture(&format!("{name}-{width}-{}", theme.word()))
        .await;
    let overflow = "document.documentElement.scrollWidth - window.innerWidth";
    assert!(browser.ask(overflow).await.as_i64() <= Some(0), "{name}");
}

async fn size_of_preview(app: &App, photo: &str) -> (i32, i32) {
    let sql = "select width, height from renditions where photo_id = $1::uuid and kind = 'preview'";
    sqlx::query_as(sql)
        .bind(photo)
        .fetch_one(&app.database.everything)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_is_compared_without_leaving_the_page() {
    let app = App::start().await;
    let (browser, client) = anna(&app).await;
    let shoot = client.create_shoot("12 Harbour Street").await;
    let tinted = client.add_photo(&shoot, "kitchen.jpg", &photo(0)).await;
    app.run_jobs_with(Some(Arc::new(FaultyModel::casts())))
        .await;
    browser.open(&format!("/photos/{tinted}")).await;
    browser.ask("window.stillHere = true").await;

    let shines = "document.querySelector('.compare__heat img')?.naturalWidth > 100";
    assert_ne!(browser.ask(shines).await, true, "dark until asked for");
    let toggle = browser.find(".heat__box").await;
    toggle
        .send_keys(" ")
        .await
        .expect("a key press turns it on");
    browser.see(shines).await;

    browser.press(".heat__attempt[href$='attempt=1']").await;
    browser
        .see("document.querySelectorAll('.compare__tag')[1].innerText === 'Attempt 1'")
        .await;
    browser.see_text("Report for attempt 1").await;
    for still in [
        "window.stillHere",
        "location.search === '?attempt=1'",
        "document.querySelector('.heat__box').checked",
        "document.querySelector('.heat__attempt[aria-current]').innerText === '1'",
        "document.querySelector('.attempt:has([aria-current])').dataset.key === '1'",
    ] {
        assert_eq!(browser.ask(still).await, true, "{still}");
    }
    browser.press(".attempt__link[href$='attempt=3']").await;
    browser
        .see("document.querySelectorAll('.compare__tag')[1].innerText === 'After'")
        .await;
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_two_hundred_photos() {
    let app = App::start().await;
    let (browser, client) = anna(&app).await;
    let shoot = client.create_shoot("The Old Brewery, all 24 flats").await;
    for number in 0..200 {
        client
            .add_photo(
                &shoot,
                &format!("photo {number}.jpg"),
                &pictures::room(number),
            )
            .await;
    }
    app.run_jobs().await;
    let link = client.share(&shoot).await;
    look_at(&browser, &format!("/shoots/{shoot}"), "shoot-200").await;
    look_at(&browser, &link, "gallery-200").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_customer() {
    let app = App::start().await;
    let client = app.owner("Anna").await;
    let shoot = client.create_shoot("12 Harbour Street").await;
    let link = client.share(&shoot).await;
    let browser = Browser::start(&app.address).await;
    look_at(&browser, &link, "gallery-0").await;

    let mut last = String::new();
    for number in 0..6 {
        last = client
            .add_photo(&shoot, &format!("photo {number}.jpg"), &photo(number))
            .await;
    }
    app.run_jobs().await;
    look_at(&browser, &link, "gallery-6").await;
    look_at(&browser, &format!("{link}/photos/{last}"), "gallery-photo").await;
    assert_eq!(browser.complaints().await, [""; 0]);

    look_at(
        &browser,
        &format!("/g/{}", "0".repeat(64)),
        "gallery-closed",
    )
    .await;
}

/// Real photos where they can be had: pages are judged by people.
fn photo(number: usize) -> Vec<u8> {
    const NAMES: [&str; 6] = [
        "interior/andrea-davis-IWfe63thJxk-unsplash.jpg",
        "interior/sidekix-media-rETYyLQZJr4-unsplash.jpg",
        "interior/jared-rice-PibraWHb4h8-unsplash.jpg",
        "exterior/christian-koch-D_4R9CcYZOk-unsplash.jpg",
        "exterior/james-day-NijAhJCGox8-unsplash.jpg",
        "exterior/alexander-andrews-A3DPhhAL6Zg-unsplash.jpg",
    ];
    let path: PathBuf = root().join("../shared/photos").join(NAMES[number]);
    std::fs::read(path).unwrap_or_else(|_| pictures::room(u32::try_from(number).unwrap()))
}

/// As if quality control had held it: the page is what is looked at here.
async fn hold(app: &App, photo: &str) {
    let sql = "update photos set status = 'held', severity = 1 where id = $1::uuid";
    sqlx::query(sql)
        .bind(photo)
        .execute(&app.database.everything)
        .await
        .unwrap();
    let sql = "update attempts set verdict = 'held', report = report || $2
               where photo_id = $1::uuid";
    sqlx::query(sql)
        .bind(photo)
        .bind(by_hand::report(Verdict::Held))
        .execute(&app.database.everything)
        .await
        .unwrap();
}
