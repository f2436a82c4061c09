//! Teaches the sky network: from nothing by a teacher's masks, or on from the shipped weights by
//! an organization's own.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Result, Tensor, safetensors};
use candle_nn::VarBuilder;
use plumbline_enhance::{Mask, Pixels};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::nets::sky::{Net, SkyNet};
use crate::train::augment::{self, View};
use crate::train::chance::Chance;
use crate::train::checkpoint::{self, Weights};
use crate::train::data::Example;
use crate::train::loss::{self, iou};
use crate::train::optimizer::{self, AdamW};

/// How much of itself a kernel loses a step, by the rate.
const DECAY: f64 = 0.02;

/// How to teach.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// How often every example is seen, each time another view of it.
    pub epochs: usize,
    /// Views a step.
    pub batch: usize,
    /// The rate at its peak.
    pub rate: f64,
    /// Sides of a view, a multiple of 32 pixels.
    pub side: usize,
    /// Epochs without a better check after which it is enough.
    pub patience: usize,
    /// Whatever is left to chance follows from it.
    pub seed: u64,
    /// Where the state is kept after every epoch, and taken up from if it is there.
    pub checkpoint: Option<PathBuf>,
}

impl Recipe {
    /// On from weights that are good already.
    pub fn tuning(seed: u64) -> Self {
        Self {
            epochs: 20,
            batch: 8,
            rate: 3e-4,
            side: 224,
            patience: 6,
            seed,
            checkpoint: None,
        }
    }
}

/// What became of an epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// From 1.
    pub number: usize,
    /// At most.
    pub of: usize,
    /// The mean over its steps.
    pub loss: f32,
    /// The mean intersection over union of the checked examples with sky; 1.0: none has any.
    pub iou: f32,
    /// The best so far.
    pub is_best: bool,
}

/// Hears how it goes.
pub trait Progress {
    /// After every epoch, its state kept already: goes on or stops here.
    fn epoch(&mut self, epoch: Epoch) -> ControlFlow<()>;
}

/// A sky network in the making.
pub struct Pupil {
    net: Net,
    weights: Weights,
}

/// The best weights, and how good they are.
pub struct Taught {
    /// By name, `f32`.
    pub weights: BTreeMap<String, Tensor>,
    /// The checked examples' mean intersection over union before the first epoch.
    pub iou_before: f32,
    /// The same of the best weights.
    pub iou: f32,
}

impl Pupil {
    /// Knows nothing yet.
    pub fn new(seed: u64) -> Result<Self> {
        let (weights, net) = Weights::begin(seed, |vb| Net::new(&vb))?;
        Ok(Self { net, weights })
    }

    /// Knows what is in these tensors.
    pub fn knowing(tensors: &HashMap<String, Tensor>) -> Result<Self> {
        let pupil = Self::new(0)?;
        pupil.weights.set(|name| named(tensors, name))?;
        Ok(pupil)
    }

    /// Knows what the program knows.
    pub fn shipped() -> Result<Self> {
        Self::knowing(&safetensors::load_buffer(SkyNet::SHIPPED, &Device::Cpu)?)
    }

    /// Learns from some examples, is checked with others, and keeps what was best. Without any to
    /// check with, the last is the best.
    pub fn learn(
        self,
        examples: &[Example],
        checked: &[Example],
        recipe: &Recipe,
        progress: &mut dyn Progress,
    ) -> Result<Taught> {
        let mut optimizer = AdamW::new(self.weights.vars(), DECAY)?;
        let stored = recipe.checkpoint.as_ref().filter(|path| path.exists());
        let (mut taught, mut course) = match stored {
            Some(path) => self.take_up(path, &mut optimizer)?,
            None => self.begin(checked)?,
        };
        while course.epoch < recipe.epochs && course.epoch - course.best_epoch < recipe.patience {
            let loss = self.epoch(examples, recipe, course.epoch, &mut optimizer)?;
            course.epoch += 1;
            let iou = self.check(checked)?;
            let is_best = checked.is_empty() || iou > taught.iou;
            if is_best {
                taught.weights = self.weights.copies()?;
                taught.iou = iou;
                course.best_epoch = course.epoch;
            }
            if let Some(path) = &recipe.checkpoint {
                self.keep(path, &taught, course, &optimizer)?;
            }
            let told = progress.epoch(Epoch {
                number: course.epoch,
                of: recipe.epochs,
                loss,
                iou,
                is_best,
            });
            if told.is_break() {
                break;
            }
        }
        Ok(taught)
    }

