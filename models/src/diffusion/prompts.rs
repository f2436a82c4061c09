//! What a picture is to become, in words, as SDXL's UNet reads it. The product has few prompts and
//! they do not change, so what the text encoders make of them is kept on disk: 1.6 GB of encoders
//! need not be loaded where it is.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{D, DType, Device, Tensor, safetensors};
use sha2::{Digest, Sha256};

use crate::nets::clip::{Words, WordsError};
use crate::nets::sdxl::text::TextEncoder;

/// What the second encoder's sentences are filled up with: the id of "!".
const SECOND_FILLING: u32 = 0;

/// Sentences as the UNet reads them.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Both encoders' states side by side, n x 77 x (768 + 1280).
    pub words: Tensor,
    /// The second encoder's row for each whole sentence, n x 1280.
    pub pooled: Tensor,
}

/// A sentence could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// The vocabulary.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// The encoders.
    #[error("the text encoders could not read the words: {0}")]
    Unread(#[from] candle_core::Error),
    /// The encoders are not SDXL's.
    #[error("the second text encoder has no projection")]
    NotPooled,
}

/// Both encoders and what they read with.
pub struct Encoders {
    words: [Words; 2],
    encoders: [TextEncoder; 2],
}

impl Encoders {
    /// `vocabulary`: CLIP's `tokenizer.json`. Both encoders have the same, and fill up short
    /// sentences with different ids.
    pub fn new(vocabulary: &Path, encoders: [TextEncoder; 2]) -> Result<Self, PromptError> {
        Ok(Self {
            words: tokenizers(vocabulary)?,
            encoders,
        })
    }

    /// Reads sentences on the device on which the encoders are.
    pub fn read(&self, sentences: &[String], device: &Device) -> Result<Prompt, PromptError> {
        let [first, second] = &self.words;
        let ids = [first.ids(sentences)?, second.ids(sentences)?];
        let [first, second] = &self.encoders;
        let first = first.forward(&ids[0].to_device(device)?)?;
        let second = second.forward(&ids[1].to_device(device)?)?;
        let states = [first.penultimate, second.penultimate];
        Ok(Prompt {
            words: Tensor::cat(&states, D::Minus1)?,
            pooled: second.pooled.ok_or(PromptError::NotPooled)?,
        })
    }
}

/// The first encoder's, then the second's.
pub fn tokenizers(vocabulary: &Path) -> Result<[Words; 2], WordsError> {
    Ok([
        Words::open(vocabulary)?,
        Words::filled(vocabulary, SECOND_FILLING)?,
    ])
}

/// A folder of prompts that were read before.
#[derive(Debug, Clone)]
pub struct Memory {
    folder: PathBuf,
    fingerprint: String,
}

impl Memory {
    /// `fingerprint` tells one pair of encoders from another: what their files hash to.
    pub fn new(folder: impl Into<PathBuf>, fingerprint: impl Into<String>) -> Self {
        Self {
            folder: folder.into(),
            fingerprint: fingerprint.into(),
        }
    }

    /// What was kept, in `f32` on the CPU, or else what `read` makes of the sentences, which is
    /// kept then. A folder that cannot be written only costs the time to read them again, and so
    /// does a file that was damaged.
    pub fn recall_or<E: From<candle_core::Error>>(
        &self,
        sentences: &[String],
        read: impl FnOnce() -> Result<Prompt, E>,
    ) -> Result<Prompt, E> {
        let file = self.file(sentences);
        if let Some(kept) = recall(&file, sentences.len()) {
            return Ok(kept);
        }
        let Prompt { words, pooled } = read()?;
        let plain = |tensor: Tensor| tensor.to_dtype(DType::F32)?.to_device(&Device::Cpu);
        let prompt = Prompt {
            words: plain(words)?,
            pooled: plain(pooled)?,
        };
        // Written or not, it was read.
        let _ = remember(&file, &prompt);
        Ok(prompt)
    }

    /// Other words or other weights have another name.
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
fn recall(file: &Path, sentences: usize) -> Option<Prompt> {
    let mut kept = safetensors::load(file, &Device::Cpu).ok()?;
    let (words, pooled) = (kept.remove("words")?, kept.remove("pooled")?);
    let fits = words.dims3().ok()?.0 == sentences && pooled.dims2().ok()?.0 == sentences;
    let prompt = Prompt { words, pooled };
    let seal = kept.remove("seal")?.to_vec1::<u8>().ok()?;
    (fits && seal == sealed(&prompt).ok()?).then_some(prompt)
}

/// Written under another name first, for a second worker may be reading.
fn remember(file: &Path, prompt: &Prompt) -> candle_core::Result<()> {
    let seal = sealed(prompt)?;
    let kept = HashMap::from([
        ("words", prompt.words.clone()),
        ("pooled", prompt.pooled.clone()),
        ("seal", Tensor::from_slice(&seal, seal.len(), &Device::Cpu)?),
    ]);
    let unfinished = file.with_extension(format!("{}.part", std::process::id()));
    let written =
        safetensors::save(&kept, &unfinished).and_then(|()| Ok(fs::rename(&unfinished, file)?));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// What the values hash to: a flipped bit in a prompt would be seen in every picture after it.
fn sealed(prompt: &Prompt) -> candle_core::Result<Vec<u8>> {
    let mut hash = Sha256::new();
    for tensor in [&prompt.words, &prompt.pooled] {
        for value in tensor.flatten_all()?.to_vec1::<f32>()? {
            hash.update(value.to_le_bytes());
        }
    }
    Ok(hash.finalize().to_vec())
}
