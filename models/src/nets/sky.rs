//! Our own sky network, small enough to be part of the program: a U of plain convolutions, no
//! norms. It was trained here (see `train`), on U2NETP's masks and on masks of our own.
//!
//! Input 1 x 3 x H x W, RGB of 0..1 less 0.45 and by 0.25, H and W multiples of 32, the longer side
//! about 320. Output the logit of "is sky", of half the size: a sigmoid makes it a probability.

use std::path::Path;

use candle_core::{Device, Module, Result, Tensor};
use candle_nn::VarBuilder;
use candle_nn::ops::sigmoid;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use plumbline_enhance::{Mask, Pixels};
use plumbline_nn::conv::{Activation, Conv, Geometry};
use plumbline_nn::upsample2x::upsample2x;

use crate::weights::{Weights, WeightsError};

/// Longer side of the network's input and of its mask, pixels.
pub const LONG_SIDE: u32 = 320;

/// Mean and deviation that normalise samples of 0..1.
pub(crate) const MEAN: f32 = 0.45;
pub(crate) const DEVIATION: f32 = 0.25;

/// Sides are multiples of this: the encoder halves five times.
const STEP: u32 = 32;

/// Channels of the encoder's levels, from half the size to a thirty-second.
pub(crate) const LEVELS: [usize; 5] = [16, 32, 64, 96, 128];

/// Channels of the decoder's levels, from a sixteenth of the size to half.
const DECODED: [usize; 4] = [64, 48, 32, 16];

/// Level of the encoder: half the size, then residuals.
struct Level {
    down: Conv,
    more: Vec<Conv>,
}

impl Level {
    fn new(inputs: usize, outputs: usize, convs: usize, vb: &VarBuilder) -> Result<Self> {
        let relu = Activation::Relu;
        let more = |i| {
            let vb = vb.pp(format!("more{i}"));
            Conv::new((outputs, outputs), 3, Geometry::same(1), relu, &vb)
        };
        Ok(Self {
            down: Conv::new((inputs, outputs), 3, Geometry::HALF, relu, &vb.pp("down"))?,
            more: (0..convs).map(more).collect::<Result<_>>()?,
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = self.down.forward(x)?;
        for conv in &self.more {
            x = (conv.forward(&x)? + x)?;
        }
        Ok(x)
    }
}

/// Level of the decoder: the level below at twice the size, plus the encoder's level, then mixed.
struct DecoderLevel {
    below: Conv,
    beside: Conv,
    mix: Conv,
}

impl DecoderLevel {
    fn new(below: usize, beside: usize, outputs: usize, vb: &VarBuilder) -> Result<Self> {
        let point = |name: &str, inputs| {
            let vb = vb.pp(name);
            Conv::new(
                (inputs, outputs),
                1,
                Geometry::POINT,
                Activation::Linear,
                &vb,
            )
        };
        let vb_mix = vb.pp("mix");
        let mix = Conv::new(
            (outputs, outputs),
            3,
            Geometry::same(1),
            Activation::Relu,
            &vb_mix,
        );
        Ok(Self {
            below: point("below", below)?,
            beside: point("beside", beside)?,
            mix: mix?,
        })
    }

    fn forward(&self, below: &Tensor, beside: &Tensor) -> Result<Tensor> {
        let below = upsample2x(&self.below.forward(below)?)?;
        let sum = (below + self.beside.forward(beside)?)?;
        self.mix.forward(&sum)? + sum
    }
}

/// Network.
pub struct Net {
    levels: Vec<Level>,
    whole: Conv,
    decoder: Vec<DecoderLevel>,
    out: Conv,
}

impl Net {
    /// Takes its weights from `vb`.
    pub fn new(vb: &VarBuilder) -> Result<Self> {
        let inputs = [3, LEVELS[0], LEVELS[1], LEVELS[2], LEVELS[3]];
        let convs = [1, 1, 1, 1, 2];
        let below = [LEVELS[4], DECODED[0], DECODED[1], DECODED[2]];
        let linear = Activation::Linear;
        let bottom = (LEVELS[4], LEVELS[4]);
        Ok(Self {
            levels: (0..5)
                .map(|i| Level::new(inputs[i], LEVELS[i], convs[i], &vb.pp(format!("level{i}"))))
                .collect::<Result<_>>()?,
            whole: Conv::new(bottom, 1, Geometry::POINT, linear, &vb.pp("whole"))?,
            decoder: (0..4)
                .map(|i| {
                    DecoderLevel::new(
                        below[i],
                        LEVELS[3 - i],
                        DECODED[i],
                        &vb.pp(format!("rise{i}")),
                    )
                })
                .collect::<Result<_>>()?,
            out: Conv::new((DECODED[3], 1), 3, Geometry::same(1), linear, &vb.pp("out"))?,
        })
    }

    /// `x`: images x 3 x height x width, sides multiples of 32. The logit of "is sky", half the
    /// size, one channel.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut levels: Vec<Tensor> = Vec::with_capacity(self.levels.len());
        for level in &self.levels {
            levels.push(level.forward(levels.last().unwrap_or(x))?);
        }
        let bottom = &levels[4];
        // The mean over the whole picture reaches every pixel: images x 128 x 1 x 1.
        let whole = self
            .whole
            .forward(&bottom.mean_keepdim(3)?.mean_keepdim(2)?)?;
        let mut decoded = bottom.broadcast_add(&whole)?;
        for (decoder, level) in self.decoder.iter().zip(levels.iter().rev().skip(1)) {
            decoded = decoder.forward(&decoded, level)?;
        }
        self.out.forward(&decoded)
    }
}

/// Segmentation of the sky by the network.
pub struct SkyNet(Net);

impl SkyNet {
    /// The weights that are part of the program.
    pub(crate) const SHIPPED: &[u8] = include_bytes!("../../shipped/sky.safetensors");

