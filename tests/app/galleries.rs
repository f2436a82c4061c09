//! Galleries, as customers see them behind a share link.

mod links;
mod paging;
mod privacy;

use plumbline_documents::Verdict;
use plumbline_tests::app::App;
use plumbline_tests::by_hand;
use plumbline_tests::client::Client;
use plumbline_tests::pictures;
use plumbline_tests::rows;

struct Shared {
    app: App,
    anna: Client,
    shoot: String,
    photos: [String; 2],
    link: String,
}

async fn a_shared_shoot() -> Shared {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let photos = [
        anna.add_photo(&shoot, "kitchen.jpg", &pictures::room(1))
            .await,
        anna.add_photo(&shoot, "garden.jpg", &pictures::room(2))
            .await,
    ];
    for photo in &photos {
        by_hand::finish(&app, photo, Verdict::Passed).await;
    }
    let link = anna.share(&shoot).await;
    Shared {
        app,
        anna,
        shoot,
        photos,
        link,
    }
}

#[tokio::test]
async fn a_link_that_was_closed_or_has_expired_says_so() {
    let Shared {
        app,
        anna,
        shoot,
        link,
        ..
    } = a_shared_shoot().await;
    let customer = app.visitor();
    assert_eq!(customer.get(&link).await.status, 200);

    rows::expire_galleries(&app).await;
    let expired = customer.get(&link).await;
    assert_eq!(expired.status, 410);
    expired
        .shows("no longer works")
        .shows("Ask the photographer")
        .hides("Harbour");

    let second = anna.share(&shoot).await;
    let page = anna.get(&format!("/shoots/{shoot}")).await.text;
    let at = page.find("/galleries/").expect("a way to stop sharing") + "/galleries/".len();
    anna.post(&format!("/galleries/{}/closing", &page[at..at + 36]), &[])
        .await;
    assert_eq!(customer.get(&second).await.status, 410);
    assert_eq!(
        customer.get(&format!("{second}/download")).await.status,
        410
    );
}

#[tokio::test]
async fn one_photo_can_be_looked_at_and_saved() {
    let Shared {
        app, photos, link, ..
    } = a_shared_shoot().await;
    let customer = app.visitor();
    customer
        .get(&format!("{link}/photos/{}", photos[1]))
        .await
        .shows("garden.jpg")
        .shows("2 of 2")
        .shows("6000 × 4000");
    let full = customer
        .get(&format!("{link}/photos/{}/full", photos[1]))
        .await;
    assert_eq!(full.text, "delivered of photo 2\n");
    let disposition = full.headers["content-disposition"].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment; filename=\"002-garden.jpg\""),
        "{disposition}"
    );
}

#[tokio::test]
async fn the_picture_it_was_made_from_is_not_the_customers() {
    let Shared {
        app, photos, link, ..
    } = a_shared_shoot().await;
    let customer = app.visitor();
    let before = customer
        .get(&format!("{link}/photos/{}/before", photos[0]))
        .await;
    assert_eq!(before.status, 404);
}

#[tokio::test]
async fn a_broken_zip_download_goes_on_where_it_stopped() {
    let Shared { app, link, .. } = a_shared_shoot().await;
    let customer = app.visitor();
    let zip = format!("{link}/download");
    let (status, whole) = customer.bytes(&zip, None).await;
    assert_eq!(status, 200);

    for at in [1, 20, 60, whole.len() / 2, whole.len() - 1] {
        let (status, rest) = customer.bytes(&zip, Some(&format!("bytes={at}-"))).await;
        assert_eq!(status, 206);
        assert!(rest == whole[at..], "the rest from byte {at} fits");
    }
    let (status, _) = customer
        .bytes(&zip, Some(&format!("bytes={}-", whole.len())))
        .await;
    assert_eq!(status, 416);
}

#[tokio::test]
async fn the_zip_is_one_that_other_programs_read() {
    let Shared { app, link, .. } = a_shared_shoot().await;
    let (_, zip) = app.visitor().bytes(&format!("{link}/download"), None).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shoot.zip");
    std::fs::write(&file, zip).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let done = std::process::Command::new(program)
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{program}: {done:?}");
    };
    run("unzip", &["-t", "shoot.zip"]);
    run(
        "python3",
        &[
            "-c",
            "import zipfile; assert zipfile.ZipFile('shoot.zip').testzip() is None",
        ],
    );
    run("unzip", &["-q", "shoot.zip"]);
    run("sha256sum", &["--check", "--strict", "SHA256SUMS"]);
}

#[tokio::test]
async fn a_zip_with_a_missing_file_breaks_off_instead_of_ending_short() {
    let Shared { app, link, .. } = a_shared_shoot().await;
    for entry in walk(app.blobs()) {
        if entry.ends_with("delivered") {
            std::fs::remove_file(entry).unwrap();
        }
    }
    // It breaks off before or after the headers have left: whichever, not complete.
    let download = app
        .visitor()
        .request("get", &format!("{link}/download"))
        .send();
    let whole = async { download.await?.bytes().await };
    assert!(whole.await.is_err(), "the download looks complete");
}

#[tokio::test]
async fn a_browser_keeps_no_picture_of_a_gallery_without_asking() {
    let Shared {
        app,
        anna,
        photos,
        link,
        ..
    } = a_shared_shoot().await;
    let customer = app.visitor();
    let page = customer.get(&link).await.text;
    let at = page
        .find("/thumb?v=")
        .expect("a picture that names its version")
        + 6;
    let version = &page[at..at + 3 + 36];
    let shared = format!("{link}/photos/{}", photos[0]);
    let own = format!("/photos/{}/renditions/thumb{version}", photos[0]);
    for (client, path, keep) in [
        (&customer, format!("{link}/download"), "private, no-cache"),
        (&customer, format!("{shared}/thumb"), "private, no-cache"),
        (
            &customer,
            format!("{shared}/thumb{version}"),
            "private, no-cache",
        ),
        (&customer, format!("{shared}/full"), "private, no-cache"),
        (&anna, own, "private, max-age=86400"),
    ] {
        let answer = client.request("get", &path).send().await.unwrap();
        assert_eq!(answer.headers()["cache-control"], keep, "{path}");
    }
}

#[tokio::test]
async fn a_browser_that_has_a_photo_is_not_sent_it_again_until_the_link_is_closed() {
    let Shared {
        app, photos, link, ..
    } = a_shared_shoot().await;
    let customer = app.visitor();
    for path in [
        format!("{link}/photos/{}/thumb", photos[0]),
        format!("{link}/photos/{}/full", photos[0]),
        format!("{link}/download"),
    ] {
        let tag = customer.get(&path).await.headers["etag"].clone();
        assert!(tag.as_bytes().starts_with(b"\""), "{path}: a strong tag");
        let again = async || {
            let request = customer.request("get", &path);
            let request = request.header("if-none-match", tag.clone());
            request.send().await.unwrap()
        };
        let known = again().await;
        assert_eq!(known.status(), 304, "{path}");
        assert_eq!(known.headers()["cache-control"], "private, no-cache");
        rows::set_galleries_open(&app, false).await;
        assert_eq!(again().await.status(), 410, "{path}");
        rows::set_galleries_open(&app, true).await;
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
