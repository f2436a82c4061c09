//! LoRA (Hu et al. 2021, "LoRA: Low-rank adaptation of large language models"): what a network was
//! taught, as the product of two thin matrices for each layer. This file owns what such a file
//! says; `lora::merge` adds it to a network's parameters.
//!
//! Three ways to name them are read: kohya's `lora_unet_….lora_down.weight` with `….alpha`, with
//! diffusers' blocks or Stability's; PEFT's `unet.….lora_A.weight`; and `unet.….lora.down.weight`
//! of older diffusers. Tensors for text encoders are skipped, for our prompts are fixed.

mod keys;
pub mod merge;
mod metadata;

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::safetensors::{Load, MmapedSafetensors};
use candle_core::{DType, Device, Result, Tensor};

use crate::diffusion::lora::keys::{Key, Part};
use crate::diffusion::lora::metadata::Metadata;
use crate::weights;

/// LoRA in a mapped file; its matrices are read when they are merged into a network.
pub struct Lora {
    file: MmapedSafetensors,
    layers: Vec<Layer>,
    skipped: Vec<String>,
}

/// Name of a layer of a network.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    /// Diffusers' path, with dots.
    Path(String),
    /// Either code's, with underscores for dots.
    Flat(String),
}

/// Matrices of one layer.
struct Layer {
    name: Name,
    /// Name of the down matrix in the file, rank x inputs.
    down: String,
    /// Name of the up matrix, outputs x rank.
    up: String,
    /// Scale of the product: alpha by rank.
    scale: f64,
}

/// Cannot be read, or is not for this network. Each names the first tensor in the way.
#[derive(Debug, thiserror::Error)]
pub enum LoraError {
    /// Not there, not safetensors, or its arithmetic failed.
    #[error("the LoRA cannot be used: {0}")]
    Unusable(#[from] candle_core::Error),
    /// The file's own description of it.
    #[error("the LoRA's metadata cannot be used: {0}")]
    Metadata(String),
    /// None of the names we read.
    #[error("the LoRA holds {0}, which is no name that we know")]
    UnknownKey(String),
    /// One layer under two names: which of them counts is anybody's guess.
    #[error("the LoRA holds {0} under another name too")]
    Twice(String),
    /// It has a third matrix between the two.
    #[error(
        "the LoRA holds {0}: kernels with a middle part (LoCon's Tucker form) are not supported"
    )]
    Mid(String),
    /// It has a magnitude for each column.
    #[error("the LoRA holds {0}: it is a DoRA, and those are not supported")]
    Dora(String),
    /// One matrix without the other, or a scale without either.
    #[error("the LoRA holds {0} without the matrices that belong to it")]
    Unpaired(String),
    /// Neither the file nor the caller says its alpha.
    #[error("the LoRA does not say its alpha, first not for {0}: ask whoever made it, and pass it")]
    NoAlpha(String),
    /// A layer that the network has not.
    #[error("the LoRA holds {0}, a layer that the network does not have")]
    Nowhere(String),
    /// A layer of another size, or a rank that is not the same on both sides.
    #[error("the LoRA's {key} is {found:?}, which does not fit the network's {wanted:?}")]
    Misshapen {
        /// Name in the file.
        key: String,
        /// Shape in the file.
        found: Vec<usize>,
        /// Shape of the layer.
        wanted: Vec<usize>,
    },
    /// No layer of it is the network's.
    #[error("the LoRA holds nothing for this network")]
    Empty,
    /// The weight is not finite.
    #[error("a LoRA cannot be merged with a weight of {0}")]
    Weight(f64),
}

impl Lora {
    /// Opens a file. `alpha` is for the layers of which the file does not say it.
    pub fn open(path: &Path, alpha: Option<f64>) -> std::result::Result<Self, LoraError> {
        let file = weights::mapped(&[path])?;
        let metadata = Metadata::read(path)?;
        let (parts, skipped) = sorted(&file)?;
        let layers = parts
            .into_iter()
            .map(|(name, found)| found.layer(name, &file, &metadata, alpha));
        let layers: Vec<Layer> = layers.collect::<std::result::Result<_, _>>()?;
        if layers.is_empty() {
            return Err(LoraError::Empty);
        }
        Ok(Self {
            file,
            layers,
            skipped,
        })
    }

    /// Number of layers that it changes.
    pub fn count(&self) -> usize {
        self.layers.len()
    }

    /// Names of the file's tensors for text encoders, sorted.
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    fn shape(&self, key: &str) -> Result<Vec<usize>> {
        Ok(self.file.get(key)?.shape().to_vec())
    }

    fn tensor(&self, key: &str, device: &Device) -> Result<Tensor> {
        load(&self.file, key)?.to_device(device)
    }
}

/// Loads a tensor in full precision, on the CPU.
fn load(file: &MmapedSafetensors, key: &str) -> Result<Tensor> {
    file.get(key)?.load(&Device::Cpu)?.to_dtype(DType::F32)
}

/// Names of one layer's tensors in the file.
#[derive(Default)]
struct Names {
    down: Option<String>,
    up: Option<String>,
    alpha: Option<String>,
}

type Sorted = (BTreeMap<Name, Names>, Vec<String>);

/// Sorts the file's tensors by layer, apart from those of text encoders.
fn sorted(file: &MmapedSafetensors) -> std::result::Result<Sorted, LoraError> {
    let (mut parts, mut skipped) = (BTreeMap::<Name, Names>::new(), Vec::new());
    let mut keys: Vec<String> = file.tensors().into_iter().map(|(key, _)| key).collect();
    keys.sort();
    for key in keys {
        let Key::Unet(name, part) = keys::read(&key)? else {
            skipped.push(key);
            continue;
        };
        let found = parts.entry(name).or_default();
        let place = match part {
            Part::Down => &mut found.down,
            Part::Up => &mut found.up,
            Part::Alpha => &mut found.alpha,
        };
        if let Some(other) = place.replace(key) {
            return Err(LoraError::Twice(other));
        }
    }
    Ok((parts, skipped))
}

impl Names {
    fn layer(
        self,
        name: Name,
        file: &MmapedSafetensors,
        metadata: &Metadata,
        alpha: Option<f64>,
    ) -> std::result::Result<Layer, LoraError> {
        let (down, up) = match (self.down, self.up) {
            (Some(down), Some(up)) => (down, up),
            (down, up) => {
                let first = down.or(up).or(self.alpha);
                return Err(LoraError::Unpaired(first.unwrap_or_default()));
            }
        };
        let rank = file.get(&down)?.shape().first().copied().unwrap_or(0);
        let said = match self.alpha {
            Some(key) => Some(f64::from(
                load(file, &key)?
                    .flatten_all()?
                    .get(0)?
                    .to_scalar::<f32>()?,
            )),
            None => metadata.alpha(&name),
        };
        let Some(alpha) = said.or(alpha) else {
            return Err(LoraError::NoAlpha(down));
        };
        let scale = alpha / metadata.divisor(rank);
        Ok(Layer {
            name,
            down,
            up,
            scale,
        })
    }
}
