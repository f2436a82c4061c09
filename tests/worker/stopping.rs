//! Workers that are asked to stop.

use std::time::Duration;

use plumbline_documents::Stage;
use plumbline_domain::shoots::photos::Status;
use plumbline_tests::house::House;
use plumbline_tests::pictures::room;
use plumbline_tests::worker_process::{Setup, WorkerProcess};

#[tokio::test]
async fn a_worker_asked_to_stop_finishes_the_photo_in_hand_and_takes_no_other() {
    let house = House::open().await;
    let in_hand = house.upload(room(1)).await;
    let mut worker = WorkerProcess::start_faulty(&house, Setup::default(), &["takes", "4"]);
    house.at_stage(in_hand, Stage::Correcting).await;
    let next = house.upload(room(2)).await;

    worker.terminate();
    assert!(worker.exits(Duration::from_secs(30)).await.success());

    assert_eq!(house.photo(in_hand).await.status, Status::Passed);
    assert_eq!(house.runs(in_hand).await, 1);
    house.is_whole(in_hand).await;
    assert_eq!(house.photo(next).await.status, Status::Waiting);
    assert_eq!(house.runs(next).await, 0);
}

#[tokio::test]
async fn past_the_grace_a_photo_is_handed_back_and_the_run_does_not_count() {
    let house = House::open().await;
    let photo = house.upload(room(1)).await;
    let setup = Setup {
        grace_secs: 1,
        ..Setup::default()
    };
    let mut worker = WorkerProcess::start_faulty(&house, setup, &["takes", "4"]);
    house.at_stage(photo, Stage::Correcting).await;

    worker.terminate();
    assert!(worker.exits(Duration::from_secs(30)).await.success());
    assert_eq!(house.photo(photo).await.status, Status::Waiting);
    assert_eq!(house.runs(photo).await, 0);

    let _next = WorkerProcess::start(&house, Setup::default());
    assert_eq!(
        house.settled(photo, Duration::from_secs(30)).await.status,
        Status::Passed
    );
    assert_eq!(house.runs(photo).await, 1);
    house.is_whole(photo).await;
}

#[tokio::test]
async fn a_stage_without_an_end_does_not_keep_a_worker_from_stopping() {
    let house = House::open().await;
    let photo = house.upload(room(1)).await;
    let setup = Setup {
        grace_secs: 0,
        ..Setup::default()
    };
    let mut worker = WorkerProcess::start_faulty(&house, setup, &["takes", "600"]);
    house.at_stage(photo, Stage::Correcting).await;

    worker.terminate();
    assert!(worker.exits(Duration::from_secs(30)).await.success());

    assert_eq!(house.photo(photo).await.status, Status::Waiting);
    assert_eq!(
        house.runs(photo).await,
        1,
        "what may have been hanging is not forgotten"
    );
}

#[tokio::test]
async fn asked_twice_a_worker_stops_at_once() {
    let house = House::open().await;
    let photo = house.upload(room(1)).await;
    let mut worker = WorkerProcess::start_faulty(&house, Setup::default(), &["takes", "600"]);
    house.at_stage(photo, Stage::Correcting).await;

    worker.terminate();
    worker.has_said("stopping").await;
    worker.terminate();

    assert_eq!(worker.exits(Duration::from_secs(5)).await.code(), Some(130));
}
