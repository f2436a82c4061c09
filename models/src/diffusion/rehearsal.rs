//! What SDXL's networks cost at full size on this machine, with random parameters: seconds, the
//! arithmetic they are, and the memory they take.

use std::time::Instant;

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use plumbline_enhance::{Denoise, GenerationError, GenerativeModel, Pixels, Scene, Tile};
use plumbline_nn::conv::channels_last::to_channels_last_builder;
use plumbline_nn::dense;
use plumbline_nn::device;
use plumbline_nn::malloc_tuning;

use super::budget::{Budget, Profile, Sizes, ways};
use super::files::Files;
use super::painter::{Painter, Unusable};
use super::random_weights;
use crate::nets::sdxl::Cond;
use crate::nets::sdxl::config::{UnetConfig, VaeConfig};
use crate::nets::sdxl::controlnet::ControlNet;
use crate::nets::sdxl::text::{self, TextEncoder};
use crate::nets::sdxl::unet::Unet;
use crate::nets::sdxl::vae::{Decoder, Encoder};

const TOKENS: usize = 77;
/// A timestep of the eight-step checkpoint.
const TIMESTEP: f64 = 249.0;

/// One network, or one photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Which.
    pub name: String,
    /// The median.
    pub seconds: f64,
    /// Arithmetic, two operations a multiplication with addition; `None`: not counted.
    pub tflop: Option<f64>,
    /// Most memory of a card that tensors took, parameters included; `None`: on the processor.
    pub peak_bytes: Option<u64>,
}

/// Parts to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Both text encoders.
    Text,
    /// Both halves of the autoencoder.
    Vae,
    /// One step.
    Unet,
    /// One ControlNet.
    ControlNet,
}

/// Of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precision(DType);

impl Precision {
    /// Sixteen bits, eleven of them significant.
    pub const HALF: Self = Self(DType::F16);
    /// Sixteen bits, eight of them significant.
    pub const BRAIN: Self = Self(DType::BF16);

    /// One of f32, f16, bf16.
    pub fn named(name: &str) -> Option<Self> {
        let known = [DType::F32, DType::F16, DType::BF16].into_iter();
        known.map(Self).find(|precision| precision.name() == name)
    }

    /// As it is named.
    pub fn name(self) -> &'static str {
        self.0.as_str()
    }
}

impl Part {
    /// At the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Vae => "vae",
            Self::Unet => "unet",
            Self::ControlNet => "controlnet",
        }
    }

    /// All of them.
    pub const ALL: [Self; 4] = [Self::Text, Self::Vae, Self::Unet, Self::ControlNet];
}

/// How to measure.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// Where.
    pub device: Device,
    /// In which precision.
    pub dtype: Precision,
    /// Side of the picture, a multiple of 64.
    pub side: usize,
    /// Runs of which the median counts, after one that does not.
    pub runs: usize,
}

impl Rehearsal {
    /// One part alone in memory.
    pub fn measure(&self, part: Part) -> Result<Vec<Figure>> {
        let _kept = malloc_tuning::retain_freed_on_cpu(&self.device);
        match part {
            Part::Text => self.text(),
            Part::Vae => self.vae(),
            Part::Unet => self.unet(),
            Part::ControlNet => self.controlnet(),
        }
    }

    /// TFLOP a second of a large matrix product: what the device does at best.
    pub fn matrix_rate(&self) -> Result<f64> {
        let side = if self.device.is_cpu() { 2048 } else { 8192 };
        let factor =
            || Tensor::randn(0.0_f32, 0.02, (side, side), &self.device)?.to_dtype(self.shown());
        let (a, b) = (factor()?, factor()?);
        let seconds = self.median(|| a.matmul(&b))?;
        Ok(2.0 * (side as f64).powi(3) / seconds / 1e12)
    }

    fn text(&self) -> Result<Vec<Figure>> {
        let ids = Tensor::ones((1, TOKENS), DType::U32, &self.device)?;
        let parameters = random_weights::parameters(self.shown(), &self.device)?;
        let first = TextEncoder::new(&text::Config::sdxl(), &parameters)?;
        let second = TextEncoder::new(&text::Config::sdxl_second(), &parameters)?;
        let seconds = self.median(|| {
            first.forward(&ids)?;
            Ok(second.forward(&ids)?.penultimate)
        })?;
        Ok(vec![self.figure("text encoders", seconds, None)])
    }

    fn vae(&self) -> Result<Vec<Figure>> {
        let picture = self.noise(&[1, 3, self.side, self.side])?;
        let encoder = Encoder::new(&VaeConfig::sdxl(), &self.parameters()?)?;
        device::reset_peak_memory(&self.device);
        let seconds = self.median(|| Ok(encoder.forward(&picture)?.mean))?;
        let encode = self.figure("VAE encode", seconds, self.tflop([1.117, 2.609, 4.879]));
        drop(encoder);
        let latents = self.noise(&[1, 4, self.side / 8, self.side / 8])?;
        let decoder = Decoder::new(&VaeConfig::sdxl(), &self.parameters()?)?;
        device::reset_peak_memory(&self.device);
        let seconds = self.median(|| decoder.forward(&latents))?;
        let decode = self.figure("VAE decode", seconds, self.tflop([2.515, 5.754, 10.470]));
        Ok(vec![encode, decode])
    }

