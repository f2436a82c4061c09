//! Files that mean harm, or are just broken: `../shared/photos/hostile` and `attacks`.

use std::fs;
use std::time::Duration;

use plumbline_domain::shoots::photos::Status;
use plumbline_fixtures::photos;
use plumbline_tests::hostile::{files as hostile_files, is_a_sentence};
use plumbline_tests::house::{House, files_below};
use plumbline_tests::pictures::room;
use plumbline_tests::worker_process::{Setup, WorkerProcess};

#[tokio::test]
async fn a_worker_stays_up_whatever_it_is_fed() {
    let Some(files) = hostile_files() else { return };
    let house = House::open().await;
    let mut uploaded = Vec::new();
    for file in files {
        uploaded.push((house.upload(fs::read(&file).unwrap()).await, file));
    }
    let mut worker = WorkerProcess::start(&house, Setup::default());

    for (photo, file) in &uploaded {
        let settled = house.settled(*photo, Duration::from_secs(60)).await;
        match settled.status {
            Status::Passed | Status::Held => house.is_whole(*photo).await,
            Status::Failed => assert!(is_a_sentence(&settled.failure.unwrap())),
            other => panic!("{} is {other:?}", file.display()),
        }
        assert_eq!(
            house.runs(*photo).await,
            1,
            "{} was tried again",
            file.display()
        );
    }
    assert!(worker.exited().is_none(), "the worker stayed up");
}

#[tokio::test]
async fn eight_attacks_beside_eight_good_photos_in_one_queue_finish_all_sixteen() {
    let Some(attacks) = photos("attacks") else {
        return;
    };
    let Some(made) = photos("hostile/made") else {
        return;
    };
    let house = House::open().await;
    let mut hostile = files_below(&attacks);
    hostile.extend(
        [
            "bomb-12000x12000-rgb.png",
            "icc-bomb-200MiB.png",
            "text-bomb-200MiB.png",
            "flipped-bytes-in-scan.jpg",
        ]
        .map(|name| made.join(name)),
    );
    assert_eq!(hostile.len(), 8);
    let (mut bad, mut good) = (Vec::new(), Vec::new());
    for (seed, file) in (1..).zip(&hostile) {
        bad.push((house.upload_alone(fs::read(file).unwrap()).await, file));
        good.push(house.upload_alone(room(seed)).await);
    }
    let setup = Setup {
        concurrency: 4,
        ..Setup::default()
    };
    let mut worker = WorkerProcess::start(&house, setup);

    for photo in good {
        let settled = house.settled(photo, Duration::from_secs(120)).await;
        assert_eq!(settled.status, Status::Passed);
        assert_eq!(house.runs(photo).await, 1);
        house.is_whole(photo).await;
    }
    for (photo, file) in bad {
        let settled = house.settled(photo, Duration::from_secs(120)).await;
        match settled.status {
            Status::Passed | Status::Held => house.is_whole(photo).await,
            _ => assert!(
                is_a_sentence(&settled.failure.unwrap()),
                "{}",
                file.display()
            ),
        }
    }
    assert!(worker.exited().is_none(), "the worker stayed up");
}
