//! Files that the networks of a diffusion model are read from.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use crate::manifest;
use crate::nets::sdxl::config::{UnetConfig, VaeConfig};
use crate::nets::sdxl::text;
use crate::weight_store::{Absent, WeightStore};
use crate::weights;

/// Steps that the published checkpoint was distilled for.
const PUBLISHED_STEPS: usize = 8;

/// Source of parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// File of safetensors.
    File(PathBuf),
    /// Random numbers, for benchmarks.
    Random,
}

/// File of parameters, and the configuration of its network.
#[derive(Debug, Clone)]
pub struct Part<C> {
    /// Parameters.
    pub weights: Origin,
    /// Configuration.
    pub config: C,
}

/// Files of all networks.
#[derive(Debug, Clone)]
pub struct Files {
    /// UNet.
    pub unet: Part<UnetConfig>,
    /// UNet of inpainting; `None`: no skies are painted.
    pub inpainting: Option<Part<UnetConfig>>,
    /// ControlNet of texture and colour.
    pub tile: Part<UnetConfig>,
    /// ControlNet of edges.
    pub canny: Part<UnetConfig>,
    /// Autoencoder.
    pub vae: Part<VaeConfig>,
    /// Both text encoders.
    pub text: [Part<text::Config>; 2],
    /// Vocabulary of both text encoders.
    pub vocabulary: PathBuf,
    /// LoRA of the look of rooms; `None`: as the checkpoint has them.
    pub lora: Option<PathBuf>,
    /// Steps that the checkpoint was distilled for.
    pub steps: usize,
}

/// Folder that is not a model.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be read: {why}")]
pub struct Unreadable {
    path: String,
    why: String,
}

impl Files {
    /// Files that `models pull` installed; an error names every one that is missing.
    pub fn installed(store: &WeightStore) -> Result<Self, Vec<Absent>> {
        let mut absent = Vec::new();
        let mut present = |found: Result<PathBuf, Absent>| {
            found.unwrap_or_else(|missing| {
                absent.push(missing);
                PathBuf::new()
            })
        };
        let mut find = |id: &str| present(store.find(manifest::named(id)));
        let files = Self {
            unet: Part::new(find("sdxl-lightning-unet"), UnetConfig::sdxl()),
            tile: Part::new(find("sdxl-controlnet-tile"), UnetConfig::sdxl_controlnet()),
            canny: Part::new(find("sdxl-controlnet-canny"), UnetConfig::sdxl_controlnet()),
            vae: Part::new(find("sdxl-vae"), VaeConfig::sdxl()),
            text: [
                Part::new(find("sdxl-text-encoder"), text::Config::sdxl()),
                Part::new(find("sdxl-text-encoder-2"), text::Config::sdxl_second()),
            ],
            vocabulary: present(store.find_vocabulary()),
            inpainting: None,
            lora: None,
            steps: PUBLISHED_STEPS,
        };
        if !absent.is_empty() {
            return Err(absent);
        }
        let optional = |id: &str| store.find(manifest::named(id)).ok();
        Ok(Self {
            inpainting: optional("sdxl-inpainting-unet")
                .map(|file| Part::new(file, UnetConfig::sdxl_inpainting())),
            lora: optional("interior-look"),
            ..files
        })
    }

    /// Files of a folder in diffusers' layout: a folder a network, with its `config.json`. Steps are
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
    /// SDXL at full size with random parameters, for benchmarks.
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
    /// Part of a file and a configuration.
    pub fn new(weights: PathBuf, config: C) -> Self {
        Self {
            weights: Origin::File(weights),
            config,
        }
    }

    /// Number of parameters in the file, read from its header.
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
