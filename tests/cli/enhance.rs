//! `plumbline enhance FILE`: the contract with scripts.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use plumbline_enhance::pixels::Samples;
use plumbline_enhance::{Limits, Metadata, Output, Pixels, decode, encode};
use plumbline_tests::enhance_process::{Enhanced, enhance};
use plumbline_tests::house::files_below;
use plumbline_tests::pictures::{noise, room, scene};
use plumbline_tests::wait::until;
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn a_good_photo_passes_with_status_0_and_a_report() {
    let desk = Desk::new("room.jpg", &room(1));

    let done = desk.enhance("better.jpg", &[]);

    assert_eq!((done.status, done.said.as_str()), (Some(0), ""));
    let better = decode(
        &fs::read(desk.path("better.jpg")).unwrap(),
        &Limits::default(),
    )
    .unwrap();
    assert_eq!((better.pixels.width(), better.pixels.height()), (1024, 768));
    let report = desk.report();
    assert_eq!(report["verdict"], "passed");
    assert_eq!(report["file"], "room.jpg");
    assert_eq!(report["source"]["width"], 1024);
    let attempt = &report["attempts"][0];
    assert_eq!(attempt["engine"], "natural");
    assert_eq!(attempt["strength"], 1.0);
    let done = attempt["done"].as_array().unwrap();
    let brightened = |one: &Value| one.as_str().unwrap().starts_with("Brightened by");
    assert!(done.iter().any(brightened), "{done:?}");
    assert_eq!(attempt["report"]["verdict"], "passed");
    assert!(attempt["took_ms"].is_u64() && attempt["plan"]["version"].is_u64());
    assert_eq!(desk.files(), ["better.jpg", "report.json", "room.jpg"]);
}

#[test]
fn a_photo_that_fails_quality_control_is_written_with_status_1() {
    let desk = Desk::new("noise.png", &noise());

    let done = desk.enhance("better.png", &[]);

    assert_eq!(done.status, Some(1));
    let report = desk.report();
    assert_eq!(report["verdict"], "held");
    // The correction is the plan's, so that less of it would mend nothing.
    assert_eq!(report["attempts"].as_array().unwrap().len(), 1);
    assert_eq!(desk.files(), ["better.png", "noise.png", "report.json"]);
}

#[test]
fn a_file_that_is_no_photo_is_refused_with_status_2_and_nothing_is_written() {
    let desk = Desk::new("page.jpg", b"<html>not a photo</html>");

    let done = desk.enhance("better.jpg", &[]);

    assert_eq!(done.status, Some(2));
    assert_eq!(
        done.said.trim(),
        "This is a web page, not a photo. Please upload a JPEG, PNG, TIFF or camera RAW file."
    );
    assert_eq!(desk.files(), ["page.jpg"]);
}

#[test]
fn what_cannot_be_read_or_written_is_refused_with_a_sentence() {
    let desk = Desk::new("room.jpg", &room(1));
    let missing = enhance(
        &desk.path("missing.jpg"),
        &desk.path("better.jpg"),
        &desk.path("r.json"),
        &[],
    );
    assert!(
        missing.status == Some(2) && missing.said.contains("cannot be read"),
        "{missing:?}"
    );

    let nowhere = desk.enhance("no/such/folder/better.jpg", &[]);
    assert!(
        nowhere.status == Some(2) && nowhere.said.contains("cannot be written"),
        "{nowhere:?}"
    );

    let strange = desk.enhance("better.gif", &[]);
    assert!(
        strange.status == Some(2) && strange.said.contains("must end in"),
        "{strange:?}"
    );

    let itself = desk.enhance("room.jpg", &[]);
    assert!(
        itself.status == Some(2) && itself.said.contains("overwrite"),
        "{itself:?}"
    );

    for engine in ["guided", "tiled"] {
        let missing = desk.enhance("better.jpg", &["--engine", engine]);
        assert!(
            missing.status == Some(2) && missing.said.contains("No network that paints"),
            "{missing:?}"
        );
    }

    let too_much = desk.enhance("better.jpg", &["--strength", "1.5"]);
    assert!(
        too_much.status == Some(2) && too_much.said.contains("from 0 to 1"),
        "{too_much:?}"
    );
    assert_eq!(desk.files(), ["room.jpg"]);
}

#[tokio::test]
async fn the_same_photo_twice_gives_the_same_bytes() {
    let desk = Desk::new("room.jpg", &room(1));
    let second = || SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();

    let then = second();
    desk.enhance("once.jpg", &[]);
    // Files like to carry the time at which they were written.
    let next = async || (second() > then).then_some(());
    until("the clock goes on", Duration::from_secs(5), next).await;
    desk.enhance("twice.jpg", &[]);

    let bytes = |name| fs::read(desk.path(name)).unwrap();
    assert!(bytes("once.jpg") == bytes("twice.jpg"), "the files differ");
}

#[test]
fn at_strength_0_nothing_changes() {
    let desk = Desk::new("room.jpg", &room(1));
    desk.enhance("same.png", &["--strength", "0"]);

    let pixels = |name| {
        decode(&fs::read(desk.path(name)).unwrap(), &Limits::default())
            .unwrap()
            .pixels
    };
    assert!(
        pixels("same.png") == pixels("room.jpg"),
        "some pixel changed"
    );
}

#[test]
fn a_tiff_keeps_the_depth_of_its_photo() {
    let wide = |pixels: Pixels| match pixels.into_samples() {
        Samples::Eight(v) => v
            .iter()
            .map(|v| u16::from(*v) * 257 + 3)
            .collect::<Vec<_>>(),
        Samples::Sixteen(v) => v.into(),
    };
    let sixteen = Pixels::from_sixteen(1024, 768, wide(scene(1024, 768, 1))).unwrap();
    let deep = Desk::new(
        "deep.tif",
        &encode(&sixteen, &Metadata::default(), &Output::Tiff16).unwrap(),
    );
    let flat = Desk::new("room.jpg", &room(1));

    for (desk, bits) in [(deep, 16), (flat, 8)] {
        assert_eq!(desk.enhance("better.tif", &[]).status, Some(0));
        let better = decode(
            &fs::read(desk.path("better.tif")).unwrap(),
            &Limits::default(),
        )
        .unwrap();
        assert_eq!((better.source.bits, better.pixels.bits()), (bits, bits));
    }
}

/// A folder with one photo in it.
struct Desk {
    folder: TempDir,
    photo: PathBuf,
}

impl Desk {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let photo = folder.path().join(name);
        fs::write(&photo, bytes).unwrap();
        Self { folder, photo }
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    fn enhance(&self, out: &str, options: &[&str]) -> Enhanced {
        enhance(
            &self.photo,
            &self.path(out),
            &self.path("report.json"),
            options,
        )
    }

    fn report(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("report.json")).unwrap()).unwrap()
    }

    fn files(&self) -> Vec<String> {
        files_below(self.folder.path())
            .iter()
            .map(|path| {
                path.strip_prefix(self.folder.path())
                    .unwrap()
                    .display()
                    .to_string()
            })
            .collect()
    }
}
