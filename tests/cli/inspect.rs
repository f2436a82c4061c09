//! `plumbline inspect ORIGINAL RESULT`: the contract with scripts, and with a rival's customers.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use plumbline_enhance::{Limits, Metadata, Output, Pixels, decode, encode};
use plumbline_tests::enhance_process::enhance;
use plumbline_tests::pictures::{house, scene};
use plumbline_tests::worker_process::program;
use serde_json::Value;
use tempfile::TempDir;

const WIDTH: u32 = 1024;
const HEIGHT: u32 = 768;

#[test]
fn a_brighter_copy_passes_with_status_0_and_the_sites_document() {
    let desk = Desk::new();
    desk.write("before.png", &picture());
    desk.write(
        "after.png",
        &altered(|_, _, rgb| rgb.map(|v| v + (255 - v) / 6)),
    );

    let (status, said) = desk.inspect(&["before.png", "after.png", "--report", "R.json"]);

    assert_eq!((status, said.as_str()), (Some(0), ""));
    let report = desk.report();
    assert_eq!(report["verdict"], "passed");
    assert_eq!(report["source"]["width"], WIDTH);
    assert!(report["headline"].is_string() && report["version"].is_u64());
    let measures = report["measures"].as_array().unwrap();
    for measure in measures {
        assert!(measure["name"].is_string() && measure["value"].is_number());
        assert!(measure["verdict"].is_string() && measure["sentence"].is_string());
        assert!(measure.get("threshold").is_some());
    }
    for name in [
        "structure",
        "tile_chroma",
        "seams",
        "line_bend",
        "noise",
        "ssim",
        "delta_e_p95",
    ] {
        assert!(measures.iter().any(|m| m["name"] == name), "{name}");
    }
}

#[test]
fn a_pasted_thing_is_held_with_status_1_and_the_heatmaps_show_it() {
    let desk = Desk::new();
    desk.write("before.png", &picture());
    desk.write("after.png", &altered(pasted));

    let options = [
        "before.png",
        "after.png",
        "--report",
        "R.json",
        "--heatmaps",
        "maps",
    ];
    let (status, _) = desk.inspect(&options);

    assert_eq!(status, Some(1));
    let report = desk.report();
    assert_eq!(report["verdict"], "held");
    let measures = report["measures"].as_array().unwrap();
    let structure = measures.iter().find(|m| m["name"] == "structure").unwrap();
    assert_eq!(structure["verdict"], "failed");
    assert!(structure["value"].as_f64() < structure["threshold"].as_f64());
    assert_eq!(report["headline"], structure["sentence"]);
    let map = fs::read(desk.path("maps/all.png")).unwrap();
    let small = Limits {
        min_short_side: 1,
        ..Limits::default()
    };
    let map = decode(&map, &small).unwrap().pixels;
    assert_eq!((map.width(), map.height()), (128, 96));
    assert!(map.unit(330 / 8, 330 / 8)[0] > 0.8 && map.unit(5, 55)[0] < 0.3);
    assert!(desk.path("maps/structure.png").is_file());
}

#[test]
fn a_new_sky_passes_only_where_the_mask_says_so() {
    let desk = Desk::new();
    let house = house(1);
    let altered = |change| changed(&house, change);
    desk.write("before.png", &house);
    desk.write(
        "after.png",
        &altered(|x, y, rgb| {
            if y < 120 {
                pasted(x, y, [120, 160, 220])
            } else {
                rgb
            }
        }),
    );
    desk.write(
        "sky.png",
        &altered(|_, y, _| [if y < 120 { 255 } else { 0 }; 3]),
    );
    desk.write(
        "elsewhere.png",
        &altered(|_, y, _| [if y > 640 { 255 } else { 0 }; 3]),
    );

    let pair = ["before.png", "after.png"];
    assert_eq!(desk.inspect(&pair).0, Some(1));
    assert_eq!(
        desk.inspect(&[&pair[..], &["--sky", "sky.png"]].concat()).0,
        Some(0)
    );
    assert_eq!(
        desk.inspect(&[&pair[..], &["--sky", "elsewhere.png"]].concat())
            .0,
        Some(1)
    );
}

