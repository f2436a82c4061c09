//! Jobs whose code panics.

use std::time::Duration;

use plumbline_domain::shoots::photos::Status;
use plumbline_domain::work::jobs::MAX_RUNS;
use plumbline_tests::house::House;
use plumbline_tests::pictures::{room, upright_room};
use plumbline_tests::wait::until;
use plumbline_tests::worker_process::{Setup, WorkerProcess};

#[tokio::test]
async fn a_job_that_panics_is_tried_again_with_growing_pauses_and_then_given_up() {
    let house = House::open().await;
    let terrible = house.upload(upright_room(1)).await;
    let mut worker =
        WorkerProcess::start_faulty(&house, Setup::default(), &["--upright-only", "panics"]);

    let mut pauses = Vec::new();
    for _ in 1..MAX_RUNS {
        pauses.push(pause_before_next_run(&house).await);
        no_more_waiting(&house).await;
    }
    let given_up = house.settled(terrible, Duration::from_secs(30)).await;

    println!("paused {pauses:?} s");
    for (pause, planned) in pauses.iter().zip([5.0, 20.0, 80.0]) {
        // The queue counts in whole seconds.
        assert!(
            (planned - 2.0..planned + 1.0).contains(pause),
            "paused {pauses:?}"
        );
    }
    assert_eq!(given_up.status, Status::Failed);
    assert_eq!(house.runs(terrible).await, MAX_RUNS);
    let sentence = given_up.failure.unwrap();
    assert!(sentence.contains("Your original is safe") && !sentence.contains("terrible"));
    assert!(house.attempts(terrible).await.is_empty());

    let next = house.upload(room(1)).await;
    assert_eq!(
        house.settled(next, Duration::from_secs(30)).await.status,
        Status::Passed
    );
    assert!(worker.exited().is_none(), "the worker stayed up");
}

#[tokio::test]
async fn a_job_that_panics_twice_and_then_not_is_finished() {
    let house = House::open().await;
    let photo = house.upload(room(1)).await;
    let looks = house.path("looks");
    let fault = ["--looks", looks.to_str().unwrap(), "--times", "2", "panics"];
    let _worker = WorkerProcess::start_faulty(&house, Setup::default(), &fault);

    for _ in 0..2 {
        pause_before_next_run(&house).await;
        no_more_waiting(&house).await;
    }

    assert_eq!(
        house.settled(photo, Duration::from_secs(30)).await.status,
        Status::Passed
    );
    assert_eq!(house.runs(photo).await, 3);
    assert_eq!(house.attempts(photo).await.len(), 1);
    house.is_whole(photo).await;
}

/// Seconds until the delivery that is put off.
async fn pause_before_next_run(house: &House) -> f64 {
    until("the job is put off", Duration::from_secs(30), async || {
        sqlx::query_scalar(
            "select extract(epoch from run_at - now())::float8 from apalis.jobs
             where status = 'Pending' and run_at > now() + interval '1 second'",
        )
        .fetch_optional(&house.database.everything)
        .await
        .unwrap()
    })
    .await
}

/// Pulls what is put off to now.
async fn no_more_waiting(house: &House) {
    sqlx::query(
        "update apalis.jobs set run_at = now() - interval '1 second' where status = 'Pending'",
    )
    .execute(&house.database.everything)
    .await
    .unwrap();
}
