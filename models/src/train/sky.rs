//! Training of the sky network: from scratch by a teacher's masks, or from the shipped weights by an
//! organization's own.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Result, Tensor, safetensors};
use candle_nn::VarBuilder;
use plumbline_enhance::{Mask, Pixels};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::nets::sky::{Net, SkyNet};
use crate::train::augment::{self, View};
use crate::train::checkpoint::{self, Weights, named};
use crate::train::data::Example;
use crate::train::loss::{self, iou};
use crate::train::optimizer::{self, AdamW};
use crate::train::rng::Rng;

/// Weight decay of kernels.
const DECAY: f64 = 0.02;

/// Hyperparameters and checkpoint of a training.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Number of times that every example is seen, each time another view of it.
    pub epochs: usize,
    /// Views a step.
    pub batch: usize,
    /// Learning rate at its peak.
    pub rate: f64,
    /// Sides of a view, a multiple of 32 pixels.
    pub side: usize,
    /// Epochs without a better evaluation after which it ends.
    pub patience: usize,
    /// Seed of all random numbers.
    pub seed: u64,
    /// File that the state is stored in after every epoch, and resumed from if it is there.
    pub checkpoint: Option<PathBuf>,
}

impl Recipe {
    /// Fine-tuning of weights that are good already.
    pub fn fine_tuning(seed: u64) -> Self {
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

/// Result of an epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epoch {
    /// Number, from 1.
    pub number: usize,
    /// Most epochs.
    pub of: usize,
    /// Mean loss over its steps.
    pub loss: f32,
    /// Mean intersection over union of the checked examples with sky; 1.0: none has any.
    pub iou: f32,
    /// True for the best so far.
    pub is_best: bool,
}

/// Observer of a training.
pub trait Progress {
    /// Called after every epoch, its state stored already: continues or stops.
    fn epoch(&mut self, epoch: Epoch) -> ControlFlow<()>;
}

/// Sky network in training.
pub struct Trainee {
    net: Net,
    weights: Weights,
}

/// Best weights, and their score.
pub struct Trained {
    /// Weights by name, `f32`.
    pub weights: BTreeMap<String, Tensor>,
    /// Mean intersection over union before the first epoch.
    pub iou_before: f32,
    /// Mean intersection over union with the best weights.
    pub iou: f32,
}

impl Trainee {
    /// New network with random weights.
    pub fn new(seed: u64) -> Result<Self> {
        let (weights, net) = Weights::init(seed, |vb| Net::new(&vb))?;
        Ok(Self { net, weights })
    }

    /// Network with these weights.
    pub fn from_tensors(tensors: &HashMap<String, Tensor>) -> Result<Self> {
        let trainee = Self::new(0)?;
        trainee.weights.set(|name| named(tensors, name))?;
        Ok(trainee)
    }

    /// Network with the shipped weights.
    pub fn shipped() -> Result<Self> {
        Self::from_tensors(&safetensors::load_buffer(SkyNet::SHIPPED, &Device::Cpu)?)
    }

    /// Trains on some examples, evaluates on others, and returns the best weights. Without any to evaluate
    /// on, the last are the best.
    pub fn train(
        self,
        examples: &[Example],
        checked: &[Example],
        recipe: &Recipe,
        progress: &mut dyn Progress,
    ) -> Result<Trained> {
        let mut optimizer = AdamW::new(self.weights.vars(), DECAY)?;
        let stored = recipe.checkpoint.as_ref().filter(|path| path.exists());
        let (mut trained, mut state) = match stored {
            Some(path) => self.resume(path, &mut optimizer)?,
            None => self.start(checked)?,
        };
        while state.epoch < recipe.epochs && state.epoch - state.best_epoch < recipe.patience {
            let loss = self.epoch(examples, recipe, state.epoch, &mut optimizer)?;
            state.epoch += 1;
            let iou = self.evaluate(checked)?;
            let is_best = checked.is_empty() || iou > trained.iou;
            if is_best {
                trained.weights = self.weights.copies()?;
                trained.iou = iou;
                state.best_epoch = state.epoch;
            }
            if let Some(path) = &recipe.checkpoint {
                self.save_state(path, &trained, state, &optimizer)?;
            }
            let flow = progress.epoch(Epoch {
                number: state.epoch,
                of: recipe.epochs,
                loss,
                iou,
                is_best,
            });
            if flow.is_break() {
                break;
            }
        }
        Ok(trained)
    }

