//! Networks in memory: loaded when they are asked for, and dropped for the next where there is no
//! room for all.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use plumbline_nn::conv::channels_last::to_channels_last_builder;
use plumbline_nn::dense;

use super::budget::{Net, Profile, Residency};
use super::files::{Files, Origin, Part};
use super::lora::merge::{Adapter, MergedParams, Originals};
use super::lora::{Lora, LoraError};
use super::params::Params;
use super::random_weights;
use crate::nets::sdxl::config::UnetConfig;
use crate::nets::sdxl::controlnet::ControlNet;
use crate::nets::sdxl::unet::Unet;
use crate::nets::sdxl::vae::{Decoder, Encoder};
use crate::weights::{Weights, WeightsError};

enum Loaded {
    Encoder(Encoder),
    Decoder(Decoder),
    Control(ControlNet),
    Unet(Box<LoraTarget>),
}

/// UNet, and the weight of the LoRA that is in it.
struct LoraTarget {
    /// `None`: building it anew failed.
    unet: Option<Unet>,
    parameters: Parameters,
    lora_weight: f32,
}

/// Parameters that a UNet is built from anew when the weight of its LoRA changes.
enum Parameters {
    /// Random ones, which no LoRA fits.
    Random,
    /// In memory, shared with the network.
    Held(Box<MergedParams>),
    /// In their file, read again: the network holds them packed.
    File(Source),
}

/// File, type and device of parameters.
struct Source {
    path: PathBuf,
    dtype: DType,
    device: Device,
}

/// Cache of networks in memory.
pub(crate) struct ModelCache {
    files: Files,
    device: Device,
    dtype: DType,
    residency: Residency,
    held: Vec<(Net, Loaded)>,
}

impl ModelCache {
    pub fn new(files: Files, device: Device, profile: &Profile) -> Self {
        Self {
            files,
            device,
            dtype: profile.dtype,
            residency: profile.residency,
            held: Vec::new(),
        }
    }

    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Type of the networks' inputs.
    pub fn dtype(&self) -> DType {
        dense::activation_dtype(&self.device, self.dtype)
    }

    /// Factor of a picture's latents for the UNet.
    pub fn scaling(&self) -> f64 {
        self.files.vae.config.scaling_factor
    }

    /// Drops all networks.
    pub fn clear(&mut self) {
        self.held.clear();
    }

    pub fn encoder(&mut self) -> Result<&Encoder> {
        match self.get(Net::Encoder)? {
            Loaded::Encoder(encoder) => Ok(encoder),
            _ => unreachable!("an encoder was loaded"),
        }
    }

    /// Mode of the latents of pictures of 0..1, scaled for the UNet, in full precision.
    pub fn latents(&mut self, unit: &Tensor) -> Result<Tensor> {
        let (scaling, dtype) = (self.scaling(), self.dtype());
        let signed = ((unit * 2.0)? - 1.0)?.to_device(&self.device)?;
        let mean = self.encoder()?.forward(&signed.to_dtype(dtype)?)?.mean;
        mean.to_dtype(DType::F32)? * scaling
    }

    pub fn decoder(&mut self) -> Result<&Decoder> {
        match self.get(Net::Decoder)? {
            Loaded::Decoder(decoder) => Ok(decoder),
            _ => unreachable!("a decoder was loaded"),
        }
    }

    /// ControlNet of textures or of edges.
    pub fn control(&mut self, net: Net) -> Result<&ControlNet> {
        match self.get(net)? {
            Loaded::Control(control) => Ok(control),
            _ => unreachable!("a ControlNet was loaded"),
        }
    }

    /// UNet with the LoRA of that weight, if there is one.
    pub fn unet(&mut self, lora_weight: f32) -> Result<&Unet> {
        let (config, path) = (self.files.unet.config.clone(), self.files.lora.clone());
        let Loaded::Unet(held) = self.get(Net::Unet)? else {
            unreachable!("a UNet was loaded")
        };
        if let Some(path) = path
            && held.lora_weight != lora_weight
        {
            held.apply_lora(lora_weight, &path, &config)?;
        }
        held.unet()
    }

    pub fn inpainting(&mut self) -> Result<&Unet> {
        match self.get(Net::Inpainting)? {
            Loaded::Unet(held) => held.unet(),
            _ => unreachable!("a UNet was loaded"),
        }
    }

    fn get(&mut self, net: Net) -> Result<&mut Loaded> {
        if let Some(at) = self.held.iter().position(|(held, _)| *held == net) {
            return Ok(&mut self.held[at].1);
        }
        // Skies are rare, and their UNet is as large as the other.
        if self.residency == Residency::One || net == Net::Inpainting {
            self.held.clear();
        } else {
            self.held.retain(|(held, _)| *held != Net::Inpainting);
        }
        let loaded = self.load(net).map_err(from_weights)?;
        self.held.push((net, loaded));
        let last = self.held.len() - 1;
        Ok(&mut self.held[last].1)
    }

