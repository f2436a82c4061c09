//! Long lists, page by page, and the share link that is shown once.

use plumbline_domain::shoots::renditions::Kind;
use plumbline_storage::key::Key;
use plumbline_tests::app::App;
use plumbline_tests::browser::Theme;
use plumbline_tests::rows;

use super::{WIDTHS, anna, look_at, photo};

/// Photos that are one and the same, with the pictures that pages show of them.
async fn copies(app: &App, photo: &str, count: usize) {
    rows::copy_photo(app, photo, count).await;
    let all = rows::accepted(app).await;
    let key = |(organization, photo, attempt): &rows::Ids, kind: Kind| {
        Key::rendition(*organization, *photo, *attempt, kind.as_str())
    };
    let first = all.iter().find(|ids| ids.1.to_string() == photo);
    let first = first.expect("the photo is done");
    for ids in all.iter().filter(|ids| *ids != first) {
        for kind in [Kind::Thumb, Kind::Preview] {
            let copied = app.storage().copy(&key(first, kind), &key(ids, kind)).await;
            copied.expect("storage copies");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_long_lists() {
    let app = App::start().await;
    let (browser, client) = anna(&app).await;
    let shoot = client.create_shoot("The Old Brewery, all 24 flats").await;
    let one = client.add_photo(&shoot, "photo 1.jpg", &photo(0)).await;
    app.run_jobs().await;
    copies(&app, &one, 1230).await;
    let link = client.share(&shoot).await;
    look_at(&browser, &format!("/shoots/{shoot}?page=6"), "long-shoot").await;
    look_at(&browser, &format!("{link}?page=13"), "long-gallery").await;
    for number in 0..60 {
        client.create_shoot(&format!("{number} Mill Lane")).await;
    }
    look_at(&browser, "/shoots?page=2", "long-shoots").await;
    rows::hold_all(&app).await;
    look_at(&browser, "/reviews?page=26", "long-reviews").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_link_that_was_just_made() {
    let app = App::start().await;
    let (browser, client) = anna(&app).await;
    let shoot = client.create_shoot("12 Harbour Street").await;
    let form = [("label", "For the agent"), ("expires", "30")];
    let path = format!("/shoots/{shoot}");
    client.post(&format!("{path}/galleries"), &form).await;
    for width in WIDTHS {
        for theme in Theme::ALL {
            browser.look_like(width, theme).await;
            browser.open(&path).await;
            browser.fill("#label", "For the owner").await;
            browser.press(".share__form button").await;
            browser.see_text("Copy this link now").await;
            let name = format!("share-new-{width}-{}", theme.word());
            browser.picture(&name).await;
            browser.open(&path).await;
            let shown = "document.querySelector('.share__new') === null";
            browser.see(shown).await;
        }
    }
    look_at(&browser, &path, "share-links").await;
    assert_eq!(browser.complaints().await, [""; 0]);
}
