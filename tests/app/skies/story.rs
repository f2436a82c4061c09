//! The beginning of a story about a sky: an organization with one photo of a garden.

use plumbline_documents::Verdict;
use plumbline_tests::app::App;
use plumbline_tests::by_hand;
use plumbline_tests::client::{Answer, Client};
use plumbline_tests::pictures;

pub struct Story {
    pub app: App,
    pub anna: Client,
    pub shoot: String,
    pub photo: String,
}

impl Story {
    /// A photo that waits for its worker.
    pub async fn begin() -> Self {
        let app = App::start().await;
        let anna = app.owner("Anna").await;
        let shoot = anna.create_shoot("12 Harbour Street").await;
        let photo = anna
            .add_photo(&shoot, "garden.jpg", &pictures::room(1))
            .await;
        Self {
            app,
            anna,
            shoot,
            photo,
        }
    }

    /// A photo that passed.
    pub async fn passed() -> Self {
        let story = Self::begin().await;
        by_hand::finish(&story.app, &story.photo, Verdict::Passed).await;
        story
    }

    pub fn page(&self) -> String {
        format!("/photos/{}", self.photo)
    }

    pub async fn override_scene(&self, place: &str, sky: &str) -> Option<String> {
        let path = format!("{}/override", self.page());
        let fields = [("place", place), ("sky", sky)];
        self.anna.post(&path, &fields).await.location
    }

    pub async fn send_mask(&self, png: &[u8]) -> Answer {
        let path = format!("{}/mask", self.page());
        let file = ("mask.png", png);
        self.anna.send_file(&path, "mask", file).await
    }
}

/// A new own sky's id.
pub async fn add_sky(anna: &Client, name: &str, bytes: &[u8]) -> String {
    let added = anna.send_file("/skies", "sky", (name, bytes)).await;
    assert_eq!(added.status, 303, "{}", added.text);
    let page = anna.get("/skies").await.text;
    let stem = name.split('.').next().unwrap();
    let (_, its_card) = page.split_once(&format!(">{stem}</h2>")).unwrap();
    let at = its_card.find("/skies/").expect("it can be removed") + "/skies/".len();
    its_card[at..at + 36].to_owned()
}
