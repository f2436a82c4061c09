//! The queue's own troubles.

use std::time::Duration;

use plumbline_domain::shoots::photos::Status;
use plumbline_tests::house::House;
use plumbline_tests::pictures::room;
use plumbline_tests::wait::until;
use plumbline_tests::worker_process::{Setup, WorkerProcess};

#[tokio::test]
async fn a_delivery_that_cannot_be_read_does_not_stop_the_queue() {
    let house = House::open().await;
    for payload in ["{\"job\": 7}", "[]", "not even json"] {
        execute(
            &house,
            "insert into apalis.jobs (id, job, job_type, status, attempts, max_attempts, run_at)
             values (apalis.generate_ulid(), convert_to($1, 'UTF8'), 'enhance_photo', 'Pending',
                     0, 5, now() - interval '1 minute')",
            payload,
        )
        .await;
    }
    let photo = house.upload(room(1)).await;
    let mut worker = WorkerProcess::start(&house, Setup::default());

    assert_eq!(
        house.settled(photo, Duration::from_secs(60)).await.status,
        Status::Passed
    );
    assert!(worker.exited().is_none(), "the worker stayed up");
    assert!(worker.log().contains("a delivery that cannot be read"));
}

#[tokio::test]
async fn a_job_whose_delivery_was_lost_is_found_and_old_deliveries_go() {
    let house = House::open().await;
    let photo = house.upload(room(1)).await;
    execute(
        &house,
        "update apalis.jobs set status = 'Done', done_at = now() - $1::interval",
        "2 hours",
    )
    .await;
    execute(
        &house,
        "update jobs set created_at = now() - $1::interval",
        "11 minutes",
    )
    .await;
    let _worker = WorkerProcess::start(&house, Setup::default());

    assert_eq!(
        house.settled(photo, Duration::from_secs(60)).await.status,
        Status::Passed
    );
    until(
        "the old delivery is cleared away",
        Duration::from_secs(10),
        async || {
            let left: i64 = sqlx::query_scalar("select count(*) from apalis.jobs")
                .fetch_one(&house.database.everything)
                .await
                .unwrap();
            (left == 1).then_some(())
        },
    )
    .await;
}

async fn execute(house: &House, statement: &'static str, value: &str) {
    sqlx::query(statement)
        .bind(value)
        .execute(&house.database.everything)
        .await
        .unwrap();
}
