//! Each network against values recorded from its original.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use candle_core::{DType, Device, Tensor, safetensors};
use candle_transformers::models::clip::ClipConfig;
use plumbline_enhance::Pixels;
use plumbline_fixtures::models;
use plumbline_models::nets::clip::{Clip, ClipTokenizer};
use plumbline_models::nets::efficientnet::EfficientNet;
use plumbline_models::nets::u2net::U2Net;
use plumbline_models::weights::Weights;
use plumbline_models::zero_shot::ZeroShot;

fn worst(found: &Tensor, wanted: &Tensor) -> f32 {
    assert_eq!(found.dims(), wanted.dims());
    let difference = (found - wanted).unwrap().abs().unwrap();
    difference
        .flatten_all()
        .unwrap()
        .max(0)
        .unwrap()
        .to_scalar()
        .unwrap()
}

#[test]
fn u2netp_says_what_its_original_says() {
    let Some(folder) = models("sky-u2netp") else {
        return;
    };
    let recorded = safetensors::load(folder.join("reference.safetensors"), &Device::Cpu).unwrap();
    let published = folder.join("u2netp-sky.safetensors");
    // What ships has the same parameters in half precision, where that loses nothing.
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("shipped/sky-u2netp.safetensors");
    let files = [published, shipped].into_iter();
    for (file, size) in files.flat_map(|file| [(file.clone(), "384"), (file, "odd")]) {
        let weights = Weights::map(&file).unwrap();
        let net = weights.build(|vb| U2Net::new(&vb)).unwrap();
        let said = net.forward(&recorded[&format!("input_{size}")]).unwrap();
        let parts = [
            ("d0", &said.fused),
            ("d1", &said.sides[0]),
            ("d6", &said.sides[5]),
        ];
        for (part, logit) in parts {
            let found = candle_nn::ops::sigmoid(logit).unwrap();
            let off = worst(&found, &recorded[&format!("{part}_{size}")]);
            eprintln!("{part} at {size}: {off:.1e}");
            assert!(off <= 1e-4, "{part} at {size} is off by {off:e}");
        }
    }
}

/// The random one of the shared folder: two layers, 16 dimensions.
fn tiny_clip() -> ClipConfig {
    let mut config = ClipConfig::vit_base_patch32();
    let (text, vision) = (&mut config.text_config, &mut config.vision_config);
    (text.embed_dim, vision.embed_dim) = (16, 32);
    (text.intermediate_size, vision.intermediate_size) = (64, 64);
    (text.num_hidden_layers, vision.num_hidden_layers) = (2, 2);
    (text.num_attention_heads, vision.num_attention_heads) = (2, 2);
    (text.projection_dim, vision.projection_dim) = (16, 16);
    config
}

#[test]
fn clip_says_what_its_original_says() {
    let Some(folder) = models("tiny-random-sdxl/clip") else {
        return;
    };
    let weights = Weights::map(&folder.join("model.safetensors")).unwrap();
    let clip = weights.build(|vb| Clip::new(&tiny_clip(), vb)).unwrap();
    let recorded = safetensors::load(folder.join("reference.safetensors"), &Device::Cpu).unwrap();
    let picture = clip.picture(&recorded["pixel_values"]).unwrap();
    let ids = recorded["input_ids"].to_dtype(DType::U32).unwrap();
    let sentences = clip.sentences(&ids).unwrap();
    let logits = clip.logits(&picture, &sentences).unwrap();
    for (what, found) in [
        ("image_embeds", &picture),
        ("text_embeds", &sentences),
        ("logits_per_image", &logits),
    ] {
        let off = worst(found, &recorded[what]);
        eprintln!("{what}: {off:.1e}");
        assert!(off <= 1e-4, "{what} are off by {off:e}");
    }
}

#[test]
fn sentences_become_the_ids_that_the_original_reads() {
    let Some(folder) = models("clip-tokenizer") else {
        return;
    };
    let tokenizer = ClipTokenizer::open(&folder.join("tokenizer.json")).unwrap();
    let recorded = std::fs::read(folder.join("reference-ids.json")).unwrap();
    let recorded: Vec<serde_json::Value> = serde_json::from_slice(&recorded).unwrap();
    assert_eq!(recorded.len(), 10);
    for sentence in recorded {
        let text = sentence["text"].as_str().unwrap().to_owned();
        let wanted: Vec<u32> = serde_json::from_value(sentence["ids_77"].clone()).unwrap();
        let found = tokenizer.ids(std::slice::from_ref(&text)).unwrap();
        assert_eq!(found.to_vec2::<u32>().unwrap(), [wanted], "{text}");
    }
}

#[test]
fn embedded_sentences_are_cached_and_classify_alike() {
    let (Some(folder), Some(vocabulary)) =
        (models("tiny-random-sdxl/clip"), models("clip-tokenizer"))
    else {
        return;
    };
    let tokenizer = ClipTokenizer::open(&vocabulary.join("tokenizer.json")).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let classify = || {
        let weights = Weights::map(&folder.join("model.safetensors")).unwrap();
        let clip = weights.build(|vb| Clip::new(&tiny_clip(), vb)).unwrap();
        let network = ZeroShot::new(clip, &tokenizer, cache.path(), "tiny").unwrap();
        let samples = (0..90 * 60 * 3).map(|i| (i % 251) as u8).collect();
        network
            .classify(&Pixels::from_eight(90, 60, samples).unwrap())
            .unwrap()
    };
    let (computed, cached) = (classify(), classify());
    assert_eq!(computed, cached);
    assert!((0.0..=1.0).contains(&computed.place_confidence));
    assert!((0.0..=1.0).contains(&computed.room_confidence));
    assert_eq!(std::fs::read_dir(cache.path()).unwrap().count(), 1);
}

#[test]
fn efficientnet_says_what_its_original_says() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/efficientnet-lite0");
    let recorded = safetensors::load(fixture.join("reference.safetensors"), &Device::Cpu).unwrap();
    let said = EfficientNet::shipped().unwrap();
    let said = said.forward(&recorded["input"]).unwrap();
    let off = worst(&said, &recorded["out"]);
    eprintln!("the last block: {off:.1e}");
    assert!(off <= 1e-4, "the last block is off by {off:e}");
}
