//! `plumbline merge FRAME... -o OUT`: exposures of one view, and what is none.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use plumbline_enhance::{Decoded, Limits, decode};
use plumbline_fixtures::photos;
use plumbline_tests::exposures::exposure;
use plumbline_tests::pictures::{room, upright_room};
use plumbline_tests::worker_process::program;

#[test]
fn a_set_of_exposures_becomes_one_picture_of_16_bits() {
    let Some(set) = photos("brackets/frobisher") else {
        return;
    };
    let frames = ["IMG_2600.jpg", "IMG_2601.jpg", "IMG_2602.jpg"].map(|name| set.join(name));
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("merged.tif");

    let done = merge(&frames, &out);

    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(said, "3 exposures were fused into one 16-bit picture.\n");
    let merged = open(&out).pixels;
    assert_eq!(
        (merged.width(), merged.height(), merged.bits()),
        (640, 426, 16)
    );
    let frames = frames.map(|frame| clipped(&frame));
    let least = frames.into_iter().fold(1.0, f64::min);
    let clipped = clipped(&out);
    assert!(
        clipped < least,
        "{clipped} of the merged picture is white, {least} of the darkest frame"
    );
}

#[test]
fn exposures_of_two_rooms_end_with_status_1_and_the_middle_one_alone() {
    let folder = tempfile::tempdir().unwrap();
    let frames = [(1, -2.0), (2, 0.0), (3, 2.0)].map(|(room, ev)| {
        let path = folder.path().join(format!("{room}.jpg"));
        fs::write(&path, exposure(room, ev, room)).unwrap();
        path
    });
    let out = folder.path().join("merged.png");

    let done = merge(&frames, &out);

    assert_eq!(done.status.code(), Some(1), "{done:?}");
    assert!(open(&out).pixels == open(&frames[1]).pixels);
}

#[test]
fn photos_of_two_sizes_are_refused_with_status_2_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let frames = ["room.jpg", "upright.jpg"].map(|name| folder.path().join(name));
    fs::write(&frames[0], room(1)).unwrap();
    fs::write(&frames[1], upright_room(1)).unwrap();
    let out = folder.path().join("merged.tif");

    let done = merge(&frames, &out);

    assert_eq!(done.status.code(), Some(2), "{done:?}");
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.starts_with("The photos differ in size"), "{said}");
    assert!(!out.exists());
}

fn merge(frames: &[PathBuf], out: &Path) -> Output {
    Command::new(program("plumbline"))
        .arg("merge")
        .args(frames)
        .arg("-o")
        .arg(out)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

fn open(path: &Path) -> Decoded {
    decode(&fs::read(path).unwrap(), &Limits::default()).unwrap()
}

/// The share of pixels that are white: too bright for the exposure.
fn clipped(path: &Path) -> f64 {
    let pixels = open(path).pixels;
    let rgb = pixels.rgb8();
    let pixels = rgb.as_chunks::<3>().0;
    let white = pixels
        .iter()
        .filter(|rgb| rgb.iter().all(|&v| v >= 250))
        .count();
    white as f64 / pixels.len() as f64
}