#[test]
fn what_cannot_be_compared_ends_with_status_2_and_a_sentence() {
    let desk = Desk::new();
    desk.write("before.png", &picture());
    desk.write("small.png", &plumbline_enhance::preview(&picture(), 320));
    fs::write(desk.path("page.png"), "<html>").unwrap();
    let tall = Pixels::from_eight(100, 200, vec![255; 60_000]).unwrap();
    desk.write("tall.png", &tall);

    let (status, said) = desk.inspect(&["before.png", "small.png"]);
    assert_eq!(status, Some(2));
    assert!(
        said.contains("1024 x 768") && said.contains("320 x 240"),
        "{said}"
    );
    let (status, said) = desk.inspect(&["before.png", "page.png"]);
    assert_eq!(status, Some(2));
    assert!(said.contains("page.png"), "{said}");
    let (status, said) = desk.inspect(&["before.png", "nowhere.png"]);
    assert_eq!(status, Some(2));
    assert!(said.contains("cannot be read"), "{said}");
    let (status, said) = desk.inspect(&["before.png", "before.png", "--sky", "tall.png"]);
    assert_eq!(status, Some(2));
    assert!(said.contains("another shape"), "{said}");
}

#[test]
fn our_own_result_can_be_proven_with_its_report() {
    let desk = Desk::new();
    desk.write("before.png", &picture());
    let [photo, out, report] = ["before.png", "after.png", "made.json"].map(|n| desk.path(n));
    assert_eq!(enhance(&photo, &out, &report, &[]).status, Some(0));

    let answer = desk.inspect(&[
        "before.png",
        "after.png",
        "--plan",
        "made.json",
        "--report",
        "R.json",
    ]);

    assert_eq!(answer.0, Some(0), "{}", answer.1);
    let made: Value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    let last = made["attempts"].as_array().unwrap().last().unwrap();
    let mut measures = last["report"]["measures"].as_array().unwrap().clone();
    measures.retain(|measure| !measure["name"].as_str().unwrap().starts_with("input_"));
    assert_eq!(desk.report()["measures"], Value::Array(measures));
}

fn picture() -> Pixels {
    scene(WIDTH, HEIGHT, 3)
}

fn altered(change: Change) -> Pixels {
    changed(&picture(), change)
}

type Change = fn(usize, usize, [u8; 3]) -> [u8; 3];

fn changed(picture: &Pixels, change: Change) -> Pixels {
    let (rgb, width) = (picture.rgb8(), picture.width() as usize);
    let pixels = rgb.as_chunks::<3>().0.iter().enumerate();
    let samples = pixels
        .flat_map(|(i, p)| change(i % width, i / width, *p))
        .collect();
    Pixels::from_eight(picture.width(), picture.height(), samples).unwrap()
}

/// A chequered thing in the middle of the picture, or of the sky.
fn pasted(x: usize, y: usize, rgb: [u8; 3]) -> [u8; 3] {
    let inside = (300..360).contains(&x) && ((300..360).contains(&y) || y < 60);
    let dark = (x / 7 + y / 7).is_multiple_of(2);
    if inside && dark { [25, 20, 20] } else { rgb }
}

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, picture: &Pixels) {
        let bytes = encode(picture, &Metadata::default(), &Output::Png).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    /// The exit status and what was said to standard error.
    fn inspect(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(program("plumbline"));
        command.arg("inspect").args(arguments);
        let done = command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .output()
            .expect("the program starts");
        let said = String::from_utf8(done.stderr).expect("it speaks UTF-8");
        (done.status.code(), said)
    }

    fn report(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("R.json")).unwrap()).unwrap()
    }
}