    fn start(&self, checked: &[Example]) -> Result<(Trained, TrainingState)> {
        let iou = self.evaluate(checked)?;
        let trained = Trained {
            weights: self.weights.copies()?,
            iou_before: iou,
            iou,
        };
        Ok((trained, TrainingState::default()))
    }

    /// Resumes from what `save_state` wrote.
    fn resume(&self, path: &Path, optimizer: &mut AdamW) -> Result<(Trained, TrainingState)> {
        let stored = safetensors::load(path, &Device::Cpu)?;
        let find = |name: &str| named(&stored, name);
        self.weights.set(|name| find(&format!("now.{name}")))?;
        optimizer.load_state(find)?;
        let best = |name: String| Ok((name.clone(), find(&format!("best.{name}"))?));
        let numbers = find("course")?.to_vec1::<f32>()?;
        let trained = Trained {
            weights: self
                .weights
                .vars()
                .into_keys()
                .map(best)
                .collect::<Result<_>>()?,
            iou: numbers[2],
            iou_before: numbers[3],
        };
        let state = TrainingState {
            epoch: numbers[0] as usize,
            best_epoch: numbers[1] as usize,
        };
        Ok((trained, state))
    }

    /// Trains on all examples once; returns the mean loss.
    fn epoch(
        &self,
        examples: &[Example],
        recipe: &Recipe,
        epoch: usize,
        optimizer: &mut AdamW,
    ) -> Result<f32> {
        let mut order: Vec<usize> = (0..examples.len()).collect();
        Rng::new(recipe.seed, epoch as u64).shuffle(&mut order);
        let steps = examples.len().div_ceil(recipe.batch);
        let mut total = 0.0;
        for (step, batch) in order.chunks(recipe.batch).enumerate() {
            let views: Vec<View> = batch
                .into_par_iter()
                .map(|&i| {
                    let place = ((epoch + 1) * examples.len() + i) as u64;
                    let mut rng = Rng::new(recipe.seed, place << 8);
                    augment::view(&examples[i], examples, recipe.side, &mut rng)
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

    /// Mean intersection over union of the examples with sky, uncropped.
    pub fn evaluate(&self, examples: &[Example]) -> Result<f32> {
        let net = SkyNet::new(Net::new(&self.frozen()?)?);
        mean_iou(examples, |picture| net.probability(picture))
    }

    /// Weights as they are, not tracked for gradients.
    fn frozen(&self) -> Result<VarBuilder<'static>> {
        let tensors = self.weights.copies()?.into_iter();
        let detached = tensors
            .map(|(name, tensor)| (name, tensor.detach()))
            .collect();
        Ok(VarBuilder::from_tensors(detached, DType::F32, &Device::Cpu))
    }

    fn save_state(
        &self,
        path: &Path,
        trained: &Trained,
        state: TrainingState,
        optimizer: &AdamW,
    ) -> Result<()> {
        let numbers = [
            state.epoch as f32,
            state.best_epoch as f32,
            trained.iou,
            trained.iou_before,
        ];
        let now = self.weights.copies()?.into_iter();
        let best = trained.weights.iter();
        let tensors = now
            .map(|(name, tensor)| (format!("now.{name}"), tensor))
            .chain(best.map(|(name, tensor)| (format!("best.{name}"), tensor.clone())))
            .chain(optimizer.state()?)
            .chain([("course".to_owned(), Tensor::new(&numbers, &Device::Cpu)?)]);
        checkpoint::write(path, tensors)
    }
}

/// Mean intersection over union of a method on the examples with sky.
pub fn mean_iou(examples: &[Example], find: impl Fn(&Pixels) -> Result<Mask>) -> Result<f32> {
    let found: Vec<Option<f32>> = examples
        .iter()
        .map(|example| Ok(iou(&find(&example.picture)?, example)))
        .collect::<Result<_>>()?;
    let found: Vec<f32> = found.into_iter().flatten().collect();
    let mean = found.iter().sum::<f32>() / found.len().max(1) as f32;
    Ok(if found.is_empty() { 1.0 } else { mean })
}

/// State of a training.
#[derive(Debug, Clone, Copy, Default)]
struct TrainingState {
    epoch: usize,
    best_epoch: usize,
}
