//! Files that mean harm, or are just broken: `../shared/photos/hostile`.

use std::fs;
use std::time::Duration;

use plumbline_domain::shoots::photos::Status;
use plumbline_tests::hostile::{files as hostile_files, is_a_sentence};
use plumbline_tests::house::House;
use plumbline_tests::worker_process::{Setup, WorkerProcess};

#[tokio::test]
async fn a_worker_stays_up_whatever_it_is_fed() {
    let Some(files) = hostile_files() else { return };
    let house = House::open().await;
    let mut uploaded = Vec::new();
    for file in files {
        uploaded.push((house.upload(fs::read(&file).unwrap()).await, file));
    }
    let mut worker = WorkerProcess::start(&house, Setup::default());

    for (photo, file) in &uploaded {
        let settled = house.settled(*photo, Duration::from_secs(60)).await;
        match settled.status {
            Status::Passed | Status::Held => house.is_whole(*photo).await,
            Status::Failed => assert!(is_a_sentence(&settled.failure.unwrap())),
            other => panic!("{} is {other:?}", file.display()),
        }
        assert_eq!(
            house.runs(*photo).await,
            1,
            "{} was tried again",
            file.display()
        );
    }
    assert!(worker.exited().is_none(), "the worker stayed up");
}