    fn begin(&self, checked: &[Example]) -> Result<(Taught, Course)> {
        let iou = self.check(checked)?;
        let taught = Taught {
            weights: self.weights.copies()?,
            iou_before: iou,
            iou,
        };
        Ok((taught, Course::default()))
    }

    /// Goes on from what `keep` wrote.
    fn take_up(&self, path: &Path, optimizer: &mut AdamW) -> Result<(Taught, Course)> {
        let stored = safetensors::load(path, &Device::Cpu)?;
        let find = |name: &str| named(&stored, name);
        self.weights.set(|name| find(&format!("now.{name}")))?;
        optimizer.load_state(find)?;
        let best = |name: String| Ok((name.clone(), find(&format!("best.{name}"))?));
        let state = find("course")?.to_vec1::<f32>()?;
        let taught = Taught {
            weights: self
                .weights
                .vars()
                .into_keys()
                .map(best)
                .collect::<Result<_>>()?,
            iou: state[2],
            iou_before: state[3],
        };
        let course = Course {
            epoch: state[0] as usize,
            best_epoch: state[1] as usize,
        };
        Ok((taught, course))
    }

    /// One pass over all examples; the mean loss.
    fn epoch(
        &self,
        examples: &[Example],
        recipe: &Recipe,
        epoch: usize,
        optimizer: &mut AdamW,
    ) -> Result<f32> {
        let mut order: Vec<usize> = (0..examples.len()).collect();
        Chance::new(recipe.seed, epoch as u64).shuffle(&mut order);
        let steps = examples.len().div_ceil(recipe.batch);
        let mut total = 0.0;
        for (step, batch) in order.chunks(recipe.batch).enumerate() {
            let views: Vec<View> = batch
                .into_par_iter()
                .map(|&i| {
                    let place = ((epoch + 1) * examples.len() + i) as u64;
                    let mut chance = Chance::new(recipe.seed, place << 8);
                    augment::view(&examples[i], examples, recipe.side, &mut chance)
                })
                .collect();
            let loss = loss::of(&self.net, &views, recipe.side)?;
            let now = epoch * steps + step;
            let rate = optimizer::rate(recipe.rate, now, steps * recipe.epochs);
            optimizer.step(&loss.backward()?, rate)?;
            total += loss.to_scalar::<f32>()?;
        }
        Ok(total / steps as f32)
    }

    /// The mean intersection over union of those with sky, whole as they are.
    pub fn check(&self, examples: &[Example]) -> Result<f32> {
        let net = SkyNet::of(Net::new(&self.frozen()?)?);
        mean_iou(examples, |picture| net.probability(picture))
    }

    /// The weights as they are, without a memory of how they came about.
    fn frozen(&self) -> Result<VarBuilder<'static>> {
        let tensors = self.weights.copies()?.into_iter();
        let detached = tensors
            .map(|(name, tensor)| (name, tensor.detach()))
            .collect();
        Ok(VarBuilder::from_tensors(detached, DType::F32, &Device::Cpu))
    }

    fn keep(&self, path: &Path, taught: &Taught, course: Course, optimizer: &AdamW) -> Result<()> {
        let state = [
            course.epoch as f32,
            course.best_epoch as f32,
            taught.iou,
            taught.iou_before,
        ];
        let now = self.weights.copies()?.into_iter();
        let best = taught.weights.iter();
        let tensors = now
            .map(|(name, tensor)| (format!("now.{name}"), tensor))
            .chain(best.map(|(name, tensor)| (format!("best.{name}"), tensor.clone())))
            .chain(optimizer.state()?)
            .chain([("course".to_owned(), Tensor::new(&state, &Device::Cpu)?)]);
        checkpoint::write(path, tensors)
    }
}

/// How well skies are found, whoever finds them: the mean intersection over union of those with sky.
pub fn mean_iou(examples: &[Example], find: impl Fn(&Pixels) -> Result<Mask>) -> Result<f32> {
    let found: Vec<Option<f32>> = examples
        .iter()
        .map(|example| Ok(iou(&find(&example.picture)?, example)))
        .collect::<Result<_>>()?;
    let found: Vec<f32> = found.into_iter().flatten().collect();
    let mean = found.iter().sum::<f32>() / found.len().max(1) as f32;
    Ok(if found.is_empty() { 1.0 } else { mean })
}

/// Where a training stands.
#[derive(Debug, Clone, Copy, Default)]
struct Course {
    epoch: usize,
    best_epoch: usize,
}

fn named(tensors: &HashMap<String, Tensor>, name: &str) -> Result<Tensor> {
    tensors
        .get(name)
        .cloned()
        .ok_or_else(|| candle_core::Error::Msg(format!("the file has no tensor {name}")))
}
