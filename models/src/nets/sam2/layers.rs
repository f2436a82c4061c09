//! Layers of several parts of SAM 2.1: a perceptron, attention in bounded memory, and a
//! transposed convolution that is a product of matrices.

use candle_core::{D, Module, Result, Tensor};
use candle_nn::{Linear, VarBuilder, linear, ops};
use plumbline_nn::gelu::gelu;

/// Attention's scores are held for this many pairs at once: 16 MB, which fits no cache but bounds
/// what 4096 tokens that all attend to each other would need (4 heads: 268 MB).
const PAIRS: usize = 1 << 22;

/// Activation of a perceptron.
#[derive(Debug, Clone, Copy)]
pub(super) enum Activation {
    Relu,
    /// The exact one, by the error function.
    Gelu,
}

/// Linear layers `layers.0`, `layers.1` … with an activation between them.
pub(super) struct Mlp {
    layers: Vec<Linear>,
    activation: Activation,
}

impl Mlp {
    /// `widths`: channels in, of every layer between, and out.
    pub(super) fn new(widths: &[usize], activation: Activation, vb: &VarBuilder) -> Result<Self> {
        let layers = widths.windows(2).enumerate();
        let layers = layers.map(|(i, pair)| linear(pair[0], pair[1], vb.pp(format!("layers.{i}"))));
        Ok(Self {
            layers: layers.collect::<Result<_>>()?,
            activation,
        })
    }

    /// `... x in` to `... x out`.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (last, first) = self.layers.split_last().expect("two layers at least");
        let mut x = x.clone();
        for layer in first {
            x = layer.forward(&x)?;
            x = match self.activation {
                Activation::Relu => x.relu()?,
                Activation::Gelu => gelu(&x)?,
            };
        }
        last.forward(&x)
    }
}

/// Scaled dot-product attention, some queries at a time.
///
/// `q` batch x heads x queries x width, `k` and `v` batch x heads x keys x width, all contiguous.
/// Returns batch x heads x queries x width.
pub(super) fn attend(q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
    let (batch, heads, queries, width) = q.dims4()?;
    let keys = k.dim(2)?;
    let q = (q * (width as f64).powf(-0.5))?;
    let k = k.transpose(2, 3)?;
    let at_once = (PAIRS / (batch * heads * keys)).clamp(1, queries);
    let some = |from: usize| -> Result<Tensor> {
        let q = q.narrow(2, from, at_once.min(queries - from))?;
        ops::softmax_last_dim(&q.contiguous()?.matmul(&k)?)?.matmul(v)
    };
    let parts: Vec<Tensor> = (0..queries)
        .step_by(at_once)
        .map(some)
        .collect::<Result<_>>()?;
    Tensor::cat(&parts, 2)
}

/// A layer norm over the channels of 1 x channels x height x width, epsilon as the original's.
pub(super) struct ChannelNorm(candle_nn::LayerNorm);

impl ChannelNorm {
    pub(super) fn new(channels: usize, vb: VarBuilder) -> Result<Self> {
        candle_nn::layer_norm(channels, 1e-6, vb).map(Self)
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = x.permute((0, 2, 3, 1))?.contiguous()?;
        self.0.forward(&x)?.permute((0, 3, 1, 2))?.contiguous()
    }
}

/// A convolution of one pixel: 1 x in x height x width to 1 x out x height x width.
pub(super) struct Pointwise(Linear);

impl Pointwise {
    pub(super) fn new(inputs: usize, outputs: usize, vb: &VarBuilder) -> Result<Self> {
        let weight = vb.get((outputs, inputs, 1, 1), "weight")?;
        let weight = weight.reshape((outputs, inputs))?;
        let bias = vb.get(outputs, "bias")?.reshape((outputs, 1))?;
        Ok(Self(Linear::new(weight, Some(bias))))
    }

    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (_, _, height, width) = x.dims4()?;
        // in x (height * width), seen through, not copied, where channels come last in memory
        let x = x.flatten_from(2)?.squeeze(0)?;
        let bias = self.0.bias().expect("given above");
        let y = self.0.weight().matmul(&x)?.broadcast_add(bias)?;
        y.reshape((1, (), height, width))
    }
}

/// A transposed convolution, kernel and stride two: every pixel becomes a square of four.
pub(super) struct ConvTranspose2x2 {
    /// (out * 4) x in
    weight: Tensor,
    /// out x 1 x 1
    bias: Tensor,
}

impl ConvTranspose2x2 {
    pub(super) fn new(inputs: usize, outputs: usize, vb: &VarBuilder) -> Result<Self> {
        let weight = vb.get((inputs, outputs, 2, 2), "weight")?;
        Ok(Self {
            weight: weight.flatten_from(1)?.t()?.contiguous()?,
            bias: vb.get(outputs, "bias")?.reshape((outputs, 1, 1))?,
        })
    }

    /// 1 x in x height x width to 1 x out x 2 height x 2 width.
    pub(super) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (_, inputs, height, width) = x.dims4()?;
        let x = x.reshape((inputs, height * width))?;
        // out, row and column within the square, row, column
        let squares = self
            .weight
            .matmul(&x)?
            .reshape(((), 2, 2, height * width))?;
        let squares = squares.reshape(((), 4, height, width))?;
        let outputs = squares.dim(0)?;
        let squares = squares.reshape((outputs * 2, 2, height, width))?;
        // (out, row within) x row x column x column within
        let rows = squares.permute((0, 2, 3, 1))?.contiguous()?;
        let rows = rows.reshape((outputs, 2, height, 2 * width))?;
        let grown = rows.transpose(1, 2)?.contiguous()?;
        let grown = grown.reshape((outputs, 2 * height, 2 * width))?;
        grown.broadcast_add(&self.bias)?.unsqueeze(0)
    }
}

/// Max pooling of 2 x 2: batch x height x width x channels, both even.
pub(super) fn max_pool_2x2(x: &Tensor) -> Result<Tensor> {
    let (batch, height, width, channels) = x.dims4()?;
    let greater = |x: Tensor| -> Result<Tensor> {
        let (odd, even) = (x.narrow(D::Minus2, 0, 1)?, x.narrow(D::Minus2, 1, 1)?);
        odd.maximum(&even)
    };
    let columns = greater(x.reshape((batch * height, width / 2, 2, channels))?)?;
    let rows = columns.reshape((batch, height / 2, 2, (width / 2) * channels))?;
    greater(rows)?.reshape((batch, height / 2, width / 2, channels))
}
