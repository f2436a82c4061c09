//! Training of the finish network: from finished photos, which are spoiled and have to come back, or from
//! pairs of photos before and after an organization's own edit, beginning with the house look.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Result, Tensor, Var, safetensors};
use candle_nn::VarBuilder;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::nets::finish::view::{STATISTICS, View};
use crate::nets::finish::{Batch, FinishNet, HIDDEN, Net};
use crate::train::checkpoint::{self, Weights, named};
use crate::train::finish::loss::loss;
use crate::train::finish::render::Samples;
use crate::train::optimizer::{self, AdamW};
use crate::train::rng::Rng;

pub mod examples;
pub mod loss;
pub mod recovery;
mod render;
pub mod spoil;

use examples::{Drawn, Examples, Square};

/// Weight decay of kernels.
const DECAY: f64 = 0.01;
/// Pixels of a picture that a step looks at.
const PIXELS: usize = 640;
/// Share of hidden numbers that are left out of a step, and deviation of the noise on statistics: without
/// them the network knows a hundred photos by heart in ten minutes, and no other better.
const DROP: f32 = 0.3;
const NOISE: f32 = 0.1;
/// Share of the averaged weights that stays at each step.
const KEPT: f64 = 0.998;
/// Views that the statistics' mean and deviation are taken from.
const MEASURED: usize = 512;

/// Hyperparameters and checkpoint of a training.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Steps.
    pub steps: usize,
    /// Steps of a round, after which the state is stored.
    pub round: usize,
    /// Copies a step.
    pub batch: usize,
    /// Learning rate at its peak.
    pub rate: f64,
    /// Seed of all random numbers.
    pub seed: u64,
    /// File that the state is stored in after every round, and resumed from if it is there.
    pub checkpoint: Option<PathBuf>,
}

impl Recipe {
    /// Training of a new network from finished photos.
    pub fn house(steps: usize, seed: u64) -> Self {
        Self {
            steps,
            round: 250,
            batch: 32,
            rate: 2e-3,
            seed,
            checkpoint: None,
        }
    }
}

impl Recipe {
    /// Training of a look of one's own from pairs, from the house look on.
    pub fn own(steps: usize, seed: u64) -> Self {
        Self {
            rate: 1e-3,
            ..Self::house(steps, seed)
        }
    }
}

/// Course of a training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    /// Steps taken.
    pub step: usize,
    /// All of them.
    pub of: usize,
    /// Mean difference (CIE76) of the examples that were learned from in this round.
    pub learned: f32,
}

/// Observer of a training.
pub trait Progress {
    /// Called after every round, its state stored already: continues or stops. `look` is the network
    /// with its averaged weights.
    fn round(&mut self, round: Round, look: &FinishNet) -> ControlFlow<()>;
}

/// Result of a training: the weights, averaged over its last steps.
pub struct Trained(BTreeMap<String, Tensor>);

impl Trained {
    /// The network with the weights.
    pub fn net(&self) -> Result<FinishNet> {
        let tensors = self.0.iter();
        let tensors = tensors.map(|(name, tensor)| (name.clone(), tensor.clone()));
        let vb = VarBuilder::from_tensors(tensors.collect(), DType::F32, &Device::Cpu);
        Ok(FinishNet::new(Net::new(&vb)?, "in training"))
    }

    /// Writes the weights, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<()> {
        checkpoint::write_half(path, &self.0)
    }
}

/// Network in training.
pub struct Trainee {
    net: Net,
    weights: Weights,
    averaged: BTreeMap<String, Tensor>,
}

impl Trainee {
    /// New network with random weights, its statistics scaled to those of the examples.
    pub fn new(examples: &Examples, seed: u64) -> Result<Self> {
        let (weights, net) = Weights::init(seed, |vb| Net::new(&vb))?;
        let views: Vec<View> = (0..MEASURED)
            .into_par_iter()
            .map(|i| examples.draw(&mut Rng::new(seed ^ 0x5EED, i as u64)).view)
            .collect();
        let all = Batch::new(&views)?.statistics;
        let mean = all.mean_keepdim(0)?;
        let variance = all.broadcast_sub(&mean)?.sqr()?.mean(0)?;
        let scale = HashMap::from([
            ("mean", mean.reshape(STATISTICS)?),
            ("deviation", (variance.sqrt()? + 0.02)?),
        ]);
        for (name, var) in weights.vars() {
            if let Some(value) = scale.get(name.as_str()) {
                var.set(value)?;
            }
        }
        Self::of(net, weights)
    }

    /// Network with these weights.
    pub fn from_tensors(tensors: &HashMap<String, Tensor>) -> Result<Self> {
        let (weights, net) = Weights::init(0, |vb| Net::new(&vb))?;
        weights.set(|name| named(tensors, name))?;
        Self::of(net, weights)
    }

    /// Network with the shipped weights: the house look.
    pub fn shipped() -> Result<Self> {
        Self::from_tensors(&safetensors::load_buffer(FinishNet::SHIPPED, &Device::Cpu)?)
    }

