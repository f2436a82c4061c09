//! Diffusion model made of SDXL's networks: schedule, prompts, memory.

mod generate;

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};

use candle_core::{DType, Device};
use plumbline_enhance::{Denoise, GenerationError, Pixels, ProgressFn, Tile};
use plumbline_nn::{device, malloc_tuning};

use super::budget::{Budget, Sizes, fitting_budgets};
use super::euler_scheduler::{EulerScheduler, Step};
use super::files::Files;
use super::model_cache::ModelCache;
use super::prompt_embeddings::{PromptCache, PromptEmbeddings, PromptError};
use super::prompts;
use super::tile_pipeline::{PipelineError, TileJob, TilePipeline};
use super::vae_color_correction::VaeColorCorrection;

/// Prompt for every photo. One sentence for all of them: a tile whose prompt names a sofa would get
/// one.
pub const NEUTRAL_PROMPT: &str =
    "professional real estate photograph, natural light, accurate colour";

/// Free memory to count on where the system does not say: that of a small server.
const UNKNOWN_MEMORY: u64 = 16_000_000_000;

/// SDXL's networks, for one photo at a time.
pub struct DiffusionModel {
    name: String,
    files: Files,
    euler: EulerScheduler,
    device: Device,
    /// `None`: embeddings are random, for a benchmark.
    prompt_cache: Option<PromptCache>,
    notify: Box<dyn Fn(&str) + Send + Sync>,
    /// Side of the tiles of the present profile: asked for while another photo is being painted.
    tile: AtomicU32,
    state: Mutex<State>,
}

/// State that changes from photo to photo.
struct State {
    /// Budgets that are left, the present one first.
    budgets: Vec<Budget>,
    models: ModelCache,
    prompts: HashMap<String, PromptEmbeddings>,
    color_correction: Option<VaeColorCorrection>,
}

/// Reasons for which files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// File of weights.
    #[error("the networks cannot be used: {0}")]
    Weights(#[from] candle_core::Error),
    /// Too many steps, or none.
    #[error("a checkpoint of {0} steps cannot be used")]
    Steps(usize),
}

