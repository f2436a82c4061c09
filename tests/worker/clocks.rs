//! The clock of a worker's machine is wrong. Postgres' is the one that counts.

use std::time::Duration;

use plumbline_domain::shoots::photos::Status;
use plumbline_tests::house::House;
use plumbline_tests::pictures::room;
use plumbline_tests::worker_process::{Setup, WorkerProcess};

#[tokio::test]
async fn a_photo_that_is_put_off_is_due_by_the_databases_clock() {
    for clock in ["+2h", "-2h"] {
        let house = House::open().await;
        let looks = house.path("looks");
        let fault = ["--looks", looks.to_str().unwrap(), "--times", "1", "panics"];
        let worker = WorkerProcess::start_with_clock(&house, Setup::default(), &fault, clock);
        worker.is_ready().await;

        let photo = house.upload(room(1)).await;
        let settled = house.settled(photo, Duration::from_secs(40)).await;
        assert_eq!(settled.status, Status::Passed, "{clock}");
        assert_eq!(house.runs(photo).await, 2, "{clock}");

        let sql = "select max(abs(extract(epoch from run_at - now())))::float8 from apalis.jobs";
        let off: f64 = sqlx::query_scalar(sql)
            .fetch_one(&house.database.everything)
            .await
            .unwrap();
        assert!(off < 600.0, "{clock}: a delivery is {off} s away");
    }
}

#[tokio::test]
async fn a_worker_with_a_slow_clock_does_not_look_dead() {
    let house = House::open().await;
    // It says so when it registers, and not again while the story lasts.
    let setup = Setup {
        heartbeat_secs: 600,
        ..Setup::default()
    };
    let fault = ["takes", "0"];
    let worker = WorkerProcess::start_with_clock(&house, setup, &fault, "-2h");
    worker.is_ready().await;
    let photo = house.upload(room(1)).await;
    house.settled(photo, Duration::from_secs(40)).await;

    let sql = "select extract(epoch from now() - min(last_seen))::float8 from apalis.workers";
    let silent: f64 = sqlx::query_scalar(sql)
        .fetch_one(&house.database.everything)
        .await
        .unwrap();
    assert!(
        (0.0..600.0).contains(&silent),
        "seen {silent} s ago, it says"
    );
}
