//! Jobs that take long.

use std::time::Duration;

use plumbline_documents::Stage;
use plumbline_domain::shoots::photos::Status;
use plumbline_tests::house::House;
use plumbline_tests::pictures::room;
use plumbline_tests::worker_process::{Setup, WorkerProcess};

#[tokio::test]
async fn a_job_that_outlasts_heartbeat_and_lease_three_times_runs_once() {
    let house = House::open().await;
    let photo = house.upload(room(1)).await;
    let looks = house.path("looks");
    let fault = ["--looks", looks.to_str().unwrap(), "takes", "10"];
    let _workers = [0; 2].map(|_| WorkerProcess::start_faulty(&house, Setup::default(), &fault));

    // Asked for again and again, it must be found busy each time.
    house.at_stage(photo, Stage::Correcting).await;
    house.deliver_again(1).await;
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