impl DiffusionModel {
    /// Reads the headers of the files; the networks are loaded for the first photo. `cache` is a folder for
    /// prompt embeddings, `notify` is called with sentences for the operator.
    pub fn open(
        files: Files,
        device: Device,
        cache: &Path,
        notify: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, LoadError> {
        let sizes = Sizes::of(&files)?;
        let budgets = fitting_budgets(free_memory(&device), &sizes, device.is_cuda());
        Self::with_budgets(files, device, Some(cache), budgets, notify)
    }

    /// Opens a model with given budgets, from the first down. Without a cache no prompt is encoded: random
    /// embeddings do for random parameters.
    pub fn with_budgets(
        files: Files,
        device: Device,
        cache: Option<&Path>,
        budgets: Vec<Budget>,
        notify: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, LoadError> {
        if !(1..=255).contains(&files.steps) || budgets.is_empty() {
            return Err(LoadError::Steps(files.steps));
        }
        notify(&format!("The model works with {}.", budgets[0]));
        let profile = budgets[0].profile;
        Ok(Self {
            name: format!("sdxl-lightning-{}", files.steps),
            euler: EulerScheduler::trailing(files.steps),
            prompt_cache: cache.map(|cache| prompts::cache(&files, cache)),
            state: Mutex::new(State {
                models: ModelCache::new(files.clone(), device.clone(), &profile),
                budgets,
                prompts: HashMap::new(),
                color_correction: None,
            }),
            files,
            device,
            notify: Box::new(notify),
            tile: AtomicU32::new(profile.tile),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic leaves nothing half done that the next photo would see.
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Steps that a plan asks for.
    fn steps(&self, denoise: &Denoise) -> Result<&[Step], GenerationError> {
        let steps = self.euler.last(usize::from(denoise.steps));
        let start = steps.first().map_or(denoise.sigma, |first| first.sigma);
        if steps.len() != usize::from(denoise.steps) || (start / denoise.sigma - 1.0).abs() > 1e-3 {
            return Err(GenerationError::Failed(format!(
                "the plan begins at σ {} with {} steps, which is not a step of {}",
                denoise.sigma, denoise.steps, self.name
            )));
        }
        Ok(steps)
    }

    /// Runs `once`; out of memory, runs it again with the next smaller budget, until there is none.
    fn run<T>(
        &self,
        mut once: impl FnMut(&mut State) -> Result<T, PipelineError>,
    ) -> Result<T, GenerationError> {
        let mut state = self.state();
        let _retained = malloc_tuning::retain_freed_on_cpu(&self.device);
        loop {
            let error = match once(&mut state) {
                Ok(done) => return Ok(done),
                Err(PipelineError::Cancelled) => return Err(GenerationError::Stopped),
                Err(PipelineError::Failed(error)) => error,
            };
            if !is_out_of_memory(&error) {
                return Err(GenerationError::Failed(error.to_string()));
            }
            state.models.clear();
            if state.budgets.len() == 1 {
                return Err(GenerationError::OutOfMemory(error.to_string()));
            }
            let exhausted = state.budgets.remove(0);
            let next = &state.budgets[0];
            (self.notify)(&format!(
                "The model ran out of memory at {} and goes on with {next}.",
                exhausted.profile.name
            ));
            let profile = next.profile;
            self.tile.store(profile.tile, Ordering::Relaxed);
            state.models = ModelCache::new(self.files.clone(), self.device.clone(), &profile);
        }
    }

    /// Embeddings of a prompt, and the correction of the autoencoder's colours.
    fn prepare(
        &self,
        state: &mut State,
        prompt: &str,
    ) -> Result<(PromptEmbeddings, VaeColorCorrection), PipelineError> {
        let embeddings = match state.prompts.get(prompt) {
            Some(known) => known.clone(),
            None => self.encode(prompt).map_err(candle_core::Error::wrap)?,
        };
        state.prompts.insert(prompt.to_owned(), embeddings.clone());
        let color_correction = match state.color_correction.take() {
            Some(color_correction) => color_correction,
            None => measure(&mut state.models)?,
        };
        state.color_correction = Some(color_correction.clone());
        Ok((embeddings, color_correction))
    }

    fn encode(&self, prompt: &str) -> Result<PromptEmbeddings, PromptError> {
        match &self.prompt_cache {
            Some(cache) => prompts::encode(&self.files, cache, prompt),
            None => Ok(prompts::random(&self.files)?),
        }
    }

    fn paint(
        &self,
        pixels: &Pixels,
        tiles: &[Tile],
        denoise: &Denoise,
        watch: ProgressFn<'_>,
        done: &mut dyn FnMut(usize, Pixels),
    ) -> Result<(), GenerationError> {
        let steps = self.steps(denoise)?;
        let mut left: Vec<usize> = (0..tiles.len()).collect();
        self.run(|state| {
            let (prompt, color_correction) = self.prepare(state, NEUTRAL_PROMPT)?;
            let these: Vec<Tile> = left.iter().map(|&at| tiles[at]).collect();
            let names = left.clone();
            let profile = state.budgets[0].profile;
            let job = TileJob {
                pixels,
                tiles: &these,
                denoise,
                steps,
                prompt: &prompt,
                color_correction: &color_correction,
            };
            let before = tiles.len() - these.len();
            let whole = |progress: plumbline_enhance::Progress| {
                watch(plumbline_enhance::Progress {
                    done: progress.done + before as u32,
                    of: tiles.len() as u32,
                })
            };
            let pipeline = TilePipeline::new(job, &mut state.models, profile.residency);
            pipeline.run(&profile, &whole, &mut |at, painted| {
                left.retain(|&tile| tile != names[at]);
                done(names[at], painted);
            })
        })
    }
}

fn measure(models: &mut ModelCache) -> candle_core::Result<VaeColorCorrection> {
    VaeColorCorrection::measure(|chart| {
        let (device, dtype) = (models.device().clone(), models.dtype());
        let signed = ((chart * 2.0)? - 1.0)?
            .to_device(&device)?
            .to_dtype(dtype)?;
        let latents = models.encoder()?.forward(&signed)?.mean;
        let answer = models.decoder()?.forward(&latents)?;
        (answer.to_dtype(DType::F32)? + 1.0)? / 2.0
    })
}

/// True for errors of memory. candle turns a driver's errors into text.
fn is_out_of_memory(error: &candle_core::Error) -> bool {
    let text = format!("{error:?}").to_lowercase();
    ["out_of_memory", "out of memory", "alloc_failed"]
        .iter()
        .any(|word| text.contains(word))
}

fn free_memory(device: &Device) -> u64 {
    let of_card = device::memory(device).map(|memory| memory.free);
    let free = of_card.or_else(|| device.is_cpu().then(device::available_system_memory)?);
    free.unwrap_or(UNKNOWN_MEMORY)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use plumbline_enhance::GenerativeModel;

    use super::*;
    use crate::diffusion::budget::CARD;

    fn out_of_memory() -> PipelineError {
        PipelineError::Failed(candle_core::Error::msg(
            "DriverError(CUDA_ERROR_OUT_OF_MEMORY)",
        ))
    }

    /// Model with the two smallest budgets, and its notifications.
    fn model() -> (DiffusionModel, Arc<Mutex<Vec<String>>>) {
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = said.clone();
        let notify = move |words: &str| heard.lock().unwrap().push(words.to_owned());
        let budgets = CARD[2..]
            .iter()
            .map(|profile| Budget::of(*profile, &Sizes::SDXL));
        let model = DiffusionModel::with_budgets(
            Files::random(),
            Device::Cpu,
            None,
            budgets.collect(),
            notify,
        );
        (model.unwrap(), said)
    }

    #[test]
    fn out_of_memory_it_takes_the_next_smaller_budget_and_says_so() {
        let (model, said) = model();
        assert_eq!(model.tile_side(), Some(1024));
        let done = model.run(|state| match state.budgets[0].profile.name {
            "8 GB" => Err(out_of_memory()),
            name => Ok(name),
        });
        assert_eq!(done.unwrap(), "8 GB, small tiles");
        assert_eq!(model.tile_side(), Some(768));
        let said = said.lock().unwrap();
        let words = "The model ran out of memory at 8 GB and goes on with 8 GB, small tiles: ";
        assert!(said.last().unwrap().starts_with(words), "{said:?}");
    }

    #[test]
    fn where_the_smallest_budget_is_too_large_it_fails_with_that_reason() {
        let (model, _) = model();
        let done = model.run(|_| Err::<(), _>(out_of_memory()));
        assert!(matches!(done, Err(GenerationError::OutOfMemory(_))));
        let done =
            model.run(|_| Err::<(), _>(PipelineError::Failed(candle_core::Error::msg("no"))));
        assert!(matches!(done, Err(GenerationError::Failed(_))));
    }
}
