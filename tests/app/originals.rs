//! Photos with generated pixels, told to customers: in the gallery, on the photo's page, in the zip
//! and its files, and on the public page of the original.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use plumbline_tests::analyzers::SkyAnalyzer;
use plumbline_tests::app::App;
use plumbline_tests::client::Client;
use plumbline_tests::{by_hand, pictures, rows};
use serde_json::Value;

struct Story {
    app: App,
    anna: Client,
    shoot: String,
    /// With a new sky.
    house: String,
    /// With tone and geometry only.
    room: String,
    link: String,
}

/// Shared after both photos were done.
async fn a_shared_shoot() -> Story {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let new = [("name", "12 Harbour Street"), ("sky", "clear")];
    let shoot = anna.post("/shoots", &new).await.made();
    let house = pictures::jpeg(&pictures::house(1));
    let house = anna.add_photo(&shoot, "garden side.jpg", &house).await;
    let room = pictures::room(1);
    let room = anna.add_photo(&shoot, "room.jpg", &room).await;
    app.run_jobs_analyzing(Arc::new(SkyAnalyzer)).await;
    let link = anna.share(&shoot).await;
    Story {
        app,
        anna,
        shoot,
        house,
        room,
        link,
    }
}

impl Story {
    /// The path of the public page, as the photo's page in the gallery links to it.
    async fn original(&self) -> String {
        let page = format!("{}/photos/{}", self.link, self.house);
        let page = self.app.visitor().get(&page).await;
        let at = page.text.find("/originals/").expect("the page links to it");
        page.text[at..at + "/originals/".len() + 64].to_owned()
    }
}

#[tokio::test]
async fn a_gallery_tells_which_photos_have_generated_pixels() {
    let story = a_shared_shoot().await;
    let customer = story.app.visitor();
    customer
        .get(&story.link)
        .await
        .shows("One photo has generated pixels. It is marked.")
        .shows("In the others, no pixels were generated: at most light, colour and framing were corrected.")
        .shows("% generated</span>");

    let altered = format!("{}/photos/{}", story.link, story.house);
    customer
        .get(&altered)
        .await
        .shows("was replaced with a calculated clear sky: ")
        .shows("% of the picture, ")
        .shows("Original, as it came")
        .shows("Generated pixels, in red")
        .shows("link to <a href=\"/originals/");

    let plain = format!("{}/photos/{}", story.link, story.room);
    customer
        .get(&plain)
        .await
        .shows("at most light")
        .shows("No pixels were generated")
        .hides("/originals/")
        .hides("in red");
}

