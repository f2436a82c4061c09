//! SDXL's two text encoders: the text halves of CLIP ViT-L and of OpenCLIP ViT-bigG, by the
//! parameter names of transformers. SDXL reads the state before the last layer, without the final
//! norm, of both, and one row for the whole sentence of the second.
//!
//! Input token ids, n x 77. Output n x 77 x 768 of the first, n x 77 x 1280 and n x 1280 of the
//! second.

use candle_core::{D, DType, Device, IndexOp, Module, Result, Tensor};
use candle_nn::ops::{sigmoid, softmax};
use candle_nn::{Embedding, LayerNorm, Linear, VarBuilder};
use candle_nn::{embedding, layer_norm, linear, linear_no_bias};
use plumbline_nn::gelu::gelu;
use serde::Deserialize;

/// Sizes, as `config.json` has them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Config {
    /// Kind of the encoder: with a projection, or without.
    pub architectures: Vec<String>,
    /// Channels.
    pub hidden_size: usize,
    /// Channels between the two layers of a block's perceptron.
    pub intermediate_size: usize,
    /// Blocks.
    pub num_hidden_layers: usize,
    /// Heads of each attention.
    pub num_attention_heads: usize,
    /// Token ids known.
    pub vocab_size: usize,
    /// Token ids of a sentence, at most.
    pub max_position_embeddings: usize,
    /// Activation between the two layers of a block's perceptron.
    pub hidden_act: Activation,
    /// Epsilon of the layer norms.
    pub layer_norm_eps: f64,
    /// Channels of the pooled output.
    pub projection_dim: usize,
}

/// Activation of a perceptron.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// x times the sigmoid of 1.702 x.
    QuickGelu,
    /// The exact GELU.
    Gelu,
}

impl Activation {
    fn apply(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::QuickGelu => x * sigmoid(&(x * 1.702)?)?,
            Self::Gelu => gelu(x),
        }
    }
}

impl Config {
    /// SDXL's first, CLIP ViT-L/14.
    pub fn sdxl() -> Self {
        Self {
            architectures: vec!["CLIPTextModel".to_owned()],
            hidden_size: 768,
            intermediate_size: 3072,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            vocab_size: 49_408,
            max_position_embeddings: 77,
            hidden_act: Activation::QuickGelu,
            layer_norm_eps: 1e-5,
            projection_dim: 768,
        }
    }

    /// SDXL's second, OpenCLIP ViT-bigG/14.
    pub fn sdxl_second() -> Self {
        Self {
            architectures: vec!["CLIPTextModelWithProjection".to_owned()],
            hidden_size: 1280,
            intermediate_size: 5120,
            num_hidden_layers: 32,
            num_attention_heads: 20,
            hidden_act: Activation::Gelu,
            projection_dim: 1280,
            ..Self::sdxl()
        }
    }

    fn projects(&self) -> bool {
        let with = |name: &String| name == "CLIPTextModelWithProjection";
        self.architectures.iter().any(with)
    }
}

/// Output of a text encoder.
#[derive(Debug, Clone)]
pub struct TextOutput {
    /// Hidden states before the last layer, n x 77 x channels.
    pub penultimate: Tensor,
    /// Pooled output of each sentence, n x projection; only where the network has a projection.
    pub pooled: Option<Tensor>,
}

/// Either text encoder.
pub struct TextEncoder {
    tokens: Embedding,
    /// 77 x channels.
    positions: Tensor,
    blocks: Vec<Block>,
    norm: LayerNorm,
    projection: Option<Linear>,
}

impl TextEncoder {
    /// Takes its parameters by transformers' names.
    pub fn new(config: &Config, vb: &VarBuilder) -> Result<Self> {
        let text = vb.pp("text_model");
        let places = (config.max_position_embeddings, config.hidden_size);
        let projection = config.projects().then(|| {
            let vb = vb.pp("text_projection");
            linear_no_bias(config.hidden_size, config.projection_dim, vb)
        });
        Ok(Self {
            tokens: embedding(
                config.vocab_size,
                config.hidden_size,
                text.pp("embeddings.token_embedding"),
            )?,
            positions: text.get(places, "embeddings.position_embedding.weight")?,
            blocks: (0..config.num_hidden_layers)
                .map(|n| Block::new(config, &text.pp("encoder.layers").pp(n)))
                .collect::<Result<_>>()?,
            norm: norm(config, text.pp("final_layer_norm"))?,
            projection: projection.transpose()?,
        })
    }

