//! Runs that make no progress.

use std::time::Duration;

use plumbline_domain::shoots::photos::Status;
use plumbline_tests::house::House;
use plumbline_tests::pictures::{room, upright_room};
use plumbline_tests::worker_process::{Setup, WorkerProcess};

#[tokio::test]
async fn a_photo_that_hangs_is_tried_once_more_alone_and_then_set_aside() {
    let house = House::open().await;
    let hanging = house.upload(upright_room(1)).await;
    let beside = house.upload(room(1)).await;
    let setup = Setup {
        concurrency: 2,
        stall_secs: 3,
        grace_secs: 5,
        ..Setup::default()
    };
    let mut worker =
        WorkerProcess::start_faulty(&house, setup, &["--upright-only", "takes", "6000"]);

    let set_aside = house.settled(hanging, Duration::from_secs(120)).await;

    assert_eq!(set_aside.status, Status::Failed);
    let sentence = set_aside.failure.unwrap();
    assert!(
        sentence.contains("came to a standstill twice"),
        "{sentence}"
    );
    assert_eq!(house.runs(hanging).await, 2);
    worker.has_said("runs alone").await;
    assert_eq!(
        house.settled(beside, Duration::from_secs(60)).await.status,
        Status::Passed
    );
    // The process that hung was replaced, under the same number: nobody had to start it again.
    let next = house.upload(room(2)).await;
    assert_eq!(
        house.settled(next, Duration::from_secs(60)).await.status,
        Status::Passed
    );
    assert!(worker.exited().is_none(), "the worker is there");
    let beginnings = worker.log().matches("answering the queue").count();
    assert_eq!(beginnings, 3, "it began anew for each hanging run");
}
