//! Each network against values recorded from its original.
#![allow(clippy::unwrap_used, reason = "the whole program is tests")]

use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor, safetensors};
use plumbline_models::nets::u2net::{Size, U2Net};
use plumbline_models::weights::Weights;

/// `None`, said aloud, where the shared folder is not.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/models")
        .join(name);
    if !path.exists() {
        eprintln!("SKIPPED 1: {name} is not beside this checkout");
        return None;
    }
    Some(path)
}

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
    let Some(folder) = shared("sky-u2netp") else {
        return;
    };
    let weights = Weights::map(&folder.join("u2netp-sky.safetensors")).unwrap();
    let net = weights.build(|vb| U2Net::new(Size::Small, &vb)).unwrap();
    let recorded = safetensors::load(folder.join("reference.safetensors"), &Device::Cpu).unwrap();
    for size in ["384", "odd"] {
        let started = std::time::Instant::now();
        let said = net.forward(&recorded[&format!("input_{size}")]).unwrap();
        eprintln!("took {:?}", started.elapsed());
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
