//! While a release is rolled out, workers of two releases answer the same queue.

use std::time::Duration;

use plumbline_domain::shoots::photos::Status;
use plumbline_tests::house::House;
use plumbline_tests::pictures::room;
use plumbline_tests::worker_process::{Setup, WorkerProcess};

async fn order(house: &House, needs: i32) {
    sqlx::query("update jobs set needs = $1")
        .bind(needs)
        .execute(&house.database.everything)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_job_that_a_worker_does_not_understand_is_left_to_a_newer_one() {
    let house = House::open().await;
    let photo = house.upload(room(1)).await;
    order(&house, 2).await;
    let worker = WorkerProcess::start(&house, Setup::default());
    worker.has_said("is left to a newer worker").await;
    assert_eq!(house.photo(photo).await.status, Status::Waiting);
    assert_eq!(house.runs(photo).await, 0, "it does not count as a run");

    // Other work is done meanwhile.
    let other = house.upload_alone(room(2)).await;
    let settled = house.settled(other, Duration::from_secs(60)).await;
    assert_eq!(settled.status, Status::Passed);
    assert_eq!(house.photo(photo).await.status, Status::Waiting);

    // Offered again and again, until a worker understands it.
    order(&house, 1).await;
    let settled = house.settled(photo, Duration::from_secs(60)).await;
    assert_eq!(settled.status, Status::Passed);
    assert_eq!(house.runs(photo).await, 1);
}

#[tokio::test]
async fn a_job_of_the_release_before_is_understood() {
    let house = House::open().await;
    let photo = house.upload(room(1)).await;
    let sql = "with old as (delete from jobs returning id, organization_id, photo_id)
               insert into jobs (id, organization_id, photo_id) select * from old";
    sqlx::query(sql)
        .execute(&house.database.everything)
        .await
        .unwrap();
    let _worker = WorkerProcess::start(&house, Setup::default());
    let settled = house.settled(photo, Duration::from_secs(60)).await;
    assert_eq!(settled.status, Status::Passed);
}
