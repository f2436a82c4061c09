//! Prompts of a diffusion model: embedded by both text encoders, which are loaded for as long as that
//! takes, or taken from the cache.

use std::path::Path;

use candle_core::{Device, Tensor};
use sha2::{Digest, Sha256};

use super::files::{Files, Origin, Part};
use super::prompt_embeddings::{PromptCache, PromptEmbeddings, PromptError, TextEncoders};
use crate::nets::sdxl::text::{self, TextEncoder};
use crate::weights::Weights;

/// Token ids of a sentence.
const TOKENS: usize = 77;

/// Cache of these encoders' embeddings, in a folder.
pub(super) fn cache(files: &Files, folder: &Path) -> PromptCache {
    PromptCache::new(folder, fingerprint(&files.text))
}

/// Embeddings of a prompt; `folder` is of those computed before.
pub fn encode_prompt(
    files: &Files,
    folder: &Path,
    prompt: &str,
) -> Result<PromptEmbeddings, PromptError> {
    encode(files, &cache(files, folder), prompt)
}

/// Embeddings of a prompt. Loads both text encoders for as long as it takes, unless the cache has it.
pub(super) fn encode(
    files: &Files,
    cache: &PromptCache,
    prompt: &str,
) -> Result<PromptEmbeddings, PromptError> {
    let sentences = [prompt.to_owned()];
    cache.get_or_compute(&sentences, || {
        let [first, second] = &files.text;
        let encoders = [encoder(first)?, encoder(second)?];
        TextEncoders::new(&files.vocabulary, encoders)?.encode(&sentences, &Device::Cpu)
    })
}

/// Loads an encoder in full precision, on the processor: it is done once in a machine's life.
fn encoder(part: &Part<text::Config>) -> Result<TextEncoder, PromptError> {
    let Origin::File(path) = &part.weights else {
        return Err(candle_core::Error::msg("random encoders have no file").into());
    };
    let weights = Weights::map(path).map_err(candle_core::Error::wrap)?;
    let built = weights.build(|vb| TextEncoder::new(&part.config, &vb));
    Ok(built.map_err(candle_core::Error::wrap)?)
}

/// Random embeddings, for random parameters.
pub(super) fn random(files: &Files) -> candle_core::Result<PromptEmbeddings> {
    let [first, second] = files.text.each_ref().map(|part| &part.config);
    let width = first.hidden_size + second.hidden_size;
    Ok(PromptEmbeddings {
        hidden_states: Tensor::randn(0.0_f32, 1.0, (1, TOKENS, width), &Device::Cpu)?,
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
