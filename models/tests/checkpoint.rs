//! Both layouts of SDXL's files: names there and back, and tensors out of either.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use candle_core::{DType, Device, Tensor, safetensors};
use plumbline_fixtures::models;
use plumbline_models::diffusion::checkpoint::{Form, Network, Place};
use plumbline_models::diffusion::params::Params;
use plumbline_models::weights::WeightsError;

type Tensors = HashMap<String, Tensor>;

fn manifest(folder: &Path, name: &str) -> BTreeMap<String, Vec<usize>> {
    let text = fs::read(folder.join(format!("{name}.json"))).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn every_published_parameter_has_a_place_and_comes_back() {
    let Some(folder) = models("tensor-manifests") else {
        return;
    };
    for (network, name, count, kept) in [
        (Network::Unet, "sdxl-base-unet", 1680, 1680),
        (Network::Unet, "sdxl-inpaint-unet", 1680, 1680),
        (Network::Vae, "sdxl-vae", 248, 248),
        (Network::Text, "sdxl-text-encoder", 196, 196),
        // Three are one, twice in each of 32 blocks.
        (Network::Text2, "sdxl-text-encoder-2", 517, 517 - 32 * 4),
    ] {
        let names = manifest(&folder, name);
        assert_eq!(names.len(), count, "{name}");
        let mut places = BTreeSet::new();
        for ours in names.keys() {
            let place = network
                .place(ours)
                .unwrap_or_else(|| panic!("{ours} has no place"));
            let held = network.parameters(&place.name);
            let back = Place {
                name: ours.clone(),
                form: place.form,
            };
            assert!(held.contains(&back), "{ours} is not in {}", place.name);
            let alone = !matches!(place.form, Form::Third(_));
            assert_eq!(held.len(), if alone { 1 } else { 3 }, "{}", place.name);
            places.insert(place.name);
        }
        assert_eq!(places.len(), kept, "{name}");
    }
}

#[test]
fn the_names_are_those_of_published_files() {
    for (network, ours, theirs) in [
        (
            Network::Unet,
            "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight",
            "input_blocks.4.1.transformer_blocks.0.attn1.to_q.weight",
        ),
        (
            Network::Unet,
            "down_blocks.1.downsamplers.0.conv.bias",
            "input_blocks.6.0.op.bias",
        ),
        (
            Network::Unet,
            "down_blocks.2.resnets.0.conv_shortcut.weight",
            "input_blocks.7.0.skip_connection.weight",
        ),
        (
            Network::Unet,
            "mid_block.resnets.1.time_emb_proj.bias",
            "middle_block.2.emb_layers.1.bias",
        ),
        (
            Network::Unet,
            "up_blocks.0.upsamplers.0.conv.weight",
            "output_blocks.2.2.conv.weight",
        ),
        (
            Network::Unet,
            "up_blocks.2.resnets.2.conv2.weight",
            "output_blocks.8.0.out_layers.3.weight",
        ),
        (
            Network::Unet,
            "add_embedding.linear_2.bias",
            "label_emb.0.2.bias",
        ),
        (
            Network::Vae,
            "decoder.up_blocks.0.resnets.2.conv1.weight",
            "decoder.up.3.block.2.conv1.weight",
        ),
        (
            Network::Vae,
            "decoder.up_blocks.2.upsamplers.0.conv.weight",
            "decoder.up.1.upsample.conv.weight",
        ),
        (
            Network::Vae,
            "encoder.mid_block.attentions.0.to_out.0.weight",
            "encoder.mid.attn_1.proj_out.weight",
        ),
        (
            Network::Vae,
            "encoder.down_blocks.1.resnets.0.conv_shortcut.bias",
            "encoder.down.1.block.0.nin_shortcut.bias",
        ),
        (
            Network::Text2,
            "text_model.encoder.layers.31.self_attn.v_proj.bias",
            "transformer.resblocks.31.attn.in_proj_bias",
        ),
        (
            Network::Text2,
            "text_model.embeddings.position_embedding.weight",
            "positional_embedding",
        ),
    ] {
        assert_eq!(network.place(ours).unwrap().name, theirs);
    }
    assert_eq!(Network::Unet.place("up_blocks.0.motion.weight"), None);
    assert_eq!(Network::Unet.parameters("input_blocks.0.1.weight"), []);
}

const NETWORKS: [(Network, &str); 4] = [
    (Network::Unet, "unet/diffusion_pytorch_model.safetensors"),
    (Network::Vae, "vae/diffusion_pytorch_model.safetensors"),
    (Network::Text, "text_encoder/model.safetensors"),
    (Network::Text2, "text_encoder_2/model.safetensors"),
];

/// The small model as Stability's code would have stored it.
fn single(folder: &Path) -> Tensors {
    let mut all = Tensors::new();
    for (network, file) in NETWORKS {
        let ours = safetensors::load(folder.join(file), &Device::Cpu).unwrap();
        for (name, tensor) in &ours {
            let Some(place) = network.place(name) else {
                panic!("{name} has no place");
            };
            let kept = match place.form {
                Form::Same => tensor.clone(),
                Form::Transposed => tensor.t().unwrap().contiguous().unwrap(),
                Form::Point => tensor.unsqueeze(2).unwrap().unsqueeze(3).unwrap(),
                Form::Third(_) => {
                    let (before, after) = name.split_once("self_attn.").unwrap();
                    let ending = after.split_once('.').unwrap().1;
                    let part = |letter| &ours[&format!("{before}self_attn.{letter}_proj.{ending}")];
                    Tensor::cat(&["q", "k", "v"].map(part), 0).unwrap()
                }
            };
            all.insert(format!("{}{}", network.prefix(), place.name), kept);
        }
    }
    let number = Tensor::new(4.6_f32, &Device::Cpu).unwrap();
    let positions = Tensor::arange(0_i64, 77, &Device::Cpu).unwrap();
    let first = "conditioner.embedders.0.transformer.text_model.embeddings.position_ids";
    all.insert("conditioner.embedders.1.model.logit_scale".into(), number);
    all.insert(first.into(), positions);
    all
}

fn open(file: &Path, network: Network) -> Result<Params, WeightsError> {
    Params::single_file(file, network, DType::F16, &Device::Cpu)
}

/// Half precision becomes full without loss, the sign of a zero included.
fn same_bits(a: &Tensor, b: &Tensor) -> bool {
    let bits = |x: &Tensor| -> Vec<u32> {
        assert_eq!(x.dtype(), DType::F16);
        let full = x.to_dtype(DType::F32).unwrap().flatten_all().unwrap();
        let values = full.to_vec1::<f32>().unwrap();
        values.into_iter().map(f32::to_bits).collect()
    };
    a.dims() == b.dims() && bits(a) == bits(b)
}

#[test]
fn a_single_file_holds_the_same_tensors_bit_for_bit() {
    let Some(folder) = models("tiny-random-sdxl") else {
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("tiny.safetensors");
    let all = single(&folder);
    safetensors::save(&all, &file).unwrap();
    assert!(!all.contains_key("model.diffusion_model.conv_in.weight"));
    for (network, own) in NETWORKS {
        let own = Params::map(&[folder.join(own)], DType::F16, &Device::Cpu).unwrap();
        let found = open(&file, network).unwrap();
        let names = |params: &Params| params.names().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(names(&own), names(&found), "{network:?}");
        for name in own.names() {
            let (own, found) = (own.get(name).unwrap(), found.get(name).unwrap());
            assert!(same_bits(own, found), "{name}");
        }
    }
}

#[test]
fn what_the_file_holds_beyond_is_refused_by_name() {
    let Some(folder) = models("tiny-random-sdxl") else {
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("tiny.safetensors");
    let all = single(&folder);
    let zero = Tensor::zeros(1, DType::F32, &Device::Cpu).unwrap();
    for (stranger, network) in [
        ("model_ema.decay", Network::Vae),
        ("cond_stage_model.transformer.x.weight", Network::Unet),
        (
            "model.diffusion_model.input_blocks.0.1.weight",
            Network::Unet,
        ),
        ("first_stage_model.loss.logvar", Network::Vae),
        ("conditioner.embedders.1.model.visual.proj", Network::Text2),
    ] {
        let mut more = all.clone();
        more.insert(stranger.to_owned(), zero.clone());
        safetensors::save(&more, &file).unwrap();
        let refused = open(&file, network).err().unwrap().to_string();
        assert!(refused.contains(stranger), "{refused}");
    }
    // Another network's stranger is that one's business.
    assert!(open(&file, Network::Unet).is_ok());
}
