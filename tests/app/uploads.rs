//! Photos coming in.

use plumbline_documents::Verdict;
use plumbline_fixtures::photos;
use plumbline_tests::app::App;
use plumbline_tests::by_hand;
use plumbline_tests::client::Client;
use plumbline_tests::pictures;

async fn a_shoot(app: &App) -> (Client, String) {
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    (anna, shoot)
}

#[tokio::test]
async fn a_file_dropped_twice_is_one_photo() {
    let app = App::start().await;
    let (anna, shoot) = a_shoot(&app).await;
    let first = anna.upload(&shoot, "kitchen.jpg", &pictures::room(1)).await;
    let again = anna
        .upload(&shoot, "copy of kitchen.jpg", &pictures::room(1))
        .await;

    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!(first.json()["photo"], again.json()["photo"]);
    assert_eq!(again.json()["duplicate"], true);
    anna.get(&format!("/shoots/{shoot}"))
        .await
        .shows("0 of 1 done");
    assert_eq!(files_below(app.blobs()), 1, "the copy's bytes are not kept");
}

#[tokio::test]
async fn an_original_that_was_lost_is_whole_again_when_it_is_sent_again() {
    let app = App::start().await;
    let (anna, shoot) = a_shoot(&app).await;
    let sent = pictures::room(1);
    let photo = anna.add_photo(&shoot, "kitchen.jpg", &sent).await;
    let original = app.blobs().join(find(app.blobs(), "original"));
    std::fs::remove_file(original).unwrap();
    app.run_jobs().await;
    anna.get(&format!("/photos/{photo}"))
        .await
        .shows("Failed")
        .shows("upload it again");

    assert_eq!(anna.upload(&shoot, "kitchen.jpg", &sent).await.status, 200);
    app.run_jobs().await;
    anna.get(&format!("/photos/{photo}")).await.shows("Ready");
    let (_, bytes) = anna.bytes(&format!("/photos/{photo}/original"), None).await;
    assert!(bytes == sent);
}

#[tokio::test]
async fn the_original_comes_back_as_it_was_sent() {
    let app = App::start().await;
    let (anna, shoot) = a_shoot(&app).await;
    let sent = pictures::room(1);
    let photo = anna.add_photo(&shoot, "kitchen.jpg", &sent).await;
    let (status, bytes) = anna.bytes(&format!("/photos/{photo}/original"), None).await;
    assert_eq!(status, 200);
    assert!(bytes == sent);
}

#[tokio::test]
async fn an_original_comes_down_as_what_it_is_whatever_it_was_called() {
    let app = App::start().await;
    let (anna, shoot) = a_shoot(&app).await;
    // Begins as a JPEG, and is a program for whoever starts it by its ending.
    let mut polyglot = pictures::room(1);
    polyglot.extend(b"<script>new ActiveXObject('WScript.Shell')</script>");
    let photo = anna.add_photo(&shoot, "Küche \"1\".hta", &polyglot).await;
    let path = format!("/photos/{photo}/original");
    let answer = anna.request("get", &path).send().await.unwrap();
    let header = |name| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/jpeg");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"K_che__1_.jpg\"; filename*=UTF-8''K%C3%BCche%20_1_.jpg"
    );

    by_hand::finish(&app, &photo, Verdict::Passed).await;
    let link = anna.share(&shoot).await;
    let (_, zip) = app.visitor().bytes(&format!("{link}/download"), None).await;
    let zip = String::from_utf8_lossy(&zip);
    assert!(zip.contains("001-Küche _1_.jpg") && !zip.contains(".hta"));
}

#[tokio::test]
async fn wrong_files_are_refused_with_a_sentence_and_nothing_is_kept() {
    let app = App::start().await;
    let (anna, shoot) = a_shoot(&app).await;
    for (name, bytes, said) in [
        ("photo.heic", &b"\0\0\0\x18ftypheic\0\0\0\0"[..], "HEIC"),
        ("empty.jpg", b"", "empty"),
        (
            "page.jpg",
            b"<html><body>not a photo</body></html>",
            "not a photo",
        ),
        ("moving.gif", b"GIF89a\0\0\0\0\0\0\0\0\0\0", "a GIF"),
    ] {
        let refused = anna.upload(&shoot, name, bytes).await;
        assert_eq!(refused.status, 422, "{name}");
        let problem = refused.json();
        assert!(
            problem["detail"].as_str().unwrap().contains(said),
            "{problem}"
        );
    }
    assert_eq!(files_below(app.blobs()), 0);
    anna.get(&format!("/shoots/{shoot}"))
        .await
        .shows("No photos yet");
}

