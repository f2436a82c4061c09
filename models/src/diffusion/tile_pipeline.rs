//! Image to image, tile by tile: tiles are encoded and noised, denoised step by step by the UNet under
//! both ControlNets, and decoded. Networks or tiles may be offloaded in between.

mod inputs;

use candle_core::{DType, Device, Result, Tensor};
use plumbline_enhance::{Denoise, Pixels, Progress, ProgressFn, Tile};

use self::inputs::{ControlImage, InputCache};
use super::budget::{Net, Profile, Residency};
use super::euler_scheduler::Step;
use super::model_cache::ModelCache;
use super::prompt_embeddings::PromptEmbeddings;
use super::vae_color_correction::VaeColorCorrection;
use super::{image_tensors, noise};
use crate::nets::sdxl::{Cond, Residuals};

/// Tiles to paint, and how.
pub(super) struct TileJob<'a> {
    pub pixels: &'a Pixels,
    pub tiles: &'a [Tile],
    pub denoise: &'a Denoise,
    pub steps: &'a [Step],
    pub prompt: &'a PromptEmbeddings,
    pub color_correction: &'a VaeColorCorrection,
}

/// Reason for which a pipeline stopped.
pub(super) enum PipelineError {
    /// The caller cancelled it.
    Cancelled,
    Failed(candle_core::Error),
}

impl From<candle_core::Error> for PipelineError {
    fn from(error: candle_core::Error) -> Self {
        Self::Failed(error)
    }
}

/// Work of one network, at one step.
#[derive(Debug, Clone, Copy)]
enum Stage {
    Encode,
    Control(Net, Step),
    Denoise(Step),
    Decode,
}

/// State of a tile between two networks.
#[derive(Clone, Default)]
struct TileState {
    latents: Option<Tensor>,
    residuals: Option<Residuals>,
}

/// All tiles, and the networks.
pub(super) struct TilePipeline<'a> {
    job: TileJob<'a>,
    models: &'a mut ModelCache,
    /// Device that tiles are kept on between networks.
    offload_device: Device,
    states: Vec<TileState>,
    inputs: InputCache,
}

impl<'a> TilePipeline<'a> {
    pub fn new(job: TileJob<'a>, models: &'a mut ModelCache, residency: Residency) -> Self {
        let offload_device = match residency {
            Residency::All => models.device().clone(),
            Residency::One => Device::Cpu,
        };
        let states = vec![TileState::default(); job.tiles.len()];
        Self {
            job,
            models,
            offload_device,
            states,
            inputs: InputCache::default(),
        }
    }

    /// Takes all tiles through all networks, in the profile's order, and hands over each finished one.
    pub fn run(
        mut self,
        profile: &Profile,
        watch: ProgressFn<'_>,
        done: &mut dyn FnMut(usize, Pixels),
    ) -> std::result::Result<(), PipelineError> {
        let stages = self.stages();
        let batches = batches(self.job.tiles, profile.batch);
        let units = stages.len() * batches.len();
        let mut finished = 0;
        let mut run = |stage: &Stage, batch: &[usize]| {
            // Counted in tiles: one network at a time, none is finished before the last network.
            let progress = Progress {
                done: (finished * self.job.tiles.len() / units) as u32,
                of: self.job.tiles.len() as u32,
            };
            finished += 1;
            if watch(progress) {
                Ok(self.run_stage(*stage, batch, done)?)
            } else {
                Err(PipelineError::Cancelled)
            }
        };
        match profile.residency {
            Residency::All => batches
                .iter()
                .try_for_each(|batch| stages.iter().try_for_each(|stage| run(stage, batch))),
            Residency::One => stages
                .iter()
                .try_for_each(|stage| batches.iter().try_for_each(|batch| run(stage, batch))),
        }
    }

    fn stages(&self) -> Vec<Stage> {
        let steps = self.job.steps.iter().flat_map(|&step| {
            [
                Stage::Control(Net::Tile, step),
                Stage::Control(Net::Canny, step),
                Stage::Denoise(step),
            ]
        });
        [Stage::Encode]
            .into_iter()
            .chain(steps)
            .chain([Stage::Decode])
            .collect()
    }

    fn run_stage(
        &mut self,
        stage: Stage,
        batch: &[usize],
        done: &mut dyn FnMut(usize, Pixels),
    ) -> Result<()> {
        match stage {
            Stage::Encode => self.encode(batch),
            Stage::Control(net, step) => self.control(net, step, batch),
            Stage::Denoise(step) => self.denoise(step, batch),
            Stage::Decode => self.decode(batch, done),
        }
    }

    fn encode(&mut self, batch: &[usize]) -> Result<()> {
        let pictures = self.pictures(batch, ControlImage::Colours)?;
        let latents = self.models.latents(&pictures)?;
        let noise = batch
            .iter()
            .map(|&at| noise::field(self.job.denoise.seed, self.job.tiles[at]));
        let noise = Tensor::cat(&noise.collect::<Result<Vec<_>>>()?, 0)?;
        let noise = noise.to_device(latents.device())?;
        let noisy = match self.job.steps.first() {
            Some(first) => first.add_noise(&latents, &noise)?,
            None => latents,
        };
        self.store(batch, &noisy)
    }

