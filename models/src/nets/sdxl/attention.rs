//! Transformers of a UNet's levels, and the attention of the autoencoder (Vaswani et al. 2017).

use candle_core::{Module, Result, Tensor};
use candle_nn::ops::layer_norm_slow;
use candle_nn::{LayerNorm, VarBuilder, layer_norm};
use plumbline_nn::attention::scaled_dot_product_attention;
use plumbline_nn::dense::{Linear, activation_builder, linear, linear_no_bias};
use plumbline_nn::group_norm::GroupNorm;

use super::layers::GroupNormConfig;

/// Added to a sequence's variance.
const EPS: f64 = 1e-5;

/// Attention from one sequence to another, or to the same.
#[derive(Debug)]
struct Attention {
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
    heads: usize,
}

impl Attention {
    fn new(channels: usize, context_dim: usize, heads: usize, vb: &VarBuilder) -> Result<Self> {
        Ok(Self {
            q: linear_no_bias(channels, channels, vb.pp("to_q"))?,
            k: linear_no_bias(context_dim, channels, vb.pp("to_k"))?,
            v: linear_no_bias(context_dim, channels, vb.pp("to_v"))?,
            out: linear(channels, channels, vb.pp("to_out.0"))?,
            heads,
        })
    }

    fn forward(&self, x: &Tensor, context: &Tensor) -> Result<Tensor> {
        let split = |x: Tensor| {
            let (n, length, channels) = x.dims3()?;
            x.reshape((n, length, self.heads, channels / self.heads))?
                .transpose(1, 2)
        };
        let (q, k, v) = (
            split(self.q.forward(x)?)?,
            split(self.k.forward(context)?)?,
            split(self.v.forward(context)?)?,
        );
        let (n, length, channels) = x.dims3()?;
        let attended = scaled_dot_product_attention(&q, &k, &v)?.transpose(1, 2)?;
        self.out.forward(&attended.reshape((n, length, channels))?)
    }
}

#[derive(Debug)]
struct Block {
    norms: [LayerNorm; 3],
    self_attention: Attention,
    cross_attention: Attention,
    feed_forward: [Linear; 2],
}

impl Block {
    fn new(channels: usize, context_dim: usize, heads: usize, vb: &VarBuilder) -> Result<Self> {
        let norm = |name| layer_norm(channels, EPS, activation_builder(&vb.pp(name)));
        Ok(Self {
            norms: [norm("norm1")?, norm("norm2")?, norm("norm3")?],
            self_attention: Attention::new(channels, channels, heads, &vb.pp("attn1"))?,
            cross_attention: Attention::new(channels, context_dim, heads, &vb.pp("attn2"))?,
            feed_forward: [
                linear(channels, 8 * channels, vb.pp("ff.net.0.proj"))?,
                linear(4 * channels, channels, vb.pp("ff.net.2"))?,
            ],
        })
    }

    fn forward(&self, x: &Tensor, context: &Tensor) -> Result<Tensor> {
        let [first, second, third] = &self.norms;
        let [expand, project] = &self.feed_forward;
        let h = normed(first, x)?;
        let x = (x + self.self_attention.forward(&h, &h)?)?;
        let h = normed(second, &x)?;
        let x = (&x + self.cross_attention.forward(&h, context)?)?;
        let gated = expand.geglu(&normed(third, &x)?)?;
        x + project.forward(&gated)?
    }
}

/// Layer normalisation (Ba et al. 2016); candle's fused one has no gradient.
fn normed(norm: &LayerNorm, x: &Tensor) -> Result<Tensor> {
    let Some(bias) = norm.bias().filter(|_| x.track_op()) else {
        return norm.forward(x);
    };
    layer_norm_slow(x, norm.weight(), bias, EPS as f32)
}

/// Transformer over pixels as a sequence, with the prompt as context.
#[derive(Debug)]
pub(super) struct Transformer {
    norm: GroupNorm,
    input: Linear,
    blocks: Vec<Block>,
    output: Linear,
}

impl Transformer {
    pub fn new(
        channels: usize,
        context_dim: usize,
        (heads, depth): (usize, usize),
        groups: usize,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let norms = GroupNormConfig { groups, eps: 1e-6 };
        let block = |at| {
            Block::new(
                channels,
                context_dim,
                heads,
                &vb.pp(format!("transformer_blocks.{at}")),
            )
        };
        Ok(Self {
            norm: norms.build(channels, &vb.pp("norm"))?,
            input: linear(channels, channels, vb.pp("proj_in"))?,
            blocks: (0..depth).map(block).collect::<Result<_>>()?,
            output: linear(channels, channels, vb.pp("proj_out"))?,
        })
    }

    pub fn forward(&self, x: &Tensor, context: &Tensor) -> Result<Tensor> {
        let shape = x.dims4()?;
        let pixels = self.norm.forward(x)?.flatten_from(2)?.transpose(1, 2)?;
        let mut h = self.input.forward(&pixels.contiguous()?)?;
        for block in &self.blocks {
            h = block.forward(&h, context)?;
        }
        let h = self.output.forward(&h)?;
        x + h.transpose(1, 2)?.contiguous()?.reshape(shape)?
    }
}

/// Attention of the autoencoder: one head over all pixels.
#[derive(Debug)]
pub(super) struct PixelAttention {
    norm: GroupNorm,
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
}

impl PixelAttention {
    pub fn new(channels: usize, norms: GroupNormConfig, vb: &VarBuilder) -> Result<Self> {
        let project = |name| linear(channels, channels, vb.pp(name));
        Ok(Self {
            norm: norms.build(channels, &vb.pp("group_norm"))?,
            q: project("to_q")?,
            k: project("to_k")?,
            v: project("to_v")?,
            out: project("to_out.0")?,
        })
    }

    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let shape = x.dims4()?;
        let pixels = self.norm.forward(x)?.flatten_from(2)?.transpose(1, 2)?;
        let pixels = pixels.contiguous()?;
        let one_head = |project: &Linear| project.forward(&pixels)?.unsqueeze(1);
        let attended = scaled_dot_product_attention(
            &one_head(&self.q)?,
            &one_head(&self.k)?,
            &one_head(&self.v)?,
        )?;
        let h = self.out.forward(&attended.squeeze(1)?)?;
        x + h.transpose(1, 2)?.contiguous()?.reshape(shape)?
    }
}
