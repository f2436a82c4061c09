//! Every attempt on a photo can be looked at: why the last one is the last.

use plumbline_documents::{Engine, Verdict};
use plumbline_tests::app::{App, attempts};
use plumbline_tests::by_hand;
use plumbline_tests::client::Client;
use plumbline_tests::pictures;
use plumbline_tests::rows;

/// A photo that passed at the third attempt.
struct Stubborn {
    app: App,
    anna: Client,
    shoot: String,
    photo: String,
    attempts: Vec<String>,
}

impl Stubborn {
    async fn create() -> Self {
        let app = App::start().await;
        let anna = app.owner("Anna").await;
        let shoot = anna.create_shoot("12 Harbour Street").await;
        let photo = anna
            .add_photo(&shoot, "kitchen.jpg", &pictures::room(1))
            .await;
        by_hand::finish_after(&app, &photo, &[Engine::Guided; 2], Verdict::Passed).await;
        Self {
            attempts: attempts(&app, &photo).await,
            app,
            anna,
            shoot,
            photo,
        }
    }

    fn rendition(&self, attempt: usize, kind: &str) -> String {
        let (photo, attempt) = (&self.photo, &self.attempts[attempt]);
        format!("/photos/{photo}/attempts/{attempt}/renditions/{kind}")
    }
}

#[tokio::test]
async fn members_see_every_attempt_and_nobody_else_does() {
    let story = Stubborn::create().await;
    let berta = story.app.owner("Berta").await;
    let stranger = story.app.visitor();
    let link = story.anna.share(&story.shoot).await;
    assert_eq!(story.attempts.len(), 3);

    for attempt in 0..3 {
        for kind in ["preview", "heatmap"] {
            let path = story.rendition(attempt, kind);
            let (status, bytes) = story.anna.bytes(&path, None).await;
            assert_eq!(status, 200, "{path}");
            assert_eq!(bytes, format!("{kind} of photo 1\n").as_bytes());
            assert_eq!(berta.get(&path).await.status, 404, "{path}");
            assert_eq!(stranger.get(&path).await.status, 303, "{path}");
        }
    }
    let photo = &story.photo;
    for (kind, status) in [("preview", 200), ("before", 404), ("heatmap", 404)] {
        let path = format!("{link}/photos/{photo}/{kind}");
        assert_eq!(stranger.get(&path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn an_attempt_has_what_was_kept_of_it_and_never_the_file_to_deliver() {
    let story = Stubborn::create().await;
    for (attempt, kind, status) in [
        (2, "before", 200),
        (2, "full", 404),
        (0, "full", 404),
        (0, "before", 404),
        (0, "sketch", 404),
    ] {
        let path = story.rendition(attempt, kind);
        assert_eq!(story.anna.get(&path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn an_attempt_on_another_photo_is_not_found_under_this_one() {
    let story = Stubborn::create().await;
    let other = story
        .anna
        .add_photo(&story.shoot, "garden.jpg", &pictures::room(2))
        .await;
    by_hand::finish(&story.app, &other, Verdict::Passed).await;

    let crossed = story.rendition(0, "preview").replace(&story.photo, &other);

    assert_eq!(story.anna.get(&crossed).await.status, 404);
}

#[tokio::test]
async fn the_page_compares_the_attempt_that_was_chosen() {
    let story = Stubborn::create().await;
    let page = format!("/photos/{}", story.photo);
    let [first, _, last] = [0, 1, 2].map(|at| after(&story.rendition(at, "preview")));

    story.anna.get(&page).await.shows(&last).hides(&first);
    story
        .anna
        .get(&format!("{page}?attempt=1"))
        .await
        .shows(&first)
        .hides(&last)
        .shows("Report for attempt 1")
        .shows("How well lines and objects stayed in place.")
        // The original is kept once for all attempts of a run.
        .shows(&story.rendition(2, "before"));
    for counts in ["3", "99"] {
        let page = story.anna.get(&format!("{page}?attempt={counts}")).await;
        page.shows(&last).hides("Report for attempt");
    }
}

/// How the comparison shows a picture, and a card beside it does not.
fn after(rendition: &str) -> String {
    let id = rendition.split('/').nth(4).unwrap_or_default();
    format!("<figure class=\"compare__picture\"><img src=\"{rendition}?v={id}\"")
}

#[tokio::test]
async fn attempts_stand_side_by_side_with_what_the_check_said() {
    let story = Stubborn::create().await;
    let page = story.anna.get(&format!("/photos/{}", story.photo)).await;
    page.shows("Attempt 1")
        .shows("AI-guided correction, 100 %")
        .shows("Natural correction, 100 %")
        .hides("No preview was kept of this attempt.");

    // As the release before this one left them.
    rows::forget_renditions(&story.app, &story.attempts[0]).await;
    let page = format!("/photos/{}?attempt=1", story.photo);
    story
        .anna
        .get(&page)
        .await
        .shows("No preview was kept of this attempt.")
        .shows(&after(&story.rendition(2, "preview")));
}

#[tokio::test]
async fn what_the_worker_keeps_of_an_attempt_are_pictures() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let photo = anna
        .add_photo(&shoot, "kitchen.jpg", &pictures::room(1))
        .await;
    app.run_jobs().await;
    let attempt = &attempts(&app, &photo).await[0];

    for (kind, size) in [("preview", (1024, 768)), ("heatmap", (128, 96))] {
        let path = format!("/photos/{photo}/attempts/{attempt}/renditions/{kind}");
        let answer = anna.get(&path).await;
        assert_eq!(answer.headers["content-type"], "image/webp");
        let (_, bytes) = anna.bytes(&path, None).await;
        let found = imagesize::blob_size(&bytes).unwrap();
        assert_eq!((found.width, found.height), size, "{kind}");
    }
    anna.get(&format!("/photos/{photo}"))
        .await
        .shows("Heatmap of changes");
}