    fn of(net: Net, weights: Weights) -> Result<Self> {
        let averaged = weights.copies()?;
        Ok(Self {
            net,
            weights,
            averaged,
        })
    }

    /// Trains on examples.
    pub fn train(
        mut self,
        examples: &Examples,
        recipe: &Recipe,
        progress: &mut dyn Progress,
    ) -> Result<Trained> {
        let mut optimizer = AdamW::new(self.learning(), DECAY)?;
        let stored = recipe.checkpoint.as_ref().filter(|path| path.exists());
        let mut step = match stored {
            Some(path) => self.resume(path, &mut optimizer)?,
            None => 0,
        };
        while step < recipe.steps {
            let end = (step + recipe.round).min(recipe.steps);
            let mut learned = 0.0;
            for now in step..end {
                learned += self.step(examples, recipe, now, &mut optimizer)?;
            }
            let learned = learned / (end - step) as f32;
            step = end;
            if let Some(path) = &recipe.checkpoint {
                self.save_state(path, step, &optimizer)?;
            }
            let of = recipe.steps;
            let round = Round { step, of, learned };
            if progress.round(round, &self.trained().net()?).is_break() {
                break;
            }
        }
        Ok(self.trained())
    }

    fn trained(&self) -> Trained {
        let tensors = self.averaged.iter();
        Trained(
            tensors
                .map(|(name, tensor)| (name.clone(), tensor.clone()))
                .collect(),
        )
    }

    /// The variables that learn: all but the statistics' scale.
    fn learning(&self) -> BTreeMap<String, Var> {
        let mut vars = self.weights.vars();
        vars.retain(|name, _| !matches!(name.as_str(), "mean" | "deviation"));
        vars
    }

    /// Takes a step; returns the mean difference before it.
    fn step(
        &mut self,
        examples: &Examples,
        recipe: &Recipe,
        step: usize,
        optimizer: &mut AdamW,
    ) -> Result<f32> {
        let rng = |i: usize| Rng::new(recipe.seed, ((step * recipe.batch + i) as u64 + 1) << 12);
        let drawn: Vec<Drawn> = (0..recipe.batch)
            .into_par_iter()
            .map(|i| examples.draw(&mut rng(i)))
            .collect();
        let mut rng = rng(recipe.batch);
        let pairs: Vec<(&Square, &Square)> = drawn.iter().map(|d| (&d.before, &d.after)).collect();
        let mut views: Vec<View> = drawn.iter().map(|d| d.view.clone()).collect();
        let numbers = views.iter_mut().flat_map(|view| &mut view.statistics);
        numbers.for_each(|v| *v += NOISE * rng.normal());
        let samples = Samples::new(&pairs, PIXELS, &mut rng)?;
        let answer = self
            .net
            .forward(&Batch::new(&views)?, Some(&dropout(views.len(), &mut rng)?))?;
        let (loss, off) = loss(&samples, &answer)?;
        let rate = optimizer::rate(recipe.rate, step, recipe.steps);
        optimizer.step(&loss.backward()?, rate)?;
        self.average(step)?;
        Ok(off)
    }

    /// Follows the weights slowly, faster at the beginning.
    fn average(&mut self, step: usize) -> Result<()> {
        let kept = KEPT.min((step + 1) as f64 / (step + 10) as f64);
        for (name, var) in self.weights.vars() {
            let averaged = &self.averaged[&name];
            let next = ((averaged * kept)? + (var.as_tensor() * (1.0 - kept))?)?;
            self.averaged.insert(name, next.detach());
        }
        Ok(())
    }

    /// Resumes from what `save_state` wrote; returns the steps that were taken.
    fn resume(&mut self, path: &Path, optimizer: &mut AdamW) -> Result<usize> {
        let stored = safetensors::load(path, &Device::Cpu)?;
        let find = |name: &str| named(&stored, name);
        self.weights.set(|name| find(&format!("now.{name}")))?;
        optimizer.load_state(find)?;
        for (name, averaged) in &mut self.averaged {
            *averaged = find(&format!("average.{name}"))?;
        }
        Ok(find("course")?.to_vec1::<f32>()?[0] as usize)
    }

    fn save_state(&self, path: &Path, step: usize, optimizer: &AdamW) -> Result<()> {
        let now = self.weights.copies()?.into_iter();
        let averaged = self.averaged.iter();
        let tensors = now
            .map(|(name, tensor)| (format!("now.{name}"), tensor))
            .chain(averaged.map(|(name, tensor)| (format!("average.{name}"), tensor.clone())))
            .chain(optimizer.state()?)
            .chain([(
                "course".to_owned(),
                Tensor::new(&[step as f32], &Device::Cpu)?,
            )]);
        checkpoint::write(path, tensors)
    }
}

/// Factors on hidden numbers: most a little more than one, some nothing.
fn dropout(count: usize, rng: &mut Rng) -> Result<Tensor> {
    let kept = 1.0 / (1.0 - DROP);
    let factor = |_| if rng.unit() < DROP { 0.0 } else { kept };
    let factors: Vec<f32> = (0..count * HIDDEN).map(factor).collect();
    Tensor::from_vec(factors, (count, HIDDEN), &Device::Cpu)
}
