//! LoRAs read from files: their strength, and what is passed over or refused by name.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor, safetensors};
use plumbline_fixtures::models;
use plumbline_models::diffusion::lora::merge::{Adapter, MergedParams, Originals};
use plumbline_models::diffusion::lora::{Lora, LoraError};
use tempfile::TempDir;

use crate::merging::{Bits, bits, merged, params, write};

/// A file with one layer of rank 2, its matrices all ones, and what else is said.
fn small(more: &[(&str, Tensor)]) -> (TempDir, PathBuf) {
    let ones = |shape: (usize, usize)| Tensor::ones(shape, DType::F32, &Device::Cpu).unwrap();
    let layer = "unet.time_embedding.linear_2";
    let mut tensors = HashMap::from([
        (format!("{layer}.lora_A.weight"), ones((2, 128))),
        (format!("{layer}.lora_B.weight"), ones((128, 2))),
    ]);
    tensors.extend(more.iter().map(|(key, x)| ((*key).to_owned(), x.clone())));
    write(&tensors)
}

/// By how much it changes the first value of its layer, and of one by another name.
fn changes(folder: &Path, lora: &Lora) -> f32 {
    let name = "time_embedding.linear_2.weight";
    let value = |bits: &Bits| f32::from_bits(bits[name][0]);
    value(&merged(folder, lora, 1.0)) - value(&bits(&params(folder, DType::F32)))
}

/// Puts diffusers' description of a LoRA into a file's header.
fn describe(file: &Path, settings: &str) {
    let bytes = fs::read(file).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let (header, data) = bytes[8..].split_at(length);
    let mut header: serde_json::Value = serde_json::from_slice(header).unwrap();
    header["__metadata__"] = serde_json::json!({ "lora_adapter_metadata": settings });
    let mut header = serde_json::to_vec(&header).unwrap();
    header.resize(header.len().next_multiple_of(8), b' ');
    let length = (header.len() as u64).to_le_bytes();
    fs::write(file, [&length[..], &header, data].concat()).unwrap();
}

