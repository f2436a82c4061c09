//! Which files the networks of a model are read from.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::manifest;
use crate::nets::sdxl::config::{UnetConfig, VaeConfig};
use crate::nets::sdxl::text;
use crate::weight_store::{Absent, WeightStore};
use crate::weights;

/// Steps that the published checkpoint was distilled for.
const PUBLISHED_STEPS: usize = 8;

/// Where parameters come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Safetensors.
    File(PathBuf),
    /// Nowhere: a benchmark needs none in particular.
    Random,
}

/// A file of parameters, and the sizes of the network that it is for.
#[derive(Debug, Clone)]
pub struct Part<C> {
    /// Its parameters.
    pub weights: Origin,
    /// Sizes.
    pub config: C,
}

/// All files.
#[derive(Debug, Clone)]
pub struct Files {
    /// Says what is noise.
    pub unet: Part<UnetConfig>,
    /// Says it within a mask; `None`: no skies are painted.
    pub inpainting: Option<Part<UnetConfig>>,
    /// Locks texture and colour.
    pub tile: Part<UnetConfig>,
    /// Locks edges.
    pub canny: Part<UnetConfig>,
    /// Pictures to latents and back.
    pub vae: Part<VaeConfig>,
    /// Both.
    pub text: [Part<text::Config>; 2],
    /// Of both text encoders.
    pub vocabulary: PathBuf,
    /// LoRA of the look of rooms; `None`: as the checkpoint has them.
    pub lora: Option<PathBuf>,
    /// Steps that the checkpoint was distilled for.
    pub steps: usize,
}

/// A folder is not a model.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be read: {why}")]
pub struct Unreadable {
    path: String,
    why: String,
}

impl Files {
    /// What `models pull` installed. Every file that is missing, or none.
    pub fn installed(store: &WeightStore) -> Result<Self, Vec<Absent>> {
        let mut absent = Vec::new();
        let mut find = |id: &str| {
            let weight = manifest::find(id).expect("the manifest names every file");
            store.find(weight).unwrap_or_else(|missing| {
                absent.push(missing);
                PathBuf::new()
            })
        };
        let files = Self {
            unet: Part::new(find("sdxl-lightning-unet"), UnetConfig::sdxl()),
            tile: Part::new(find("sdxl-controlnet-tile"), UnetConfig::sdxl_controlnet()),
            canny: Part::new(find("sdxl-controlnet-canny"), UnetConfig::sdxl_controlnet()),
            vae: Part::new(find("sdxl-vae"), VaeConfig::sdxl()),
            text: [
                Part::new(find("sdxl-text-encoder"), text::Config::sdxl()),
                Part::new(find("sdxl-text-encoder-2"), text::Config::sdxl_second()),
            ],
            vocabulary: find("clip-tokenizer"),
            inpainting: None,
            lora: None,
            steps: PUBLISHED_STEPS,
        };
        if !absent.is_empty() {
            return Err(absent);
        }
        let optional = |id: &str| store.find(manifest::find(id)?).ok();
        Ok(Self {
            inpainting: optional("sdxl-inpainting-unet")
                .map(|file| Part::new(file, UnetConfig::sdxl_inpainting())),
            lora: optional("interior-lora"),
            ..files
        })
    }

    /// A folder laid out as diffusers has it: a folder a network, with its `config.json`. Steps are
    /// those of the checkpoint's name.
    pub fn folder(folder: &Path, vocabulary: &Path, steps: usize) -> Result<Self, Unreadable> {
        let inpainting = folder.join("unet_inpaint").exists();
        let lora = folder.join("look.safetensors");
        Ok(Self {
            unet: Part::of(folder, "unet")?,
            inpainting: inpainting
                .then(|| Part::of(folder, "unet_inpaint"))
                .transpose()?,
            tile: Part::of(folder, "controlnet_tile")?,
            canny: Part::of(folder, "controlnet_canny")?,
            vae: Part::of(folder, "vae")?,
            text: [
                Part::of(folder, "text_encoder")?,
                Part::of(folder, "text_encoder_2")?,
            ],
            vocabulary: vocabulary.to_owned(),
            lora: lora.exists().then_some(lora),
            steps,
        })
    }
}

impl Files {
    /// SDXL at full size, with random parameters and no words: for benchmarks.
    pub fn random() -> Self {
        let unet = |config| Part {
            weights: Origin::Random,
            config,
        };
        let text = |config| Part {
            weights: Origin::Random,
            config,
        };
        Self {
            unet: unet(UnetConfig::sdxl()),
            inpainting: None,
            tile: unet(UnetConfig::sdxl_controlnet()),
            canny: unet(UnetConfig::sdxl_controlnet()),
            vae: Part {
                weights: Origin::Random,
                config: VaeConfig::sdxl(),
            },
            text: [
                text(text::Config::sdxl()),
                text(text::Config::sdxl_second()),
            ],
            vocabulary: PathBuf::new(),
            lora: None,
            steps: PUBLISHED_STEPS,
        }
    }
}

impl<C> Part<C> {
    /// A file and its sizes.
    pub fn new(weights: PathBuf, config: C) -> Self {
        Self {
            weights: Origin::File(weights),
            config,
        }
    }

    /// Numbers in the file, read off its header.
    pub fn parameters(&self) -> candle_core::Result<u64> {
        let Origin::File(path) = &self.weights else {
            candle_core::bail!("random parameters have no file");
        };
        let file = weights::mapped(&[path])?;
        let count = |shape: &[usize]| shape.iter().product::<usize>() as u64;
        Ok(file
            .tensors()
            .iter()
            .map(|(_, view)| count(view.shape()))
            .sum())
    }
}

impl<C: DeserializeOwned> Part<C> {
    fn of(folder: &Path, name: &str) -> Result<Self, Unreadable> {
        let folder = folder.join(name);
        let names = ["diffusion_pytorch_model.safetensors", "model.safetensors"];
        let weights = names.map(|name| folder.join(name));
        let weights = weights.into_iter().find(|file| file.exists());
        let unreadable = |path: &Path, why: String| Unreadable {
            path: path.display().to_string(),
            why,
        };
        let Some(weights) = weights else {
            return Err(unreadable(&folder, "it holds no weights".to_owned()));
        };
        let file = folder.join("config.json");
        let text = std::fs::read(&file).map_err(|error| unreadable(&file, error.to_string()))?;
        let config = serde_json::from_slice(&text);
        let config = config.map_err(|error| unreadable(&file, error.to_string()))?;
        Ok(Self::new(weights, config))
    }
}
