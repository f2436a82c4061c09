//! Trainer of a LoRA: pairs as latents, a UNet whose attentions are built from the LoRA's variables,
//! and its loss.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Result, Tensor, Var};
use plumbline_enhance::plan::engine::{CANNY, TILE};
use plumbline_enhance::{Pixels, Tile};

use super::{Recipe, TrainError};
use crate::diffusion::budget::{Net, Profile, Residency};
use crate::diffusion::euler_scheduler::{EulerScheduler, Step};
use crate::diffusion::files::{Files, Origin};
use crate::diffusion::model_cache::ModelCache;
use crate::diffusion::params::Params;
use crate::diffusion::prompt_embeddings::PromptEmbeddings;
use crate::diffusion::{image_tensors, noise};
use crate::nets::sdxl::unet::Unet;
use crate::nets::sdxl::{Cond, Residuals};
use crate::train::pairs::Pair;
use crate::train::rng::Rng;

/// Layers that are trained: the projections of attentions.
const ATTENTION: [&str; 4] = [
    "to_q.weight",
    "to_k.weight",
    "to_v.weight",
    "to_out.0.weight",
];
/// Layers that may be trained too: the residual blocks' kernels.
const KERNELS: [&str; 3] = ["conv1.weight", "conv2.weight", "conv_shortcut.weight"];
/// Seed of the noise of evaluations, apart from those of the training.
const EVALUATION_NOISE: u64 = 1 << 40;

/// Pair as the networks' inputs.
struct Sample {
    before: Tensor,
    after: Tensor,
    unit: Tensor,
    edges: Tensor,
    whole: Tile,
}

/// Matrices of one layer: W + up x down.
struct Layer {
    original: Tensor,
    down: Var,
    up: Var,
}

/// Networks, samples and variables of a training.
pub(super) struct Trainer {
    files: Files,
    models: ModelCache,
    params: Params,
    layers: BTreeMap<String, Layer>,
    samples: Vec<Sample>,
    prompt: PromptEmbeddings,
    schedule: Vec<Step>,
    device: Device,
    dtype: DType,
}

impl Trainer {
    pub(super) fn open(
        files: &Files,
        device: &Device,
        prompt: PromptEmbeddings,
        pairs: &[Pair],
        recipe: &Recipe,
    ) -> std::result::Result<Self, TrainError> {
        let dtype = if device.is_cpu() {
            DType::F32
        } else {
            DType::BF16
        };
        let profile = Profile {
            name: "trainer",
            dtype,
            residency: Residency::All,
            tile: 0,
            batch: 1,
        };
        let mut models = ModelCache::new(files.clone(), device.clone(), &profile);
        let sample = |pair: &Pair| Sample::new(pair, &mut models);
        let samples = pairs.iter().map(sample).collect::<Result<_>>()?;
        models.clear();
        let Origin::File(path) = &files.unet.weights else {
            return Err(TrainError::NoUnet);
        };
        let params = Params::map(&[path], dtype, device)?;
        Ok(Self {
            layers: layers(&params, recipe)?,
            files: files.clone(),
            models,
            params,
            samples,
            prompt,
            schedule: EulerScheduler::trailing(files.steps)
                .last(recipe.schedule_steps)
                .to_vec(),
            device: device.clone(),
            dtype,
        })
    }

    /// Variables that the optimizer changes, by name.
    pub(super) fn vars(&self) -> BTreeMap<String, Var> {
        let vars = self.layers.iter().flat_map(|(name, layer)| {
            [
                (format!("down.{name}"), layer.down.clone()),
                (format!("up.{name}"), layer.up.clone()),
            ]
        });
        vars.collect()
    }

    /// Draws a step's sample, place in the schedule, seed of the noise, and share of the edited picture in
    /// the start.
    pub(super) fn draw(&self, recipe: &Recipe, at: usize) -> (usize, Step, u64, f64) {
        let mut rng = Rng::new(recipe.seed, at as u64);
        let sample = rng.below(self.samples.len());
        let step = rng.below(self.schedule.len());
        let noise = recipe
            .noises
            .map_or(at as u64, |noises| rng.below(noises as usize) as u64);
        // The first step begins at the original; later ones somewhere between.
        let share = if step == 0 {
            0.0
        } else {
            f64::from(rng.unit())
        };
        (sample, self.schedule[step], noise, share)
    }

    /// Mean loss over all pairs and steps of the schedule, with noise of its own.
    pub(super) fn evaluate(&mut self) -> Result<f32> {
        let mut sum = 0.0;
        for sample in 0..self.samples.len() {
            for step in self.schedule.clone() {
                let loss = self.loss(sample, step, EVALUATION_NOISE, 0.0)?;
                sum += loss.to_scalar::<f32>()?;
            }
        }
        Ok(sum / (self.samples.len() * self.schedule.len()) as f32)
    }

