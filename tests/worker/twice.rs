//! The queue may deliver a job any number of times.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use plumbline_domain::shoots::photos::Status;
use plumbline_tests::house::{House, files_below};
use plumbline_tests::pictures::room;
use plumbline_tests::wait::until;
use plumbline_tests::worker_process::{Setup, WorkerProcess};
use sha2::{Digest, Sha256};

#[tokio::test]
async fn a_job_delivered_to_two_workers_at_once_runs_once() {
    let house = House::open().await;
    let photo = house.upload(room(1)).await;
    house.deliver_again(3).await;
    let looks = house.path("looks");
    let fault = ["--looks", looks.to_str().unwrap(), "takes", "2"];
    let _workers = [0; 2].map(|_| WorkerProcess::start_faulty(&house, Setup::default(), &fault));

    assert_eq!(
        house.settled(photo, Duration::from_secs(60)).await.status,
        Status::Passed
    );
    all_answered(&house).await;

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
async fn a_finished_job_delivered_again_changes_nothing() {
    let house = House::open().await;
    let photo = house.upload(room(1)).await;
    let _worker = WorkerProcess::start(&house, Setup::default());
    house.settled(photo, Duration::from_secs(60)).await;
    all_answered(&house).await;
    let before = everything(&house).await;

    house.deliver_again(2).await;
    all_answered(&house).await;

    assert_eq!(everything(&house).await, before);
}

#[tokio::test]
async fn a_worker_that_was_given_up_too_early_comes_back_and_changes_nothing() {
    let house = House::open().await;
    let photo = house.upload(room(1)).await;
    // So long a lease that it does not notice by itself.
    let setup = Setup {
        lease_secs: 3600,
        ..Setup::default()
    };
    // Before the analysis, which takes so long, it would notice when it keeps what it measured.
    let looks = house.path("looks");
    let fault = ["--looks", looks.to_str().unwrap(), "takes", "5"];
    let slow = WorkerProcess::start_faulty(&house, setup, &fault);
    until("the scene analysis", Duration::from_secs(60), async || {
        looks.exists().then_some(())
    })
    .await;

    sqlx::query("update jobs set leased_until = now()")
        .execute(&house.database.everything)
        .await
        .unwrap();
    house.deliver_again(1).await;
    let _quick = WorkerProcess::start(&house, Setup::default());
    assert_eq!(
        house.settled(photo, Duration::from_secs(30)).await.status,
        Status::Passed
    );
    let before = everything(&house).await;

    slow.has_said("was taken over").await;
    all_answered(&house).await;
    assert_eq!(everything(&house).await, before);
    assert_eq!(house.runs(photo).await, 2);
    house.is_whole(photo).await;
}

async fn all_answered(house: &House) {
    until(
        "every delivery is answered",
        Duration::from_secs(60),
        async || {
            let open: i64 =
                sqlx::query_scalar("select count(*) from apalis.jobs where status <> 'Done'")
                    .fetch_one(&house.database.everything)
                    .await
                    .unwrap();
            (open == 0).then_some(())
        },
    )
    .await;
}

/// Every row of ours, and every file with its hash.
async fn everything(house: &House) -> (Vec<String>, BTreeMap<PathBuf, Vec<u8>>) {
    let mut rows = Vec::new();
    for table in ["photos", "jobs", "attempts", "renditions"] {
        let query = format!("select to_jsonb({table})::text from {table} order by 1");
        let found: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .fetch_all(&house.database.everything)
            .await
            .unwrap();
        rows.extend(found);
    }
    let hash = |path: PathBuf| {
        let bytes = std::fs::read(&path).unwrap();
        (path, Sha256::digest(bytes).to_vec())
    };
    (
        rows,
        files_below(&house.storage_folder())
            .into_iter()
            .map(hash)
            .collect(),
    )
}
