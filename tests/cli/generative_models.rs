//! The model of real networks at work on a file: SDXL's, small and random, so that what it proposes
//! is nothing a photo should become. What is delivered is clean all the same.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use plumbline_enhance::{Limits, decode};
use plumbline_fixtures::models;
use plumbline_tests::enhance_process::{Enhanced, enhance_in};
use plumbline_tests::pictures::room;
use serde_json::Value;
use tempfile::TempDir;

const PARTS: [&str; 7] = [
    "unet",
    "unet_inpaint",
    "controlnet_tile",
    "controlnet_canny",
    "vae",
    "text_encoder",
    "text_encoder_2",
];

/// A folder with a photo, and a model.
struct Workspace {
    folder: TempDir,
}

impl Workspace {
    /// `None`: its networks are missing, and the test is reported as skipped.
    fn open() -> Option<Self> {
        let networks = models("tiny-random-sdxl")?.canonicalize().unwrap();
        let vocabulary = models("clip-tokenizer/tokenizer.json")?;
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("model");
        fs::create_dir(&model).unwrap();
        for part in PARTS {
            symlink(networks.join(part), model.join(part)).unwrap();
        }
        let vocabulary = vocabulary.canonicalize().unwrap();
        symlink(vocabulary, model.join("tokenizer.json")).unwrap();
        fs::write(folder.path().join("room.jpg"), room(1)).unwrap();
        Some(Self { folder })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn paint(&self, out: &str, engine: &str, model: &Path) -> (Enhanced, Value) {
        let report = self.path("report.json");
        let models = self.path("models");
        let environment = [
            ("PLUMBLINE_DIFFUSION_DIR", model.to_str().unwrap()),
            ("PLUMBLINE_DIFFUSION_STEPS", "4"),
            ("PLUMBLINE_MODELS_DIR", models.to_str().unwrap()),
        ];
        let (photo, out) = (self.path("room.jpg"), self.path(out));
        let done = enhance_in(&photo, &out, &report, &["--engine", engine], &environment);
        let report =
            fs::read(&report).map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap());
        (done, report)
    }
}

#[test]
fn nonsense_that_networks_propose_falls_back_and_does_not_reach_the_photo() {
    for engine in ["guided", "tiled"] {
        let Some(workspace) = Workspace::open() else {
            return;
        };
        let model = workspace.path("model");
        let (done, report) = workspace.paint("better.jpg", engine, &model);

        assert_eq!(done.status, Some(0), "{}", done.said);
        assert!(
            done.said.starts_with("The model works with "),
            "{}",
            done.said
        );
        assert_eq!(report["verdict"], "passed");
        let attempts = report["attempts"].as_array().unwrap();
        assert_eq!(attempts[0]["engine"], engine);
        assert_eq!(attempts[0]["report"]["verdict"], "held");
        let denoise = &attempts[0]["plan"]["denoise"];
        assert_eq!(
            (&denoise["steps"], &denoise["lora"]),
            (&1.into(), &0.0.into())
        );
        let sigma = denoise["sigma"].as_f64().unwrap();
        assert!((sigma - 0.693_205).abs() < 1e-5, "{sigma}");
        assert!(attempts.len() > 1, "{attempts:?}");

        let first = fs::read(workspace.path("better.jpg")).unwrap();
        let better = decode(&first, &Limits::default()).unwrap();
        assert_eq!((better.pixels.width(), better.pixels.height()), (1024, 768));
        workspace.paint("again.jpg", engine, &model);
        let again = fs::read(workspace.path("again.jpg")).unwrap();
        assert!(first == again, "{engine}: a second run gives other bytes");
    }
}

#[test]
fn a_folder_that_is_no_model_is_a_sentence() {
    let Some(workspace) = Workspace::open() else {
        return;
    };
    let empty = workspace.path("nothing");
    fs::create_dir(&empty).unwrap();
    let (done, report) = workspace.paint("better.jpg", "guided", &empty);
    assert_eq!((done.status, report), (Some(2), Value::Null));
    assert!(
        done.said.contains("No network that paints is installed"),
        "{}",
        done.said
    );
    assert!(!workspace.path("better.jpg").exists());
}