    /// Encodes `ids`, n x 77. The last layer and the final norm are only run for the pooled output.
    pub fn forward(&self, ids: &Tensor) -> Result<TextOutput> {
        let (_, length) = ids.dims2()?;
        let positions = self.positions.narrow(0, 0, length)?;
        let mut x = self.tokens.forward(ids)?.broadcast_add(&positions)?;
        let mask = causal_mask(length, ids.device())?;
        let Some((last, before)) = self.blocks.split_last() else {
            candle_core::bail!("a text encoder without layers");
        };
        for block in before {
            x = block.forward(&x, &mask)?;
        }
        let pooled = self.projection.as_ref().map(|projection| {
            let end = self.norm.forward(&last.forward(&x, &mask)?)?;
            projection.forward(&end_of_text(&end, ids)?)
        });
        Ok(TextOutput {
            pooled: pooled.transpose()?,
            penultimate: x,
        })
    }
}

/// Row of each sentence's end token, n x channels: of its highest id, which is the end's, and of
/// that the first.
fn end_of_text(x: &Tensor, ids: &Tensor) -> Result<Tensor> {
    let sentences: Vec<Vec<u32>> = ids.to_dtype(DType::U32)?.to_vec2()?;
    let row = |(n, ids): (usize, &Vec<u32>)| {
        let first = |best: usize, at: usize| if ids[at] > ids[best] { at } else { best };
        x.i((n, (0..ids.len()).fold(0, first)))
    };
    let rows: Vec<Tensor> = sentences
        .iter()
        .enumerate()
        .map(row)
        .collect::<Result<_>>()?;
    Tensor::stack(&rows, 0)
}

/// Causal mask that is added to scores, length x length: no token attends to a later one.
fn causal_mask(length: usize, device: &Device) -> Result<Tensor> {
    let later =
        |row| (0..length).map(move |column| if column > row { f32::NEG_INFINITY } else { 0.0 });
    let values: Vec<f32> = (0..length).flat_map(later).collect();
    Tensor::from_vec(values, (length, length), device)
}

fn norm(config: &Config, vb: VarBuilder) -> Result<LayerNorm> {
    layer_norm(config.hidden_size, config.layer_norm_eps, vb)
}

struct Block {
    norm1: LayerNorm,
    attention: Attention,
    norm2: LayerNorm,
    fc1: Linear,
    activation: Activation,
    fc2: Linear,
}

impl Block {
    fn new(config: &Config, vb: &VarBuilder) -> Result<Self> {
        let (narrow, wide) = (config.hidden_size, config.intermediate_size);
        Ok(Self {
            norm1: norm(config, vb.pp("layer_norm1"))?,
            attention: Attention::new(config, &vb.pp("self_attn"))?,
            norm2: norm(config, vb.pp("layer_norm2"))?,
            fc1: linear(narrow, wide, vb.pp("mlp.fc1"))?,
            activation: config.hidden_act,
            fc2: linear(wide, narrow, vb.pp("mlp.fc2"))?,
        })
    }

    fn forward(&self, x: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let attended = self.attention.forward(&self.norm1.forward(x)?, mask)?;
        let x = (x + attended)?;
        let wide = self.fc1.forward(&self.norm2.forward(&x)?)?;
        x + self.fc2.forward(&self.activation.apply(&wide)?)?
    }
}

struct Attention {
    heads: usize,
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
}

impl Attention {
    fn new(config: &Config, vb: &VarBuilder) -> Result<Self> {
        let layer = |name: &str| linear(config.hidden_size, config.hidden_size, vb.pp(name));
        Ok(Self {
            heads: config.num_attention_heads,
            query: layer("q_proj")?,
            key: layer("k_proj")?,
            value: layer("v_proj")?,
            out: layer("out_proj")?,
        })
    }

    fn forward(&self, x: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let (sentences, length, channels) = x.dims3()?;
        let width = channels / self.heads;
        // n x length x channels to n x heads x length x width
        let heads = |layer: &Linear| {
            let all = layer.forward(x)?;
            let apart = all.reshape((sentences, length, self.heads, width))?;
            apart.transpose(1, 2)?.contiguous()
        };
        let query = (heads(&self.query)? / (width as f64).sqrt())?;
        let scores = query.matmul(&heads(&self.key)?.transpose(2, 3)?.contiguous()?)?;
        // Softmax in full precision whatever the network's is: the weights are few, and small ones count.
        let scores = scores.to_dtype(DType::F32)?.broadcast_add(mask)?;
        let weights = softmax(&scores, D::Minus1)?.to_dtype(x.dtype())?;
        let attended = weights.matmul(&heads(&self.value)?)?;
        // n x heads x length x width to n x length x channels
        let joined = attended
            .transpose(1, 2)?
            .reshape((sentences, length, channels))?;
        self.out.forward(&joined)
    }
}
