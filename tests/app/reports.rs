//! The report of a photo: on its page, on paper, and as a document.

use plumbline_documents::{Engine, Verdict};
use plumbline_tests::app::App;
use plumbline_tests::by_hand;
use plumbline_tests::client::{Answer, Client};
use plumbline_tests::pictures;
use serde_json::Value;
use sha2::{Digest, Sha256};

const FAILING: &str = "How well lines and objects stayed in place.";

async fn a_photo(verdict: Verdict) -> (App, Client, String) {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let photo = anna
        .add_photo(&shoot, "kitchen.jpg", &pictures::room(1))
        .await;
    by_hand::finish_after(&app, &photo, &[Engine::Guided], verdict).await;
    (app, anna, photo)
}

/// Where words stand on a page, counted from its beginning.
#[track_caller]
fn place(page: &Answer, words: &str) -> usize {
    page.shows(words);
    page.text.find(words).unwrap_or_default()
}

#[tokio::test]
async fn what_failed_stands_first_and_says_what_to_do() {
    let (_app, anna, photo) = a_photo(Verdict::Held).await;
    let page = anna.get(&format!("/photos/{photo}")).await;

    let why = place(&page, "Why this photo needs review");
    assert!(why < place(&page, "Does this photo show the house as it is?"));
    assert!(why < place(&page, FAILING));
    page.shows("Structure: 0.71")
        .shows("Limit: at least 0.93")
        .shows("Look where the heatmap is bright");

    let failed = place(&page, "<h3 class=\"measure__label\">Structure</h3>");
    let passed = place(&page, "<h3 class=\"measure__label\">Size</h3>");
    let folded = place(&page, "<summary class=\"report__summary\">All measurements");
    let reported = place(&page, "<h3 class=\"measure__label\">Similarity</h3>");
    assert!([failed, passed, folded, reported].is_sorted());
}

#[tokio::test]
async fn a_photo_that_passed_need_not_explain_itself() {
    let (_app, anna, photo) = a_photo(Verdict::Passed).await;
    let page = anna.get(&format!("/photos/{photo}")).await;
    page.hides("Why this photo needs review")
        .shows("Print report");
}

#[tokio::test]
async fn the_document_is_the_last_report_with_everything_beside_it() {
    let (_app, anna, photo) = a_photo(Verdict::Held).await;
    let review = [
        ("decision", "approved"),
        ("reason", "The lamp was always so"),
    ];
    anna.post(&format!("/photos/{photo}/review"), &review).await;

    let answer = anna.get(&format!("/photos/{photo}/report.json")).await;
    answer.hides("@example.com");
    let document = answer.json();

    let Value::Object(stored) = by_hand::report(Verdict::Held) else {
        unreachable!("a report is an object")
    };
    for (key, value) in stored {
        assert_eq!(document[&key], value, "{key}");
    }
    assert_eq!(document["photo"]["id"], photo);
    assert_eq!(document["photo"]["name"], "kitchen.jpg");
    assert_eq!(document["photo"]["sha256"], sha256(&pictures::room(1)));
    assert_eq!(document["review"]["decision"], "approved");
    assert_eq!(document["review"]["reason"], "The lamp was always so");
    let at = document["review"]["at"].as_str().unwrap();
    assert!(at.contains('T') && at.ends_with('Z'), "{at}");

    let attempts = document["attempts"].as_array().unwrap();
    let said = |key: &str| attempts.iter().map(|one| &one[key]).collect::<Vec<_>>();
    assert_eq!(said("number"), [1, 2]);
    assert_eq!(said("engine"), ["guided", "natural"]);
    assert_eq!(said("verdict"), ["held", "held"]);
    for key in ["strength", "plan", "done", "took_ms", "report"] {
        assert!(said(key).iter().all(|value| !value.is_null()), "{key}");
    }
}

#[tokio::test]
async fn a_photo_that_was_not_reviewed_says_so_in_its_document() {
    let (_app, anna, photo) = a_photo(Verdict::Passed).await;
    let document = anna.get(&format!("/photos/{photo}/report.json")).await;
    assert_eq!(document.json()["review"], Value::Null);
    assert_eq!(document.json()["verdict"], "passed");
}

#[tokio::test]
async fn the_printed_report_is_proof_of_what_was_delivered_and_who_decided() {
    let (app, anna, photo) = a_photo(Verdict::Held).await;
    let path = format!("/photos/{photo}/report");
    let page = anna.get(&path).await;
    page.shows("Held for review")
        .shows(FAILING)
        .hides("Approved by");

    let review = [
        ("decision", "approved"),
        ("reason", "The lamp was always so"),
    ];
    anna.post(&format!("/photos/{photo}/review"), &review).await;
    let page = anna.get(&path).await;

    page.shows("Anna&#39;s studio")
        .shows("12 Harbour Street")
        .shows("<h1>kitchen.jpg</h1>")
        .shows("Anna reviewed and approved it.")
        .shows("Approved by Anna")
        .shows("The lamp was always so")
        .shows(FAILING)
        .shows("Thresholds version 1")
        .shows("1. AI-guided correction")
        .shows("2. Natural correction")
        .shows("Brightened by 0.6 stops.")
        .shows(&sha256(&pictures::room(1)))
        .shows(&sha256(b"full of photo 1\n"))
        .shows(&sha256(b"delivered of photo 1\n"))
        .hides("@example.com")
        .hides("Sign out");
    drop(app);
}

#[tokio::test]
async fn a_photo_without_an_attempt_has_no_report_to_print() {
    let app = App::start().await;
    let anna = app.owner("Anna").await;
    let shoot = anna.create_shoot("12 Harbour Street").await;
    let photo = anna
        .add_photo(&shoot, "kitchen.jpg", &pictures::room(1))
        .await;
    let page = anna.get(&format!("/photos/{photo}/report")).await;
    assert_eq!(page.status, 404);
    anna.get(&format!("/photos/{photo}"))
        .await
        .hides("Print report");
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
