//! Every page on a phone and on a desk, light and dark: nothing sticks out,
//! nothing complains, and a picture is kept for people to look at in
//! `target/screenshots`.

mod altered;
mod long;
mod photos;

use plumbline_domain::people::{accounts, sign_in_links};
use plumbline_fixtures::photos;
use plumbline_tests::app::App;
use plumbline_tests::browser::{Browser, Theme};
use plumbline_tests::client::Client;
use plumbline_tests::{by_hand, pictures};

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
    by_hand::hold(&app, &held).await;
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
    let drawn = || pictures::room(u32::try_from(number).unwrap());
    photos(NAMES[number]).map_or_else(drawn, |path| std::fs::read(path).unwrap())
}
