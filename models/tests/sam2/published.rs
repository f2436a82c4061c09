//! The names and shapes of the published SAM 2.1, in both layouts of its file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use plumbline_models::nets::sam2::{Sam2, Shape, names};

use crate::proof::fixture;

/// Hugging Face's names of the original's tensors, and the rows of theirs that they are, as proved by
/// running its implementation.
pub fn table() -> BTreeMap<String, (String, Option<usize>)> {
    serde_json::from_slice(&std::fs::read(fixture("huggingface.json")).unwrap()).unwrap()
}

#[test]
fn hugging_face_names_are_found() {
    for (ours, (name, row)) in table() {
        let place = names::hugging_face(&ours);
        assert_eq!((place.name, place.row), (name, row), "{ours}");
    }
}

/// Hands out zeros, and writes down what was asked for.
struct Blank(Arc<Mutex<BTreeMap<String, Vec<usize>>>>);

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
        self.0.lock().unwrap().insert(name.to_owned(), dims);
        Tensor::zeros(shape, dtype, device)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
        candle_core::bail!("{name} has no shape")
    }

    fn contains_tensor(&self, _: &str) -> bool {
        true
    }
}

/// Names and shapes of all parameters of the published size.
fn asked() -> BTreeMap<String, Vec<usize>> {
    let asked = Arc::default();
    let blank = Box::new(Blank(Arc::clone(&asked)));
    let vb = VarBuilder::from_backend(blank, DType::F32, Device::Cpu);
    Sam2::new(&Shape::TINY, &vb).unwrap();
    asked.lock().unwrap().clone()
}

fn manifest(name: &str) -> BTreeMap<String, Vec<usize>> {
    serde_json::from_slice(&std::fs::read(fixture(name)).unwrap()).unwrap()
}

fn is_of(name: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|begin| name.starts_with(begin))
}

#[test]
fn the_published_size_asks_for_what_the_original_has() {
    let asked = asked();
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
    let asked = asked();
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
