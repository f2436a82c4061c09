//! LoRAs merged and taken out again, under every way of naming their layers.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor, safetensors};
use plumbline_fixtures::models;
use plumbline_models::diffusion::checkpoint::Network;
use plumbline_models::diffusion::lora::Lora;
use plumbline_models::diffusion::lora::merge::{Adapter, MergedParams, Originals};
use plumbline_models::diffusion::params::Params;
use tempfile::TempDir;

pub type Bits = BTreeMap<String, Vec<u32>>;

/// Values of all parameters. Half precision becomes full without loss.
pub fn bits(params: &Params) -> Bits {
    let of = |name: &str| {
        let full = params.get(name).unwrap().to_dtype(DType::F32).unwrap();
        let values = full.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        values.into_iter().map(f32::to_bits).collect()
    };
    params
        .names()
        .map(|name| (name.to_owned(), of(name)))
        .collect()
}

pub fn params(folder: &Path, dtype: DType) -> Params {
    Params::map(&[folder.join("unet.safetensors")], dtype, &Device::Cpu).unwrap()
}

/// A UNet's parameters with one LoRA in them.
pub fn merged(folder: &Path, lora: &Lora, weight: f64) -> Bits {
    let mut merged = MergedParams::new(params(folder, DType::F32), Originals::InTheFile);
    merged.set(&[Adapter { lora, weight }]).unwrap();
    bits(merged.params())
}

/// The recorded LoRA under other names, in a file of its own.
fn renamed(folder: &Path, rename: impl Fn(&str) -> String) -> (TempDir, PathBuf) {
    let file = folder.join("lora_kohya.safetensors");
    let kohya = safetensors::load(file, &Device::Cpu).unwrap();
    let named = |(key, tensor): (String, Tensor)| (rename(&key), tensor);
    write(&kohya.into_iter().map(named).collect())
}

pub fn write(tensors: &HashMap<String, Tensor>) -> (TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("lora.safetensors");
    safetensors::save(tensors, &file).unwrap();
    (place, file)
}

/// The path of every layer by its flat name.
fn paths(folder: &Path) -> HashMap<String, String> {
    let params = params(folder, DType::F32);
    let paths = params
        .names()
        .filter_map(|name| name.strip_suffix(".weight"));
    paths
        .map(|path| (path.replace('.', "_"), path.to_owned()))
        .collect()
}

/// A kohya key as layer and ending.
fn split(key: &str) -> (&str, &str) {
    let flat = key.strip_prefix("lora_unet_").unwrap();
    flat.split_once('.').unwrap()
}

#[test]
fn all_ways_of_naming_it_merge_alike() {
    let Some(folder) = models("tiny-lora") else {
        return;
    };
    let kohya = Lora::open(&folder.join("lora_kohya.safetensors"), None).unwrap();
    assert_eq!((kohya.count(), kohya.skipped().len()), (175, 0));
    let wanted = merged(&folder, &kohya, 0.35);
    assert_ne!(wanted, bits(&params(&folder, DType::F32)));

    let peft = Lora::open(&folder.join("lora_peft.safetensors"), Some(2.0)).unwrap();
    assert_eq!(merged(&folder, &peft, 0.35), wanted);

    let paths = paths(&folder);
    let (_place, stability) = renamed(&folder, |key| {
        let (flat, ending) = split(key);
        let name = format!("{}.weight", paths[flat]);
        let theirs = Network::Unet.place(&name).unwrap().name;
        let flat = theirs.strip_suffix(".weight").unwrap().replace('.', "_");
        assert!(
            ["input", "middle", "output"]
                .iter()
                .any(|begin| flat.starts_with(begin))
        );
        format!("lora_unet_{flat}.{ending}")
    });
    let stability = Lora::open(&stability, None).unwrap();
    assert_eq!(merged(&folder, &stability, 0.35), wanted);

    let (_place, older) = renamed(&folder, |key| {
        let (flat, ending) = split(key);
        let ending = ending.replace("lora_", "lora.");
        format!("unet.{}.{ending}", paths[flat])
    });
    let older = Lora::open(&older, None).unwrap();
    assert_eq!(merged(&folder, &older, 0.35), wanted);
}

/// W + weight · alpha / rank · up × down, one value after another, in double precision.
fn by_hand(w: &[f32], [up, down]: [&Tensor; 2], times: f64) -> Vec<f64> {
    let rows = |x: &Tensor| -> Vec<Vec<f32>> { x.flatten_from(1).unwrap().to_vec2().unwrap() };
    let (up, down) = (rows(up), rows(down));
    let inputs = down[0].len();
    let at = |(place, value): (usize, &f32)| {
        let (output, input) = (place / inputs, place % inputs);
        let products = up[output].iter().zip(&down);
        let sum: f64 = products
            .map(|(u, d)| f64::from(*u) * f64::from(d[input]))
            .sum();
        f64::from(*value) + times * sum
    };
    w.iter().enumerate().map(at).collect()
}

