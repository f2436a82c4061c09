//! Effect of a LoRA on a UNet's output: the small random one, against what diffusers and
//! PEFT recorded.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod recorded;

use std::path::Path;

use candle_core::{DType, Device, Tensor, safetensors};
use plumbline_fixtures::models;
use plumbline_models::diffusion::lora::Lora;
use plumbline_models::diffusion::lora::merge::{Adapter, MergedParams, Originals};
use plumbline_models::diffusion::params::Params;
use plumbline_models::nets::sdxl::Cond;
use plumbline_models::nets::sdxl::unet::{Config, Unet};
use recorded::off;

fn config() -> Config {
    let types = ["DownBlock2D", "CrossAttnDownBlock2D"];
    Config {
        block_out_channels: vec![32, 64],
        down_block_types: types.map(str::to_owned).to_vec(),
        transformer_layers_per_block: vec![1, 2],
        attention_head_dim: vec![2, 4],
        cross_attention_dim: 64,
        addition_time_embed_dim: 8,
        projection_class_embeddings_input_dim: 80,
        ..Config::sdxl()
    }
}

fn merged(folder: &Path) -> MergedParams {
    let file = folder.join("unet.safetensors");
    let params = Params::map(&[file], DType::F32, &Device::Cpu).unwrap();
    MergedParams::new(params, Originals::InTheFile)
}

/// The noise that a UNet of these parameters sees in the recorded latents.
fn noise(merged: &MergedParams, folder: &Path) -> Tensor {
    let recorded = safetensors::load(folder.join("io.safetensors"), &Device::Cpu).unwrap();
    let cond = Cond {
        encoder_hidden_states: recorded["ctx"].clone(),
        text_embeds: recorded["pooled"].clone(),
        time_ids: recorded["time_ids"].clone(),
    };
    let build = |vb| Unet::new(&config(), &vb);
    let unet = merged.params().build(build).unwrap();
    unet.forward(&recorded["x"], 249.0, &cond, None).unwrap()
}

#[test]
fn a_merged_unet_sees_what_was_recorded_and_forgets_it_again() {
    let Some(folder) = models("tiny-lora") else {
        return;
    };
    let load = |name: &str| safetensors::load(folder.join(name), &Device::Cpu).unwrap();
    let without = &load("io.safetensors")["unet_full"];
    let with = &load("io_lora.safetensors")["unet_lora"];
    assert!(off(without, with) > 0.01, "the LoRA hardly does anything");
    let judge = |what: &str, found: &Tensor, wanted: &Tensor| {
        let off = off(found, wanted);
        eprintln!("{what}: {off:.1e}");
        assert!(off <= 1e-5, "{what} is off by {off:e}");
    };
    for (name, alpha) in [("kohya", None), ("peft", Some(2.0))] {
        let file = folder.join(format!("lora_{name}.safetensors"));
        let lora = Lora::open(&file, alpha).unwrap();
        let adapter = |weight| Adapter {
            lora: &lora,
            weight,
        };
        let mut merged = merged(&folder);
        let before = noise(&merged, &folder);
        judge("without", &before, without);
        merged.set(&[adapter(0.35)]).unwrap();
        judge(name, &noise(&merged, &folder), with);
        merged.clear().unwrap();
        assert!(off(&noise(&merged, &folder), &before) == 0.0);
    }
}

#[test]
fn another_alpha_is_seen() {
    let Some(folder) = models("tiny-lora") else {
        return;
    };
    let with = safetensors::load(folder.join("io_lora.safetensors"), &Device::Cpu).unwrap();
    // Its rank: what is often taken where a file says nothing.
    let lora = Lora::open(&folder.join("lora_peft.safetensors"), Some(4.0)).unwrap();
    let mut merged = merged(&folder);
    let adapter = Adapter {
        lora: &lora,
        weight: 0.35,
    };
    merged.set(&[adapter]).unwrap();
    let off = off(&noise(&merged, &folder), &with["unet_lora"]);
    eprintln!("with its rank as alpha: {off:.1e}");
    assert!(off > 0.05, "{off}");
}
