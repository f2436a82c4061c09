//! SAM 2.1 against values recorded from its original: a tiny one with random weights
//! (`fixtures/sam2_tiny.py`), and the names and shapes of the published one.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, Result, Tensor, safetensors};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use plumbline_enhance::Pixels;
use plumbline_models::nets::sam2::{
    self, Label, MaskPrediction, Point, Prompt, Sam2, Shape, names,
};
use plumbline_models::weights::{Weights, WeightsError};

/// As `sam2_tiny.py` has it.
const SMALL: Shape = Shape {
    side: 256,
    width: 12,
    heads: 1,
    stages: [1, 2, 3, 1],
    global: &[4],
    windows: [8, 4, 14, 7],
    background: 7,
    model: 32,
};

type Named = std::collections::HashMap<String, Tensor>;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/sam2-tiny")
        .join(name)
}

fn recorded() -> Named {
    safetensors::load(fixture("reference.safetensors"), &Device::Cpu).unwrap()
}

fn small() -> Sam2 {
    Sam2::open(&fixture("weights.safetensors"), &SMALL).unwrap()
}

fn numbers(x: &Tensor) -> Vec<f32> {
    x.flatten_all().unwrap().to_vec1().unwrap()
}

/// Within 1e-4 everywhere, and says how far.
fn agree(part: &str, found: &Tensor, wanted: &Tensor) {
    assert_eq!(found.dims(), wanted.dims(), "{part}");
    let (found, wanted) = (numbers(found), numbers(wanted));
    let pairs = || found.iter().zip(&wanted);
    let worst = pairs().map(|(f, w)| (f - w).abs()).fold(0.0, f32::max);
    let square = |v: f32| f64::from(v) * f64::from(v);
    let off: f64 = pairs().map(|(f, w)| square(f - w)).sum();
    let all: f64 = wanted.iter().map(|&w| square(w)).sum();
    eprintln!(
        "{part}: worst {worst:.1e}, relative {:.1e}",
        (off / all).sqrt()
    );
    assert!(worst <= 1e-4, "{part} is off by {worst:e}");
}

fn picture(recorded: &Named, name: &str) -> Pixels {
    let stored = &recorded[name];
    let (height, width, _) = stored.dims3().unwrap();
    let samples = stored.flatten_all().unwrap().to_vec1().unwrap();
    Pixels::from_eight(width as u32, height as u32, samples).unwrap()
}

const CLICKS: [(f32, f32, Label); 4] = [
    (100.0, 60.5, Label::Foreground),
    (120.0, 220.0, Label::Background),
    (0.0, 0.0, Label::Padding),
    (200.0, 31.0, Label::Foreground),
];

fn points(of: &[(f32, f32, Label)]) -> Vec<Point> {
    let point = |&(x, y, label)| Point { x, y, label };
    of.iter().map(point).collect()
}

/// A box, points of every kind and a mask.
fn full(recorded: &Named) -> Prompt {
    let mut all = vec![
        (20.0, 10.0, Label::BoxUpperLeft),
        (230.0, 140.0, Label::BoxLowerRight),
    ];
    all.extend(CLICKS);
    Prompt {
        points: points(&all),
        mask: Some(recorded["mask"].clone()),
    }
}

/// Two points.
fn bare() -> Prompt {
    Prompt {
        points: points(&CLICKS[..2]),
        mask: None,
    }
}

#[test]
fn its_encoder_says_what_the_original_says() {
    let (net, recorded) = (small(), recorded());
    let x = sam2::input(&picture(&recorded, "picture"), SMALL.side).unwrap();
    let levels = net.levels(&x).unwrap();
    for (i, stage) in levels.stages.iter().enumerate() {
        let stage = stage.permute((0, 3, 1, 2)).unwrap();
        agree(
            &format!("trunk_{i}"),
            &stage,
            &recorded[&format!("trunk_{i}")],
        );
    }
    for (i, level) in levels.pyramid.iter().enumerate() {
        agree(&format!("fpn_{i}"), level, &recorded[&format!("fpn_{i}")]);
    }
    let encoded = net.reduce(&levels).unwrap();
    agree("high_0", &encoded.quarter, &recorded["high_0"]);
    agree("high_1", &encoded.eighth, &recorded["high_1"]);
    agree("embedding", &encoded.sixteenth, &recorded["embedding"]);
}

