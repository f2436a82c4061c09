//! Tiles on their way through the networks: encoded, given noise, and then step by step told by
//! both ControlNets what must stay while the UNet takes the noise out; decoded at the end.

use std::collections::HashMap;

use candle_core::{DType, Device, Result, Tensor};
use plumbline_enhance::{Denoise, Pixels, Progress, Tile, Watch};

use super::budget::{Net, Profile, Residency};
use super::euler::Step;
use super::model_cache::ModelCache;
use super::prompt_embeddings::PromptEmbeddings;
use super::shift::Shift;
use super::{noise, pictures};
use crate::nets::sdxl::{Cond, Residuals};

/// What is painted, and how.
pub(super) struct Order<'a> {
    pub pixels: &'a Pixels,
    pub tiles: &'a [Tile],
    pub denoise: &'a Denoise,
    pub steps: &'a [Step],
    pub prompt: &'a PromptEmbeddings,
    pub shift: &'a Shift,
}

/// Why tiles stopped on their way.
pub(super) enum Stop {
    /// Somebody said so.
    Told,
    Broken(candle_core::Error),
}

impl From<candle_core::Error> for Stop {
    fn from(error: candle_core::Error) -> Self {
        Self::Broken(error)
    }
}

/// What one network does to tiles, at which step.
#[derive(Debug, Clone, Copy)]
enum Phase {
    Encode,
    Control(Net, Step),
    Denoise(Step),
    Decode,
}

/// What a tile is between two networks.
#[derive(Clone, Default)]
struct Luggage {
    latents: Option<Tensor>,
    control: Option<Residuals>,
}

/// What networks are shown of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum View {
    /// Its colours.
    Colours,
    /// Its edges.
    Outlines,
}

/// The tiles that networks are looking at: where one network after the other sees them, each is cut
/// out and put in place once.
#[derive(Default)]
struct Shown {
    batch: Vec<usize>,
    views: HashMap<View, Tensor>,
}

/// All tiles on their way.
pub(super) struct Passage<'a> {
    order: Order<'a>,
    models: &'a mut ModelCache,
    /// Where tiles wait for the next network.
    waiting_room: Device,
    luggage: Vec<Luggage>,
    shown: Shown,
}

impl<'a> Passage<'a> {
    pub fn new(order: Order<'a>, models: &'a mut ModelCache, residency: Residency) -> Self {
        let waiting_room = match residency {
            Residency::All => models.device().clone(),
            Residency::One => Device::Cpu,
        };
        let luggage = vec![Luggage::default(); order.tiles.len()];
        Self {
            order,
            models,
            waiting_room,
            luggage,
            shown: Shown::default(),
        }
    }

    /// Takes all tiles through all networks, in the profile's order, and hands over those that
    /// arrive.
    pub fn run(
        mut self,
        profile: &Profile,
        watch: Watch<'_>,
        done: &mut dyn FnMut(usize, Pixels),
    ) -> std::result::Result<(), Stop> {
        let phases = self.phases();
        let batches = batches(self.order.tiles, profile.batch);
        let units = phases.len() * batches.len();
        let mut finished = 0;
        let mut go = |phase: &Phase, batch: &[usize]| {
            // Tiles' worth: in phases, no tile arrives before the last network.
            let progress = Progress {
                done: (finished * self.order.tiles.len() / units) as u32,
                of: self.order.tiles.len() as u32,
            };
            finished += 1;
            if watch(progress) {
                Ok(self.pass(*phase, batch, done)?)
            } else {
                Err(Stop::Told)
            }
        };
        match profile.residency {
            Residency::All => batches
                .iter()
                .try_for_each(|batch| phases.iter().try_for_each(|phase| go(phase, batch))),
            Residency::One => phases
                .iter()
                .try_for_each(|phase| batches.iter().try_for_each(|batch| go(phase, batch))),
        }
    }

    fn phases(&self) -> Vec<Phase> {
        let steps = self.order.steps.iter().flat_map(|&step| {
            [
                Phase::Control(Net::Tile, step),
                Phase::Control(Net::Canny, step),
                Phase::Denoise(step),
            ]
        });
        [Phase::Encode]
            .into_iter()
            .chain(steps)
            .chain([Phase::Decode])
            .collect()
    }

    fn pass(
        &mut self,
        phase: Phase,
        batch: &[usize],
        done: &mut dyn FnMut(usize, Pixels),
    ) -> Result<()> {
        match phase {
            Phase::Encode => self.encode(batch),
            Phase::Control(net, step) => self.control(net, step, batch),
            Phase::Denoise(step) => self.denoise(step, batch),
            Phase::Decode => self.decode(batch, done),
        }
    }

    fn encode(&mut self, batch: &[usize]) -> Result<()> {
        let pictures = self.pictures(batch, View::Colours)?;
        let latents = self.models.latents(&pictures)?;
        let noise = batch
            .iter()
            .map(|&at| noise::field(self.order.denoise.seed, self.order.tiles[at]));
        let noise = Tensor::cat(&noise.collect::<Result<Vec<_>>>()?, 0)?;
        let noise = noise.to_device(latents.device())?;
        let noisy = match self.order.steps.first() {
            Some(first) => first.noised(&latents, &noise)?,
            None => latents,
        };
        self.keep(batch, &noisy)
    }

