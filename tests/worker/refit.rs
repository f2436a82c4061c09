//! What people approve again and again passes by itself, once an operator says so.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use plumbline_documents::{Decision, Gate, Report, Thresholds, Verdict};
use plumbline_domain::shoots::photos::Status;
use plumbline_enhance::inspect::refit::holding;
use plumbline_enhance::{NoAnalyzer, Overrides, Preset};
use plumbline_pipeline::config::PipelineConfig;
use plumbline_pipeline::develop::{develop, discard};
use plumbline_pipeline::finishes;
use plumbline_pipeline::ingest::ingest;
use plumbline_pipeline::qc_policy::QcPolicy;
use plumbline_tests::house::House;
use plumbline_tests::pictures::dark_room;
use plumbline_tests::qc_process::{Said, operator_qc, qc_fit};
use plumbline_tests::worker_process::{Setup, WorkerProcess};

const LONGEST: Duration = Duration::from_secs(120);

#[tokio::test]
async fn what_was_approved_eight_times_passes_once_a_refit_is_adopted() {
    let house = House::open().await;
    let _worker = WorkerProcess::start(&house, Setup::default());
    let photo = held_by_a_hair();
    for _ in 0..8 {
        let held = house.upload_alone(photo.clone()).await;
        assert_eq!(house.settled(held, LONGEST).await.status, Status::Held);
        house.review(held, Decision::Approved).await;
    }

    let decisions = house.path("decisions.jsonl");
    write_decisions(&house, &decisions);
    qc_fit(&decisions, &[])
        .done()
        .says("approved photos                         0 -> 8     of 8")
        .says("Nothing was changed.");
    assert_eq!(next(&house, &photo).await, (Status::Held, None));

    write_decisions(&house, &decisions);
    let refit = house.path("refit.json");
    qc_fit(&decisions, &["--refit", refit.to_str().unwrap()])
        .done()
        .says("photos that wait for a decision         0 -> 1     of 1");
    let adopted = operator(&house, "adopt", &fs::read_to_string(refit).unwrap());
    let (status, refit) = next(&house, &photo).await;
    assert_eq!(status, Status::Passed);
    adopted.says(&format!("Adopted as refit {}", refit.unwrap()));

    operator(&house, "reset", "").says("again, from now on.");
    assert_eq!(next(&house, &photo).await, (Status::Held, None));
}

/// What becomes of the photo now, and the refit that its report says it was judged by.
async fn next(house: &House, bytes: &[u8]) -> (Status, Option<String>) {
    let photo = house.upload_alone(bytes.to_vec()).await;
    let status = house.settled(photo, LONGEST).await.status;
    let attempts = house.attempts(photo).await;
    let report = attempts.last().unwrap().report.as_object().unwrap().clone();
    (status, report["refit"].as_str().map(str::to_owned))
}

fn write_decisions(house: &House, file: &Path) {
    fs::write(file, operator(house, "decisions", "").said).unwrap();
}

fn operator(house: &House, words: &str, input: &str) -> Said {
    operator_qc(&house.database, house.organization(), words, input).done()
}

/// A dark room that the table holds, and the loosest thresholds would not.
fn held_by_a_hair() -> Vec<u8> {
    let open = Gate::ALL
        .into_iter()
        .fold(Thresholds::default(), |all, gate| {
            all.with(gate, gate.loosest())
        });
    let by_a_hair = |photo: &Vec<u8>| {
        let report = last_report(photo);
        report.verdict == Verdict::Held && holding(&report, &open).is_empty()
    };
    let found = (10..40).rev().map(dark_room).find(by_a_hair);
    found.expect("one of thirty dark rooms is held by a hair")
}

fn last_report(picture: &[u8]) -> Report {
    let config = PipelineConfig {
        analyzer: Arc::new(NoAnalyzer),
        model: None,
        finish: Some(finishes::shipped()),
        preset: Preset::default(),
        qc_policy: QcPolicy::default(),
    };
    let on_step = &mut |_| true;
    let ingested = ingest(picture, on_step).unwrap();
    let overrides = Overrides::default();
    let developed = develop(ingested, &overrides, &config, &mut discard, on_step).unwrap();
    developed
        .attempts
        .into_iter()
        .last()
        .unwrap()
        .report
        .inspection
        .qc
}
