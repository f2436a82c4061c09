//! A tiny SAM 2.1 with random weights against values recorded from its original
//! (`fixtures/sam2_tiny.py`).

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor, safetensors};
use plumbline_enhance::Pixels;
use plumbline_models::nets::sam2::{self, Label, MaskPrediction, Point, Prompt, Sam2, Shape};
use plumbline_models::weights::{Weights, WeightsError};

use crate::published::table;

/// The shape in `sam2_tiny.py`.
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

type Named = HashMap<String, Tensor>;

pub fn fixture(name: &str) -> PathBuf {
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