    fn control(&mut self, net: Net, step: Step, batch: &[usize]) -> Result<()> {
        let (view, scale) = match net {
            Net::Canny => (View::Outlines, self.order.denoise.canny),
            _ => (View::Colours, self.order.denoise.tile),
        };
        let pictures = self.pictures(batch, view)?;
        let x = self.scaled(step, batch)?;
        let cond = self.cond(batch)?;
        let control = self.models.control(net)?;
        let said = control.forward(&x, step.timestep as f64, &cond, &pictures, f64::from(scale))?;
        for (i, &at) in batch.iter().enumerate() {
            let mut sum = said.map(|x| x.narrow(0, i, 1)?.contiguous())?;
            // Added up where the networks are: a processor is slow with half precision.
            if let Some(other) = self.luggage[at].control.take() {
                sum = sum.plus(&other.map(|x| x.to_device(self.models.device()))?)?;
            }
            self.luggage[at].control = Some(sum.map(|x| x.to_device(&self.waiting_room))?);
        }
        Ok(())
    }

    fn denoise(&mut self, step: Step, batch: &[usize]) -> Result<()> {
        let x = self.scaled(step, batch)?;
        let cond = self.cond(batch)?;
        let control = self.residuals(batch)?;
        let unet = self.models.unet(self.order.denoise.look)?;
        let noise = unet.forward(&x, step.timestep as f64, &cond, control.as_ref())?;
        let latents = self.latents(batch)?;
        let taken = step.taken(&latents, &noise.to_dtype(DType::F32)?)?;
        self.keep(batch, &taken)
    }

    fn decode(&mut self, batch: &[usize], done: &mut dyn FnMut(usize, Pixels)) -> Result<()> {
        self.shown = Shown::default();
        let latents = (self.latents(batch)? / self.models.scaling())?;
        let latents = latents.to_dtype(self.models.dtype())?;
        let made = self.models.decoder()?.forward(&latents)?;
        let made = ((made.to_dtype(DType::F32)? + 1.0)? / 2.0)?;
        let made = self.order.shift.corrected(&made)?;
        for (i, &at) in batch.iter().enumerate() {
            let like = pictures::cut(self.order.pixels, self.order.tiles[at])?;
            done(at, pictures::pixels(&made.get(i)?, &like)?);
            self.luggage[at] = Luggage::default();
        }
        Ok(())
    }

    /// Parts of the photo, as a network of the models wants them.
    fn pictures(&mut self, batch: &[usize], view: View) -> Result<Tensor> {
        if self.shown.batch != batch {
            self.shown = Shown {
                batch: batch.to_vec(),
                ..Shown::default()
            };
        }
        if let Some(known) = self.shown.views.get(&view) {
            return Ok(known.clone());
        }
        let new = self.cut(batch, view)?;
        self.shown.views.insert(view, new.clone());
        Ok(new)
    }

    fn cut(&self, batch: &[usize], view: View) -> Result<Tensor> {
        let parts = batch.iter().map(|&at| {
            let part = pictures::cut(self.order.pixels, self.order.tiles[at])?;
            match view {
                View::Colours => pictures::unit(&part),
                View::Outlines => pictures::outlines(&part),
            }
        });
        self.placed(&Tensor::cat(&parts.collect::<Result<Vec<_>>>()?, 0)?)
    }

    /// What the networks are shown of the latents.
    fn scaled(&self, step: Step, batch: &[usize]) -> Result<Tensor> {
        step.scaled(&self.latents(batch)?)?
            .to_dtype(self.models.dtype())
    }

    /// In full precision, where the networks are.
    fn latents(&self, batch: &[usize]) -> Result<Tensor> {
        let latents = batch
            .iter()
            .filter_map(|&at| self.luggage[at].latents.as_ref());
        Tensor::cat(&latents.collect::<Vec<_>>(), 0)?.to_device(self.models.device())
    }

    fn keep(&mut self, batch: &[usize], latents: &Tensor) -> Result<()> {
        for (i, &at) in batch.iter().enumerate() {
            let own = latents.narrow(0, i, 1)?.contiguous()?;
            self.luggage[at].latents = Some(own.to_device(&self.waiting_room)?);
        }
        Ok(())
    }

    /// What both ControlNets said of the batch; said once, used once.
    fn residuals(&mut self, batch: &[usize]) -> Result<Option<Residuals>> {
        let said = batch.iter().map(|&at| self.luggage[at].control.take());
        let Some(said) = said.collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let Some((first, rest)) = said.split_first() else {
            return Ok(None);
        };
        let device = self.models.device();
        let joined = |of: &dyn Fn(&Residuals) -> Tensor| {
            let parts = std::iter::once(first).chain(rest).map(of);
            Tensor::cat(&parts.collect::<Vec<_>>(), 0)?.to_device(device)
        };
        let down = (0..first.down.len()).map(|level| joined(&|said| said.down[level].clone()));
        Ok(Some(Residuals {
            down: down.collect::<Result<_>>()?,
            mid: joined(&|said| said.mid.clone())?,
        }))
    }

    fn cond(&self, batch: &[usize]) -> Result<Cond> {
        let (tile, prompt) = (self.order.tiles[batch[0]], self.order.prompt);
        let (device, dtype) = (self.models.device(), self.models.dtype());
        let size = (tile.width, tile.height);
        let cond = Cond::for_size(&prompt.hidden_states, &prompt.pooled, size, device, dtype)?;
        cond.repeated(batch.len())
    }

    fn placed(&self, x: &Tensor) -> Result<Tensor> {
        x.to_device(self.models.device())?
            .to_dtype(self.models.dtype())
    }
}

/// Neighbours of one size, so many at once.
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