#[test]
fn its_decoder_says_what_the_original_says() {
    let (net, recorded) = (small(), recorded());
    agree("dense_pe", net.grid(), &recorded["dense_pe"]);
    for (name, prompt) in [("full", full(&recorded)), ("bare", bare())] {
        let wanted = |part: &str| &recorded[&format!("{name}_{part}")];
        let encoded = net.encode_prompt(&prompt).unwrap();
        agree("sparse", &encoded.sparse, wanted("sparse"));
        if prompt.mask.is_some() {
            agree("dense", &encoded.dense, wanted("dense"));
        }
        let prediction = ask(&net, &recorded, &prompt);
        check(&prediction, wanted);
        if name == "full" {
            let single = prediction
                .masks
                .narrow(1, prediction.single().unwrap(), 1)
                .unwrap();
            let upscaled = sam2::resized(&single, 90, 60).unwrap();
            agree("upscaled", &upscaled, &recorded["upscaled"]);
        }
    }
}

fn ask(net: &Sam2, recorded: &Named, prompt: &Prompt) -> MaskPrediction {
    let x = sam2::input(&picture(recorded, "picture"), SMALL.side).unwrap();
    net.decode(&net.encode(&x).unwrap(), prompt).unwrap()
}

fn check<'a>(prediction: &MaskPrediction, wanted: impl Fn(&str) -> &'a Tensor) {
    let single = prediction.single().unwrap();
    let value = |v: f32| Tensor::new(&[[v]], &Device::Cpu).unwrap();
    agree("masks", &prediction.masks, wanted("masks"));
    agree(
        "iou",
        &Tensor::new(&[prediction.iou], &Device::Cpu).unwrap(),
        wanted("iou"),
    );
    agree("object", &value(prediction.object), wanted("object"));
    agree(
        "single",
        &prediction.masks.narrow(1, single, 1).unwrap(),
        wanted("single"),
    );
    agree(
        "single_iou",
        &value(prediction.iou[single]),
        wanted("single_iou"),
    );
}

#[test]
fn a_picture_is_squeezed_as_by_the_original() {
    let recorded = recorded();
    let x = sam2::input(&picture(&recorded, "photo"), 32).unwrap();
    agree("photo", &x, &recorded["photo_small"]);
}

#[test]
fn tensors_it_has_no_place_for_are_an_error() {
    let weights = Weights::map(&fixture("weights.safetensors")).unwrap();
    let refused = weights.build(|vb| Sam2::new(&SMALL, &vb));
    // The video's.
    assert!(matches!(refused, Err(WeightsError::Unexpected { .. })));
}

/// Hugging Face's names of the original's tensors, and the rows of theirs that they are, as proved by
/// running its implementation.
fn table() -> BTreeMap<String, (String, Option<usize>)> {
    serde_json::from_slice(&std::fs::read(fixture("huggingface.json")).unwrap()).unwrap()
}

#[test]
fn hugging_face_names_are_found() {
    for (ours, (name, row)) in table() {
        let place = names::hugging_face(&ours);
        assert_eq!((place.name, place.row), (name, row), "{ours}");
    }
}

