//! TAESDXL (Bohan 2023, "Tiny autoencoder for Stable Diffusion"): SDXL's latents in a hundredth of
//! the work of its own autoencoder, at about 25 dB. For previews, never for what is delivered.
//! Parameter names are those of the original, places in its list of layers.
//!
//! Pictures are n x 3 x H x W, RGB of 0..1, sides multiples of 8; latents n x 4 x H/8 x W/8, as
//! the UNet sees them, without another factor.

use candle_core::{Module, Result, Tensor};
use candle_nn::VarBuilder;
use plumbline_nn::conv::{Activation, Conv, Geometry};

const CHANNELS: usize = 64;
const LATENTS: usize = 4;
/// What latents are softly kept within before they are decoded.
const BOUND: f64 = 3.0;

/// Pictures to latents, 1.2 M parameters.
pub struct Encoder(Vec<Layer>);

/// Latents to pictures, 1.2 M parameters.
pub struct Decoder(Vec<Layer>);

impl Encoder {
    /// By the published parameter names.
    pub fn new(vb: &VarBuilder) -> Result<Self> {
        let mut list = List::new(vb);
        list.convolve((3, CHANNELS), Activation::Linear)?;
        list.blocks(1)?;
        for _ in 0..3 {
            list.halve()?;
            list.blocks(3)?;
        }
        list.convolve((CHANNELS, LATENTS), Activation::Linear)?;
        Ok(Self(list.layers))
    }

    /// n x 3 x H x W to n x 4 x H/8 x W/8.
    pub fn forward(&self, pictures: &Tensor) -> Result<Tensor> {
        pass(&self.0, pictures)
    }
}

impl Decoder {
    /// By the published parameter names.
    pub fn new(vb: &VarBuilder) -> Result<Self> {
        let mut list = List::new(vb);
        list.next += 1;
        list.convolve((LATENTS, CHANNELS), Activation::Relu)?;
        list.next += 1;
        for _ in 0..3 {
            list.blocks(3)?;
            list.double()?;
        }
        list.blocks(1)?;
        list.convolve((CHANNELS, 3), Activation::Linear)?;
        Ok(Self(list.layers))
    }

    /// n x 4 x h x w to n x 3 x 8h x 8w; a little below 0 and above 1 here and there.
    pub fn forward(&self, latents: &Tensor) -> Result<Tensor> {
        let bounded = ((latents / BOUND)?.tanh()? * BOUND)?;
        pass(&self.0, &bounded)
    }
}

fn pass(layers: &[Layer], x: &Tensor) -> Result<Tensor> {
    layers.iter().try_fold(x.clone(), |x, layer| layer.pass(&x))
}

enum Layer {
    Convolve(Conv),
    /// Three convolutions beside what they are given.
    Block([Conv; 3]),
    /// Every pixel becomes four.
    Double,
}

impl Layer {
    fn pass(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Convolve(conv) => conv.forward(x),
            Self::Block(convs) => {
                let bent = convs
                    .iter()
                    .try_fold(x.clone(), |x, conv| conv.forward(&x))?;
                (bent + x)?.relu()
            }
            Self::Double => {
                let (_, _, height, width) = x.dims4()?;
                x.upsample_nearest2d(2 * height, 2 * width)
            }
        }
    }
}

/// Layers in the order of the original's list, in which what has no parameters has a place too.
struct List<'a> {
    vb: &'a VarBuilder<'a>,
    next: usize,
    layers: Vec<Layer>,
}

impl<'a> List<'a> {
    fn new(vb: &'a VarBuilder<'a>) -> Self {
        Self {
            vb,
            next: 0,
            layers: Vec::new(),
        }
    }

    fn push(&mut self, layer: Layer) {
        self.layers.push(layer);
        self.next += 1;
    }

    fn convolve(&mut self, channels: (usize, usize), activation: Activation) -> Result<()> {
        let vb = self.vb.pp(self.next);
        let conv = Conv::new(channels, 3, Geometry::same(1), activation, &vb)?;
        self.push(Layer::Convolve(conv));
        Ok(())
    }

    fn blocks(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            let vb = self.vb.pp(self.next).pp("conv");
            let conv = |place: usize, activation| {
                let (both, same) = ((CHANNELS, CHANNELS), Geometry::same(1));
                Conv::new(both, 3, same, activation, &vb.pp(place))
            };
            let block = [
                conv(0, Activation::Relu)?,
                conv(2, Activation::Relu)?,
                conv(4, Activation::Linear)?,
            ];
            self.push(Layer::Block(block));
        }
        Ok(())
    }

    fn halve(&mut self) -> Result<()> {
        self.unbiased(Geometry::HALF)
    }

    fn double(&mut self) -> Result<()> {
        self.push(Layer::Double);
        self.unbiased(Geometry::same(1))
    }

    fn unbiased(&mut self, geometry: Geometry) -> Result<()> {
        let weight = self
            .vb
            .get((CHANNELS, CHANNELS, 3, 3), &format!("{}.weight", self.next))?;
        let bias = Tensor::zeros(CHANNELS, weight.dtype(), weight.device())?;
        self.push(Layer::Convolve(Conv {
            weight,
            bias,
            geometry,
            activation: Activation::Linear,
        }));
        Ok(())
    }
}