    fn control(&mut self, net: Net, step: Step, batch: &[usize]) -> Result<()> {
        let (kind, scale) = match net {
            Net::Canny => (ControlImage::Edges, self.job.denoise.canny),
            _ => (ControlImage::Colours, self.job.denoise.tile),
        };
        let pictures = self.pictures(batch, kind)?;
        let x = self.scaled(step, batch)?;
        let cond = self.cond(batch)?;
        let control = self.models.control(net)?;
        let residuals =
            control.forward(&x, step.timestep as f64, &cond, &pictures, f64::from(scale))?;
        for (i, &at) in batch.iter().enumerate() {
            let mut sum = residuals.map(|x| x.narrow(0, i, 1)?.contiguous())?;
            // Added up where the networks are: a processor is slow with half precision.
            if let Some(other) = self.states[at].residuals.take() {
                sum = sum.plus(&other.map(|x| x.to_device(self.models.device()))?)?;
            }
            self.states[at].residuals = Some(sum.map(|x| x.to_device(&self.offload_device))?);
        }
        Ok(())
    }

    fn denoise(&mut self, step: Step, batch: &[usize]) -> Result<()> {
        let x = self.scaled(step, batch)?;
        let cond = self.cond(batch)?;
        let control = self.residuals(batch)?;
        let unet = self.models.unet(self.job.denoise.lora)?;
        let noise = unet.forward(&x, step.timestep as f64, &cond, control.as_ref())?;
        let latents = self.latents(batch)?;
        let next = step.advance(&latents, &noise.to_dtype(DType::F32)?)?;
        self.store(batch, &next)
    }

    fn decode(&mut self, batch: &[usize], done: &mut dyn FnMut(usize, Pixels)) -> Result<()> {
        self.inputs = InputCache::default();
        let latents = (self.latents(batch)? / self.models.scaling())?;
        let latents = latents.to_dtype(self.models.dtype())?;
        let made = self.models.decoder()?.forward(&latents)?;
        let made = ((made.to_dtype(DType::F32)? + 1.0)? / 2.0)?;
        let made = self.job.color_correction.apply(&made)?;
        for (i, &at) in batch.iter().enumerate() {
            let like = image_tensors::crop(self.job.pixels, self.job.tiles[at])?;
            done(at, image_tensors::to_pixels(&made.get(i)?, &like)?);
            self.states[at] = TileState::default();
        }
        Ok(())
    }

    /// Latents of a batch, scaled as the networks' input.
    fn scaled(&self, step: Step, batch: &[usize]) -> Result<Tensor> {
        step.scale_model_input(&self.latents(batch)?)?
            .to_dtype(self.models.dtype())
    }

    /// Latents of a batch in full precision, on the networks' device.
    fn latents(&self, batch: &[usize]) -> Result<Tensor> {
        let latents = batch
            .iter()
            .filter_map(|&at| self.states[at].latents.as_ref());
        Tensor::cat(&latents.collect::<Vec<_>>(), 0)?.to_device(self.models.device())
    }

    fn store(&mut self, batch: &[usize], latents: &Tensor) -> Result<()> {
        for (i, &at) in batch.iter().enumerate() {
            let own = latents.narrow(0, i, 1)?.contiguous()?;
            self.states[at].latents = Some(own.to_device(&self.offload_device)?);
        }
        Ok(())
    }

    /// Takes the sum of both ControlNets' residuals of a batch.
    fn residuals(&mut self, batch: &[usize]) -> Result<Option<Residuals>> {
        let residuals = batch.iter().map(|&at| self.states[at].residuals.take());
        let Some(residuals) = residuals.collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let Some((first, rest)) = residuals.split_first() else {
            return Ok(None);
        };
        let device = self.models.device();
        let joined = |of: &dyn Fn(&Residuals) -> Tensor| {
            let parts = std::iter::once(first).chain(rest).map(of);
            Tensor::cat(&parts.collect::<Vec<_>>(), 0)?.to_device(device)
        };
        let down =
            (0..first.down.len()).map(|level| joined(&|residuals| residuals.down[level].clone()));
        Ok(Some(Residuals {
            down: down.collect::<Result<_>>()?,
            mid: joined(&|residuals| residuals.mid.clone())?,
        }))
    }

    fn cond(&self, batch: &[usize]) -> Result<Cond> {
        let (tile, prompt) = (self.job.tiles[batch[0]], self.job.prompt);
        let (device, dtype) = (self.models.device(), self.models.dtype());
        let size = (tile.width, tile.height);
        let cond = Cond::for_size(&prompt.hidden_states, &prompt.pooled, size, device, dtype)?;
        cond.repeated(batch.len())
    }
}

/// Batches of neighbouring tiles of one size, `most` at a time.
fn batches(tiles: &[Tile], most: usize) -> Vec<Vec<usize>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for (at, tile) in tiles.iter().enumerate() {
        let fits = |batch: &Vec<usize>| {
            let first = tiles[batch[0]];
            batch.len() < most && (first.width, first.height) == (tile.width, tile.height)
        };
        match batches.last_mut().filter(|batch| fits(batch)) {
            Some(batch) => batch.push(at),
            None => batches.push(vec![at]),
        }
    }
    batches
}
