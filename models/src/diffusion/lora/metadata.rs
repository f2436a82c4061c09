//! Metadata of a LoRA's file: diffusers writes PEFT's settings into its header.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use candle_core::Error;
use serde::Deserialize;

use crate::diffusion::lora::{LoraError, Name};

/// Largest header that is read: the largest known, with a name for each of 5000 tensors, is
/// below 1 MB.
const MAX_HEADER: u64 = 100 << 20;

/// PEFT's settings for the UNet.
#[derive(Default, Deserialize)]
pub(super) struct Metadata {
    #[serde(rename = "unet.lora_alpha")]
    alpha: Option<f64>,
    /// Alphas of single layers, by the end of their path.
    #[serde(rename = "unet.alpha_pattern", default)]
    alphas: BTreeMap<String, f64>,
    /// True if alpha is divided by the root of the rank (Kalajdzievski 2023, "A rank stabilization
    /// scaling factor for fine-tuning with LoRA").
    #[serde(rename = "unet.use_rslora", default)]
    by_root: bool,
}

#[derive(Deserialize)]
struct Header {
    #[serde(rename = "__metadata__", default)]
    metadata: BTreeMap<String, String>,
}

impl Metadata {
    /// Reads a file's metadata; empty where it has none.
    pub fn read(path: &Path) -> Result<Self, LoraError> {
        let bytes = header(path).map_err(|error| Error::from(error).with_path(path))?;
        let wrong = |error: serde_json::Error| LoraError::Metadata(error.to_string());
        let header: Header = serde_json::from_slice(&bytes).map_err(wrong)?;
        let Some(settings) = header.metadata.get("lora_adapter_metadata") else {
            return Ok(Self::default());
        };
        let metadata: Self = serde_json::from_str(settings).map_err(wrong)?;
        match metadata.alphas.keys().find(|pattern| !is_plain(pattern)) {
            Some(pattern) => Err(LoraError::Metadata(format!(
                "{pattern} is an expression, and only plain paths are read"
            ))),
            None => Ok(metadata),
        }
    }

    /// Alpha of a layer.
    pub fn alpha(&self, name: &Name) -> Option<f64> {
        let Name::Path(path) = name else {
            return self.alpha;
        };
        let fits = |pattern: &str| match pattern.strip_prefix('^') {
            Some(whole) => path == whole,
            None => path == pattern || path.ends_with(&format!(".{pattern}")),
        };
        let own = self.alphas.iter().find(|(pattern, _)| fits(pattern));
        own.map(|(_, alpha)| *alpha).or(self.alpha)
    }

    /// Divisor of alpha.
    pub fn divisor(&self, rank: usize) -> f64 {
        let rank = rank as f64;
        if self.by_root { rank.sqrt() } else { rank }
    }
}

fn is_plain(pattern: &str) -> bool {
    let path = pattern.strip_prefix('^').unwrap_or(pattern);
    path.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte))
}

/// JSON at the head of a safetensors file, after its length.
fn header(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let mut length = [0; 8];
    file.read_exact(&mut length)?;
    let mut header = Vec::new();
    let length = u64::from_le_bytes(length).min(MAX_HEADER);
    file.take(length).read_to_end(&mut header)?;
    Ok(header)
}
