//! The trunk of SAM 2.1's image encoder: Hiera (Ryali et al. 2023, "Hiera: A hierarchical vision
//! transformer without the bells-and-whistles") with absolute windowed positions (Bolya et al.
//! 2023, "Window attention is bugged"). Four stages, each of half the size and twice the channels;
//! attention stays within windows but for a few blocks.

use candle_core::{D, Module, Result, Tensor};
use candle_nn::{Conv2d, Conv2dConfig, LayerNorm, Linear, VarBuilder, conv2d, layer_norm, linear};

use super::Shape;
use super::layers::{Activation, Mlp, attend, max_pool_2x2};

/// Tokens in a chunk: a stage's widest intermediate (4 x 96 channels in the first, 4 x 768 in the
/// last) then stays within 50 MB.
const CHUNK: usize = 4096;

/// Channels of a stage over the one before.
const WIDER: usize = 2;

struct Attention {
    qkv: Linear,
    out: Linear,
    heads: usize,
    /// Queries are halved in both directions, so the answer is.
    pooled: bool,
}

impl Attention {
    /// Windows x height x width x channels, to windows x height' x width' x channels'.
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (windows, height, width, _) = x.dims4()?;
        // windows x height x width x (3 * heads * channels a head)
        let qkv = self.qkv.forward(x)?;
        let channels = qkv.dim(D::Minus1)? / 3;
        let part = |i: usize| qkv.narrow(D::Minus1, i * channels, channels);
        let (q, height, width) = match self.pooled {
            true => (
                max_pool_2x2(&part(0)?.contiguous()?)?,
                height / 2,
                width / 2,
            ),
            false => (part(0)?, height, width),
        };
        let heads = |x: Tensor| -> Result<Tensor> {
            let tokens = x.dim(1)? * x.dim(2)?;
            // windows x heads x tokens x channels a head
            let x = x.reshape((windows, tokens, self.heads, channels / self.heads))?;
            x.transpose(1, 2)?.contiguous()
        };
        let attended = attend(&heads(q)?, &heads(part(1)?)?, &heads(part(2)?)?)?;
        let attended = attended.transpose(1, 2)?.contiguous()?;
        self.out
            .forward(&attended.reshape((windows, height, width, channels))?)
    }
}

struct Block {
    norm1: LayerNorm,
    attention: Attention,
    norm2: LayerNorm,
    mlp: Mlp,
    /// Projection where channels change.
    widen: Option<Linear>,
    /// Tokens along a window's side before pooling; `None`: all attend to all.
    window: Option<usize>,
}

impl Block {
    fn new(
        (inputs, outputs): (usize, usize),
        heads: usize,
        window: Option<usize>,
        vb: &VarBuilder,
    ) -> Result<Self> {
        let changes = inputs != outputs;
        Ok(Self {
            norm1: layer_norm(inputs, 1e-6, vb.pp("norm1"))?,
            attention: Attention {
                qkv: linear(inputs, 3 * outputs, vb.pp("attn.qkv"))?,
                out: linear(outputs, outputs, vb.pp("attn.proj"))?,
                heads,
                pooled: changes,
            },
            norm2: layer_norm(outputs, 1e-6, vb.pp("norm2"))?,
            mlp: Mlp::new(
                &[outputs, 4 * outputs, outputs],
                Activation::Gelu,
                &vb.pp("mlp"),
            )?,
            widen: changes
                .then(|| linear(inputs, outputs, vb.pp("proj")))
                .transpose()?,
            window,
        })
    }

    /// 1 x height x width x channels; half of that, with more channels, where they change.
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let normed = self.norm1.forward(x)?;
        let shortcut = match &self.widen {
            Some(widen) => max_pool_2x2(&widen.forward(&normed)?)?,
            None => x.clone(),
        };
        let x = (shortcut + self.attend(&normed)?)?;
        let (_, height, width, channels) = x.dims4()?;
        let tokens = x.reshape((height * width, channels))?;
        let more = in_chunks(&tokens, CHUNK, |some| {
            self.mlp.forward(&self.norm2.forward(some)?)
        })?;
        x + more.reshape((1, height, width, channels))?
    }

    fn attend(&self, x: &Tensor) -> Result<Tensor> {
        let Some(side) = self.window else {
            return self.attention.forward(x);
        };
        let (_, height, width, _) = x.dims4()?;
        let shrink = if self.attention.pooled { 2 } else { 1 };
        let windows = in_chunks(&cut(x, side)?, (CHUNK / (side * side)).max(1), |some| {
            self.attention.forward(some)
        })?;
        join(&windows, height / shrink, width / shrink)
    }
}

/// Some of the first dimension at a time.
fn in_chunks(x: &Tensor, at_once: usize, f: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let all = x.dim(0)?;
    let some = |from: usize| f(&x.narrow(0, from, at_once.min(all - from))?);
    let parts: Vec<Tensor> = (0..all).step_by(at_once).map(some).collect::<Result<_>>()?;
    Tensor::cat(&parts, 0)
}

