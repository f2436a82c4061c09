//! Workers that are gone from one moment to the next.

use std::time::{Duration, Instant};

use plumbline_documents::Stage;
use plumbline_domain::shoots::photos::Status;
use plumbline_domain::work::jobs::MAX_DEATHS;
use plumbline_tests::house::House;
use plumbline_tests::pictures::{room, upright_room};
use plumbline_tests::worker_process::{Setup, WorkerProcess};

#[tokio::test]
async fn a_photo_whose_worker_is_killed_is_finished_by_another_within_a_minute() {
    let house = House::open().await;
    let photo = house.upload(room(1)).await;
    let mut first = WorkerProcess::start_faulty(&house, Setup::default(), &["takes", "600"]);
    house.at_stage(photo, Stage::Correcting).await;
    let second = WorkerProcess::start(&house, Setup::default());
    second.is_ready().await;

    first.kill();
    let killed = Instant::now();
    let finished = house.settled(photo, Duration::from_secs(60)).await;

    println!(
        "finished {:.1} s after the kill, with a heartbeat each second and 3 missed; with the \
         defaults (5 s, 4 missed, looked for at each heartbeat) it is begun within 26 s",
        killed.elapsed().as_secs_f32()
    );
    assert_eq!(finished.status, Status::Passed);
    assert_eq!(house.runs(photo).await, 2);
    assert_eq!(house.attempts(photo).await.len(), 1);
    house.is_whole(photo).await;
}

#[tokio::test]
async fn a_photo_that_kills_its_worker_each_time_takes_no_tries_from_its_neighbours() {
    let house = House::open().await;
    let deadly = house.upload(upright_room(1)).await;
    let mut harmless = Vec::new();
    for seed in 1..=3 {
        harmless.push(house.upload(room(seed)).await);
    }
    let setup = Setup {
        concurrency: 4,
        ..Setup::default()
    };
    let start = || WorkerProcess::start_faulty(&house, setup, &["--upright-only", "aborts"]);

    let mut worker = start();
    let mut deaths = 0;
    let since = Instant::now();
    let limit = Duration::from_secs(180);
    let set_aside = loop {
        tokio::select! {
            // The supervisor, as systemd or a container would do it.
            _ = worker.exits(limit) => {
                deaths += 1;
                worker = start();
            }
            settled = house.settled(deadly, limit) => break settled,
        }
    };

    println!(
        "set aside after {deaths} deaths and {:.1} s",
        since.elapsed().as_secs_f32()
    );
    assert_eq!((set_aside.status, deaths), (Status::Failed, MAX_DEATHS));
    assert!(
        set_aside
            .failure
            .expect("a sentence")
            .contains("failed several times")
    );
    for photo in harmless {
        let finished = house.settled(photo, Duration::from_secs(60)).await;
        assert_eq!(finished.status, Status::Passed);
        assert!(
            house.deaths(photo).await <= 1,
            "it died with the deadly one more than once"
        );
        house.is_whole(photo).await;
    }
}
