//! What a model's sentences are to its UNet: read by both text encoders, which are loaded for as
//! long as that takes, or remembered.

use std::path::Path;

use candle_core::{Device, Tensor};
use sha2::{Digest, Sha256};

use super::files::{Files, Origin, Part};
use super::prompts::{Encoders, Memory, Prompt, PromptError};
use crate::nets::sdxl::text::{self, TextEncoder};
use crate::weights::Weights;

/// Token ids of a sentence.
const TOKENS: usize = 77;

/// The memory of what these encoders read; `cache` is its folder.
pub(super) fn memory(files: &Files, cache: &Path) -> Memory {
    Memory::new(cache, fingerprint(&files.text))
}

/// What the words are to a UNet; `cache` is a folder of those read before.
pub fn prompt(files: &Files, cache: &Path, words: &str) -> Result<Prompt, PromptError> {
    read(files, &memory(files, cache), words)
}

/// Loads both text encoders for as long as it takes to read, unless the words were read before.
pub(super) fn read(files: &Files, memory: &Memory, words: &str) -> Result<Prompt, PromptError> {
    let sentences = [words.to_owned()];
    memory.recall_or(&sentences, || {
        let [first, second] = &files.text;
        let encoders = [encoder(first)?, encoder(second)?];
        Encoders::new(&files.vocabulary, encoders)?.read(&sentences, &Device::Cpu)
    })
}

/// In full precision, on the processor: it is done once in a machine's life.
fn encoder(part: &Part<text::Config>) -> Result<TextEncoder, PromptError> {
    let Origin::File(path) = &part.weights else {
        return Err(candle_core::Error::msg("random encoders read nothing").into());
    };
    let weights = Weights::map(path).map_err(candle_core::Error::wrap)?;
    let built = weights.build(|vb| TextEncoder::new(&part.config, &vb));
    Ok(built.map_err(candle_core::Error::wrap)?)
}

/// Words for networks that know none.
pub(super) fn made_up(files: &Files) -> candle_core::Result<Prompt> {
    let [first, second] = files.text.each_ref().map(|part| &part.config);
    let width = first.hidden_size + second.hidden_size;
    Ok(Prompt {
        words: Tensor::randn(0.0_f32, 1.0, (1, TOKENS, width), &Device::Cpu)?,
        pooled: Tensor::randn(0.0_f32, 1.0, (1, second.projection_dim), &Device::Cpu)?,
    })
}

/// Tells one pair of text encoders from another, without reading gigabytes.
fn fingerprint(text: &[Part<text::Config>; 2]) -> String {
    let mut hash = Sha256::new();
    for part in text {
        let Origin::File(path) = &part.weights else {
            continue;
        };
        let about = std::fs::metadata(path).ok();
        let about = about.map(|about| (about.len(), about.modified().ok()));
        hash.update(format!("{path:?} {about:?}"));
    }
    hex::encode(hash.finalize())
}
