//! CLIP ViT-B/32 (Radford et al. 2021, "Learning transferable visual models from natural language
//! supervision"): pictures and sentences embedded in one space, near where they belong together.
//! The transformers are candle's; this file prepares their inputs.
//!
//! Input 1 x 3 x 224 x 224, RGB of 0..1 less CLIP's own mean and by its deviation; n x 77 token
//! ids. Output points of length one: 1 x 512 for a picture, n x 512 for sentences.

use std::path::Path;

use candle_core::{Device, Result, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::clip::{ClipConfig, ClipModel, div_l2_norm};
use plumbline_enhance::Pixels;
use tokenizers::{PaddingParams, PaddingStrategy, Tokenizer, TruncationParams};

use crate::preprocessing::{self, Kernel, Normalization};

const SIDE: u32 = 224;
const NORMALIZATION: Normalization = Normalization {
    mean: [0.481_454_66, 0.457_827_5, 0.408_210_73],
    deviation: [0.268_629_54, 0.261_302_6, 0.275_777_1],
};
/// Ids of a sentence, the two at its ends included.
const LENGTH: usize = 77;
/// The id at a sentence's end, and all after it unless said otherwise.
const END: u32 = 49_407;

/// Both halves of the network.
pub struct Clip {
    model: ClipModel,
    scale: f32,
}

impl Clip {
    /// The published size: 151.3 M parameters, 605 MB.
    pub fn base_patch32(vb: VarBuilder) -> Result<Self> {
        Self::new(&ClipConfig::vit_base_patch32(), vb)
    }

    /// Any other size, by the parameter names that transformers gives them.
    pub fn new(config: &ClipConfig, vb: VarBuilder) -> Result<Self> {
        let scale = vb.get((), "logit_scale")?.exp()?.to_scalar()?;
        let model = ClipModel::new(vb, config)?;
        Ok(Self { model, scale })
    }

    /// Embedding of a picture, 1 x 512.
    pub fn picture(&self, x: &Tensor) -> Result<Tensor> {
        div_l2_norm(&self.model.get_image_features(x)?)
    }

    /// Embeddings of sentences, n x 512.
    pub fn sentences(&self, ids: &Tensor) -> Result<Tensor> {
        div_l2_norm(&self.model.get_text_features(ids)?)
    }

    /// Logits of sentences for a picture, 1 x n: similarities, scaled as in the training.
    pub fn logits(&self, picture: &Tensor, sentences: &Tensor) -> Result<Tensor> {
        picture.matmul(&sentences.t()?)? * f64::from(self.scale)
    }
}

/// Input of a picture: its middle square.
pub fn input(pixels: &Pixels) -> Result<Tensor> {
    let short = pixels.width().min(pixels.height());
    // The longer side is rounded down, as torchvision does.
    let side = |v: u32| (u64::from(v) * u64::from(SIDE) / u64::from(short)) as u32;
    let (width, height) = (side(pixels.width()), side(pixels.height()));
    let copy = preprocessing::resized(pixels, width, height, Kernel::Bicubic);
    preprocessing::to_tensor(
        &preprocessing::center_crop(&copy, SIDE, SIDE),
        NORMALIZATION,
    )
}

/// Tokenizer of CLIP's sentences.
pub struct ClipTokenizer(Tokenizer);

/// The vocabulary cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the vocabulary cannot be used: {0}")]
pub struct TokenizerError(String);

impl ClipTokenizer {
    /// Reads a `tokenizer.json`.
    pub fn open(path: &Path) -> std::result::Result<Self, TokenizerError> {
        Self::with_padding(path, END)
    }

    /// Reads a `tokenizer.json`, with another id after a sentence's end.
    pub fn with_padding(path: &Path, id: u32) -> std::result::Result<Self, TokenizerError> {
        let wrong = |error: tokenizers::Error| TokenizerError(error.to_string());
        let mut tokenizer = Tokenizer::from_file(path).map_err(wrong)?;
        let cut = TruncationParams {
            max_length: LENGTH,
            ..TruncationParams::default()
        };
        tokenizer.with_truncation(Some(cut)).map_err(wrong)?;
        tokenizer.with_padding(Some(PaddingParams {
            strategy: PaddingStrategy::Fixed(LENGTH),
            pad_id: id,
            ..PaddingParams::default()
        }));
        Ok(Self(tokenizer))
    }

    /// Token ids, n x 77; what is too long is cut.
    pub fn ids(&self, sentences: &[String]) -> std::result::Result<Tensor, TokenizerError> {
        let mut ids = Vec::with_capacity(sentences.len() * LENGTH);
        for sentence in sentences {
            let encoded = self.0.encode(sentence.as_str(), true);
            let encoded = encoded.map_err(|error| TokenizerError(error.to_string()))?;
            ids.extend_from_slice(encoded.get_ids());
        }
        let shape = (sentences.len(), LENGTH);
        Tensor::from_vec(ids, shape, &Device::Cpu)
            .map_err(|error| TokenizerError(error.to_string()))
    }
}
