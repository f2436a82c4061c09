//! The model made of SDXL's networks.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};

use candle_core::{DType, Device};
use plumbline_enhance::{
    Denoise, GenerationError, GenerativeModel, Mask, Pixels, ProgressFn, Scene, Schedule, Tile,
};
use plumbline_nn::{device, malloc_tuning};

use super::budget::{Budget, Sizes, ways};
use super::euler_scheduler::{EulerScheduler, Step};
use super::files::Files;
use super::model_cache::ModelCache;
use super::prompt_embeddings::{PromptCache, PromptEmbeddings, PromptError};
use super::prompts;
use super::shift::Shift;
use super::sky_inpainting::SkyInpainting;
use super::tile_pipeline::{PipelineError, TileJob, TilePipeline};

/// What every photo is to become. One sentence for all of them: a tile that is told of a sofa
/// would look for one.
pub const NEUTRAL: &str = "professional real estate photograph, natural light, accurate colour";

/// Free memory to count on where nobody can tell: that of a small server.
const UNKNOWN_MEMORY: u64 = 16_000_000_000;

/// Networks that paint, one photo at a time.
pub struct Painter {
    name: String,
    files: Files,
    euler: EulerScheduler,
    device: Device,
    /// `None`: embeddings are random, for a benchmark.
    prompt_cache: Option<PromptCache>,
    say: Box<dyn Fn(&str) + Send + Sync>,
    /// Of the present way of working: asked while another photo is being painted.
    tile: AtomicU32,
    networks: Mutex<Networks>,
}

/// What changes from photo to photo.
struct Networks {
    /// Ways of working that are left, the present one first.
    ways: Vec<Budget>,
    models: ModelCache,
    prompts: HashMap<String, PromptEmbeddings>,
    shift: Option<Shift>,
}

/// No model can be made of the files.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// A file of weights.
    #[error("the networks cannot be used: {0}")]
    Weights(#[from] candle_core::Error),
    /// Too many steps, or none.
    #[error("a checkpoint of {0} steps cannot be used")]
    Steps(usize),
}

