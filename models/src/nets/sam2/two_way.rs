//! The transformer of SAM's mask decoder: tokens attend to the picture and the picture to tokens
//! (Kirillov et al. 2023, "Segment anything", figure 14).

use candle_core::{Module, Result, Tensor};
use candle_nn::{LayerNorm, Linear, VarBuilder, layer_norm, linear};

use super::layers::{Activation, Mlp, attend};

const HEADS: usize = 8;
const DEPTH: usize = 2;
/// Channels inside the tokens' perceptron, whatever the model's width.
const MLP: usize = 2048;
/// Attention between tokens and picture is this much narrower than the model.
const NARROWER: usize = 2;
/// PyTorch's default.
const EPSILON: f64 = 1e-5;

struct Attention {
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
}

impl Attention {
    fn new(channels: usize, inner: usize, vb: &VarBuilder) -> Result<Self> {
        Ok(Self {
            q: linear(channels, inner, vb.pp("q_proj"))?,
            k: linear(channels, inner, vb.pp("k_proj"))?,
            v: linear(channels, inner, vb.pp("v_proj"))?,
            out: linear(inner, channels, vb.pp("out_proj"))?,
        })
    }

    /// All 1 x tokens x channels; answers as many as queries.
    fn forward(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        let heads = |layer: &Linear, x: &Tensor| {
            let x = layer.forward(x)?;
            let (_, tokens, inner) = x.dims3()?;
            let x = x.reshape((1, tokens, HEADS, inner / HEADS))?;
            x.transpose(1, 2)?.contiguous()
        };
        let attended = attend(
            &heads(&self.q, q)?,
            &heads(&self.k, k)?,
            &heads(&self.v, v)?,
        )?;
        // 1 x heads x tokens x width to 1 x tokens x (heads * width)
        self.out
            .forward(&attended.transpose(1, 2)?.flatten_from(2)?)
    }
}

struct Layer {
    tokens: Attention,
    to_picture: Attention,
    mlp: Mlp,
    to_tokens: Attention,
    norms: [LayerNorm; 4],
    /// The tokens' first attention replaces them and does not know which token is where.
    first: bool,
}

impl Layer {
    fn new(channels: usize, first: bool, vb: &VarBuilder) -> Result<Self> {
        let norm = |i: usize| layer_norm(channels, EPSILON, vb.pp(format!("norm{i}")));
        let narrow = |name: &str| Attention::new(channels, channels / NARROWER, &vb.pp(name));
        Ok(Self {
            tokens: Attention::new(channels, channels, &vb.pp("self_attn"))?,
            to_picture: narrow("cross_attn_token_to_image")?,
            mlp: Mlp::new(&[channels, MLP, channels], Activation::Relu, &vb.pp("mlp"))?,
            to_tokens: narrow("cross_attn_image_to_token")?,
            norms: [norm(1)?, norm(2)?, norm(3)?, norm(4)?],
            first,
        })
    }

    fn forward(
        &self,
        state: &TokensAndImage,
        queries: &Tensor,
        place: &Tensor,
    ) -> Result<TokensAndImage> {
        let [norm1, norm2, norm3, norm4] = &self.norms;
        let TokensAndImage { tokens, picture } = state;
        let tokens = if self.first {
            self.tokens.forward(tokens, tokens, tokens)?
        } else {
            let q = (tokens + queries)?;
            (tokens + self.tokens.forward(&q, &q, tokens)?)?
        };
        let tokens = norm1.forward(&tokens)?;
        let placed = (picture + place)?;
        let attended = (self.to_picture).forward(&(&tokens + queries)?, &placed, picture)?;
        let tokens = norm2.forward(&(tokens + attended)?)?;
        let tokens = norm3.forward(&(&tokens + self.mlp.forward(&tokens)?)?)?;
        let attended = (self.to_tokens).forward(&placed, &(&tokens + queries)?, &tokens)?;
        let picture = norm4.forward(&(picture + attended)?)?;
        Ok(TokensAndImage { tokens, picture })
    }
}

/// Tokens and picture, as the transformer updates them.
pub(super) struct TokensAndImage {
    /// 1 x tokens x channels.
    pub(super) tokens: Tensor,
    /// 1 x (height * width) x channels.
    pub(super) picture: Tensor,
}

/// The transformer.
pub(super) struct TwoWay {
    layers: Vec<Layer>,
    last: Attention,
    norm: LayerNorm,
}

impl TwoWay {
    pub(super) fn new(channels: usize, vb: &VarBuilder) -> Result<Self> {
        let layer = |i: usize| Layer::new(channels, i == 0, &vb.pp(format!("layers.{i}")));
        let last = vb.pp("final_attn_token_to_image");
        Ok(Self {
            layers: (0..DEPTH).map(layer).collect::<Result<_>>()?,
            last: Attention::new(channels, channels / NARROWER, &last)?,
            norm: layer_norm(channels, EPSILON, vb.pp("norm_final_attn"))?,
        })
    }

    /// `picture` and `place` 1 x channels x height x width, `queries` 1 x tokens x channels.
    pub(super) fn forward(
        &self,
        picture: &Tensor,
        place: &Tensor,
        queries: &Tensor,
    ) -> Result<TokensAndImage> {
        let flat = |x: &Tensor| x.flatten_from(2)?.transpose(1, 2)?.contiguous();
        let place = flat(place)?;
        let mut state = TokensAndImage {
            tokens: queries.clone(),
            picture: flat(picture)?,
        };
        for layer in &self.layers {
            state = layer.forward(&state, queries, &place)?;
        }
        let TokensAndImage { tokens, picture } = state;
        let placed = (&picture + place)?;
        let attended = (self.last).forward(&(&tokens + queries)?, &placed, &picture)?;
        let tokens = self.norm.forward(&(tokens + attended)?)?;
        Ok(TokensAndImage { tokens, picture })
    }
}
