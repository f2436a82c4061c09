//! The page of a photo: its attempts, its sky, and before beside after.

use std::sync::Arc;

use plumbline_tests::app::App;
use plumbline_tests::browser::{Browser, Theme};
use plumbline_tests::generative_models::FaultyModel;
use plumbline_tests::{by_hand, pictures, rows};
use serde_json::json;

use super::{WIDTHS, anna, look_at, photo};

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
    let size = rows::size_of_preview(&app, &garden).await;
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

    let shines = "document.querySelector('.compare__heat img')?.naturalWidth > 0";
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