    /// Mean square distance from the edited picture after one step from the original.
    pub(super) fn loss(
        &mut self,
        sample: usize,
        step: Step,
        seed: u64,
        share: f64,
    ) -> Result<Tensor> {
        let sample = &self.samples[sample];
        let place = |x: &Tensor| x.to_device(&self.device);
        let (before, after) = (place(&sample.before)?, place(&sample.after)?);
        let start = ((&before * (1.0 - share))? + (&after * share)?)?;
        let noise = place(&noise::field(seed, sample.whole)?)?;
        let latents = step.add_noise(&start, &noise)?;
        let x = step.scale_model_input(&latents)?.to_dtype(self.dtype)?;
        let cond = self.cond(sample.whole)?;
        let (unit, edges) = (place(&sample.unit)?, place(&sample.edges)?);
        let control = self.control(&x, step, &cond, &unit, &edges)?;
        let unet = self.unet()?;
        let said = unet.forward(&x, step.timestep as f64, &cond, Some(&control))?;
        let reached = (latents - (said.to_dtype(DType::F32)? * f64::from(step.sigma))?)?;
        (reached - after)?.sqr()?.mean_all()
    }

    fn control(
        &mut self,
        x: &Tensor,
        step: Step,
        cond: &Cond,
        unit: &Tensor,
        edges: &Tensor,
    ) -> Result<Residuals> {
        let (t, dtype) = (step.timestep as f64, self.dtype);
        let (unit, edges) = (unit.to_dtype(dtype)?, edges.to_dtype(dtype)?);
        let tile = self.models.control(Net::Tile)?;
        let tile = tile.forward(x, t, cond, &unit, f64::from(TILE))?;
        let canny = self.models.control(Net::Canny)?;
        tile.plus(&canny.forward(x, t, cond, &edges, f64::from(CANNY))?)
    }

    /// UNet with the LoRA as it is now, tracked for gradients.
    fn unet(&mut self) -> Result<Unet> {
        for (name, layer) in &self.layers {
            let change = layer.up.matmul(&layer.down)?.to_dtype(self.dtype)?;
            let change = change.reshape(layer.original.shape())?;
            self.params.replace(name, (&layer.original + change)?)?;
        }
        let config = &self.files.unet.config;
        let unet = self.params.build(|vb| Unet::new(config, &vb));
        unet.map_err(candle_core::Error::wrap)
    }

    fn cond(&self, tile: Tile) -> Result<Cond> {
        let (words, pooled) = (&self.prompt.hidden_states, &self.prompt.pooled);
        let size = (tile.width, tile.height);
        Cond::for_size(words, pooled, size, &self.device, self.dtype)
    }

    /// Tensors of the LoRA's file. Alpha is the rank: the matrices are as strong as they were trained.
    pub(super) fn to_lora(&self) -> Result<BTreeMap<String, Tensor>> {
        let mut lora = BTreeMap::new();
        for (name, layer) in &self.layers {
            let flat = name.trim_end_matches(".weight").replace('.', "_");
            let half = |x: &Tensor| x.to_device(&Device::Cpu)?.to_dtype(DType::F16);
            // A kernel's down is a kernel, its up one of a single pixel.
            let (mut down, mut up) = (half(&layer.down)?, half(&layer.up)?);
            if let Ok((_, inputs, rows, columns)) = layer.original.dims4() {
                down = down.reshape(((), inputs, rows, columns))?;
                up = up.unsqueeze(2)?.unsqueeze(3)?;
            }
            let alpha = Tensor::new(layer.down.dim(0)? as f32, &Device::Cpu)?;
            lora.insert(format!("lora_unet_{flat}.alpha"), alpha);
            lora.insert(format!("lora_unet_{flat}.lora_down.weight"), down);
            lora.insert(format!("lora_unet_{flat}.lora_up.weight"), up);
        }
        Ok(lora)
    }
}

impl Sample {
    fn new(pair: &Pair, models: &mut ModelCache) -> Result<Self> {
        let mut latents = |picture: &Pixels| {
            let latents = models.latents(&image_tensors::to_tensor(picture)?)?;
            latents.to_device(&Device::Cpu)
        };
        Ok(Self {
            before: latents(&pair.before)?,
            after: latents(&pair.after)?,
            unit: image_tensors::to_tensor(&pair.before)?,
            edges: image_tensors::canny_edges(&pair.before)?,
            whole: Tile {
                x: 0,
                y: 0,
                width: pair.before.width(),
                height: pair.before.height(),
            },
        })
    }
}

/// All layers that are trained; up begins as zero, so that the LoRA begins without effect.
fn layers(params: &Params, recipe: &Recipe) -> Result<BTreeMap<String, Layer>> {
    let kernels: &[&str] = if recipe.convolutions { &KERNELS } else { &[] };
    let endings = ATTENTION.iter().chain(kernels);
    let is_trained = |name: &&str| endings.clone().any(|ending| name.ends_with(ending));
    let names: Vec<String> = params
        .names()
        .filter(is_trained)
        .map(str::to_owned)
        .collect();
    let mut layers = BTreeMap::new();
    for (place, name) in names.into_iter().enumerate() {
        let Some(original) = params.get(&name).cloned() else {
            continue;
        };
        let (outputs, inputs) = original.flatten_from(1)?.dims2()?;
        let (rank, device) = (recipe.rank.min(inputs), original.device());
        let mut rng = Rng::new(recipe.seed, (1 << 32) + place as u64);
        let spread = 1.0 / (inputs as f32).sqrt();
        let down: Vec<f32> = (0..rank * inputs).map(|_| rng.normal() * spread).collect();
        let down = Var::from_tensor(&Tensor::from_vec(down, (rank, inputs), device)?)?;
        let up = Var::zeros((outputs, rank), DType::F32, device)?;
        layers.insert(name, Layer { original, down, up });
    }
    Ok(layers)
}
