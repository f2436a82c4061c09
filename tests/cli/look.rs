//! `plumbline look FILE`: what is recognised on a photo, and the mask of its sky.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use plumbline_enhance::{Limits, decode};
use plumbline_fixtures::photos;
use plumbline_tests::worker_process::program;
use serde_json::Value;

/// In the header of a PNG: its bits, and its colour type, which is 0 for grey.
const GREY: [u8; 2] = [8, 0];

#[test]
fn the_mask_of_a_house_is_grey_as_large_as_its_photo_and_white_where_there_is_sky() {
    let Some(house) = photos("exterior/alexander-andrews-A3DPhhAL6Zg-unsplash.jpg") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();

    let done = look(&house, folder.path());

    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let report = fs::read(folder.path().join("scene.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["scene"], "exterior");
    assert_eq!(
        (&report["width"], &report["height"]),
        (&1200.into(), &1655.into())
    );
    let png = fs::read(folder.path().join("sky.png")).unwrap();
    assert_eq!(png[24..26], GREY);
    let mask = decode(&png, &Limits::default()).unwrap().pixels;
    assert_eq!((mask.width(), mask.height()), (1200, 1655));
    let (above, below) = (mask.unit(600, 10)[0], mask.unit(600, 1645)[0]);
    assert!(above > 0.9 && below < 0.1, "{above} above, {below} below");
    let samples = mask.rgb8();
    let white: f64 = samples.iter().map(|&v| f64::from(v) / 255.0).sum();
    let share = white / samples.len() as f64;
    let said = report["sky"].as_f64().unwrap();
    assert!(
        (share - said).abs() < 0.02,
        "{share} in the mask, {said} said"
    );
}

#[test]
fn a_file_that_is_no_photo_is_refused_with_status_2_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.jpg");
    fs::write(&page, "<html>not a photo</html>").unwrap();

    let done = look(&page, folder.path());

    assert_eq!(done.status.code(), Some(2));
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.starts_with("This is a web page"), "{said}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// With the networks that ship, whatever is installed here.
fn look(photo: &Path, folder: &Path) -> Output {
    Command::new(program("plumbline"))
        .arg("look")
        .arg(photo)
        .args(["--report", "scene.json", "--mask", "sky.png"])
        .current_dir(folder)
        .env("PLUMBLINE_MODELS_DIR", folder)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}
