//! The names and shapes of all parameters, against what is published. No weights are allocated.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use plumbline_fixtures::models;
use plumbline_models::nets::clip::Clip;
use plumbline_models::nets::sdxl::config::{UnetConfig, VaeConfig};
use plumbline_models::nets::sdxl::controlnet::ControlNet;
use plumbline_models::nets::sdxl::text::{self, TextEncoder};
use plumbline_models::nets::sdxl::unet::Unet;
use plumbline_models::nets::sdxl::vae::{Decoder, Encoder};
use plumbline_models::nets::u2net::U2Net;

type Names = BTreeMap<String, Vec<usize>>;

/// Gives one zero, spread out to any shape, and writes down what was asked for.
#[derive(Clone, Default)]
struct Roll(Arc<Mutex<Names>>);

impl Roll {
    fn of<N>(new: impl FnOnce(VarBuilder<'static>) -> Result<N>) -> Names {
        let roll = Self::default();
        let backend = Box::new(roll.clone());
        new(VarBuilder::from_backend(backend, DType::F32, Device::Cpu)).unwrap();
        let names = roll.0.lock().unwrap();
        names.clone()
    }
}

impl SimpleBackend for Roll {
    fn get(&self, s: Shape, name: &str, _: Init, dtype: DType, dev: &Device) -> Result<Tensor> {
        let mut names = self.0.lock().unwrap();
        names.insert(name.to_owned(), s.dims().to_vec());
        Tensor::zeros((), dtype, dev)?.broadcast_as(s)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
        panic!("{name} was asked for without a shape");
    }

    fn contains_tensor(&self, _: &str) -> bool {
        true
    }
}

/// Number of parameters as a framework counts them: all that is trained.
fn parameters(names: &Names) -> usize {
    let trained = names.iter().filter(|(name, _)| !name.contains(".running_"));
    trained
        .map(|(_, shape)| shape.iter().product::<usize>())
        .sum()
}

/// `stage1.…`, `stage5d.…`, `side6.…`, `outconv.…` and no other.
fn is_original(name: &str) -> bool {
    let (first, rest) = name.split_once('.').unwrap();
    let stages = (1..=6).flat_map(|n| [format!("stage{n}"), format!("stage{n}d")]);
    if stages.clone().take(11).any(|stage| stage == first) {
        let mut parts = rest.split('.');
        let [unit, layer, value] = [(); 3].map(|()| parts.next().unwrap());
        return unit.starts_with("rebnconv")
            && parts.next().is_none()
            && match layer {
                "conv_s1" => ["weight", "bias"].contains(&value),
                "bn_s1" => ["weight", "bias", "running_mean", "running_var"].contains(&value),
                _ => false,
            };
    }
    let mut plain = (1..=6).map(|n| format!("side{n}"));
    plain.any(|side| side == first) || first == "outconv"
}

#[test]
fn u2netp_has_the_published_number_of_parameters_under_the_published_names() {
    let names = Roll::of(|vb| U2Net::new(&vb));
    assert_eq!(parameters(&names), 1_131_181);
    for name in names.keys() {
        assert!(is_original(name), "{name}");
    }
    for (name, shape) in [
        ("stage1.rebnconvin.conv_s1.weight", &[64, 3, 3, 3][..]),
        ("stage1.rebnconv7.bn_s1.running_var", &[16]),
        ("stage5.rebnconv4.conv_s1.weight", &[16, 16, 3, 3]),
        ("stage6.rebnconv1d.conv_s1.weight", &[64, 32, 3, 3]),
        ("stage5d.rebnconvin.conv_s1.weight", &[64, 128, 3, 3]),
        ("side6.weight", &[1, 64, 3, 3]),
        ("outconv.weight", &[1, 6, 1, 1]),
    ] {
        assert_eq!(names.get(name).map(Vec::as_slice), Some(shape), "{name}");
    }
}

/// `None`: its manifest is missing, and the test is reported as skipped.
fn published(network: &str) -> Option<Names> {
    let file = models(&format!("tensor-manifests/{network}.json"))?;
    Some(serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
}

#[test]
fn clip_has_the_parameters_of_the_published_file() {
    let Some(published) = published("clip-vit-base-patch32") else {
        return;
    };
    assert_eq!(Roll::of(Clip::base_patch32), published);
    assert_eq!(parameters(&published), 151_277_313);
}

#[test]
fn sdxl_has_the_parameters_of_the_published_files() {
    let unet = |config: UnetConfig| Roll::of(|vb| Unet::new(&config, &vb));
    let controlnet = || Roll::of(|vb| ControlNet::new(&UnetConfig::sdxl_controlnet(), &vb));
    let vae = || {
        Roll::of(|vb| {
            let config = VaeConfig::sdxl();
            Ok((Encoder::new(&config, &vb)?, Decoder::new(&config, &vb)?))
        })
    };
    let text = |config: text::Config| Roll::of(|vb| TextEncoder::new(&config, &vb));
    for (network, found, count) in [
        ("sdxl-base-unet", unet(UnetConfig::sdxl()), 2_567_463_684),
        (
            "sdxl-inpaint-unet",
            unet(UnetConfig::sdxl_inpainting()),
            2_567_478_084,
        ),
        ("sdxl-controlnet", controlnet(), 1_251_014_160),
        ("sdxl-vae", vae(), 83_653_863),
        ("sdxl-text-encoder", text(text::Config::sdxl()), 123_060_480),
        (
            "sdxl-text-encoder-2",
            text(text::Config::sdxl_second()),
            694_659_840,
        ),
    ] {
        let Some(published) = published(network) else {
            return;
        };
        assert_eq!(found, published, "{network}");
        assert_eq!(parameters(&published), count, "{network}");
    }
}

#[test]
fn the_published_configurations_are_the_sizes_compiled_in() {
    let Some(folder) = models("sdxl-configs") else {
        return;
    };
    let read = |file: &str| std::fs::read(folder.join(file)).unwrap();
    let unet = |file: &str| -> UnetConfig { serde_json::from_slice(&read(file)).unwrap() };
    let base = "stable-diffusion-xl-base-1.0";
    let inpainting = "stable-diffusion-xl-1.0-inpainting-0.1";
    assert_eq!(
        unet(&format!("{base}/unet/config.json")),
        UnetConfig::sdxl()
    );
    assert_eq!(
        unet(&format!("{inpainting}/unet/config.json")),
        UnetConfig::sdxl_inpainting()
    );
    assert_eq!(
        unet("controlnet-sdxl/config.json"),
        UnetConfig::sdxl_controlnet()
    );
    let encoder = |file: &str| -> text::Config { serde_json::from_slice(&read(file)).unwrap() };
    assert_eq!(
        encoder(&format!("{base}/text_encoder/config.json")),
        text::Config::sdxl()
    );
    assert_eq!(
        encoder(&format!("{base}/text_encoder_2/config.json")),
        text::Config::sdxl_second()
    );
    let vae: VaeConfig = serde_json::from_slice(&read(&format!("{base}/vae/config.json"))).unwrap();
    assert_eq!(vae, VaeConfig::sdxl());
}