    fn unet(&self) -> Result<Vec<Figure>> {
        let unet = Unet::new(&UnetConfig::sdxl(), &self.parameters()?)?;
        let mut figures = Vec::new();
        let batches: &[usize] = if self.device.is_cpu() { &[1] } else { &[1, 4] };
        for &batch in batches {
            let x = self.noise(&[batch, 4, self.side / 8, self.side / 8])?;
            let cond = self.cond(batch)?;
            device::reset_peak_memory(&self.device);
            let seconds = self.median(|| unet.forward(&x, TIMESTEP, &cond, None))?;
            let tflop = self.tflop([1.589, 3.641, 6.761]).map(|t| t * batch as f64);
            let name = if batch == 1 {
                "UNet"
            } else {
                "UNet, batch of 4"
            };
            figures.push(self.figure(name, seconds, tflop));
        }
        Ok(figures)
    }

    fn controlnet(&self) -> Result<Vec<Figure>> {
        let control = ControlNet::new(&UnetConfig::sdxl_controlnet(), &self.parameters()?)?;
        let x = self.noise(&[1, 4, self.side / 8, self.side / 8])?;
        let picture = self.noise(&[1, 3, self.side, self.side])?;
        let cond = self.cond(1)?;
        device::reset_peak_memory(&self.device);
        let seconds =
            self.median(|| Ok(control.forward(&x, TIMESTEP, &cond, &picture, 0.6)?.mid))?;
        Ok(vec![self.figure(
            "ControlNet",
            seconds,
            self.tflop([0.712, 1.628, 3.020]),
        )])
    }

    fn parameters(&self) -> Result<VarBuilder<'static>> {
        Ok(to_channels_last_builder(random_weights::parameters(
            self.dtype.0,
            &self.device,
        )?))
    }

    fn noise(&self, shape: &[usize]) -> Result<Tensor> {
        Tensor::randn(0.0_f32, 1.0, shape, &self.device)?.to_dtype(self.shown())
    }

    /// What the networks are shown.
    fn shown(&self) -> DType {
        dense::activation_dtype(&self.device, self.dtype.0)
    }

    fn cond(&self, batch: usize) -> Result<Cond> {
        let side = self.side as f32;
        let sizes = Tensor::new(&[[side, side, 0.0, 0.0, side, side]], &self.device)?;
        let one = Cond {
            encoder_hidden_states: self.noise(&[1, TOKENS, 2048])?,
            text_embeds: self.noise(&[1, 1280])?,
            time_ids: sizes,
        };
        one.repeated(batch)
    }

    /// Of the three sides that were counted.
    fn tflop(&self, counted: [f64; 3]) -> Option<f64> {
        let at = [512, 768, 1024]
            .iter()
            .position(|&side| side == self.side)?;
        Some(counted[at])
    }

    fn figure(&self, name: &str, seconds: f64, tflop: Option<f64>) -> Figure {
        Figure {
            name: name.to_owned(),
            seconds,
            tflop,
            peak_bytes: device::peak_memory(&self.device),
        }
    }

    fn median(&self, mut once: impl FnMut() -> Result<Tensor>) -> Result<f64> {
        let mut times = Vec::with_capacity(self.runs);
        for run in 0..=self.runs {
            let begun = Instant::now();
            drop(once()?);
            self.device.synchronize()?;
            if run > 0 {
                times.push(begun.elapsed().as_secs_f64());
            }
        }
        times.sort_by(f64::total_cmp);
        Ok(times[times.len() / 2])
    }
}

/// What a whole photo could not be painted for.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// No model of random parameters.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// It did not paint.
    #[error(transparent)]
    GenerativeModel(#[from] GenerationError),
}

/// Ways of working with SDXL at full size in `free` bytes.
pub fn sdxl_ways(free: u64, card: bool) -> Vec<Budget> {
    ways(free, &Sizes::SDXL, card)
}

/// Seconds that a model of random parameters takes for one picture as a whole, and for all tiles of
/// another, by a way of working; the first photo's loading not counted.
pub fn photo(
    device: &Device,
    profile: Profile,
    small: &Pixels,
    tiled: Option<(&Pixels, &[Tile])>,
    denoise: &Denoise,
) -> std::result::Result<Vec<Figure>, PhotoError> {
    let way = Budget::of(profile, &Sizes::SDXL);
    let painter = Painter::working(Files::random(), device.clone(), None, vec![way], |_| ())?;
    let mut figures = Vec::new();
    let mut take =
        |name: String, go: &mut dyn FnMut() -> std::result::Result<(), GenerationError>| {
            device::reset_peak_memory(device);
            let begun = Instant::now();
            go()?;
            figures.push(Figure {
                name,
                seconds: begun.elapsed().as_secs_f64(),
                tflop: None,
                peak_bytes: device::peak_memory(device),
            });
            Ok::<_, GenerationError>(())
        };
    let scene = Scene::default();
    // Loads the networks.
    painter.correct(small, &scene, denoise, &|_| true)?;
    take(format!("guided proposal, {}", profile.name), &mut || {
        painter.correct(small, &scene, denoise, &|_| true).map(drop)
    })?;
    if let Some((pixels, tiles)) = tiled {
        let name = format!("{} tiles, {}", tiles.len(), profile.name);
        take(name, &mut || {
            painter.redraw(pixels, tiles, &scene, denoise, &|_| true, &mut |_, _| ())
        })?;
    }
    Ok(figures)
}
