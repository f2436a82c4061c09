//! Benchmark of SDXL's networks at full size with random parameters: seconds, arithmetic, and memory.

pub mod photo;

use std::time::Instant;

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use plumbline_nn::conv::channels_last::to_channels_last_builder;
use plumbline_nn::dense;
use plumbline_nn::device;
use plumbline_nn::malloc_tuning;

use super::budget::{Budget, Sizes, fitting_budgets};
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

/// Measurement of one network, or of one photo.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Name of the network or the photo.
    pub name: String,
    /// Median of the runs.
    pub seconds: f64,
    /// Arithmetic, two operations a multiplication with addition; `None`: not counted.
    pub tflop: Option<f64>,
    /// Peak memory of tensors on a card, parameters included; `None`: on the processor.
    pub peak_bytes: Option<u64>,
}

/// Components of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    /// Both text encoders.
    Text,
    /// Both halves of the autoencoder.
    Vae,
    /// One step.
    Unet,
    /// One ControlNet.
    ControlNet,
}

/// Precision of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precision(DType);

impl Precision {
    /// Sixteen bits, eleven of them significant.
    pub const F16: Self = Self(DType::F16);
    /// Sixteen bits, eight of them significant.
    pub const BF16: Self = Self(DType::BF16);

    /// One of f32, f16, bf16.
    pub fn named(name: &str) -> Option<Self> {
        let known = [DType::F32, DType::F16, DType::BF16].into_iter();
        known.map(Self).find(|precision| precision.name() == name)
    }

    /// Name at the command line.
    pub fn name(self) -> &'static str {
        self.0.as_str()
    }
}

impl Component {
    /// Name at the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Vae => "vae",
            Self::Unet => "unet",
            Self::ControlNet => "controlnet",
        }
    }

    /// All components.
    pub const ALL: [Self; 4] = [Self::Text, Self::Vae, Self::Unet, Self::ControlNet];
}

/// Settings of a benchmark.
#[derive(Debug, Clone)]
pub struct SyntheticBench {
    /// Device to run on.
    pub device: Device,
    /// Precision of the parameters.
    pub dtype: Precision,
    /// Side of the picture, a multiple of 64.
    pub side: usize,
    /// Runs of which the median counts, after one that does not.
    pub runs: usize,
}

impl SyntheticBench {
    /// Measures one component, alone in memory.
    pub fn measure(&self, component: Component) -> Result<Vec<Measurement>> {
        let _retained = malloc_tuning::retain_freed_on_cpu(&self.device);
        match component {
            Component::Text => self.text(),
            Component::Vae => self.vae(),
            Component::Unet => self.unet(),
            Component::ControlNet => self.controlnet(),
        }
    }

    /// TFLOP a second of a large matrix product, as the upper bound of the device.
    pub fn matmul_rate(&self) -> Result<f64> {
        let side = if self.device.is_cpu() { 2048 } else { 8192 };
        let factor = || {
            Tensor::randn(0.0_f32, 0.02, (side, side), &self.device)?
                .to_dtype(self.activation_dtype())
        };
        let (a, b) = (factor()?, factor()?);
        let seconds = self.median(|| a.matmul(&b))?;
        Ok(2.0 * (side as f64).powi(3) / seconds / 1e12)
    }

    fn text(&self) -> Result<Vec<Measurement>> {
        let ids = Tensor::ones((1, TOKENS), DType::U32, &self.device)?;
        let parameters = random_weights::parameters(self.activation_dtype(), &self.device)?;
        let first = TextEncoder::new(&text::Config::sdxl(), &parameters)?;
        let second = TextEncoder::new(&text::Config::sdxl_second(), &parameters)?;
        let seconds = self.median(|| {
            first.forward(&ids)?;
            Ok(second.forward(&ids)?.penultimate)
        })?;
        Ok(vec![self.measurement("text encoders", seconds, None)])
    }

    fn vae(&self) -> Result<Vec<Measurement>> {
        let picture = self.noise(&[1, 3, self.side, self.side])?;
        let encoder = Encoder::new(&VaeConfig::sdxl(), &self.parameters()?)?;
        device::reset_peak_memory(&self.device);
        let seconds = self.median(|| Ok(encoder.forward(&picture)?.mean))?;
        let encode = self.measurement("VAE encode", seconds, self.tflop([1.117, 2.609, 4.879]));
        drop(encoder);
        let latents = self.noise(&[1, 4, self.side / 8, self.side / 8])?;
        let decoder = Decoder::new(&VaeConfig::sdxl(), &self.parameters()?)?;
        device::reset_peak_memory(&self.device);
        let seconds = self.median(|| decoder.forward(&latents))?;
        let decode = self.measurement("VAE decode", seconds, self.tflop([2.515, 5.754, 10.470]));
        Ok(vec![encode, decode])
    }

    fn unet(&self) -> Result<Vec<Measurement>> {
        let unet = Unet::new(&UnetConfig::sdxl(), &self.parameters()?)?;
        let mut measurements = Vec::new();
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
            measurements.push(self.measurement(name, seconds, tflop));
        }
        Ok(measurements)
    }

    fn controlnet(&self) -> Result<Vec<Measurement>> {
        let control = ControlNet::new(&UnetConfig::sdxl_controlnet(), &self.parameters()?)?;
        let x = self.noise(&[1, 4, self.side / 8, self.side / 8])?;
        let picture = self.noise(&[1, 3, self.side, self.side])?;
        let cond = self.cond(1)?;
        device::reset_peak_memory(&self.device);
        let seconds =
            self.median(|| Ok(control.forward(&x, TIMESTEP, &cond, &picture, 0.6)?.mid))?;
        Ok(vec![self.measurement(
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
        Tensor::randn(0.0_f32, 1.0, shape, &self.device)?.to_dtype(self.activation_dtype())
    }

    /// Type of the networks' inputs.
    fn activation_dtype(&self) -> DType {
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

    /// Arithmetic for one of the three sides that were counted.
    fn tflop(&self, counted: [f64; 3]) -> Option<f64> {
        let at = [512, 768, 1024]
            .iter()
            .position(|&side| side == self.side)?;
        Some(counted[at])
    }

    fn measurement(&self, name: &str, seconds: f64, tflop: Option<f64>) -> Measurement {
        Measurement {
            name: name.to_owned(),
            seconds,
            tflop,
            peak_bytes: device::peak_memory(&self.device),
        }
    }

    fn median(&self, mut once: impl FnMut() -> Result<Tensor>) -> Result<f64> {
        let mut times = Vec::with_capacity(self.runs);
        for run in 0..=self.runs {
            let started = Instant::now();
            drop(once()?);
            self.device.synchronize()?;
            if run > 0 {
                times.push(started.elapsed().as_secs_f64());
            }
        }
        times.sort_by(f64::total_cmp);
        Ok(times[times.len() / 2])
    }
}

/// Budgets of SDXL at full size that fit into `free` bytes.
pub fn sdxl_budgets(free: u64, card: bool) -> Vec<Budget> {
    fitting_budgets(free, &Sizes::SDXL, card)
}
