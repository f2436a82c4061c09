//! Models that misbehave: the fallbacks steps down, every attempt is on the record
//! with its pictures, and what is delivered is clean.

use std::time::Duration;

use plumbline_documents::Verdict::{self, Held, Passed};
use plumbline_domain::ids::PhotoId;
use plumbline_domain::shoots::photos::Status;
use plumbline_domain::shoots::renditions::{Kind, Rendition};
use plumbline_enhance::inspect::{Terms, judge, rebuilt};
use plumbline_enhance::{Limits, Pixels, Plan, decode, inspect, straighten};
use plumbline_fixtures::photos;
use plumbline_tests::house::House;
use plumbline_tests::pictures::{noise, room};
use plumbline_tests::worker_process::{Setup, WorkerProcess};

const LONGEST: Duration = Duration::from_secs(120);

#[tokio::test]
async fn what_a_model_pastes_or_bends_never_reaches_the_photo() {
    for fault in ["pastes", "warps"] {
        let story = Story::of(fault, photo()).await;

        assert_eq!(story.status().await, Status::Passed, "{fault}");
        story.delivered_is_clean().await;
    }
}

#[tokio::test]
async fn a_red_box_that_a_model_pastes_is_not_on_the_delivered_photo() {
    let story = Story::of("pastes", photo()).await;
    let delivered = full(&story.house, story.photo).await;
    let delivered = story.house.bytes(&delivered).await;

    let [before, after] = [&story.bytes[..], &delivered].map(|file| redness(&pixels(file)));

    // The box itself has 170.
    println!("redness {before} before, {after} after");
    assert!(after < before + 10.0, "{before} became {after}");
}

#[tokio::test]
async fn a_model_that_tints_once_is_asked_for_less() {
    let story = Story::of("casts-once", photo()).await;

    assert_eq!(
        story.fallback().await,
        [("guided", 100, Held), ("guided", 60, Passed)].map(fallback_level)
    );
    assert_eq!(story.status().await, Status::Passed);
    story.delivered_is_clean().await;
}

#[tokio::test]
async fn a_model_that_always_tints_ends_in_the_natural_engine() {
    let story = Story::of("casts", photo()).await;

    assert_eq!(
        story.fallback().await,
        [
            ("guided", 100, Held),
            ("guided", 60, Held),
            ("natural", 100, Passed)
        ]
        .map(fallback_level)
    );
    assert_eq!(story.status().await, Status::Passed);
    story.delivered_is_clean().await;

    let plain = House::open().await;
    // No model, and the same scene: none.
    let _worker = WorkerProcess::start_faulty(&plain, Setup::default(), &["takes", "0"]);
    let same = plain.upload(photo()).await;
    plain.settled(same, LONGEST).await;
    assert_eq!(
        full(&plain, same).await.sha256,
        full(&story.house, story.photo).await.sha256,
        "as if there had been no model"
    );
}

#[tokio::test]
async fn a_photo_that_no_engine_can_mend_is_tried_once_and_waits_for_a_person() {
    let house = House::open().await;
    let photo = house.upload(noise()).await;
    let _worker = WorkerProcess::start_faulty(&house, Setup::default(), &["casts"]);

    let settled = house.settled(photo, LONGEST).await;

    assert_eq!(settled.status, Status::Held);
    assert_eq!(
        fallback(&house, photo).await,
        [("guided", 100, Held)].map(fallback_level)
    );
    house.is_whole(photo).await;
}

/// A photo that went through a real worker with a model that misbehaves.
struct Story {
    house: House,
    photo: PhotoId,
    bytes: Vec<u8>,
    _worker: WorkerProcess,
}

impl Story {
    async fn of(fault: &str, bytes: Vec<u8>) -> Self {
        let house = House::open().await;
        let photo = house.upload(bytes.clone()).await;
        let worker = WorkerProcess::start_faulty(&house, Setup::default(), &[fault]);
        house.settled(photo, LONGEST).await;
        house.is_whole(photo).await;
        Self {
            house,
            photo,
            bytes,
            _worker: worker,
        }
    }

    async fn status(&self) -> Status {
        self.house.photo(self.photo).await.status
    }

    async fn fallback(&self) -> Vec<Level> {
        fallback(&self.house, self.photo).await
    }

    /// The delivered file itself passes quality control against the original, or against what the
    /// plan makes of it where nothing else had a part: saving changes pixels by more than rounding.
    async fn delivered_is_clean(&self) {
        let attempts = self.house.attempts(self.photo).await;
        let plan = attempts.last().unwrap().plan.clone();
        let plan: Plan = serde_json::from_value(plan).unwrap();
        let delivered = self.house.bytes(&full(&self.house, self.photo).await).await;
        let original = straighten(pixels(&self.bytes), &plan);

        let delivered = pixels(&delivered);
        let report = match rebuilt(&original, &plan) {
            Some(rebuilt) => judge(&rebuilt, &delivered, &Terms::default()).report,
            None => inspect(&original, &delivered, &plan),
        };

        assert_eq!(report.verdict, Passed, "{report:#?}");
    }
}

/// How much more red than green there is where the model pastes its red box, 0 to 255.
fn redness(picture: &Pixels) -> f32 {
    let (left, top, side) = (
        picture.width() * 2 / 5,
        picture.height() / 2,
        picture.width() / 5,
    );
    let places = (top..top + side).flat_map(|y| (left..left + side).map(move |x| (x, y)));
    let sum: f32 = places
        .map(|(x, y)| picture.unit(x, y))
        .map(|[r, g, _]| r - g)
        .sum();
    sum * 255.0 / (side * side) as f32
}

/// Engine, strength in per cent, and what quality control said.
type Level = (String, i32, Verdict);

fn fallback_level((engine, percent, verdict): (&str, i32, Verdict)) -> Level {
    (engine.to_owned(), percent, verdict)
}

async fn fallback(house: &House, photo: PhotoId) -> Vec<Level> {
    let attempts = house.attempts(photo).await;
    let percent = |strength: f32| (strength * 100.0).round() as i32;
    let of_it = |one: &plumbline_domain::work::attempts::Attempt| {
        fallback_level((one.engine.as_str(), percent(one.strength), one.verdict))
    };
    attempts.iter().map(of_it).collect()
}

async fn full(house: &House, photo: PhotoId) -> Rendition {
    let all = house.renditions(photo).await;
    let full = all.into_iter().find(|one| one.kind == Kind::Full);
    full.expect("the photo is delivered")
}

fn pixels(file: &[u8]) -> Pixels {
    decode(file, &Limits::default()).unwrap().pixels
}

/// A real dim room where the photos can be had.
fn photo() -> Vec<u8> {
    let file = photos("interior/edelle-bruton-PJNO2sLlbB8-unsplash.jpg");
    file.map_or_else(|| room(1), |path| std::fs::read(path).unwrap())
}
