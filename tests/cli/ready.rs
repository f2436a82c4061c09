//! What is ready is good: inputs that cannot become good are held, and what needs nothing comes back as
//! it was.

use std::fs;
use std::path::{Path, PathBuf};

use plumbline_enhance::{Limits, Metadata, Output, Pixels, decode, encode};
use plumbline_fixtures::photos;
use plumbline_tests::enhance_process::{Enhanced, enhance};
use plumbline_tests::pictures::{room, scene};
use serde_json::Value;
use tempfile::TempDir;

/// How many photos are corrected twice.
const TEN: usize = 10;

#[test]
fn a_photo_beyond_help_is_corrected_once_and_held_with_a_reason() {
    let dark = |v: u8| v / 12;
    let noise = |i: usize| (i.wrapping_mul(2_654_435_761) >> 7) as u8;
    let count = 1200 * 900 * 3;
    let inputs: [(&str, Pixels, &str); 4] = [
        (
            "dark",
            mapped(&scene(1200, 900, 1), |_, v| dark(v)),
            "nearly black",
        ),
        (
            "noise",
            picture((0..count).map(noise).collect()),
            "more noise than picture",
        ),
        ("grey", picture(vec![128; count]), "nothing in it is sharp"),
        ("small", scene(640, 480, 1), "fewer pixels than 1024 x 768"),
    ];
    for (name, pixels, sentence) in inputs {
        let desk = Desk::new("photo.png", &png(&pixels));
        let done = desk.enhance("photo.png", "better.png", &[]);
        assert_eq!(done.status, Some(1), "{name}: {}", done.said);
        assert!(done.said.contains(sentence), "{name}: {}", done.said);
        let report = desk.report();
        assert_eq!(report["verdict"], "held");
        assert_eq!(report["attempts"].as_array().unwrap().len(), 1, "{name}");
    }
}

#[test]
fn a_floor_plan_comes_back_as_the_file_it_was() {
    let Some(folder) = photos("reported/19-floor-plan-and-screenshot") else {
        return;
    };
    for name in ["floorplan.png", "floorplan.jpg"] {
        let file = fs::read(folder.join(name)).unwrap();
        let desk = Desk::new(name, &file);
        let out = format!("better-{name}");
        let done = desk.enhance(name, &out, &["--sky", "clear"]);
        assert_eq!(done.status, Some(0), "{}", done.said);
        assert!(done.said.contains("not like a photo"), "{}", done.said);
        assert!(fs::read(desk.path(&out)).unwrap() == file, "{name} changed");
        assert_eq!(desk.report()["attempts"][0]["plan"]["left"], "not_a_photo");
    }
    let desk = Desk::new(
        "floorplan.png",
        &fs::read(folder.join("floorplan.png")).unwrap(),
    );
    desk.enhance("floorplan.png", "better.png", &["--scene", "interior"]);
    assert_eq!(desk.report()["attempts"][0]["plan"]["left"], Value::Null);
}

#[test]
fn a_corrected_photo_that_comes_again_is_left_alone() {
    let mut inputs: Vec<Vec<u8>> = real_photos()
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    inputs.extend((1..).map(room).take(TEN - inputs.len()));
    for (at, input) in inputs.iter().enumerate() {
        let desk = Desk::new("photo.jpg", input);
        desk.enhance("photo.jpg", "once.jpg", &[]);
        let done = desk.enhance("once.jpg", "twice.jpg", &["--sky", "clear"]);
        assert!(
            done.status == Some(0) && done.said.contains("already corrected"),
            "{at}: {done:?}"
        );
        let bytes = |name| fs::read(desk.path(name)).unwrap();
        assert!(
            bytes("once.jpg") == bytes("twice.jpg"),
            "photo {at} changed again"
        );
    }
}

#[test]
fn it_is_known_after_another_program_saved_it_and_not_after_one_edited_it() {
    let desk = Desk::new("photo.jpg", &room(1));
    desk.enhance("photo.jpg", "once.jpg", &[]);
    let once = decode(
        &fs::read(desk.path("once.jpg")).unwrap(),
        &Limits::default(),
    )
    .unwrap();
    let metadata = Metadata {
        xmp: once.metadata.xmp,
        ..Metadata::default()
    };
    let save = |name: &str, pixels: &Pixels| {
        let saved = encode(pixels, &metadata, &Output::Jpeg { quality: 70 }).unwrap();
        fs::write(desk.path(name), saved).unwrap();
    };
    save("saved.jpg", &once.pixels);
    save(
        "edited.jpg",
        &mapped(&once.pixels, |_, v| v.saturating_add(30)),
    );

    let saved = desk.enhance("saved.jpg", "better.jpg", &[]);
    assert!(saved.said.contains("already corrected"), "{}", saved.said);
    let edited = desk.enhance("edited.jpg", "better.jpg", &[]);
    assert!(
        !edited.said.contains("already corrected"),
        "{}",
        edited.said
    );
    let done = &desk.report()["attempts"][0]["done"];
    assert!(done.to_string().contains("edited since"), "{done}");
}

/// A few finished photos, where they are at hand.
fn real_photos() -> Vec<PathBuf> {
    let Some(folder) = photos("finished/interior") else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    found.retain(|path| path.extension().is_some_and(|ending| ending == "jpg"));
    found.sort();
    found.into_iter().step_by(13).take(TEN - 3).collect()
}

fn mapped(pixels: &Pixels, change: impl Fn(usize, u8) -> u8) -> Pixels {
    let rgb = pixels.rgb8();
    let samples = rgb.iter().enumerate().map(|(i, &v)| change(i, v)).collect();
    Pixels::from_eight(pixels.width(), pixels.height(), samples).unwrap()
}

fn picture(samples: Vec<u8>) -> Pixels {
    Pixels::from_eight(1200, 900, samples).unwrap()
}

fn png(pixels: &Pixels) -> Vec<u8> {
    encode(pixels, &Metadata::default(), &Output::Png).unwrap()
}

/// A folder with a photo in it.
struct Desk(TempDir);

impl Desk {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        fs::write(desk.path(name), bytes).unwrap();
        desk
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    fn enhance(&self, file: &str, out: &str, options: &[&str]) -> Enhanced {
        let report = self.path("report.json");
        enhance(&self.path(file), &self.path(out), &report, options)
    }

    fn report(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("report.json")).unwrap()).unwrap()
    }
}
