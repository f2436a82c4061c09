//! Engines: a shoot chooses one, and its photos say which one was used.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use plumbline_enhance::GenerativeModel;
use plumbline_tests::app::App;
use plumbline_tests::client::Client;
use plumbline_tests::generative_models::TilingModel;
use plumbline_tests::pictures;
use plumbline_tests::wait::until;
use serde_json::Value;

struct Story {
    app: App,
    anna: Client,
    shoot: String,
    photo: String,
}

impl Story {
    /// A photo of a shoot that chooses an engine.
    async fn choosing(engine: &str) -> Self {
        let app = App::start().await;
        let anna = app.owner("Anna").await;
        let fields = [("name", "12 Harbour Street"), ("engine", engine)];
        let made = anna.post("/shoots", &fields).await;
        let shoot = made.location.expect("the shoot's page");
        let id = shoot.rsplit('/').next().expect("an id").to_owned();
        let photo = anna.add_photo(&id, "room.jpg", &pictures::room(1)).await;
        Self {
            app,
            anna,
            shoot,
            photo,
        }
    }

    async fn enhance(&self, model: Option<TilingModel>) {
        let model = model.map(|model| Arc::new(model) as Arc<dyn GenerativeModel>);
        self.app.run_jobs_with(model).await;
    }

    /// The engines of its attempts, and what was done by the last one.
    async fn became(&self) -> (Vec<String>, String) {
        let path = format!("/photos/{}/report.json", self.photo);
        let report: Value = self.anna.get(&path).await.json();
        let attempts = report["attempts"].as_array().unwrap().clone();
        let engine = |attempt: &Value| attempt["plan"]["engine"].as_str().unwrap().to_owned();
        let done = attempts.last().unwrap()["done"].to_string();
        (attempts.iter().map(engine).collect(), done)
    }
}

#[tokio::test]
async fn a_choice_of_redrawing_is_kept_and_granted_where_a_model_is_installed() {
    let story = Story::choosing("tiled").await;
    story.anna.get(&story.shoot).await.shows("Texture redrawn");
    story.enhance(Some(TilingModel::default())).await;
    let (engines, done) = story.became().await;
    assert_eq!(engines, ["tiled"]);
    assert!(done.contains("tile by tile"), "{done}");
}

#[tokio::test]
async fn without_a_model_the_photo_says_why_it_was_not_redrawn() {
    let story = Story::choosing("tiled").await;
    story.enhance(None).await;
    assert_eq!(story.became().await.0, ["natural"]);
    let page = format!("/photos/{}", story.photo);
    story
        .anna
        .get(&page)
        .await
        .shows("Ready")
        .shows("no network that paints is installed here");
}

#[tokio::test]
async fn a_choice_of_measurement_leaves_the_model_alone() {
    let story = Story::choosing("natural").await;
    story.enhance(Some(TilingModel::default())).await;
    assert_eq!(story.became().await.0, ["natural"]);
}

#[tokio::test]
async fn too_little_memory_never_fails_a_photo() {
    for (model, engine, sentence) in [
        (
            TilingModel::short_of_memory(),
            "guided",
            "it guided colour and light instead",
        ),
        (
            TilingModel::out_of_memory(),
            "natural",
            "too little memory to guide",
        ),
    ] {
        let story = Story::choosing("tiled").await;
        story.enhance(Some(model)).await;
        let (engines, done) = story.became().await;
        assert_eq!(engines, [engine]);
        assert!(done.contains("too little memory to redraw"), "{done}");
        assert!(done.contains(sentence), "{done}");
        let page = format!("/photos/{}", story.photo);
        story.anna.get(&page).await.shows("Ready");
    }
}

#[tokio::test]
async fn open_pages_see_how_many_tiles_are_painted() {
    let story = Story::choosing("tiled").await;
    let (say, word) = mpsc::channel();
    let pages = [format!("/photos/{}", story.photo), story.shoot.clone()];
    let watching = async {
        for page in &pages {
            until(
                "the page counts tiles",
                Duration::from_secs(60),
                async || {
                    let shown = story.anna.get(page).await.text;
                    shown.contains("Correcting, 2 of 20").then_some(())
                },
            )
            .await;
        }
        say.send(()).expect("the model waits");
    };
    tokio::join!(story.enhance(Some(TilingModel::waiting(2, word))), watching);
    let shown = story.anna.get(&pages[0]).await;
    shown.shows("Ready").hides("2 of 20");
}
