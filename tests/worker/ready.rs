//! What is delivered as it came, and what no correction can mend.

use std::time::Duration;

use plumbline_domain::shoots::photos::Status;
use plumbline_domain::shoots::renditions::{Kind, Rendition};
use plumbline_fixtures::photos;
use plumbline_tests::house::House;
use plumbline_tests::pictures::{jpeg, room, scene};
use plumbline_tests::worker_process::{Setup, WorkerProcess};

const LONGEST: Duration = Duration::from_secs(60);

fn full(renditions: &[Rendition]) -> &Rendition {
    let full = renditions.iter().find(|one| one.kind == Kind::Full);
    full.expect("a finished photo has a full rendition")
}

#[tokio::test]
async fn a_floor_plan_of_the_shoot_is_delivered_as_the_file_it_was() {
    let Some(folder) = photos("reported/19-floor-plan-and-screenshot") else {
        return;
    };
    let house = House::open().await;
    let file = std::fs::read(folder.join("floorplan.png")).unwrap();
    let plan = house.upload(file.clone()).await;
    let _worker = WorkerProcess::start(&house, Setup::default());

    assert_eq!(house.settled(plan, LONGEST).await.status, Status::Passed);
    let renditions = house.renditions(plan).await;
    let full = full(&renditions);
    assert_eq!(full.content_type, "image/png");
    assert!(house.bytes(full).await == file, "the file changed");
    house.is_whole(plan).await;
}

#[tokio::test]
async fn a_delivered_photo_that_is_uploaded_again_is_delivered_again() {
    let house = House::open().await;
    let first = house.upload(room(1)).await;
    let _worker = WorkerProcess::start(&house, Setup::default());
    house.settled(first, LONGEST).await;
    let delivered = house.bytes(full(&house.renditions(first).await)).await;

    let second = house.upload_alone(delivered.to_vec()).await;

    assert_eq!(house.settled(second, LONGEST).await.status, Status::Passed);
    let again = house.bytes(full(&house.renditions(second).await)).await;
    assert!(delivered == again, "it was corrected again");
}

#[tokio::test]
async fn a_photo_too_small_to_sell_is_held_after_one_attempt() {
    let house = House::open().await;
    let photo = house.upload(jpeg(&scene(640, 480, 1))).await;
    let _worker = WorkerProcess::start(&house, Setup::default());

    assert_eq!(house.settled(photo, LONGEST).await.status, Status::Held);
    assert_eq!(house.attempts(photo).await.len(), 1);
    house.is_whole(photo).await;
}
