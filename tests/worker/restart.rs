//! Postgres goes away and comes back.

use std::path::Path;
use std::time::Duration;

use plumbline_domain::shoots::photos::Status;
use plumbline_tests::cluster::Cluster;
use plumbline_tests::database::TestDatabase;
use plumbline_tests::house::House;
use plumbline_tests::pictures::room;
use plumbline_tests::wait;
use plumbline_tests::worker_process::{Setup, WorkerProcess};

#[tokio::test]
async fn a_photo_that_is_ready_while_the_database_is_away_is_not_lost() {
    let cluster = Cluster::start();
    let house = House::in_database(TestDatabase::create_on(&cluster.url).await).await;
    let photo = house.upload(room(1)).await;
    let looks = house.path("looks");
    let fault = ["--looks", looks.to_str().unwrap(), "takes", "2"];
    let worker = WorkerProcess::start_faulty(&house, Setup::default(), &fault);
    being_looked_at(&looks).await;

    cluster.stop();
    worker.has_said("the queue broke off").await;
    worker.has_said("the database did not take it").await;
    cluster.start_again();

    assert_eq!(
        house.settled(photo, Duration::from_secs(60)).await.status,
        Status::Passed
    );
    assert_eq!(
        std::fs::read(&looks).unwrap().len(),
        1,
        "the photo was looked at once"
    );
    assert_eq!(house.runs(photo).await, 1);
    assert_eq!(house.attempts(photo).await.len(), 1);
    house.is_whole(photo).await;
}

#[tokio::test]
async fn a_photo_in_hand_while_the_database_restarts_is_finished_once() {
    let cluster = Cluster::start();
    let house = House::in_database(TestDatabase::create_on(&cluster.url).await).await;
    let photo = house.upload(room(1)).await;
    let looks = house.path("looks");
    let fault = ["--looks", looks.to_str().unwrap(), "takes", "5"];
    let mut worker = WorkerProcess::start_faulty(&house, Setup::default(), &fault);
    being_looked_at(&looks).await;

    cluster.restart();

    assert_eq!(
        house.settled(photo, Duration::from_secs(60)).await.status,
        Status::Passed
    );
    assert_eq!(
        std::fs::read(&looks).unwrap().len(),
        1,
        "the photo was looked at once"
    );
    assert_eq!(house.runs(photo).await, 1);
    assert_eq!(house.attempts(photo).await.len(), 1);
    house.is_whole(photo).await;

    let next = house.upload(room(2)).await;
    assert_eq!(
        house.settled(next, Duration::from_secs(60)).await.status,
        Status::Passed
    );
    assert!(worker.exited().is_none(), "the worker stayed up");
}

/// In hand, with nothing to ask of the database before it is ready.
async fn being_looked_at(looks: &Path) {
    wait::until("the scene analysis", Duration::from_secs(60), || async {
        let looked = std::fs::read(looks).unwrap_or_default();
        (!looked.is_empty()).then_some(())
    })
    .await;
}
