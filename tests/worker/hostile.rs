//! Files that mean harm, or are just broken: `../shared/photos/hostile`.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use plumbline_domain::shoots::photos::Status;
use plumbline_tests::cluster::repository;
use plumbline_tests::enhance_process::enhance;
use plumbline_tests::house::{House, files_below};
use plumbline_tests::worker_process::{Setup, WorkerProcess};

const LONGEST: Duration = Duration::from_secs(20);
const MOST_BYTES: u64 = 2 << 30;

#[test]
fn a_hostile_file_ends_in_a_picture_or_a_sentence_within_time_and_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (out, report) = (
        folder.path().join("out.jpg"),
        folder.path().join("report.json"),
    );
    let (mut slowest, mut largest, mut refused) = ((Duration::ZERO, None), (0, None), 0);
    let files = hostile_files();
    for file in &files {
        let done = enhance(file, &out, &report, &[]);

        assert!(
            matches!(done.status, Some(0..=2)),
            "{}: {done:?}",
            file.display()
        );
        assert!(
            done.took < LONGEST,
            "{} took {:?}",
            file.display(),
            done.took
        );
        assert!(
            done.peak_bytes < MOST_BYTES,
            "{} took {} bytes",
            file.display(),
            done.peak_bytes
        );
        slowest = slowest.max((done.took, Some(file)));
        largest = largest.max((done.peak_bytes, Some(file)));
        if done.status == Some(2) {
            refused += 1;
            assert!(
                is_a_sentence(&done.said),
                "{}: {}",
                file.display(),
                done.said
            );
            assert!(
                files_below(folder.path()).is_empty(),
                "{} left something",
                file.display()
            );
        } else {
            assert!(fs::remove_file(&out).is_ok() && fs::remove_file(&report).is_ok());
        }
    }
    println!(
        "{} files, {refused} refused; slowest {slowest:?}; largest {largest:?}",
        files.len()
    );
}

#[tokio::test]
async fn a_worker_stays_up_whatever_it_is_fed() {
    let house = House::open().await;
    let mut photos = Vec::new();
    for file in hostile_files() {
        photos.push((house.upload(fs::read(&file).unwrap()).await, file));
    }
    let mut worker = WorkerProcess::start(&house, Setup::default());

    for (photo, file) in &photos {
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

/// For the person who sent the file: begins and ends like one, and is no library's message.
fn is_a_sentence(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(char::is_uppercase) && text.ends_with('.') && !text.contains('\n')
}

/// Empty where the photos are not at hand.
fn hostile_files() -> Vec<PathBuf> {
    let folder = repository().join("../shared/photos/hostile");
    if !folder.is_dir() {
        println!("skipped: 1 story, for the hostile files are not here");
        return vec![];
    }
    files_below(&folder)
}
