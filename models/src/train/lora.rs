//! Teaches a look: a LoRA (Hu et al. 2021) on the UNet's attentions that moves pictures from before
//! to after within the last steps of the schedule, as the brush will use it: from the original's
//! latents and some noise, under both ControlNets' locks, to the edited picture's latents.

mod school;

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use candle_core::{Device, Result, Tensor, Var, safetensors};

use crate::diffusion::files::Files;
use crate::diffusion::prompt_embeddings::PromptEmbeddings;
use crate::train::checkpoint;
use crate::train::lora::school::School;
use crate::train::optimizer::{self, AdamW};
use crate::train::pairs::Pair;

/// How to teach.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Rank of the matrices.
    pub rank: usize,
    /// The residual blocks' convolutions too, as LoCon does: finer, three times as large.
    pub convolutions: bool,
    /// Steps of the optimizer.
    pub steps: usize,
    /// The rate at its peak.
    pub rate: f64,
    /// Steps of the schedule, the last ones, that the look is for.
    pub moves: usize,
    /// Different noises a pair is seen with; `None`: another one each time.
    pub noises: Option<u64>,
    /// Whatever is left to chance follows from it.
    pub seed: u64,
    /// Where the state is kept every so many steps, and taken up from if it is there.
    pub checkpoint: Option<(PathBuf, usize)>,
}

impl Recipe {
    /// For some hundred pairs.
    pub fn usual(seed: u64) -> Self {
        Self {
            rank: 16,
            convolutions: false,
            steps: 3000,
            rate: 1e-4,
            moves: 3,
            noises: None,
            seed,
            checkpoint: None,
        }
    }
}

/// Where a training stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stand {
    /// Steps done.
    pub done: usize,
    /// Of so many.
    pub of: usize,
    /// Mean square error of the latents at this step.
    pub loss: f32,
}

/// A look, and how much nearer it comes.
pub struct Taught {
    /// By kohya's names, with alpha, so that every program reads it.
    pub lora: BTreeMap<String, Tensor>,
    /// Mean square error of the latents without the look, over all pairs.
    pub loss_before: f32,
    /// With all of it.
    pub loss: f32,
}

/// Nothing could be taught.
#[derive(Debug, thiserror::Error)]
pub enum TeachError {
    /// The networks, or their arithmetic.
    #[error("the look cannot be taught: {0}")]
    Networks(#[from] candle_core::Error),
    /// The UNet's parameters.
    #[error(transparent)]
    Weights(#[from] crate::weights::WeightsError),
    /// The UNet has no file.
    #[error("there is no UNet to teach")]
    Nobody,
}

/// Teaches a look in single precision on a processor, in bfloat16 on a card: at 512 pixels that fits
/// into 24 GB. `heard` is told of every step, and may end it.
pub fn teach(
    files: &Files,
    device: &Device,
    prompt: PromptEmbeddings,
    pairs: &[Pair],
    recipe: &Recipe,
    heard: &mut dyn FnMut(Stand) -> ControlFlow<()>,
) -> std::result::Result<Taught, TeachError> {
    let mut school = School::open(files, device, prompt, pairs, recipe)?;
    let vars = school.vars();
    let mut optimizer = AdamW::new(vars.clone(), 0.0)?;
    let loss_before = school.judge()?;
    let mut done = take_up(recipe, &vars, &mut optimizer)?;
    while done < recipe.steps {
        let (lesson, step, seed, share) = school.drawn(recipe, done);
        let loss = school.loss(lesson, step, seed, share)?;
        let rate = optimizer::rate(recipe.rate, done, recipe.steps);
        optimizer.step(&loss.backward()?, rate)?;
        done += 1;
        if let Some((path, every)) = &recipe.checkpoint
            && done.is_multiple_of(*every)
        {
            keep(path, done, &vars, &optimizer)?;
        }
        let loss = loss.to_scalar::<f32>()?;
        let of = recipe.steps;
        if heard(Stand { done, of, loss }).is_break() {
            break;
        }
    }
    Ok(Taught {
        lora: school.written()?,
        loss_before,
        loss: school.judge()?,
    })
}

/// Goes on from what `keep` wrote; the steps done.
fn take_up(recipe: &Recipe, vars: &BTreeMap<String, Var>, optimizer: &mut AdamW) -> Result<usize> {
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

fn keep(path: &Path, done: usize, vars: &BTreeMap<String, Var>, optimizer: &AdamW) -> Result<()> {
    let now = vars
        .iter()
        .map(|(name, var)| (format!("now.{name}"), var.as_tensor().clone()));
    let done = Tensor::new(&[done as f32], &Device::Cpu)?;
    let all = now
        .chain(optimizer.state()?)
        .chain([("done".to_owned(), done)]);
    checkpoint::write(path, all)
}