impl Painter {
    /// Reads the headers of the files; the networks are loaded when the first photo comes. `cache`
    /// is a folder for what need not be computed twice, `say` is told what somebody should know.
    pub fn open(
        files: Files,
        device: Device,
        cache: &Path,
        say: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, Unusable> {
        let sizes = Sizes::of(&files)?;
        let ways = ways(free(&device), &sizes, device.is_cuda());
        Self::working(files, device, Some(cache), ways, say)
    }

    /// The same with given ways of working, from the first down. Without a cache no prompt is encoded:
    /// random ones do for random parameters.
    pub fn working(
        files: Files,
        device: Device,
        cache: Option<&Path>,
        ways: Vec<Budget>,
        say: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, Unusable> {
        if !(1..=255).contains(&files.steps) || ways.is_empty() {
            return Err(Unusable::Steps(files.steps));
        }
        say(&format!("The model works with {}.", ways[0]));
        let profile = ways[0].profile;
        Ok(Self {
            name: format!("sdxl-lightning-{}", files.steps),
            euler: EulerScheduler::trailing(files.steps),
            prompt_cache: cache.map(|cache| prompts::cache(&files, cache)),
            networks: Mutex::new(Networks {
                models: ModelCache::new(files.clone(), device.clone(), &profile),
                ways,
                prompts: HashMap::new(),
                shift: None,
            }),
            files,
            device,
            say: Box::new(say),
            tile: AtomicU32::new(profile.tile),
        })
    }

    fn networks(&self) -> MutexGuard<'_, Networks> {
        // Whoever panicked left nothing half done that the next photo would see.
        self.networks
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The steps that a plan asks for.
    fn steps(&self, denoise: &Denoise) -> Result<&[Step], GenerationError> {
        let steps = self.euler.last(usize::from(denoise.steps));
        let begins = steps.first().map_or(denoise.sigma, |first| first.sigma);
        if steps.len() != usize::from(denoise.steps) || (begins / denoise.sigma - 1.0).abs() > 1e-3
        {
            return Err(GenerationError::Failed(format!(
                "the plan begins at σ {} with {} steps, which is not a step of {}",
                denoise.sigma, denoise.steps, self.name
            )));
        }
        Ok(steps)
    }

    /// Works, and where memory ends works again in a smaller way, until there is none.
    fn work<T>(
        &self,
        mut once: impl FnMut(&mut Networks) -> Result<T, PipelineError>,
    ) -> Result<T, GenerationError> {
        let mut networks = self.networks();
        let _kept = malloc_tuning::retain_freed_on_cpu(&self.device);
        loop {
            let error = match once(&mut networks) {
                Ok(done) => return Ok(done),
                Err(PipelineError::Cancelled) => return Err(GenerationError::Stopped),
                Err(PipelineError::Failed(error)) => error,
            };
            if !ran_out(&error) {
                return Err(GenerationError::Failed(error.to_string()));
            }
            networks.models.clear();
            if networks.ways.len() == 1 {
                return Err(GenerationError::OutOfMemory(error.to_string()));
            }
            let given_up = networks.ways.remove(0);
            let next = &networks.ways[0];
            (self.say)(&format!(
                "The model ran out of memory at {} and goes on with {next}.",
                given_up.profile.name
            ));
            let profile = next.profile;
            self.tile.store(profile.tile, Ordering::Relaxed);
            networks.models = ModelCache::new(self.files.clone(), self.device.clone(), &profile);
        }
    }

    /// Embeddings of a prompt, and the correction of the autoencoder's colours.
    fn ready(
        &self,
        networks: &mut Networks,
        prompt: &str,
    ) -> Result<(PromptEmbeddings, Shift), PipelineError> {
        let embeddings = match networks.prompts.get(prompt) {
            Some(known) => known.clone(),
            None => self.encode(prompt).map_err(candle_core::Error::wrap)?,
        };
        networks
            .prompts
            .insert(prompt.to_owned(), embeddings.clone());
        let shift = match networks.shift.take() {
            Some(shift) => shift,
            None => measure(&mut networks.models)?,
        };
        networks.shift = Some(shift.clone());
        Ok((embeddings, shift))
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
        self.work(|networks| {
            let (prompt, shift) = self.ready(networks, NEUTRAL)?;
            let these: Vec<Tile> = left.iter().map(|&at| tiles[at]).collect();
            let names = left.clone();
            let profile = networks.ways[0].profile;
            let job = TileJob {
                pixels,
                tiles: &these,
                denoise,
                steps,
                prompt: &prompt,
                shift: &shift,
            };
            let before = tiles.len() - these.len();
            let whole = |progress: plumbline_enhance::Progress| {
                watch(plumbline_enhance::Progress {
                    done: progress.done + before as u32,
                    of: tiles.len() as u32,
                })
            };
            let pipeline = TilePipeline::new(job, &mut networks.models, profile.residency);
            pipeline.run(&profile, &whole, &mut |at, painted| {
                left.retain(|&tile| tile != names[at]);
                done(names[at], painted);
            })
        })
    }
}

impl GenerativeModel for Painter {
    fn schedule(&self) -> Schedule {
        let sigmas = self.euler.steps().iter().rev().map(|step| step.sigma);
        Schedule::new(sigmas.collect()).expect("an opened model has 1 to 255 rising steps")
    }

    fn correct(
        &self,
        small: &Pixels,
        _: &Scene,
        denoise: &Denoise,
        watch: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        let whole = Tile {
            x: 0,
            y: 0,
            width: small.width(),
            height: small.height(),
        };
        let mut proposal = None;
        self.paint(small, &[whole], denoise, watch, &mut |_, painted| {
            proposal = Some(painted);
        })?;
        proposal.ok_or_else(|| GenerationError::Failed("no picture arrived".to_owned()))
    }

    fn tile_side(&self) -> Option<u32> {
        Some(self.tile.load(Ordering::Relaxed))
    }

    fn redraw(
        &self,
        pixels: &Pixels,
        tiles: &[Tile],
        _: &Scene,
        denoise: &Denoise,
        watch: ProgressFn<'_>,
        done: &mut dyn FnMut(usize, Pixels),
    ) -> Result<(), GenerationError> {
        self.paint(pixels, tiles, denoise, watch, done)
    }

    fn has_look(&self) -> bool {
        self.files.lora.is_some()
    }

    fn paints_skies(&self) -> bool {
        self.files.inpainting.is_some()
    }

    fn fill_sky(
        &self,
        small: &Pixels,
        mask: &Mask,
        denoise: &Denoise,
        words: &str,
        watch: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        let steps = self.steps(denoise)?;
        if (mask.width(), mask.height()) != (small.width(), small.height()) {
            return Err(GenerationError::Failed(
                "the mask is not of the picture's size".to_owned(),
            ));
        }
        self.work(|networks| {
            let (prompt, shift) = self.ready(networks, words)?;
            let sky = SkyInpainting {
                small,
                mask,
                denoise,
                steps,
                prompt: &prompt,
                shift: &shift,
            };
            sky.paint(&mut networks.models, watch)
        })
    }

    fn name(&self) -> &str {
        &self.name
    }
}

fn measure(models: &mut ModelCache) -> candle_core::Result<Shift> {
    Shift::measured(|chart| {
        let (device, dtype) = (models.device().clone(), models.dtype());
        let signed = ((chart * 2.0)? - 1.0)?
            .to_device(&device)?
            .to_dtype(dtype)?;
        let latents = models.encoder()?.forward(&signed)?.mean;
        let answer = models.decoder()?.forward(&latents)?;
        (answer.to_dtype(DType::F32)? + 1.0)? / 2.0
    })
}

/// Whether an error is one of memory. What candle makes of a driver's errors is text.
fn ran_out(error: &candle_core::Error) -> bool {
    let text = format!("{error:?}").to_lowercase();
    ["out_of_memory", "out of memory", "alloc_failed"]
        .iter()
        .any(|word| text.contains(word))
}

fn free(device: &Device) -> u64 {
    let of_card = device::memory(device).map(|memory| memory.free);
    let free = of_card.or_else(|| device.is_cpu().then(device::available_system_memory)?);
    free.unwrap_or(UNKNOWN_MEMORY)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diffusion::budget::CARD;

    fn out_of_memory() -> PipelineError {
        PipelineError::Failed(candle_core::Error::msg(
            "DriverError(CUDA_ERROR_OUT_OF_MEMORY)",
        ))
    }

    /// A model with the two smallest ways of working, and what it says.
    fn model() -> (Painter, Arc<Mutex<Vec<String>>>) {
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = said.clone();
        let say = move |words: &str| heard.lock().unwrap().push(words.to_owned());
        let ways = CARD[2..]
            .iter()
            .map(|profile| Budget::of(*profile, &Sizes::SDXL));
        let painter = Painter::working(Files::random(), Device::Cpu, None, ways.collect(), say);
        (painter.unwrap(), said)
    }

    #[test]
    fn where_memory_ends_it_goes_a_smaller_way_and_says_so() {
        let (painter, said) = model();
        assert_eq!(painter.tile_side(), Some(1024));
        let done = painter.work(|networks| match networks.ways[0].profile.name {
            "8 GB" => Err(out_of_memory()),
            name => Ok(name),
        });
        assert_eq!(done.unwrap(), "8 GB, small tiles");
        assert_eq!(painter.tile_side(), Some(768));
        let said = said.lock().unwrap();
        let words = "The model ran out of memory at 8 GB and goes on with 8 GB, small tiles: ";
        assert!(said.last().unwrap().starts_with(words), "{said:?}");
    }

    #[test]
    fn where_the_smallest_way_is_too_large_it_gives_up_with_that_reason() {
        let (painter, _) = model();
        let done = painter.work(|_| Err::<(), _>(out_of_memory()));
        assert!(matches!(done, Err(GenerationError::OutOfMemory(_))));
        let done =
            painter.work(|_| Err::<(), _>(PipelineError::Failed(candle_core::Error::msg("no"))));
        assert!(matches!(done, Err(GenerationError::Failed(_))));
    }
}
