//! Programs that are killed at any moment, again and again: what was received stays received, and every
//! photo ends once. `PLUMBLINE_KILLS` and `PLUMBLINE_KILL_SEED` make it longer, or another one.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use plumbline_storage::Storage;
use plumbline_tests::app::site_process::{SiteProcess, try_upload};
use plumbline_tests::client::Client;
use plumbline_tests::cluster::Cluster;
use plumbline_tests::database::TestDatabase;
use plumbline_tests::invariants;
use plumbline_tests::pictures::room;
use plumbline_tests::wait::{moment, until};
use plumbline_tests::worker_process::{Setup, WorkerProcess};
use reqwest::StatusCode;

/// Photos of a story, for every kill.
const PHOTOS_A_KILL: u32 = 2;

#[tokio::test]
async fn web_and_worker_killed_at_random_moments_lose_nothing_and_do_nothing_twice() {
    let kills: u32 = number("PLUMBLINE_KILLS", 6);
    let mut rng = Rng(number("PLUMBLINE_KILL_SEED", 1_u64));
    let database = TestDatabase::create().await;
    let folder = tempfile::tempdir().unwrap();
    let storage_folder = folder.path().join("storage");
    let storage = Storage::folder(&storage_folder).unwrap();
    let mut site = SiteProcess::start(
        &database.web,
        storage_folder.clone(),
        folder.path().join("site.log"),
    );
    site.is_up().await;
    let client = Client::new(&site.address());
    client.sign_up("Unlucky").await;
    let shoot = client.create_shoot("12 Sample Street").await;
    let token = client.token().await;
    let mut worker = start_worker(
        &database,
        storage_folder.clone(),
        folder.path().join("w.log"),
    );

    let over = Arc::new(AtomicBool::new(false));
    let uploading = tokio::spawn({
        let over = over.clone();
        async move { upload_all(&client, &shoot, &token, kills * PHOTOS_A_KILL, &over).await }
    });
    let since = Instant::now();
    for _ in 0..kills {
        moment(Duration::from_millis(rng.below(1500))).await;
        match rng.below(2) {
            0 => site.kill_and_start_again(),
            _ => {
                worker.kill();
                worker = start_worker(
                    &database,
                    storage_folder.clone(),
                    folder.path().join("w.log"),
                );
            }
        }
    }
    println!("{kills} kills in {:.1} s", since.elapsed().as_secs_f32());
    over.store(true, Ordering::Relaxed);
    let received = uploading.await.unwrap();

    until(
        "every photo is settled",
        Duration::from_secs(600),
        async || (invariants::in_progress(&database.everything).await? == 0).then_some(()),
    )
    .await;
    let held = invariants::hold(&database.everything, &storage).await;
    assert!(
        held >= received.len(),
        "{held} of {} are there",
        received.len()
    );
    for id in received {
        let known = invariants::known(&database.everything, &id).await;
        assert_eq!(known, 1, "{id} was said to be received");
    }
    let failed = invariants::failures(&database.everything).await;
    assert_eq!(failed, Vec::<String>::new(), "no photo is to blame");
}

/// Sends photos as a browser would that tries again, and returns the ids it was told.
async fn upload_all(
    client: &Client,
    shoot: &str,
    token: &str,
    count: u32,
    over: &AtomicBool,
) -> Vec<String> {
    let mut received = Vec::new();
    for seed in 0..count {
        let photo = room(seed);
        let answer = until(
            "the site takes a photo",
            Duration::from_secs(120),
            async || {
                let name = format!("room-{seed}.jpg");
                let (status, document) = try_upload(client, shoot, (&name, &photo), token).await?;
                let taken = [StatusCode::CREATED, StatusCode::OK].contains(&status);
                taken.then_some(document)
            },
        )
        .await;
        let id = answer["photo"].as_str().unwrap().to_owned();
        received.push(id);
        if over.load(Ordering::Relaxed) {
            break;
        }
    }
    received
}

fn start_worker(database: &TestDatabase, storage: PathBuf, log: PathBuf) -> WorkerProcess {
    let setup = Setup {
        concurrency: 2,
        lease_secs: 2,
        ..Setup::default()
    };
    WorkerProcess::start_for(&database.worker, storage, log, setup)
}

/// Postgres that is restarted, connections that are cut, storage that goes away: rounds of each.
#[tokio::test]
async fn a_database_and_storage_that_come_and_go_lose_nothing_and_do_nothing_twice() {
    let rounds: u32 = number("PLUMBLINE_FAULT_ROUNDS", 2);
    let photos: u32 = number("PLUMBLINE_FAULT_PHOTOS", 6);
    let mut rng = Rng(number("PLUMBLINE_KILL_SEED", 7_u64));
    let cluster = Cluster::start();
    let database = TestDatabase::create_on(&cluster.url).await;
    let house = plumbline_tests::house::House::in_database(database).await;
    let (storage, away) = (house.storage_folder(), house.path("away"));
    let setup = Setup {
        concurrency: 2,
        ..Setup::default()
    };
    let worker = WorkerProcess::start(&house, setup);
    worker.is_ready().await;
    let mut seed = 0;
    for round in 0..rounds {
        for _ in 0..photos {
            seed += 1;
            house.upload(room(seed)).await;
        }
        for fault in ["restart", "cut", "unmount"] {
            moment(Duration::from_millis(rng.below(1200))).await;
            match fault {
                "restart" => cluster.restart(),
                "cut" => invariants::cut(&house.database.everything).await,
                _ => {
                    std::fs::rename(&storage, &away).unwrap();
                    moment(Duration::from_millis(rng.below(1500))).await;
                    // The worker may have made the folder again.
                    let _ = std::fs::remove_dir_all(&storage);
                    std::fs::rename(&away, &storage).unwrap();
                }
            }
        }
        until(
            "every photo is settled",
            Duration::from_secs(240),
            async || {
                let left = invariants::in_progress(&house.database.everything).await?;
                (left == 0).then_some(())
            },
        )
        .await;
        let held = invariants::hold(&house.database.everything, &house.storage).await;
        println!("round {round}: {held} photos are whole");
        assert_eq!(held, seed as usize);
    }
    let failed = invariants::failures(&house.database.everything).await;
    assert_eq!(failed, Vec::<String>::new(), "no photo is to blame");
}

fn number<T: std::str::FromStr>(variable: &str, usual: T) -> T {
    let said = std::env::var(variable).ok();
    said.and_then(|number| number.parse().ok()).unwrap_or(usual)
}

/// Random numbers that are the same each time (Marsaglia's xorshift64).
struct Rng(u64);

impl Rng {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
