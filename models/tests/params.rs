//! Parameters held by name: read from one file or several, built of again and again, replaced.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Result, Tensor, safetensors};
use candle_nn::VarBuilder;
use plumbline_models::diffusion::params::Params;
use plumbline_models::weights::WeightsError;
use tempfile::TempDir;

fn tensor(values: &[f32]) -> Tensor {
    Tensor::new(values, &Device::Cpu).unwrap()
}

fn write(file: &Path, tensors: &[(&str, Tensor)]) {
    let tensors: HashMap<&str, Tensor> = tensors.iter().cloned().collect();
    safetensors::save(&tensors, file).unwrap();
}

/// A folder with two shards and their index.
fn shards() -> (TempDir, [PathBuf; 2], PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let files = [
        path("net-1-of-2.safetensors"),
        path("net-2-of-2.safetensors"),
    ];
    write(&files[0], &[("a", tensor(&[1.0, 2.0]))]);
    let positions = Tensor::arange(0_i64, 3, &Device::Cpu).unwrap();
    write(
        &files[1],
        &[("b", tensor(&[3.0])), ("x.position_ids", positions)],
    );
    let index = path("net.safetensors.index.json");
    let text = r#"{"metadata": {"total_size": 12}, "weight_map": {
        "a": "net-1-of-2.safetensors", "b": "net-2-of-2.safetensors",
        "x.position_ids": "net-2-of-2.safetensors"}}"#;
    fs::write(&index, text).unwrap();
    (folder, files, index)
}

fn map(paths: &[&PathBuf]) -> std::result::Result<Params, WeightsError> {
    Params::map(paths, DType::F32, &Device::Cpu)
}

fn both(vb: &VarBuilder) -> Result<[Tensor; 2]> {
    Ok([vb.get(2, "a")?, vb.get(1, "b")?])
}

fn refused<T>(answer: std::result::Result<T, WeightsError>) -> String {
    answer.err().unwrap().to_string()
}

#[test]
fn shards_are_one_network_by_their_index_or_by_their_names() {
    let (_folder, [one, two], index) = shards();
    for params in [map(&[&index]).unwrap(), map(&[&one, &two]).unwrap()] {
        assert_eq!(params.names().collect::<Vec<_>>(), ["a", "b"]);
        let [a, b] = params.build(|vb| both(&vb)).unwrap();
        assert_eq!(a.to_vec1::<f32>().unwrap(), [1.0, 2.0]);
        assert_eq!(b.to_vec1::<f32>().unwrap(), [3.0]);
    }
}

#[test]
fn an_index_that_promises_too_much_or_strays_is_refused() {
    let (_folder, [one, two], index) = shards();
    let write = |map: &str| fs::write(&index, format!("{{\"weight_map\": {map}}}")).unwrap();
    write(r#"{"a": "net-1-of-2.safetensors", "c": "net-2-of-2.safetensors"}"#);
    assert!(refused(map(&[&index])).contains("c is in the index"));
    write(r#"{"a": "../net-1-of-2.safetensors"}"#);
    assert!(refused(map(&[&index])).contains("not beside it"));
    write("7");
    assert!(map(&[&index]).is_err());
    assert!(refused(map(&[&one, &two, &one])).contains("a is in two"));
}

#[test]
fn a_network_built_twice_shares_all_its_memory() {
    let (_folder, _, index) = shards();
    let params = map(&[&index]).unwrap();
    let [a, b] = params.build(|vb| both(&vb)).unwrap();
    let [again, _] = params.build(|vb| both(&vb)).unwrap();
    assert_eq!(a.id(), again.id());
    assert_eq!(b.id(), params.get("b").unwrap().id());
}

#[test]
fn a_network_that_leaves_some_behind_or_wants_others_is_refused() {
    let (_folder, _, index) = shards();
    let params = map(&[&index]).unwrap();
    let left = refused(params.build(|vb| vb.get(2, "a")));
    assert!(left.contains("the first is b"), "{left}");
    let shape = refused(params.build(|vb| vb.get(3, "a")));
    assert!(shape.contains("a is [2], not [3]"), "{shape}");
    let missing = refused(params.build(|vb| vb.get(2, "c")));
    assert!(missing.contains("no parameter c"), "{missing}");
}

#[test]
fn what_is_replaced_is_built_in_and_can_be_had_back() {
    let (_folder, _, index) = shards();
    let mut params = map(&[&index]).unwrap();
    let before = params.build(|vb| both(&vb)).unwrap();
    let old = params.replace("b", tensor(&[9.0])).unwrap();
    assert_eq!(old.id(), before[1].id());
    let after = params.build(|vb| both(&vb)).unwrap();
    assert_eq!(after[0].id(), before[0].id());
    assert_eq!(after[1].to_vec1::<f32>().unwrap(), [9.0]);
    assert_eq!(before[1].to_vec1::<f32>().unwrap(), [3.0]);
    let original = params.original("b").unwrap();
    assert_eq!(original.to_vec1::<f32>().unwrap(), [3.0]);
    assert!(params.replace("b", tensor(&[9.0, 9.0])).is_err());
    assert!(params.replace("c", tensor(&[9.0])).is_err());
    let half = tensor(&[9.0]).to_dtype(DType::F16).unwrap();
    assert!(params.replace("b", half).is_err());
}

#[test]
fn half_precision_becomes_full_and_half_again_without_loss() {
    let folder = tempfile::tempdir().unwrap();
    let [half, full, again] = ["half", "full", "again"].map(|name| folder.path().join(name));
    // Every finite number of half precision.
    let all: Vec<u16> = (0..=u16::MAX)
        .filter(|bits| bits & 0x7c00 != 0x7c00)
        .collect();
    let bytes: Vec<u8> = all.iter().flat_map(|bits| bits.to_le_bytes()).collect();
    let count = all.len();
    let tensor = Tensor::from_raw_buffer(&bytes, DType::F16, &[count], &Device::Cpu).unwrap();
    write(&half, &[("a", tensor)]);
    let read = |file: &PathBuf, dtype| {
        let params = Params::map(&[file], dtype, &Device::Cpu).unwrap();
        params.build(|vb| vb.get(count, "a")).unwrap()
    };
    write(&full, &[("a", read(&half, DType::F32))]);
    write(&again, &[("a", read(&full, DType::F16))]);
    assert_eq!(fs::read(&again).unwrap(), fs::read(&half).unwrap());
    assert_ne!(fs::read(&full).unwrap(), fs::read(&half).unwrap());
}