#[tokio::test]
async fn the_zip_says_what_was_generated_in_a_folder_of_exactly_the_announced_length() {
    let story = a_shared_shoot().await;
    let customer = story.app.visitor();
    let path = format!("{}/download", story.link);
    let whole = customer.request("get", &path).send().await.unwrap();
    let announced: usize = whole.headers()["content-length"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    let whole = whole.bytes().await.unwrap();
    assert_eq!(whole.len(), announced);
    let (_, rest) = customer.bytes(&path, Some("bytes=1000-")).await;
    assert!(rest == whole[1000..], "a broken download goes on");

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shoot.zip"), &whole).unwrap();
    run(folder.path(), "unzip", &["-q", "shoot.zip"]);
    run(
        folder.path(),
        "sha256sum",
        &["--check", "--strict", "SHA256SUMS"],
    );
    let read = |name: &str| std::fs::read(folder.path().join(name)).expect(name);

    let ledger: Value = serde_json::from_slice(&read("report/ledger.json")).unwrap();
    let [house, room] = [&ledger["photos"][0], &ledger["photos"][1]];
    assert_eq!(
        (&house["altered"], &room["altered"]),
        (&true.into(), &false.into())
    );
    assert_eq!(house["generated"]["kind"], "clear");
    assert!(house["generated"]["pixels"].as_u64() > Some(100_000));
    assert_eq!(
        (&room["generated"], &room["page"]),
        (&Value::Null, &Value::Null)
    );
    assert!(
        room["sentences"][0]
            .as_str()
            .unwrap()
            .contains("No pixels were generated")
    );

    let page = String::from_utf8(read("report/001-garden side.html")).unwrap();
    let address = format!("{}{}", story.app.address, story.original().await);
    assert_eq!(house["original_page"], address.as_str());
    for words in [
        "was replaced with a calculated clear sky",
        &address,
        "src=\"001-garden%20side-sky-mask.png\"",
        "src=\"001-garden%20side-original.webp\"",
        "src=\"../001-garden%20side.jpg\"",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(read("report/001-garden side-sky-mask.png").starts_with(b"\x89PNG"));
    assert!(read("report/001-garden side-original.webp").starts_with(b"RIFF"));
    assert!(!folder.path().join("report/002-room.html").exists());

    let says = |name: &str, words: &str| {
        let (file, words) = (read(name), words.as_bytes());
        file.windows(words.len()).any(|bytes| bytes == words)
    };
    assert!(says(
        "001-garden side.jpg",
        "was replaced with a calculated clear sky: "
    ));
    assert!(says("002-room.jpg", "No pixels were generated"));
}

fn run(folder: &Path, program: &str, arguments: &[&str]) {
    let done = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output();
    let done = done.expect(program);
    assert!(done.status.success(), "{program}: {done:?}");
}

#[tokio::test]
async fn the_original_stays_public_when_the_gallery_is_closed() {
    let story = a_shared_shoot().await;
    let original = story.original().await;
    rows::expire_galleries(&story.app).await;
    let stranger = story.app.visitor();
    assert_eq!(stranger.get(&story.link).await.status, 410);

    let page = stranger.get(&original).await;
    assert_eq!(page.status, 200);
    page.shows("garden side.jpg")
        .shows("Original, as it came")
        .shows("As delivered")
        .shows("Generated pixels, in red")
        .hides("Harbour");
    for (kind, status) in [
        ("before", 200),
        ("preview", 200),
        ("mask", 200),
        ("full", 404),
        ("heatmap", 404),
        ("thumb", 404),
    ] {
        let answer = stranger.bytes(&format!("{original}/{kind}"), None).await;
        assert_eq!(answer.0, status, "{kind}");
    }
}

#[tokio::test]
async fn a_link_shows_the_original_alone_while_the_edited_photo_is_not_shared() {
    let story = a_shared_shoot().await;
    let original = story.original().await;
    by_hand::hold(&story.app, &story.house).await;
    let stranger = story.app.visitor();
    stranger
        .get(&original)
        .await
        .shows("This is its original.")
        .hides("As delivered");
    for kind in ["preview", "mask"] {
        let answer = stranger.bytes(&format!("{original}/{kind}"), None).await;
        assert_eq!(answer.0, 404, "{kind}");
    }
}

#[tokio::test]
async fn a_removed_photo_has_no_public_page_until_it_is_restored() {
    let story = a_shared_shoot().await;
    let original = story.original().await;
    let photo = format!("/photos/{}", story.house);
    story.anna.post(&format!("{photo}/removal"), &[]).await;
    let stranger = story.app.visitor();
    assert_eq!(stranger.get(&original).await.status, 404);
    let answer = stranger.bytes(&format!("{original}/before"), None).await;
    assert_eq!(answer.0, 404);
    story.anna.post(&format!("{photo}/restoration"), &[]).await;
    assert_eq!(stranger.get(&original).await.status, 200);
}

#[tokio::test]
async fn a_link_that_was_never_made_is_not_there() {
    let story = a_shared_shoot().await;
    let galleries = &story.link["/g/".len()..];
    for token in [&"0".repeat(64), galleries, "x"] {
        let answer = story
            .app
            .visitor()
            .get(&format!("/originals/{token}"))
            .await;
        assert_eq!(answer.status, 404, "{token}");
    }
}

#[tokio::test]
async fn a_link_is_made_when_an_altered_photo_is_first_shared_and_stays_the_same() {
    let story = a_shared_shoot().await;
    let page = format!("/photos/{}", story.house);
    let first = story.original().await;
    story
        .anna
        .get(&page)
        .await
        .shows(&first)
        .shows("original-code");
    let code = story.anna.get(&format!("{page}/original-code")).await;
    assert_eq!(code.headers["content-type"], "image/svg+xml");
    code.shows("<svg");

    // Enhanced again, and a photo that comes into the open gallery later.
    let cloudy = [("place", "exterior"), ("sky", "high_cloud")];
    story.anna.post(&format!("{page}/override"), &cloudy).await;
    let later = pictures::jpeg(&pictures::house(2));
    let later = story
        .anna
        .add_photo(&story.shoot, "later.jpg", &later)
        .await;
    story.app.run_jobs_analyzing(Arc::new(SkyAnalyzer)).await;
    story.anna.get(&page).await.shows(&first);
    story
        .anna
        .get(&format!("/photos/{later}"))
        .await
        .shows("/originals/");
    let room = story.anna.get(&format!("/photos/{}", story.room)).await;
    room.hides("/originals/").shows("No pixels were generated");
}
