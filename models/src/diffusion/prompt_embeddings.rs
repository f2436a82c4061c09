//! Embeddings of prompts, as SDXL's UNet reads them. The product has few prompts and they do not
//! change, so their embeddings are cached on disk: 1.6 GB of text encoders need not be loaded where
//! they are.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{D, DType, Device, Tensor, safetensors};
use sha2::{Digest, Sha256};

use crate::nets::clip::{ClipTokenizer, TokenizerError};
use crate::nets::sdxl::text::TextEncoder;

/// Padding of the second encoder's sentences: the id of "!".
const SECOND_PADDING: u32 = 0;

/// Embeddings of sentences.
#[derive(Debug, Clone)]
pub struct PromptEmbeddings {
    /// Both encoders' hidden states side by side, n x 77 x (768 + 1280).
    pub hidden_states: Tensor,
    /// The second encoder's pooled output of each sentence, n x 1280.
    pub pooled: Tensor,
}

/// A sentence could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// The vocabulary.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The encoders.
    #[error("the text encoders could not read the prompt: {0}")]
    Encoder(#[from] candle_core::Error),
    /// The encoders are not SDXL's.
    #[error("the second text encoder has no projection")]
    NoProjection,
}

/// Both text encoders and their tokenizers.
pub struct TextEncoders {
    tokenizers: [ClipTokenizer; 2],
    encoders: [TextEncoder; 2],
}

impl TextEncoders {
    /// Takes both encoders. `vocabulary`: CLIP's `tokenizer.json`, the same for both, which pad short
    /// sentences with different ids.
    pub fn new(vocabulary: &Path, encoders: [TextEncoder; 2]) -> Result<Self, PromptError> {
        Ok(Self {
            tokenizers: tokenizers(vocabulary)?,
            encoders,
        })
    }

    /// Embeds sentences, on the device of the encoders.
    pub fn encode(
        &self,
        sentences: &[String],
        device: &Device,
    ) -> Result<PromptEmbeddings, PromptError> {
        let [first, second] = &self.tokenizers;
        let ids = [first.ids(sentences)?, second.ids(sentences)?];
        let [first, second] = &self.encoders;
        let first = first.forward(&ids[0].to_device(device)?)?;
        let second = second.forward(&ids[1].to_device(device)?)?;
        let states = [first.penultimate, second.penultimate];
        Ok(PromptEmbeddings {
            hidden_states: Tensor::cat(&states, D::Minus1)?,
            pooled: second.pooled.ok_or(PromptError::NoProjection)?,
        })
    }
}

/// Tokenizers of the first and of the second encoder.
pub fn tokenizers(vocabulary: &Path) -> Result<[ClipTokenizer; 2], TokenizerError> {
    Ok([
        ClipTokenizer::open(vocabulary)?,
        ClipTokenizer::with_padding(vocabulary, SECOND_PADDING)?,
    ])
}

/// Cache of embeddings, in a folder.
#[derive(Debug, Clone)]
pub struct PromptCache {
    folder: PathBuf,
    fingerprint: String,
}

impl PromptCache {
    /// Opens a cache. `fingerprint` tells one pair of encoders from another: a hash of their files.
    pub fn new(folder: impl Into<PathBuf>, fingerprint: impl Into<String>) -> Self {
        Self {
            folder: folder.into(),
            fingerprint: fingerprint.into(),
        }
    }

    /// Returns the cached embeddings of the sentences, in `f32` on the CPU, or else computes and stores
    /// them. A folder that cannot be written only costs the time to compute them again, and so does a
    /// file that was damaged.
    pub fn get_or_compute<E: From<candle_core::Error>>(
        &self,
        sentences: &[String],
        compute: impl FnOnce() -> Result<PromptEmbeddings, E>,
    ) -> Result<PromptEmbeddings, E> {
        let file = self.file(sentences);
        if let Some(cached) = load(&file, sentences.len()) {
            return Ok(cached);
        }
        let PromptEmbeddings {
            hidden_states,
            pooled,
        } = compute()?;
        let plain = |tensor: Tensor| tensor.to_dtype(DType::F32)?.to_device(&Device::Cpu);
        let prompt = PromptEmbeddings {
            hidden_states: plain(hidden_states)?,
            pooled: plain(pooled)?,
        };
        // Stored or not, they were computed.
        let _ = store(&file, &prompt);
        Ok(prompt)
    }

    /// File of the sentences: other sentences or other weights have another name.
    fn file(&self, sentences: &[String]) -> PathBuf {
        let mut hash = Sha256::new();
        for part in std::iter::once(&self.fingerprint).chain(sentences) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let name = hex::encode(&hash.finalize()[..16]);
        self.folder.join(format!("prompt-{name}.safetensors"))
    }
}

/// `None`: not there, or not as it was written.
fn load(file: &Path, sentences: usize) -> Option<PromptEmbeddings> {
    let mut kept = safetensors::load(file, &Device::Cpu).ok()?;
    let (hidden_states, pooled) = (kept.remove("words")?, kept.remove("pooled")?);
    let fits = hidden_states.dims3().ok()?.0 == sentences && pooled.dims2().ok()?.0 == sentences;
    let prompt = PromptEmbeddings {
        hidden_states,
        pooled,
    };
    let stored = kept.remove("seal")?.to_vec1::<u8>().ok()?;
    (fits && stored == checksum(&prompt).ok()?).then_some(prompt)
}

/// Written under another name first, for a second worker may be reading.
fn store(file: &Path, prompt: &PromptEmbeddings) -> candle_core::Result<()> {
    let checksum = checksum(prompt)?;
    let kept = HashMap::from([
        ("words", prompt.hidden_states.clone()),
        ("pooled", prompt.pooled.clone()),
        (
            "seal",
            Tensor::from_slice(&checksum, checksum.len(), &Device::Cpu)?,
        ),
    ]);
    let unfinished = file.with_extension(format!("{}.part", std::process::id()));
    let written =
        safetensors::save(&kept, &unfinished).and_then(|()| Ok(fs::rename(&unfinished, file)?));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// SHA-256 of the values: a flipped bit in a prompt would be seen in every picture after it.
fn checksum(prompt: &PromptEmbeddings) -> candle_core::Result<Vec<u8>> {
    let mut hash = Sha256::new();
    for tensor in [&prompt.hidden_states, &prompt.pooled] {
        for value in tensor.flatten_all()?.to_vec1::<f32>()? {
            hash.update(value.to_le_bytes());
        }
    }
    Ok(hash.finalize().to_vec())
}
