//! SqueezeNet 1.1 (Iandola et al. 2016) trained on Places365: 365 kinds of places, each indoors or
//! outdoors. For tests only, as a second opinion on the networks that ship: nobody states a
//! licence for its weights, so no part of the product may load them.
//!
//! It differs from torchvision's: batch norm is folded in, the first convolution is padded, pools
//! round down, and every rectifier leaks 0.55, the one after the classifier too.
//!
//! Input 1 x 3 x 224 x 224, BGR of 0..255 less the training set's mean picture, by 255. Output
//! 1 x 365 logits: a softmax makes them probabilities.

use candle_core::{D, Device, IndexOp, Module, Result, Tensor};
use candle_nn::ops::{leaky_relu, softmax};
use candle_nn::{Conv2d, Conv2dConfig, VarBuilder, conv2d};
use plumbline_enhance::Pixels;

use crate::planes::{self, Kernel, Usual};

const LEAK: f64 = 0.55;
/// The whole picture is squashed to this before its middle is cut out.
const SQUASHED: u32 = 256;
const SIDE: u32 = 224;
const PLACES: usize = 365;

/// Where a block is in the original's list, channels in, squeezed and expanded by either kernel.
const FIRES: [(usize, usize, usize, usize); 8] = [
    (3, 64, 16, 64),
    (4, 128, 16, 64),
    (6, 128, 32, 128),
    (7, 256, 32, 128),
    (9, 256, 48, 192),
    (10, 384, 48, 192),
    (11, 384, 64, 256),
    (12, 512, 64, 256),
];
/// The blocks that a pool comes before.
const AFTER_POOL: [usize; 3] = [3, 6, 9];

/// Few channels, then many again, half of them seen through 3 x 3 pixels.
struct Fire {
    pooled: bool,
    squeeze: Conv2d,
    expand1x1: Conv2d,
    expand3x3: Conv2d,
}

impl Fire {
    fn new(
        (at, inputs, squeezed, expanded): (usize, usize, usize, usize),
        vb: &VarBuilder,
    ) -> Result<Self> {
        let vb = vb.pp(at);
        let conv = |name, inputs, outputs, kernel| {
            conv2d(inputs, outputs, kernel, padded(kernel / 2), vb.pp(name))
        };
        Ok(Self {
            pooled: AFTER_POOL.contains(&at),
            squeeze: conv("squeeze", inputs, squeezed, 1)?,
            expand1x1: conv("expand1x1", squeezed, expanded, 1)?,
            expand3x3: conv("expand3x3", squeezed, expanded, 3)?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let pooled = self.pooled.then(|| x.max_pool2d_with_stride(3, 2));
        let x = pooled.transpose()?.unwrap_or_else(|| x.clone());
        let squeezed = rectified(&self.squeeze, &x)?;
        let expanded = [&self.expand1x1, &self.expand3x3].map(|conv| rectified(conv, &squeezed));
        let [narrow, wide] = expanded;
        Tensor::cat(&[narrow?, wide?], 1)
    }
}

/// The network.
pub struct SqueezeNet {
    entry: Conv2d,
    fires: Vec<Fire>,
    classifier: Conv2d,
}

impl SqueezeNet {
    /// Builds it from torchvision's parameter names.
    pub fn new(vb: &VarBuilder) -> Result<Self> {
        let features = vb.pp("features");
        let entry = Conv2dConfig {
            stride: 2,
            ..padded(1)
        };
        let fires = FIRES.iter().map(|&fire| Fire::new(fire, &features));
        Ok(Self {
            entry: conv2d(3, 64, 3, entry, features.pp(0))?,
            fires: fires.collect::<Result<_>>()?,
            classifier: conv2d(512, PLACES, 1, padded(0), vb.pp("classifier.1"))?,
        })
    }

    /// Logits, 1 x 365.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = rectified(&self.entry, x)?; // 1 x 64 x 112 x 112
        for fire in &self.fires {
            x = fire.forward(&x)?;
        }
        let places = rectified(&self.classifier, &x)?; // 1 x 365 x 13 x 13
        places.mean(D::Minus1)?.mean(D::Minus1)
    }

    /// How likely each of the 365 places is.
    pub fn places(&self, x: &Tensor) -> Result<Vec<f32>> {
        softmax(&self.forward(x)?, D::Minus1)?.i(0)?.to_vec1()
    }
}

fn padded(padding: usize) -> Conv2dConfig {
    Conv2dConfig {
        padding,
        ..Conv2dConfig::default()
    }
}

fn rectified(conv: &Conv2d, x: &Tensor) -> Result<Tensor> {
    leaky_relu(&conv.forward(x)?, LEAK)
}

/// What the network is shown of a picture. `mean`: the training set's mean picture, BGR of 0..255,
/// 3 x 224 x 224.
pub fn input(pixels: &Pixels, mean: &Tensor) -> Result<Tensor> {
    let squashed = planes::resized(pixels, SQUASHED, SQUASHED, Kernel::Bilinear);
    let as_bytes = Usual {
        mean: [0.0; 3],
        deviation: [1.0 / 255.0; 3],
    };
    let rgb = planes::planes(&planes::middle(&squashed, SIDE, SIDE), as_bytes)?;
    let bgr = rgb.index_select(&Tensor::new(&[2_u32, 1, 0], &Device::Cpu)?, 1)?;
    bgr.broadcast_sub(mean)? / 255.0
}

/// How likely it is outdoors. `list`: a line "indoor" or "outdoor" for each of the places.
pub fn outdoors(places: &[f32], list: &str) -> f32 {
    let lines = list.lines().map(str::trim);
    let outdoor = places
        .iter()
        .zip(lines)
        .filter(|(_, line)| *line == "outdoor");
    outdoor.map(|(likely, _)| likely).sum()
}
