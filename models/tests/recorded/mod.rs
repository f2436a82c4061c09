//! Recorded tensors, and how far off ours are.
#![allow(dead_code, reason = "each test uses its part")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor, safetensors};
use plumbline_fixtures::models;
use plumbline_models::weights::Weights;
use serde::de::DeserializeOwned;

/// A folder of small networks, and what they said.
pub struct Recorded {
    folder: PathBuf,
    tensors: HashMap<String, Tensor>,
}

impl Recorded {
    /// `None`: the folder is missing, and the test is reported as skipped.
    pub fn open(name: &str) -> Option<Self> {
        let folder = models(name)?;
        let file = folder.join("reference.safetensors");
        let tensors = if file.exists() {
            safetensors::load(file, &Device::Cpu).unwrap()
        } else {
            HashMap::new()
        };
        Some(Self { folder, tensors })
    }

    pub fn tensor(&self, name: &str) -> &Tensor {
        &self.tensors[name]
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn config<C: DeserializeOwned>(&self, part: &str) -> C {
        let text = std::fs::read(self.folder.join(part).join("config.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    pub fn weights(&self, part: &str) -> Weights {
        let folder = self.folder.join(part);
        let names = ["diffusion_pytorch_model.safetensors", "model.safetensors"];
        let file = names
            .map(|name| folder.join(name))
            .into_iter()
            .find(|file| file.exists());
        Weights::map(&file.unwrap()).unwrap()
    }
}

/// The length of the difference, as a share of the recorded one's.
pub fn off(found: &Tensor, wanted: &Tensor) -> f32 {
    assert_eq!(found.dims(), wanted.dims());
    let long = |x: &Tensor| {
        let x = x.to_dtype(DType::F64).unwrap();
        x.sqr()
            .unwrap()
            .sum_all()
            .unwrap()
            .to_scalar::<f64>()
            .unwrap()
            .sqrt()
    };
    let found = found.to_device(&Device::Cpu).unwrap();
    let found = found.to_dtype(DType::F64).unwrap();
    let wanted = wanted.to_dtype(DType::F64).unwrap();
    (long(&(found - &wanted).unwrap()) / long(&wanted)) as f32
}

/// Comparisons of tensors.
pub struct Table {
    at_most: f32,
    rows: Vec<(String, f32)>,
}

impl Table {
    pub fn new(at_most: f32) -> Self {
        Self {
            at_most,
            rows: Vec::new(),
        }
    }

    pub fn compare(&mut self, name: &str, found: &Tensor, recorded: &Recorded) {
        self.rows
            .push((name.to_owned(), off(found, recorded.tensor(name))));
    }

    pub fn print_and_judge(&self) {
        for (name, off) in &self.rows {
            eprintln!("{name:34} {off:.1e}");
        }
        let wrong: Vec<_> = self
            .rows
            .iter()
            .filter(|(_, off)| off.is_nan() || *off > self.at_most)
            .collect();
        assert!(wrong.is_empty() && !self.rows.is_empty(), "{wrong:?}");
    }
}