#[test]
fn a_file_with_hugging_face_names_says_the_same() {
    let ours = safetensors::load(fixture("weights.safetensors"), &Device::Cpu).unwrap();
    let mut theirs = Named::new();
    for (name, (renamed, row)) in table() {
        let tensor = ours[&name].clone();
        let tensor = match (row, theirs.remove(&renamed)) {
            (Some(_), Some(rows)) => Tensor::cat(&[rows, tensor], 0).unwrap(),
            _ => tensor,
        };
        theirs.insert(renamed, tensor);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    safetensors::save(&theirs, &path).unwrap();
    let recorded = recorded();
    let net = Sam2::open(&path, &SMALL).unwrap();
    let prediction = ask(&net, &recorded, &full(&recorded));
    agree("masks", &prediction.masks, &recorded["full_masks"]);
}

#[test]
fn a_pickled_file_is_read() {
    let stored = safetensors::load(fixture("weights.safetensors"), &Device::Cpu).unwrap();
    let weights = Weights::pickled(&fixture("prompt_encoder.pt"), "model").unwrap();
    let mut count = 0;
    let read = weights.build(|vb| {
        for (name, tensor) in &stored {
            if let Some(name) = name.strip_prefix("sam_prompt_encoder.") {
                let found = vb.get(tensor.shape(), name)?;
                assert_eq!(numbers(&found), numbers(&tensor.to_dtype(DType::F32)?));
                count += 1;
            }
        }
        Ok(())
    });
    read.unwrap();
    assert_eq!(count, 17);
}

/// Hands out zeros, or noise of a trained network's size, and writes down what was asked for.
struct Blank {
    asked: Arc<Mutex<BTreeMap<String, Vec<usize>>>>,
    noise: bool,
}

impl SimpleBackend for Blank {
    fn get(
        &self,
        shape: candle_core::Shape,
        name: &str,
        _: Init,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        let dims = shape.dims().to_vec();
        let inputs: usize = dims.iter().skip(1).product();
        self.asked.lock().unwrap().insert(name.to_owned(), dims);
        if self.noise {
            let deviation = (inputs as f32).powf(-0.5);
            return Tensor::randn(0.0_f32, deviation, shape, device)?.to_dtype(dtype);
        }
        Tensor::zeros(shape, dtype, device)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
        candle_core::bail!("{name} has no shape")
    }

    fn contains_tensor(&self, _: &str) -> bool {
        true
    }
}

fn tiny(noise: bool) -> (Sam2, BTreeMap<String, Vec<usize>>) {
    let asked = Arc::default();
    let blank = Blank {
        asked: Arc::clone(&asked),
        noise,
    };
    let vb = VarBuilder::from_backend(Box::new(blank), DType::F32, Device::Cpu);
    let net = Sam2::new(&Shape::TINY, &vb).unwrap();
    let asked = asked.lock().unwrap().clone();
    (net, asked)
}

fn manifest(name: &str) -> BTreeMap<String, Vec<usize>> {
    serde_json::from_slice(&std::fs::read(fixture(name)).unwrap()).unwrap()
}

fn is_of(name: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|begin| name.starts_with(begin))
}

#[test]
fn the_published_size_asks_for_what_the_original_has() {
    let (_, asked) = tiny(false);
    let mut original = manifest("manifest-original.json");
    let whole: usize = count(&original);
    original.retain(|name, _| !is_of(name, names::VIDEO));
    assert_eq!(asked, original);
    assert_eq!((count(&asked), whole), (31_440_977, 38_962_754));
}

fn count(shapes: &BTreeMap<String, Vec<usize>>) -> usize {
    shapes
        .values()
        .map(|dims| dims.iter().product::<usize>())
        .sum()
}

#[test]
fn the_published_size_finds_all_of_it_under_hugging_face_names() {
    let (_, asked) = tiny(false);
    let theirs = manifest("manifest-huggingface.json");
    let mut found = BTreeSet::new();
    for (name, dims) in asked {
        let place = names::hugging_face(&name);
        let mut held = theirs[&place.name].clone();
        if place.row.is_some() {
            held[0] = 1;
        }
        assert_eq!(held, dims, "{name}");
        found.insert(place.name);
    }
    let rest = theirs.keys().filter(|name| !found.contains(*name));
    for name in rest {
        assert!(
            is_of(name, names::HUGGING_FACE_VIDEO),
            "{name} is not asked for"
        );
    }
}

#[test]
#[ignore = "takes seconds, and says how many"]
fn the_published_size_takes_its_time() {
    let (net, _) = tiny(true);
    let x = Tensor::randn(0.0_f32, 1.0, (1, 3, 1024, 1024), &Device::Cpu).unwrap();
    eprintln!("before: {} MB at most", peak_mb());
    for _ in 0..2 {
        let started = (std::time::Instant::now(), cpu_s());
        let encoded = net.encode(&x).unwrap();
        let encoding = (started.0.elapsed(), cpu_s() - started.1);
        let prompt = Prompt {
            points: points(&CLICKS),
            mask: Some(Tensor::zeros((1, 1, 256, 256), DType::F32, &Device::Cpu).unwrap()),
        };
        let prediction = net.decode(&encoded, &prompt).unwrap();
        assert!(numbers(&prediction.masks).iter().all(|v| v.is_finite()));
        let decoding = started.0.elapsed() - encoding.0;
        let peak = peak_mb();
        eprintln!("encoding {encoding:?} s of all cores, decoding {decoding:?}, {peak} MB at most");
    }
}

/// Seconds of all cores that this process has used, where the system says so, in the hundredths
/// that it counts in: what a shared machine's clock does not tell.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit_once(") ").unwrap_or_default().1;
    let ticks = after.split(' ').skip(11).take(2);
    ticks.map(|v| v.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

/// The most memory this process ever held, where the system says so.
fn peak_mb() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kb.and_then(|kb| kb.parse::<usize>().ok()).unwrap_or(0) / 1024
}
