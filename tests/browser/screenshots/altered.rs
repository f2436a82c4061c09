//! A photo with generated pixels, as its organization, its customers and the public see it.

use std::sync::Arc;

use plumbline_tests::analyzers::SkyAnalyzer;
use plumbline_tests::app::App;
use plumbline_tests::browser::Browser;
use plumbline_tests::pictures;

use super::{anna, look_at, photo};

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_an_altered_photo() {
    let app = App::start().await;
    let (browser, client) = anna(&app).await;
    let new = [("name", "12 Harbour Street"), ("sky", "light_cloud")];
    let shoot = client.post("/shoots", &new).await.made();
    let house = pictures::jpeg(&pictures::house(1));
    let house = client.add_photo(&shoot, "garden side.jpg", &house).await;
    // Straightened, so that it has three views.
    let tilted = client.add_photo(&shoot, "kitchen.jpg", &photo(0)).await;
    app.run_jobs_analyzing(Arc::new(SkyAnalyzer)).await;
    let link = client.share(&shoot).await;
    for (path, name) in [
        (format!("/photos/{house}"), "altered-photo"),
        (format!("/photos/{house}/report"), "altered-report"),
        (format!("/photos/{tilted}"), "straightened-photo"),
        (format!("/photos/{tilted}/report"), "straightened-report"),
    ] {
        look_at(&browser, &path, name).await;
    }
    browser.open(&format!("/photos/{tilted}")).await;
    if browser
        .ask("!!document.querySelector('.original__box')")
        .await
        == true
    {
        browser.press(".original__box").await;
        browser.picture("straightened-photo-original").await;
    }
    assert_eq!(browser.complaints().await, [""; 0]);

    let stranger = Browser::start(&app.address).await;
    look_at(&stranger, &link, "altered-gallery").await;
    stranger.press("a[data-altered]").await;
    stranger.see_text("see the original").await;
    stranger.picture("altered-viewer").await;
    let page = format!("{link}/photos/{house}");
    look_at(&stranger, &page, "altered-gallery-photo").await;
    look_at(
        &stranger,
        &format!("{link}/photos/{tilted}"),
        "plain-gallery-photo",
    )
    .await;
    let text = client.get(&page).await.text;
    let at = text.find("/originals/").expect("the page links to it");
    let original = &text[at..at + "/originals/".len() + 64];
    look_at(&stranger, original, "altered-original").await;
    assert_eq!(stranger.complaints().await, [""; 0]);
}