    fn load(&self, net: Net) -> std::result::Result<Loaded, WeightsError> {
        let files = &self.files;
        Ok(match net {
            Net::Encoder => {
                let other = &["decoder.", "post_quant_conv."];
                let encoder = self.build(&files.vae, other, Encoder::new)?;
                Loaded::Encoder(encoder)
            }
            Net::Decoder => {
                let other = &["encoder.", "quant_conv."];
                let decoder = self.build(&files.vae, other, Decoder::new)?;
                Loaded::Decoder(decoder)
            }
            Net::Tile => Loaded::Control(self.build(&files.tile, &[], ControlNet::new)?),
            Net::Canny => Loaded::Control(self.build(&files.canny, &[], ControlNet::new)?),
            Net::Unet => self.load_unet(&files.unet)?,
            Net::Inpainting => match &files.inpainting {
                Some(part) => self.load_unet(part)?,
                None => Err(candle_core::Error::msg("no network for skies is installed"))?,
            },
        })
    }

    fn build<C, N>(
        &self,
        part: &Part<C>,
        other: &'static [&'static str],
        new: impl FnOnce(&C, &VarBuilder<'static>) -> Result<N>,
    ) -> std::result::Result<N, WeightsError> {
        let (dtype, device) = (self.dtype, &self.device);
        match &part.weights {
            Origin::File(path) => {
                let weights = Weights::map(path)?.without(other);
                weights.build_on(dtype, device, |vb| {
                    new(&part.config, &to_channels_last_builder(vb))
                })
            }
            Origin::Random => {
                let parameters =
                    to_channels_last_builder(random_weights::parameters(dtype, device)?);
                Ok(new(&part.config, &parameters)?)
            }
        }
    }

    fn load_unet(&self, part: &Part<UnetConfig>) -> std::result::Result<Loaded, WeightsError> {
        let Origin::File(path) = &part.weights else {
            let unet = self.build(part, &[], Unet::new)?;
            return Ok(LoraTarget::plain(unet, Parameters::Random));
        };
        let source = Source {
            path: path.clone(),
            dtype: self.dtype,
            device: self.device.clone(),
        };
        if dense::packs_weights(&self.device, self.dtype) {
            let unet = self.build(part, &[], Unet::new)?;
            return Ok(LoraTarget::plain(unet, Parameters::File(source)));
        }
        let params = source.read(self.dtype)?.channels_last()?;
        let unet = params.build(|vb| Unet::new(&part.config, &vb))?;
        let merged = Box::new(MergedParams::new(params, Originals::InTheFile));
        Ok(LoraTarget::plain(unet, Parameters::Held(merged)))
    }
}

impl Source {
    fn read(&self, dtype: DType) -> std::result::Result<Params, WeightsError> {
        Params::map(&[&self.path], dtype, &self.device)
    }
}

impl LoraTarget {
    fn plain(unet: Unet, parameters: Parameters) -> Loaded {
        Loaded::Unet(Box::new(Self {
            unet: Some(unet),
            parameters,
            lora_weight: 0.0,
        }))
    }

    fn unet(&self) -> Result<&Unet> {
        let missing = || candle_core::Error::msg("the UNet could not be built with its LoRA");
        self.unet.as_ref().ok_or_else(missing)
    }

    /// Builds the UNet with the LoRA of that weight, from the original parameters.
    fn apply_lora(&mut self, weight: f32, path: &Path, config: &UnetConfig) -> Result<()> {
        if matches!(self.parameters, Parameters::Random) {
            return Ok(());
        }
        let lora = Lora::open(path, None).map_err(candle_core::Error::wrap)?;
        let adapter = Adapter {
            lora: &lora,
            weight: f64::from(weight),
        };
        // Dropped first, as it holds the parameters that the LoRA replaces. Not a number: until all is
        // done, no weight that is asked for equals it.
        (self.unet, self.lora_weight) = (None, f32::NAN);
        let new = |vb| Unet::new(config, &vb);
        let unet = match &mut self.parameters {
            Parameters::Random => return Ok(()),
            Parameters::Held(merged) => {
                merged.set(&[adapter]).map_err(from_lora)?;
                merged.params().build(new)
            }
            Parameters::File(source) => {
                // A LoRA adds less than the steps of bfloat16.
                let params = source.read(DType::F16).map_err(from_weights)?;
                let mut merged = MergedParams::new(params, Originals::InTheFile);
                merged.set(&[adapter]).map_err(from_lora)?;
                merged.params().build_in(source.dtype, new)
            }
        };
        (self.unet, self.lora_weight) = (Some(unet.map_err(from_weights)?), weight);
        Ok(())
    }
}

fn from_weights(error: WeightsError) -> candle_core::Error {
    match error {
        WeightsError::Unusable(error) => error,
        other => candle_core::Error::wrap(other),
    }
}

fn from_lora(error: LoraError) -> candle_core::Error {
    match error {
        LoraError::Unusable(error) => error,
        other => candle_core::Error::wrap(other),
    }
}
