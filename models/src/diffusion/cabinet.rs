//! The networks in memory: loaded when they are asked for, and dropped for the next where there is
//! no room for all.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use plumbline_nn::conv::channels_last::to_channels_last_builder;
use plumbline_nn::dense;

use super::budget::{Net, Profile, Residency};
use super::files::{Files, Origin, Part};
use super::lora::blend::{Blend, Originals, Share};
use super::lora::{Lora, LoraError};
use super::params::Params;
use super::random;
use crate::nets::sdxl::config::UnetConfig;
use crate::nets::sdxl::controlnet::ControlNet;
use crate::nets::sdxl::unet::Unet;
use crate::nets::sdxl::vae::{Decoder, Encoder};
use crate::weights::{Weights, WeightsError};

enum Loaded {
    Encoder(Encoder),
    Decoder(Decoder),
    Control(ControlNet),
    Unet(Box<Lookable>),
}

/// A UNet, and with how much of the look it was built.
struct Lookable {
    /// `None`: what was begun with it failed.
    unet: Option<Unet>,
    parameters: Parameters,
    look: f32,
}

/// What a UNet is built of anew when its look changes.
enum Parameters {
    /// Random ones, which no look fits.
    Random,
    /// What the network holds as well.
    Held(Box<Blend>),
    /// The network has them laid out: read again.
    File(Source),
}

/// A file, and how to read it.
struct Source {
    path: PathBuf,
    dtype: DType,
    device: Device,
}

/// The networks in memory.
pub(crate) struct Cabinet {
    files: Files,
    device: Device,
    dtype: DType,
    residency: Residency,
    held: Vec<(Net, Loaded)>,
}

impl Cabinet {
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

    /// Of what the networks are shown.
    pub fn dtype(&self) -> DType {
        dense::activation_dtype(&self.device, self.dtype)
    }

    /// What latents of a picture are multiplied by for the UNet.
    pub fn scaling(&self) -> f64 {
        self.files.vae.config.scaling_factor
    }

    /// Forgets all networks.
    pub fn clear(&mut self) {
        self.held.clear();
    }

    pub fn encoder(&mut self) -> Result<&Encoder> {
        match self.get(Net::Encoder)? {
            Loaded::Encoder(encoder) => Ok(encoder),
            _ => unreachable!("an encoder was loaded"),
        }
    }

    /// The most likely latents of pictures of 0..1, as the UNet wants them, in full precision.
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

    /// Of textures or of edges.
    pub fn control(&mut self, net: Net) -> Result<&ControlNet> {
        match self.get(net)? {
            Loaded::Control(control) => Ok(control),
            _ => unreachable!("a ControlNet was loaded"),
        }
    }

    /// With so much of the look, if there is one.
    pub fn unet(&mut self, look: f32) -> Result<&Unet> {
        let (config, path) = (self.files.unet.config.clone(), self.files.look.clone());
        let Loaded::Unet(held) = self.get(Net::Unet)? else {
            unreachable!("a UNet was loaded")
        };
        if let Some(path) = path
            && held.look != look
        {
            held.wear(look, &path, &config)?;
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
        let loaded = self.load(net).map_err(of_weights)?;
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
                let parameters = to_channels_last_builder(random::parameters(dtype, device)?);
                Ok(new(&part.config, &parameters)?)
            }
        }
    }

    fn load_unet(&self, part: &Part<UnetConfig>) -> std::result::Result<Loaded, WeightsError> {
        let Origin::File(path) = &part.weights else {
            let unet = self.build(part, &[], Unet::new)?;
            return Ok(Lookable::plain(unet, Parameters::Random));
        };
        let source = Source {
            path: path.clone(),
            dtype: self.dtype,
            device: self.device.clone(),
        };
        if dense::packs_weights(&self.device, self.dtype) {
            let unet = self.build(part, &[], Unet::new)?;
            return Ok(Lookable::plain(unet, Parameters::File(source)));
        }
        let params = source.read(self.dtype)?.laid_out()?;
        let unet = params.build(|vb| Unet::new(&part.config, &vb))?;
        let blend = Box::new(Blend::new(params, Originals::InTheFile));
        Ok(Lookable::plain(unet, Parameters::Held(blend)))
    }
}

impl Source {
    fn read(&self, dtype: DType) -> std::result::Result<Params, WeightsError> {
        Params::map(&[&self.path], dtype, &self.device)
    }
}

impl Lookable {
    fn plain(unet: Unet, parameters: Parameters) -> Loaded {
        let look = 0.0;
        Loaded::Unet(Box::new(Self {
            unet: Some(unet),
            parameters,
            look,
        }))
    }

    fn unet(&self) -> Result<&Unet> {
        let lost = || candle_core::Error::msg("the UNet lost its look");
        self.unet.as_ref().ok_or_else(lost)
    }

    /// Puts on so much of the look, from the parameters as they were.
    fn wear(&mut self, look: f32, path: &Path, config: &UnetConfig) -> Result<()> {
        if matches!(self.parameters, Parameters::Random) {
            return Ok(());
        }
        let lora = Lora::open(path, None).map_err(candle_core::Error::wrap)?;
        let share = Share {
            lora: &lora,
            weight: f64::from(look),
        };
        // As long as it stands, it holds what the look replaces. Not a number: until all is done, it
        // wears nothing that anybody asks for.
        (self.unet, self.look) = (None, f32::NAN);
        let new = |vb| Unet::new(config, &vb);
        let unet = match &mut self.parameters {
            Parameters::Random => return Ok(()),
            Parameters::Held(blend) => {
                blend.set(&[share]).map_err(of_lora)?;
                blend.params().build(new)
            }
            Parameters::File(source) => {
                // What a look adds is less than the steps of bfloat16.
                let params = source.read(DType::F16).map_err(of_weights)?;
                let mut blend = Blend::new(params, Originals::InTheFile);
                blend.set(&[share]).map_err(of_lora)?;
                blend.params().build_in(source.dtype, new)
            }
        };
        (self.unet, self.look) = (Some(unet.map_err(of_weights)?), look);
        Ok(())
    }
}

fn of_weights(error: WeightsError) -> candle_core::Error {
    match error {
        WeightsError::Unusable(error) => error,
        other => candle_core::Error::wrap(other),
    }
}

fn of_lora(error: LoraError) -> candle_core::Error {
    match error {
        LoraError::Unusable(error) => error,
        other => candle_core::Error::wrap(other),
    }
}
