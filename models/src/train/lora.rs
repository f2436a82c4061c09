//! Training of a LoRA (Hu et al. 2021) on the UNet's attentions, for the look of rooms: it moves
//! pictures from before to after within the last steps of the schedule, as it will be used: from the original's
//! latents and some noise, under both ControlNets, to the edited picture's latents.

mod trainer;

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candle_core::{Device, Result, Tensor, Var, safetensors};

use crate::diffusion::files::Files;
use crate::diffusion::prompt_embeddings::PromptEmbeddings;
use crate::train::checkpoint;
use crate::train::lora::trainer::Trainer;
use crate::train::optimizer::{self, AdamW};
use crate::train::pairs::Pair;

/// Hyperparameters and checkpoints of a training.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Rank of the matrices.
    pub rank: usize,
    /// The residual blocks' convolutions too, as LoCon does: finer, three times as large.
    pub convolutions: bool,
    /// Steps of the optimizer.
    pub steps: usize,
    /// Learning rate at its peak.
    pub rate: f64,
    /// Number of steps of the schedule, the last ones, that the LoRA is for.
    pub schedule_steps: usize,
    /// Number of noises that a pair is trained with; `None`: another one each time.
    pub noises: Option<u64>,
    /// Seed of all random numbers.
    pub seed: u64,
    /// File that the state is stored in every so many steps, and resumed from if it is there.
    pub checkpoint: Option<(PathBuf, usize)>,
}

impl Recipe {
    /// Defaults for some hundred pairs.
    pub fn for_pairs(seed: u64) -> Self {
        Self {
            rank: 16,
            convolutions: false,
            steps: 3000,
            rate: 1e-4,
            schedule_steps: 3,
            noises: None,
            seed,
            checkpoint: None,
        }
    }
}

/// Progress of a training, after a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepReport {
    /// Steps done.
    pub done: usize,
    /// Steps in all.
    pub of: usize,
    /// Mean square error of the latents at this step.
    pub loss: f32,
}

/// Trained LoRA, and its errors.
pub struct Trained {
    /// Tensors by kohya's names, with alpha, so that every program reads them.
    pub lora: BTreeMap<String, Tensor>,
    /// Mean square error of the latents without the LoRA, over all pairs.
    pub loss_before: f32,
    /// Mean square error of the latents with all of it.
    pub loss: f32,
}

/// Nothing could be trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The networks, or their arithmetic.
    #[error("the look cannot be trained: {0}")]
    Networks(#[from] candle_core::Error),
    /// The UNet's parameters.
    #[error(transparent)]
    Weights(#[from] crate::weights::WeightsError),
    /// The UNet has no file.
    #[error("there is no UNet to train")]
    NoUnet,
}

/// Trains a LoRA in single precision on a processor, in bfloat16 on a card: at 512 pixels that fits
/// into 24 GB. `on_step` is called after every step, and may end it.
pub fn train(
    files: &Files,
    device: &Device,
    prompt: PromptEmbeddings,
    pairs: &[Pair],
    recipe: &Recipe,
    on_step: &mut dyn FnMut(StepReport) -> ControlFlow<()>,
) -> std::result::Result<Trained, TrainError> {
    let mut trainer = Trainer::open(files, device, prompt, pairs, recipe)?;
    let vars = trainer.vars();
    let mut optimizer = AdamW::new(vars.clone(), 0.0)?;
    let loss_before = trainer.evaluate()?;
    let mut done = resume(recipe, &vars, &mut optimizer)?;
    while done < recipe.steps {
        let (sample, step, seed, share) = trainer.draw(recipe, done);
        let loss = trainer.loss(sample, step, seed, share)?;
        let rate = optimizer::rate(recipe.rate, done, recipe.steps);
        optimizer.step(&loss.backward()?, rate)?;
        done += 1;
        if let Some((path, every)) = &recipe.checkpoint
            && done.is_multiple_of(*every)
        {
            save_state(path, done, &vars, &optimizer)?;
        }
        let loss = loss.to_scalar::<f32>()?;
        let of = recipe.steps;
        if on_step(StepReport { done, of, loss }).is_break() {
            break;
        }
    }
    Ok(Trained {
        lora: trainer.to_lora()?,
        loss_before,
        loss: trainer.evaluate()?,
    })
}

/// Resumes from what `save_state` wrote; returns the steps done.
fn resume(recipe: &Recipe, vars: &BTreeMap<String, Var>, optimizer: &mut AdamW) -> Result<usize> {
    let Some((path, _)) = recipe.checkpoint.as_ref().filter(|(path, _)| path.exists()) else {
        return Ok(0);
    };
    let stored = safetensors::load(path, &Device::Cpu)?;
    let find = |name: &str| find(&stored, name);
    for (name, var) in vars {
        var.set(&find(&format!("now.{name}"))?.to_device(var.device())?)?;
    }
    let device = vars
        .values()
        .next()
        .map_or(Device::Cpu, |var| var.device().clone());
    optimizer.load_state(|name| find(name)?.to_device(&device))?;
    Ok(find("done")?.to_vec1::<f32>()?[0] as usize)
}

fn find(stored: &HashMap<String, Tensor>, name: &str) -> Result<Tensor> {
    let tensor = stored.get(name).cloned();
    tensor.ok_or_else(|| candle_core::Error::Msg(format!("the file has no tensor {name}")))
}

fn save_state(
    path: &Path,
    done: usize,
    vars: &BTreeMap<String, Var>,
    optimizer: &AdamW,
) -> Result<()> {
    let now = vars
        .iter()
        .map(|(name, var)| (format!("now.{name}"), var.as_tensor().clone()));
    let done = Tensor::new(&[done as f32], &Device::Cpu)?;
    let all = now
        .chain(optimizer.state()?)
        .chain([("done".to_owned(), done)]);
    checkpoint::write(path, all)
}