#[test]
fn every_kind_of_layer_is_added_as_the_paper_says() {
    let Some(folder) = models("tiny-lora") else {
        return;
    };
    let file = folder.join("lora_kohya.safetensors");
    let tensors = safetensors::load(&file, &Device::Cpu).unwrap();
    let lora = Lora::open(&file, None).unwrap();
    let before = params(&folder, DType::F32);
    let after = merged(&folder, &lora, -1.5);
    for layer in [
        "down_blocks.1.attentions.0.transformer_blocks.1.ff.net.0.proj",
        "down_blocks.0.resnets.1.conv2",
        "up_blocks.1.resnets.0.conv_shortcut",
    ] {
        let name = format!("{layer}.weight");
        let w = before.get(&name).unwrap().flatten_all().unwrap();
        let part = |part: &str| {
            &tensors[&format!("lora_unet_{}.lora_{part}.weight", layer.replace('.', "_"))]
        };
        // Its alpha is 2, its rank 4.
        let wanted = by_hand(
            &w.to_vec1().unwrap(),
            [part("up"), part("down")],
            -1.5 * 2.0 / 4.0,
        );
        let found = after[&name]
            .iter()
            .map(|bits| f64::from(f32::from_bits(*bits)));
        let pairs = found.zip(&wanted);
        let worst = pairs.map(|(f, w)| (f - w).abs()).fold(0.0, f64::max);
        eprintln!("{layer}: {worst:.1e}");
        assert!(worst < 1e-6, "{layer} is off by {worst:e}");
    }
}

#[test]
fn taken_out_again_every_bit_is_as_it_was() {
    let Some(folder) = models("tiny-lora") else {
        return;
    };
    let lora = Lora::open(&folder.join("lora_kohya.safetensors"), None).unwrap();
    for dtype in [DType::F32, DType::F16, DType::BF16] {
        let mut both = Vec::new();
        for originals in [Originals::Kept, Originals::InTheFile] {
            let mut merged = MergedParams::new(params(&folder, dtype), originals);
            let before = bits(merged.params());
            let adapter = |weight| Adapter {
                lora: &lora,
                weight,
            };
            merged.set(&[adapter(0.35)]).unwrap();
            let once = bits(merged.params());
            assert_ne!(once, before);
            merged.set(&[adapter(-2.0)]).unwrap();
            merged.set(&[adapter(0.35)]).unwrap();
            assert_eq!(
                bits(merged.params()),
                once,
                "from the original, not from the last"
            );
            merged.set(&[adapter(0.0)]).unwrap();
            assert_eq!(bits(merged.params()), before, "with a weight of nothing");
            merged.set(&[adapter(7.0)]).unwrap();
            merged.clear().unwrap();
            assert_eq!(bits(merged.params()), before);
            both.push(once);
        }
        assert_eq!(both[0], both[1]);
    }
}

#[test]
fn several_add_up() {
    let Some(folder) = models("tiny-lora") else {
        return;
    };
    let kohya = Lora::open(&folder.join("lora_kohya.safetensors"), None).unwrap();
    let peft = Lora::open(&folder.join("lora_peft.safetensors"), Some(4.0)).unwrap();
    let mut merged = MergedParams::new(params(&folder, DType::F32), Originals::Kept);
    let mut set = |weights: [f64; 2]| {
        let [a, b] = weights;
        let adapters = [(&kohya, a), (&peft, b)].map(|(lora, weight)| Adapter { lora, weight });
        merged.set(&adapters).unwrap();
        bits(merged.params())
    };
    // The second is the first with twice its alpha.
    let off = |a: &Bits, b: &Bits| {
        let values = a.values().flatten().zip(b.values().flatten());
        let differences = values.map(|(a, b)| f32::from_bits(*a) - f32::from_bits(*b));
        differences.fold(0.0_f32, |worst, d| worst.max(d.abs()))
    };
    let (apart, together) = (set([0.5, 0.25]), set([1.0, 0.0]));
    assert!(off(&apart, &together) < 1e-6);
    assert!(off(&set([1.0, -0.5]), &bits(&params(&folder, DType::F32))) < 1e-6);
    assert!(off(&apart, &set([0.5, 0.0])) > 1e-3);
}
