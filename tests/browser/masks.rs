//! The sky mask is painted over the photo, and the photo is enhanced with it.

use plumbline_domain::people::{accounts, sign_in_links};
use plumbline_enhance::{Limits, Pixels, decode};
use plumbline_tests::app::App;
use plumbline_tests::browser::{Browser, Theme};
use plumbline_tests::client::Client;
use plumbline_tests::pictures;

/// How much of the layer is painted, 0 to 1.
const PAINTED: &str = "(() => {
    const layer = document.querySelector('.brush__layer');
    const { data } = layer.getContext('2d').getImageData(0, 0, layer.width, layer.height);
    return data.filter((value, at) => at % 4 === 3 && value > 127).length / (data.length / 4);
})()";

async fn anna(app: &App) -> (Browser, Client) {
    let client = app.owner("Anna").await;
    let membership = accounts::find_by_email(app.db(), "anna@example.com")
        .await
        .unwrap()
        .unwrap();
    let token = sign_in_links::create(app.db(), membership).await.unwrap();
    let browser = Browser::start(&app.address).await;
    browser.open(&format!("/sign-in/{token}")).await;
    browser.press("main form button").await;
    browser.see_text("Shoots").await;
    (browser, client)
}

async fn painted(browser: &Browser) -> f64 {
    browser.ask(PAINTED).await.as_f64().expect("a share")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mask_is_painted_taken_back_painted_again_and_saved() {
    let app = App::start().await;
    let (browser, client) = anna(&app).await;
    browser.look_like(1280, Theme::Light).await;
    let shoot = client.create_shoot("12 Harbour Street").await;
    let photo = client
        .add_photo(&shoot, "garden.jpg", &pictures::room(1))
        .await;
    app.run_jobs().await;
    browser.open(&format!("/photos/{photo}")).await;
    browser.press("[data-brush=open]").await;
    browser.see_text("Red marks the sky.").await;
    assert_eq!(painted(&browser).await, 0.0, "no sky was found");

    browser
        .draw(".brush__layer", (-200.0, -150.0), (200.0, -150.0))
        .await;
    let one = painted(&browser).await;
    assert!(one > 0.02, "{one}");
    browser.press("[data-brush=undo]").await;
    assert_eq!(painted(&browser).await, 0.0);
    browser.press("[data-brush=redo]").await;
    assert!(alike(painted(&browser).await, one));

    // The keyboard: a larger brush, then one that removes, then back.
    let body = browser.find("body").await;
    body.send_keys("]]]x").await.unwrap();
    assert_eq!(
        browser
            .ask("document.querySelector('[value=remove]').checked")
            .await,
        true
    );
    browser
        .draw(".brush__layer", (-200.0, -150.0), (0.0, -150.0))
        .await;
    let half = painted(&browser).await;
    assert!(half < one * 0.8, "{half} of {one}");
    body.send_keys("\u{e009}z\u{e009}").await.unwrap();
    assert!(alike(painted(&browser).await, one));

    browser.press("[data-brush=save]").await;
    browser.see_text("Enhancing again.").await;
    browser.see_text("Waiting").await;
    assert_eq!(browser.complaints().await, [""; 0]);

    let (status, png) = client.bytes(&format!("/photos/{photo}/mask"), None).await;
    assert_eq!(status, 200);
    let mask = decode(&png, &Limits::default()).unwrap().pixels;
    assert_eq!((mask.width(), mask.height()), (1024, 768));
    let white = share(&mask);
    assert!(alike(white, one), "{white} is kept of {one}");

    app.run_jobs().await;
    browser.open(&format!("/photos/{photo}")).await;
    browser.press("[data-brush=open]").await;
    browser.see_text("Red marks the sky.").await;
    let found = painted(&browser).await;
    assert!(alike(found, one), "painting goes on where it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_painted_survives_news_about_the_photo() {
    let app = App::start().await;
    let (browser, client) = anna(&app).await;
    let shoot = client.create_shoot("12 Harbour Street").await;
    let photo = client
        .add_photo(&shoot, "garden.jpg", &pictures::room(1))
        .await;
    app.run_jobs().await;
    browser.open(&format!("/photos/{photo}")).await;
    browser.press("[data-brush=open]").await;
    browser.see_text("Red marks the sky.").await;
    browser
        .draw(".brush__layer", (-100.0, -100.0), (100.0, -100.0))
        .await;
    let one = painted(&browser).await;

    // A colleague is faster.
    let scene = [("place", "exterior"), ("sky", "shoot")];
    client
        .post(&format!("/photos/{photo}/override"), &scene)
        .await;
    browser.see_text("Waiting").await;
    assert_eq!(painted(&browser).await, one);

    browser.press("[data-brush=save]").await;
    browser.see_text("being enhanced").await;
    assert_eq!(painted(&browser).await, one, "and can be saved later");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_script_a_mask_is_sent_as_a_file() {
    let app = App::start().await;
    let (browser, client) = anna(&app).await;
    let shoot = client.create_shoot("12 Harbour Street").await;
    let photo = client
        .add_photo(&shoot, "garden.jpg", &pictures::room(1))
        .await;
    app.run_jobs().await;
    browser.forbid_scripts().await;
    browser.look_like(390, Theme::Light).await;
    browser.open(&format!("/photos/{photo}")).await;
    let brush = "getComputedStyle(document.querySelector('mask-brush')).display";
    assert_eq!(browser.ask(brush).await, "none");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mask.png");
    std::fs::write(&file, pictures::mask(480, 640, 0.3)).unwrap();
    browser.press(".scene__mask summary").await;
    browser
        .fill("[name=mask]", &file.display().to_string())
        .await;
    browser.press(".scene__file button").await;
    browser.see_text("Make one of 1024 × 768 pixels").await;

    std::fs::write(&file, pictures::mask(640, 480, 0.3)).unwrap();
    browser
        .fill("[name=mask]", &file.display().to_string())
        .await;
    browser.press(".scene__file button").await;
    browser.see_text("Enhancing again.").await;
    app.run_jobs().await;
    browser.open(&format!("/photos/{photo}")).await;
    browser.press(".mask__box").await;
    browser
        .see("document.querySelector('.compare__mask--shade img').getBoundingClientRect().height > 100")
        .await;
    browser.see_text("Open the mask").await;
}

/// A stroke drawn at once has an edge a hair's breadth from one drawn bit by bit.
fn alike(one: f64, other: f64) -> bool {
    (one - other).abs() < 0.002
}

fn share(mask: &Pixels) -> f64 {
    let white = mask.rgb8().chunks_exact(3).filter(|p| p[0] > 127).count();
    white as f64 / mask.pixel_count() as f64
}