#[test]
fn alpha_is_what_the_file_says_or_else_what_the_caller_says() {
    let Some(folder) = models("tiny-lora") else {
        return;
    };
    let (_place, file) = small(&[]);
    let refused = Lora::open(&file, None).err().unwrap();
    assert!(matches!(&refused, LoraError::NoAlpha(key) if key.contains("linear_2.lora_A")));
    let change = |settings: Option<&str>, given| {
        if let Some(settings) = settings {
            describe(&file, settings);
        }
        changes(&folder, &Lora::open(&file, given).unwrap())
    };
    let close = |found: f32, wanted: f32| assert!((found - wanted).abs() < 1e-5, "{found}");
    // Ones by ones over a rank of 2 is 2, times alpha by 2.
    close(change(None, Some(6.0)), 6.0);
    close(change(Some(r#"{"unet.lora_alpha": 8}"#), None), 8.0);
    close(change(Some(r#"{"unet.lora_alpha": 8}"#), Some(6.0)), 8.0);
    let root = r#"{"unet.lora_alpha": 8, "unet.use_rslora": true}"#;
    close(change(Some(root), None), 8.0 * 2_f32.sqrt());
    let pattern =
        r#"{"unet.lora_alpha": 8, "unet.alpha_pattern": {"linear_2": 3, "^linear_2": 5}}"#;
    close(change(Some(pattern), None), 3.0);
    let whole = r#"{"unet.lora_alpha": 8, "unet.alpha_pattern": {"^time_embedding.linear_2": 5}}"#;
    close(change(Some(whole), None), 5.0);
    for wrong in ["{", r#"{"unet.alpha_pattern": {"linear_\\d": 3}}"#] {
        describe(&file, wrong);
        let refused = Lora::open(&file, Some(1.0)).err().unwrap();
        assert!(matches!(refused, LoraError::Metadata(_)), "{refused}");
    }
    let four = Tensor::new(4_f32, &Device::Cpu).unwrap();
    let half = four.to_dtype(DType::F16).unwrap();
    for alpha in [four, half] {
        let (_place, file) = small(&[("unet.time_embedding.linear_2.alpha", alpha)]);
        close(
            changes(&folder, &Lora::open(&file, Some(6.0)).unwrap()),
            4.0,
        );
    }
}

#[test]
fn tensors_of_text_encoders_are_skipped_by_name() {
    let one = Tensor::ones((1, 1), DType::F32, &Device::Cpu).unwrap();
    let keys = [
        "lora_te1_text_model_encoder_layers_0_mlp_fc1.lora_down.weight",
        "lora_te2_text_model_encoder_layers_0_mlp_fc1.dora_scale",
        "text_encoder.text_model.encoder.layers.0.mlp.fc1.lora_A.weight",
        "text_encoder_2.text_model.encoder.layers.0.mlp.fc1.lora_B.weight",
    ];
    let (_place, file) = small(&keys.map(|key| (key, one.clone())));
    let lora = Lora::open(&file, Some(1.0)).unwrap();
    assert_eq!(lora.skipped(), keys);
    assert_eq!(lora.count(), 1);
    let (_place, file) = write(&HashMap::from([(keys[0].to_owned(), one)]));
    assert!(matches!(
        Lora::open(&file, Some(1.0)),
        Err(LoraError::Empty)
    ));
}

#[test]
fn what_is_not_a_plain_lora_is_refused_by_name() {
    let one = Tensor::ones((1, 1), DType::F32, &Device::Cpu).unwrap();
    for (key, why) in [
        ("lora_unet_conv_in.lora_mid.weight", "Tucker"),
        ("lora_unet_conv_in.dora_scale", "DoRA"),
        ("unet.conv_in.lora_magnitude_vector.weight", "DoRA"),
        ("unet.conv_in.lora_magnitude_vector", "DoRA"),
        ("lora_unet_conv_in.hada_w1_a", "no name that we know"),
        ("lora_unet_conv_in.diff", "no name that we know"),
        ("transformer.conv_in.lora_A.weight", "no name that we know"),
        ("lora_unet_conv_in.lora_up.weight", "without the matrices"),
        ("unet.conv_in.lora_A.weight", "without the matrices"),
        ("lora_unet_conv_in.alpha", "without the matrices"),
        (
            "unet.time_embedding.linear_2.lora.down.weight",
            "under another name too",
        ),
    ] {
        let (_place, file) = small(&[(key, one.clone())]);
        let refused = Lora::open(&file, Some(1.0)).err().unwrap().to_string();
        assert!(refused.contains(key) && refused.contains(why), "{refused}");
    }
}

fn put(lora: &Lora, weight: f64) -> Adapter<'_> {
    Adapter { lora, weight }
}

#[test]
fn what_does_not_fit_the_network_is_refused_and_changes_nothing() {
    let Some(folder) = models("tiny-lora") else {
        return;
    };
    let good = Lora::open(&folder.join("lora_kohya.safetensors"), None).unwrap();
    let mut merged = MergedParams::new(params(&folder, DType::F32), Originals::Kept);
    merged.set(&[put(&good, 0.5)]).unwrap();
    let before = bits(merged.params());
    let ones = |shape: &[usize]| Tensor::ones(shape, DType::F32, &Device::Cpu).unwrap();
    for (layer, down, up, why) in [
        (
            "unet.conv_middle",
            &[1, 4, 3, 3][..],
            &[32, 1, 1, 1][..],
            "does not have",
        ),
        ("unet.conv_in", &[1, 4, 1, 1], &[32, 1, 1, 1], "lora_A"),
        ("unet.conv_in", &[1, 9, 3, 3], &[32, 1, 1, 1], "lora_A"),
        ("unet.conv_in", &[2, 4, 3, 3], &[32, 1, 1, 1], "lora_B"),
        ("unet.conv_in", &[1, 4, 3, 3], &[32, 1, 3, 3], "lora_B"),
        ("unet.conv_in", &[1, 4, 3, 3], &[33, 1, 1, 1], "lora_B"),
        ("unet.conv_norm_out", &[1], &[32, 1], "lora_A"),
        ("unet.conv_norm_out", &[1, 32], &[32, 1], "lora_A"),
    ] {
        let keys = [
            format!("{layer}.lora_A.weight"),
            format!("{layer}.lora_B.weight"),
        ];
        let (_place, file) = small(&[(&keys[0], ones(down)), (&keys[1], ones(up))]);
        let wrong = Lora::open(&file, Some(1.0)).unwrap();
        let refused = merged
            .set(&[put(&good, 1.0), put(&wrong, 1.0)])
            .unwrap_err();
        let refused = refused.to_string();
        assert!(
            refused.contains(layer) && refused.contains(why),
            "{refused}"
        );
        assert_eq!(bits(merged.params()), before);
    }
    for weight in [f64::NAN, f64::INFINITY] {
        let refused = merged.set(&[put(&good, weight)]).unwrap_err();
        assert!(matches!(refused, LoraError::Weight(_)));
        assert_eq!(bits(merged.params()), before);
    }
}

#[test]
fn a_matrix_is_a_kernel_of_one_pixel() {
    let Some(folder) = models("tiny-lora") else {
        return;
    };
    let file = folder.join("lora_kohya.safetensors");
    let mut tensors = safetensors::load(&file, &Device::Cpu).unwrap();
    for (key, tensor) in &mut tensors {
        if key.contains("proj_in.lora_") {
            *tensor = tensor.unsqueeze(2).unwrap().unsqueeze(3).unwrap();
        }
    }
    let (_place, kernels) = write(&tensors);
    let wanted = merged(&folder, &Lora::open(&file, None).unwrap(), 1.0);
    assert_eq!(
        merged(&folder, &Lora::open(&kernels, None).unwrap(), 1.0),
        wanted
    );
}
