//! `plumbline enhance FILE` with dials: what a person asks for is done, said and on the record.

use std::fs;
use std::path::PathBuf;

use plumbline_enhance::{Limits, Pixels, decode};
use plumbline_tests::enhance_process::{Enhanced, enhance};
use plumbline_tests::pictures::room;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a photo of a room.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("room.jpg"), room(1)).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn with(&self, options: &[&str]) -> Enhanced {
        let (photo, out) = (self.path("room.jpg"), self.path("better.png"));
        enhance(&photo, &out, &self.path("report.json"), options)
    }

    fn picture(&self) -> Pixels {
        let bytes = fs::read(self.path("better.png")).unwrap();
        decode(&bytes, &Limits::default()).unwrap().pixels
    }

    fn attempt(&self) -> Value {
        let report = fs::read(self.path("report.json")).unwrap();
        let report: Value = serde_json::from_slice(&report).unwrap();
        report["attempts"][0].clone()
    }
}

fn mean(pixels: &Pixels) -> f64 {
    let rgb = pixels.rgb8();
    rgb.iter().map(|&v| f64::from(v)).sum::<f64>() / rgb.len() as f64
}

#[test]
fn what_was_turned_is_done_said_and_on_the_record() {
    let desk = Desk::new();
    assert_eq!(desk.with(&[]).status, Some(0));
    let usual = desk.picture();
    assert!(desk.attempt()["plan"]["dials"].is_null());

    let options = [
        "--brightness=-0.5",
        "--warmth",
        "0.2",
        "--tint",
        "-0.1",
        "--shadows",
        "-0.2",
        "--highlights",
        "-0.4",
        "--contrast",
        "0.3",
        "--verticals",
        "off",
        "--crop-margin",
        "0.02",
    ];
    let done = desk.with(&options);

    assert_eq!((done.status, done.said.as_str()), (Some(0), ""));
    let asked = desk.picture();
    assert!(mean(&asked) < mean(&usual) - 5.0);
    assert_eq!((asked.width(), asked.height()), (984, 738));
    let attempt = desk.attempt();
    assert_eq!(attempt["plan"]["dials"]["brightness"], -0.5);
    let said = attempt["done"].to_string();
    let sentence = "As you asked: 0.5 stops darker, warmer by 0.2, greener by 0.1, shadows deeper by 0.2, highlights calmed by 0.4, contrast higher by 0.3, leaning lines left as they came, 2 % cut from each side.";
    assert!(said.contains(sentence), "{said}");
}

#[test]
fn dials_where_they_usually_stand_change_no_byte() {
    let desk = Desk::new();
    desk.with(&[]);
    let (picture, plan) = (desk.picture(), desk.attempt()["plan"].clone());
    let usual = [
        "--brightness",
        "0",
        "--verticals",
        "on",
        "--crop-margin",
        "0",
    ];
    desk.with(&usual);
    assert!(desk.picture() == picture, "some pixel changed");
    assert_eq!(desk.attempt()["plan"], plan);
}

#[test]
fn a_dial_beyond_its_end_is_refused_with_its_range() {
    let desk = Desk::new();
    for (options, sentence) in [
        (
            ["--brightness", "2.5"],
            "a number of stops from -2 (darker) to 2 (brighter)",
        ),
        (
            ["--warmth", "hot"],
            "a number from -1 (cooler) to 1 (warmer)",
        ),
        (
            ["--verticals", "1.2"],
            "from 0 (left as they are) to 1 (upright)",
        ),
        (["--crop-margin", "0.2"], "a number from 0 to 0.1"),
        (["--white-at", "0.5"], "two numbers from 0 to 1"),
        (["--white-at", "0.5,1.5"], "two numbers from 0 to 1"),
    ] {
        let refused = desk.with(&options);
        assert!(
            refused.status == Some(2) && refused.said.contains(sentence),
            "{options:?}: {refused:?}"
        );
    }
    assert!(!desk.path("better.png").exists());
}