    /// Network with the weights that are part of the program.
    pub fn shipped() -> std::result::Result<Self, WeightsError> {
        Weights::embedded(Self::SHIPPED)?
            .build(|vb| Net::new(&vb))
            .map(Self)
    }

    /// Network with weights of a file, as `train` writes them.
    pub fn from_file(path: &Path) -> std::result::Result<Self, WeightsError> {
        Weights::map(path)?.build(|vb| Net::new(&vb)).map(Self)
    }

    /// Wraps a network.
    pub(crate) fn new(net: Net) -> Self {
        Self(net)
    }

    /// Probability of sky of every pixel, 0 to 255; `LONG_SIDE` pixels along the longer side.
    pub fn probability(&self, small: &Pixels) -> Result<Mask> {
        let (width, height) = proportional(small);
        let logit = self.0.forward(&self.input(small)?)?.upsample_bilinear2d(
            height as usize,
            width as usize,
            false,
        )?;
        let likely = (sigmoid(&logit)? * 255.0)?
            .flatten_all()?
            .to_vec1::<f32>()?;
        let values = likely.iter().map(|v| v.round() as u8).collect();
        Ok(Mask::new(width, height, values).expect("as many values as pixels"))
    }

    /// Input of a picture: 1 x 3 x height x width.
    pub(crate) fn input(&self, small: &Pixels) -> Result<Tensor> {
        let (width, height) = proportional(small);
        let whole = |side: u32| side.next_multiple_of(STEP);
        input(&resized(small, whole(width), whole(height)))
    }
}

/// Size of the picture's shape with `LONG_SIDE` pixels along its longer side.
fn proportional(picture: &Pixels) -> (u32, u32) {
    let long = f64::from(picture.width().max(picture.height()));
    let side = |v: u32| ((f64::from(v) / long * f64::from(LONG_SIDE)).round() as u32).max(1);
    (side(picture.width()), side(picture.height()))
}

/// Resizes a picture to any shape, averaging.
pub(crate) fn resized(picture: &Pixels, width: u32, height: u32) -> Pixels {
    let algorithm = ResizeAlg::Convolution(FilterType::Bilinear);
    let options = ResizeOptions::new().resize_alg(algorithm).use_alpha(false);
    let rgb = picture.rgb8();
    let mut samples = vec![0_u8; width as usize * height as usize * 3];
    let from = TypedImageRef::<U8x3>::from_buffer(picture.width(), picture.height(), &rgb);
    let to = TypedImage::<U8x3>::from_buffer(width, height, &mut samples);
    Resizer::new()
        .resize_typed(
            &from.expect("samples fit their size"),
            &mut to.expect("the buffer fits"),
            &options,
        )
        .expect("the crop box is the whole picture");
    Pixels::from_eight(width, height, samples).expect("the resizer keeps its size")
}

/// Normalised tensor of a picture, 1 x 3 x height x width.
fn input(picture: &Pixels) -> Result<Tensor> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let rgb = picture.rgb8();
    let plane = |channel: usize| rgb.iter().skip(channel).step_by(3).map(|&v| normalized(v));
    let values: Vec<f32> = (0..3).flat_map(plane).collect();
    Tensor::from_vec(values, (1, 3, height, width), &Device::Cpu)
}

/// Normalised sample of 0..=255.
pub(crate) fn normalized(sample: u8) -> f32 {
    (f32::from(sample) / 255.0 - MEAN) / DEVIATION
}
