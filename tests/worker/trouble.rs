//! Storage that cannot be used is nobody's photo's fault.

use std::fs;
use std::time::Duration;

use plumbline_domain::shoots::photos::Status;
use plumbline_tests::house::House;
use plumbline_tests::pictures::room;
use plumbline_tests::worker_process::{Setup, WorkerProcess};

#[tokio::test]
async fn photos_wait_while_storage_is_not_mounted_and_go_on_by_themselves() {
    let house = House::open().await;
    let (storage, elsewhere) = (house.storage_folder(), house.path("unmounted"));
    let first = house.upload(room(1)).await;
    let second = house.upload(room(2)).await;
    fs::rename(&storage, &elsewhere).unwrap();
    fs::create_dir(&storage).unwrap();
    let mut worker = WorkerProcess::start(&house, Setup::default());

    worker
        .has_said("nothing is worked on until this is over")
        .await;
    worker.has_said("storage still cannot be used").await;
    for photo in [first, second] {
        assert!(house.photo(photo).await.status.is_in_progress());
    }
    fs::remove_dir(&storage).unwrap();
    fs::rename(&elsewhere, &storage).unwrap();

    for photo in [first, second] {
        let settled = house.settled(photo, Duration::from_secs(90)).await;
        assert_eq!(settled.status, Status::Passed, "{:?}", settled.failure);
        assert_eq!(house.runs(photo).await, 1, "waiting is no try");
        house.is_whole(photo).await;
    }
    assert!(worker.exited().is_none());
}

#[tokio::test]
async fn a_file_that_is_missing_where_others_are_is_said_to_be_missing() {
    let house = House::open().await;
    let lost = house.upload(room(1)).await;
    let beside = house.upload(room(2)).await;
    let folder = house
        .storage_folder()
        .join(house.organization().to_string());
    fs::remove_file(folder.join(format!("photos/{lost}/original"))).unwrap();
    let _worker = WorkerProcess::start(&house, Setup::default());

    let failed = house.settled(lost, Duration::from_secs(60)).await;
    assert!(failed.failure.unwrap().contains("upload it again"));
    let passed = house.settled(beside, Duration::from_secs(60)).await;
    assert_eq!(passed.status, Status::Passed);
}