/// Cuts 1 x height x width x channels into windows x side x side x channels, filled up with zeros
/// to the right and below. The zeros take part in attention, as they do in the original.
fn cut(x: &Tensor, side: usize) -> Result<Tensor> {
    let (_, height, width, channels) = x.dims4()?;
    let (rows, columns) = (height.div_ceil(side), width.div_ceil(side));
    let x = x.pad_with_zeros(1, 0, rows * side - height)?;
    let x = x.pad_with_zeros(2, 0, columns * side - width)?;
    // row of windows, row within, column of windows, column within
    let x = x.reshape((rows, side, columns, side, channels))?;
    x.permute((0, 2, 1, 3, 4))?
        .contiguous()?
        .reshape((rows * columns, side, side, channels))
}

/// The inverse of `cut`.
fn join(windows: &Tensor, height: usize, width: usize) -> Result<Tensor> {
    let (_, side, _, channels) = windows.dims4()?;
    let (rows, columns) = (height.div_ceil(side), width.div_ceil(side));
    let x = windows.reshape((rows, columns, side, side, channels))?;
    let x = x.permute((0, 2, 1, 3, 4))?.contiguous()?;
    let x = x.reshape((1, rows * side, columns * side, channels))?;
    x.narrow(1, 0, height)?.narrow(2, 0, width)?.contiguous()
}

/// The trunk.
pub struct Hiera {
    patch: Conv2d,
    /// 1 x height x width x channels: the embedded position that is added to every token.
    position: Tensor,
    /// By stage.
    stages: Vec<Vec<Block>>,
}

impl Hiera {
    /// Builds it from the parameters under `image_encoder.trunk`.
    pub fn new(shape: &Shape, vb: &VarBuilder) -> Result<Self> {
        let config = Conv2dConfig {
            padding: 3,
            stride: 4,
            ..Conv2dConfig::default()
        };
        let mut stages = Vec::new();
        let mut first = 0;
        for (stage, &length) in shape.stages.iter().enumerate() {
            let blocks = (0..length).map(|i| block(shape, stage, first + i, i == 0, vb));
            stages.push(blocks.collect::<Result<_>>()?);
            first += length;
        }
        Ok(Self {
            patch: conv2d(3, shape.width, 7, config, vb.pp("patch_embed.proj"))?,
            position: position(shape, vb)?,
            stages,
        })
    }

    /// The stages' outputs to 1 x 3 x side x side, finest first: each 1 x height x width x
    /// channels.
    pub fn forward(&self, x: &Tensor) -> Result<Vec<Tensor>> {
        let tokens = self.patch.forward(x)?.permute((0, 2, 3, 1))?.contiguous()?;
        let mut x = (tokens + &self.position)?;
        let mut outputs = Vec::new();
        for stage in &self.stages {
            for block in stage {
                x = block.forward(&x)?;
            }
            outputs.push(x.clone());
        }
        Ok(outputs)
    }
}

/// One block. The first of a stage still has the window, and the channels, of the stage before.
fn block(shape: &Shape, stage: usize, at: usize, first: bool, vb: &VarBuilder) -> Result<Block> {
    let before = if first {
        stage.saturating_sub(1)
    } else {
        stage
    };
    let window = (!shape.global.contains(&at)).then(|| shape.windows[before]);
    let channels = |stage: usize| shape.width * WIDER.pow(stage as u32);
    let heads = shape.heads * WIDER.pow(stage as u32);
    let vb = vb.pp(format!("blocks.{at}"));
    Block::new((channels(before), channels(stage)), heads, window, &vb)
}

/// Positions of tokens, 1 x side x side x channels: a coarse embedding enlarged, and one repeated in every
/// window of the first stage.
fn position(shape: &Shape, vb: &VarBuilder) -> Result<Tensor> {
    let (channels, coarse, window) = (shape.width, shape.background, shape.windows[0]);
    let side = shape.side / 4;
    let wide = vb.get((1, channels, coarse, coarse), "pos_embed")?;
    let near = vb.get((1, channels, window, window), "pos_embed_window")?;
    let weights = Tensor::from_vec(cubic(coarse, side), (side, coarse), vb.device())?;
    let weights = weights.to_dtype(vb.dtype())?;
    let rows = weights.broadcast_matmul(&wide.squeeze(0)?)?; // channels x side x coarse
    let wide = rows.broadcast_matmul(&weights.t()?)?; // channels x side x side
    let times = side / window;
    let near = near.squeeze(0)?.repeat((1, times, times))?;
    (wide + near)?
        .unsqueeze(0)?
        .permute((0, 2, 3, 1))?
        .contiguous()
}

/// Weights (`to` rows of `from`) of a bicubic enlargement as PyTorch's: a = −0.75, centres
/// aligned, edges repeated.
fn cubic(from: usize, to: usize) -> Vec<f32> {
    let mut weights = vec![0.0; to * from];
    for row in 0..to {
        let at = (row as f64 + 0.5) * from as f64 / to as f64 - 0.5;
        for tap in -1..=2 {
            let column = at.floor() + f64::from(tap);
            let held = column.clamp(0.0, (from - 1) as f64) as usize;
            weights[row * from + held] += keys((at - column).abs()) as f32;
        }
    }
    weights
}

/// Keys' kernel.
fn keys(x: f64) -> f64 {
    const A: f64 = -0.75;
    if x <= 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A
    } else {
        0.0
    }
}
