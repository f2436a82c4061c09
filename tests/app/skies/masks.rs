//! Sky masks that people paint, or send as a file.

use plumbline_documents::Verdict;
use plumbline_tests::{by_hand, pictures};

use super::story::{Story, add_sky};

#[tokio::test]
async fn a_painted_mask_is_kept_and_reaches_the_worker() {
    let story = Story::begin().await;
    story.app.run_jobs().await;
    let painted = pictures::mask(1024, 768, 0.3);

    let sent = story.send_mask(&painted).await;
    assert!(sent.location.unwrap().ends_with("?notice=enhancing-again"));
    let (status, kept) = story
        .anna
        .bytes(&format!("{}/mask", story.page()), None)
        .await;
    assert_eq!((status.as_u16(), kept), (200, painted));
    story.app.run_jobs().await;
    story
        .anna
        .get(&story.page())
        .await
        .shows("Ready")
        .shows("Sky mask: painted by hand.")
        .shows("Show the sky mask")
        .shows("Edit the sky mask");

    // A picture by its first bytes only: nobody but the worker looks further.
    let mut cut = pictures::mask(1024, 768, 0.3);
    cut.truncate(60);
    story.send_mask(&cut).await;
    story.app.run_jobs().await;
    story
        .anna
        .get(&story.page())
        .await
        .shows("Failed")
        .shows("The sky mask that was set for this photo cannot be read. Paint it again");
    let reset = format!("{}/override/withdrawal", story.page());
    story.anna.post(&reset, &[]).await;
    story.app.run_jobs().await;
    story.anna.get(&story.page()).await.shows("Ready");
}

#[tokio::test]
async fn a_mask_that_does_not_fit_the_photo_is_refused_with_what_to_do() {
    let story = Story::passed().await;
    for (file, said) in [
        (
            pictures::mask(400, 600, 0.3),
            "Make one of 2048 × 1365 pixels",
        ),
        (pictures::room(1), "This is not a PNG."),
        (vec![0; 5_000_000], "more than 4 MB"),
    ] {
        let page = story.send_mask(&file).await;
        assert_eq!(page.status, 422);
        page.shows(said).shows("Upload a sky mask");

        let path = format!("{}/mask", story.page());
        let script = story
            .anna
            .send_file_by_script(&path, "mask", ("mask.png", &file))
            .await;
        assert_eq!(script.status, 422);
        let sentence = script.json()["detail"].as_str().unwrap().to_owned();
        assert!(sentence.contains(said), "{sentence}");
    }
    assert_eq!(
        story
            .anna
            .get(&format!("{}/mask", story.page()))
            .await
            .status,
        404,
        "nothing was kept"
    );
    story.anna.get(&story.page()).await.shows("Ready");
}

#[tokio::test]
async fn a_stranger_neither_sees_nor_sends_masks_and_skies() {
    let story = Story::passed().await;
    story.send_mask(&pictures::mask(600, 400, 0.3)).await;
    by_hand::finish(&story.app, &story.photo, Verdict::Passed).await;
    by_hand::set_sky_mask(
        &story.app,
        &story.photo,
        pictures::mask(600, 400, 0.3),
        (600, 400),
    )
    .await;
    let sky = add_sky(&story.anna, "evening.jpg", &pictures::sky(1)).await;
    let berta = story.app.owner("Berta").await;
    let link = story.anna.share(&story.shoot).await;

    for path in [
        format!("{}/mask", story.page()),
        format!("{}/renditions/mask", story.page()),
        format!("/skies/{sky}/picture"),
    ] {
        assert_eq!(story.anna.get(&path).await.status, 200, "{path}");
        assert_eq!(berta.get(&path).await.status, 404, "{path}");
        assert_eq!(story.app.visitor().get(&path).await.status, 303, "{path}");
    }
    let shared = format!("{link}/photos/{}/mask", story.photo);
    assert_eq!(story.app.visitor().get(&shared).await.status, 404);

    let mask = pictures::mask(600, 400, 0.9);
    let path = format!("{}/mask", story.page());
    let sent = berta.send_file(&path, "mask", ("mask.png", &mask)).await;
    assert_eq!(sent.status, 404);
    berta.get("/skies").await.hides("evening");
    let hers = berta.create_shoot("1 Elsewhere").await;
    let chosen = berta
        .post(&format!("/shoots/{hers}/sky"), &[("sky", &sky)])
        .await;
    assert_eq!(
        chosen.status, 404,
        "another organization's sky is not there to choose"
    );
}
