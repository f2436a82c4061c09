//! SAM 2.1 (Ravi et al. 2024, "SAM 2: Segment anything in images and videos") for single pictures:
//! the Hiera trunk, its neck, the prompt encoder and the mask decoder, with the parameter names of
//! the original. What it has for videos is left out.
//!
//! Input 1 x 3 x side x side, the whole picture squeezed to a square (`input`), RGB of 0..1 less
//! ImageNet's mean and by its deviation. Output masks' logits of a quarter of that side.
//!
//! A picture is encoded once and may then be asked many times: the encoder is nearly all the work.

mod decoder;
mod hiera;
mod layers;
pub mod names;
mod neck;
mod prompt;
mod two_way;

use std::path::Path;

use candle_core::{Device, Result, Tensor};
use candle_nn::VarBuilder;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::F32x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use plumbline_enhance::Pixels;

use crate::weights::{Weights, WeightsError};

pub use decoder::{Encoded, MASKS, MaskPrediction};
pub use prompt::{EncodedPrompt, Label, Point, Prompt};

/// ImageNet's, of RGB in 0..1.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// Sizes of a SAM 2.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Pixels along the input's side; a multiple of 32.
    pub side: usize,
    /// Channels of the trunk's first stage (`embed_dim`); every later one has twice as many.
    pub width: usize,
    /// Heads of the first stage; every later one has twice as many.
    pub heads: usize,
    /// Blocks a stage.
    pub stages: [usize; 4],
    /// Blocks, counted through all stages, whose tokens all attend to each other.
    pub global: &'static [usize],
    /// Tokens along a window's side, by stage (`window_spec`).
    pub windows: [usize; 4],
    /// Side of the coarse embedding of positions (`window_pos_embed_bkg_spatial_size`).
    pub background: usize,
    /// Channels of neck and decoder (`d_model`).
    pub model: usize,
}

impl Shape {
    /// SAM 2.1 Hiera-Tiny, as `sam2.1_hiera_t.yaml` has it.
    pub const TINY: Self = Self {
        side: 1024,
        width: 96,
        heads: 1,
        stages: [1, 2, 7, 2],
        global: &[5, 7, 9],
        windows: [8, 4, 14, 7],
        background: 7,
        model: 256,
    };
}

/// Levels of the image encoder, finest first.
pub struct Levels {
    /// The trunk's four stages, each 1 x height x width x channels.
    pub stages: Vec<Tensor>,
    /// The neck's three levels, each 1 x channels x height x width.
    pub pyramid: Vec<Tensor>,
}

/// The network.
pub struct Sam2 {
    side: usize,
    trunk: hiera::Hiera,
    neck: neck::Neck,
    prompt: prompt::PromptEncoder,
    decoder: decoder::Decoder,
    /// 1 x channels x 1 x 1.
    no_memory: Tensor,
}

impl Sam2 {
    /// Opens a published file: the original's `.pt`, the same tensors as safetensors, or Hugging
    /// Face's `model.safetensors`.
    pub fn open(path: &Path, shape: &Shape) -> std::result::Result<Self, WeightsError> {
        let pickled = path.extension().is_some_and(|end| end == "pt");
        let weights = if pickled {
            Weights::pickled(path, "model")?
        } else {
            Weights::map(path)?
        };
        let weights = if weights.contains(names::HUGGING_FACE_SIGN) {
            weights
                .with_names(names::hugging_face)
                .without(names::HUGGING_FACE_VIDEO)
        } else {
            weights.without(names::VIDEO)
        };
        weights.build(|vb| Self::new(shape, &vb))
    }

    /// Builds it from the original's parameters.
    pub fn new(shape: &Shape, vb: &VarBuilder) -> Result<Self> {
        let no_memory = vb.get((1, 1, shape.model), "no_mem_embed")?;
        Ok(Self {
            side: shape.side,
            trunk: hiera::Hiera::new(shape, &vb.pp("image_encoder.trunk"))?,
            neck: neck::Neck::new(shape, &vb.pp("image_encoder.neck"))?,
            prompt: prompt::PromptEncoder::new(shape, &vb.pp("sam_prompt_encoder"))?,
            decoder: decoder::Decoder::new(shape, &vb.pp("sam_mask_decoder"))?,
            no_memory: no_memory.reshape((1, shape.model, 1, 1))?,
        })
    }

    /// Pixels along the input's side.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Trunk and neck, for 1 x 3 x side x side.
    pub fn levels(&self, x: &Tensor) -> Result<Levels> {
        let stages = self.trunk.forward(x)?;
        let pyramid = self.neck.forward(&stages)?;
        Ok(Levels { stages, pyramid })
    }

    /// Encodes a picture, from 1 x 3 x side x side.
    pub fn encode(&self, x: &Tensor) -> Result<Encoded> {
        self.reduce(&self.levels(x)?)
    }

    /// Reduces the levels to the decoder's input.
    pub fn reduce(&self, levels: &Levels) -> Result<Encoded> {
        self.decoder.encode(&levels.pyramid, &self.no_memory)
    }

    /// Embedded positions of the picture's tokens, 1 x channels x side / 16 x side / 16.
    pub fn grid(&self) -> &Tensor {
        self.prompt.grid()
    }

    /// Encodes a prompt.
    pub fn encode_prompt(&self, prompt: &Prompt) -> Result<EncodedPrompt> {
        self.prompt.forward(prompt)
    }

    /// Predicts masks for a prompt.
    pub fn decode(&self, picture: &Encoded, prompt: &Prompt) -> Result<MaskPrediction> {
        let encoded = self.encode_prompt(prompt)?;
        self.decoder.forward(picture, self.grid(), &encoded)
    }
}

/// Input of a picture, 1 x 3 x side x side: squeezed to a square whatever its shape,
/// averaging where it shrinks, as the original does.
pub fn input(picture: &Pixels, side: usize) -> Result<Tensor> {
    let rgb = picture.rgb8();
    let unit: Vec<F32x3> = rgb
        .chunks_exact(3)
        .map(|p| F32x3::new([0, 1, 2].map(|c| f32::from(p[c]) / 255.0)))
        .collect();
    let square = squeeze(&unit, (picture.width(), picture.height()), side as u32);
    let plane = |c: usize| {
        square
            .iter()
            .map(move |p| (p.0[c] - MEAN[c]) / DEVIATION[c])
    };
    let planes: Vec<f32> = (0..3).flat_map(plane).collect();
    Tensor::from_vec(planes, (1, 3, side, side), &Device::Cpu)
}

fn squeeze(pixels: &[F32x3], (width, height): (u32, u32), side: u32) -> Vec<F32x3> {
    let algorithm = ResizeAlg::Convolution(FilterType::Bilinear);
    let options = ResizeOptions::new().resize_alg(algorithm).use_alpha(false);
    let from = TypedImageRef::new(width, height, pixels).expect("pixels fit their size");
    let mut to = TypedImage::new(side, side);
    Resizer::new()
        .resize_typed(&from, &mut to, &options)
        .expect("the crop box is the whole picture");
    to.pixels().to_vec()
}

/// Masks (logits, 1 x masks x height x width) of another size.
pub fn resized(masks: &Tensor, width: usize, height: usize) -> Result<Tensor> {
    masks.upsample_bilinear2d(height, width, false)
}