#[tokio::test]
async fn a_picture_of_too_many_pixels_is_refused_from_its_header() {
    let app = App::start().await;
    let (anna, shoot) = a_shoot(&app).await;
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend([
        0, 0, 0x2e, 0xe0, 0, 0, 0x2e, 0xe0, 8, 2, 0, 0, 0, 0, 0, 0, 0,
    ]);
    let refused = anna.upload(&shoot, "huge.png", &png).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("144 megapixels"), "{}", refused.text);
}

#[tokio::test]
async fn a_file_of_more_than_200_megabytes_is_refused() {
    let app = App::start().await;
    let (anna, shoot) = a_shoot(&app).await;
    let mut large = pictures::room(1);
    large.resize(200_000_001, 0);
    let refused = anna.upload(&shoot, "large.jpg", &large).await;
    assert_eq!(refused.status, 413, "{}", refused.text);
    assert!(refused.text.contains("200 MB"), "{}", refused.text);
    assert_eq!(files_below(app.blobs()), 0);
}

#[tokio::test]
async fn without_javascript_the_form_takes_many_files_at_once() {
    let app = App::start().await;
    let (anna, shoot) = a_shoot(&app).await;
    let (one, two) = (pictures::room(1), pictures::room(2));
    let taken = anna
        .upload_plainly(&shoot, &[("a.jpg", &one), ("b.jpg", &two)])
        .await;
    assert_eq!(taken.location, Some(format!("/shoots/{shoot}")));
    anna.get(&format!("/shoots/{shoot}"))
        .await
        .shows("0 of 2 done");

    let three = pictures::room(3);
    let mixed = anna
        .upload_plainly(&shoot, &[("c.jpg", &three), ("d.gif", b"GIF89a")])
        .await;
    assert_eq!(mixed.status, 422);
    mixed.shows("This is a GIF").shows("0 of 3 done");

    let mut large = pictures::room(4);
    large.resize(200_000_001, 0);
    let refused = anna
        .upload_plainly(&shoot, &[("e.gif", b"GIF89a"), ("f.jpg", &large)])
        .await;
    assert_eq!(refused.status, 422);
    refused
        .shows("This is a GIF")
        .shows("more than 200 MB")
        .shows("0 of 3 done");
}

#[tokio::test]
async fn an_upload_without_its_token_is_refused() {
    let app = App::start().await;
    let (anna, shoot) = a_shoot(&app).await;
    let part = reqwest::multipart::Part::bytes(pictures::room(1)).file_name("a.jpg");
    let form = reqwest::multipart::Form::new().part("photo", part);
    let answer = anna
        .request("post", &format!("/shoots/{shoot}/photos"))
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(files_below(app.blobs()), 0);
}

fn find(folder: &std::path::Path, name: &str) -> std::path::PathBuf {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with(name) {
                return path;
            }
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    panic!("no {name} is stored");
}

fn files_below(folder: &std::path::Path) -> usize {
    plumbline_tests::house::files_below(folder).len()
}

#[tokio::test]
async fn camera_raw_and_webp_become_photos_too() {
    let Some(formats) = photos("formats") else {
        return;
    };
    let app = App::start().await;
    let (anna, shoot) = a_shoot(&app).await;
    for name in ["raw/synthetic-mosaic.dng", "colour/4.webp"] {
        let bytes = std::fs::read(formats.join(name)).unwrap();
        anna.add_photo(&shoot, name.rsplit('/').next().unwrap(), &bytes)
            .await;
    }
    app.run_jobs().await;
    anna.get(&format!("/shoots/{shoot}"))
        .await
        .shows("All 2 done")
        .hides("failed");
}
