//! Where a look is taught: pairs as latents, a UNet that remembers how its attentions came about,
//! and how far it still is.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Result, Tensor, Var};
use plumbline_enhance::plan::engine::{CANNY, TILE};
use plumbline_enhance::{Pixels, Tile};

use super::{Recipe, TeachError};
use crate::diffusion::budget::{Net, Profile, Residency};
use crate::diffusion::euler_scheduler::{EulerScheduler, Step};
use crate::diffusion::files::{Files, Origin};
use crate::diffusion::model_cache::ModelCache;
use crate::diffusion::params::Params;
use crate::diffusion::prompt_embeddings::PromptEmbeddings;
use crate::diffusion::{image_tensors, noise};
use crate::nets::sdxl::unet::Unet;
use crate::nets::sdxl::{Cond, Residuals};
use crate::train::chance::Chance;
use crate::train::pairs::Pair;

/// What is taught: queries, keys, values and what becomes of them.
const ATTENTION: [&str; 4] = [
    "to_q.weight",
    "to_k.weight",
    "to_v.weight",
    "to_out.0.weight",
];
/// And the residual blocks' kernels.
const KERNELS: [&str; 3] = ["conv1.weight", "conv2.weight", "conv_shortcut.weight"];
/// Seeds of the noise that a look is judged with, apart from those it learns with.
const JUDGED: u64 = 1 << 40;

/// A pair as the networks see it.
struct Lesson {
    before: Tensor,
    after: Tensor,
    unit: Tensor,
    outlines: Tensor,
    whole: Tile,
}

/// One layer's matrices: W + up x down.
struct Layer {
    original: Tensor,
    down: Var,
    up: Var,
}

/// All that it takes.
pub(super) struct School {
    files: Files,
    models: ModelCache,
    params: Params,
    layers: BTreeMap<String, Layer>,
    lessons: Vec<Lesson>,
    prompt: PromptEmbeddings,
    schedule: Vec<Step>,
    device: Device,
    dtype: DType,
}

impl School {
    pub(super) fn open(
        files: &Files,
        device: &Device,
        prompt: PromptEmbeddings,
        pairs: &[Pair],
        recipe: &Recipe,
    ) -> std::result::Result<Self, TeachError> {
        let dtype = if device.is_cpu() {
            DType::F32
        } else {
            DType::BF16
        };
        let profile = Profile {
            name: "school",
            dtype,
            residency: Residency::All,
            tile: 0,
            batch: 1,
        };
        let mut models = ModelCache::new(files.clone(), device.clone(), &profile);
        let lesson = |pair: &Pair| Lesson::new(pair, &mut models);
        let lessons = pairs.iter().map(lesson).collect::<Result<_>>()?;
        models.clear();
        let Origin::File(path) = &files.unet.weights else {
            return Err(TeachError::Nobody);
        };
        let params = Params::map(&[path], dtype, device)?;
        Ok(Self {
            layers: layers(&params, recipe)?,
            files: files.clone(),
            models,
            params,
            lessons,
            prompt,
            schedule: EulerScheduler::trailing(files.steps)
                .last(recipe.moves)
                .to_vec(),
            device: device.clone(),
            dtype,
        })
    }

    /// What the optimizer changes, by name.
    pub(super) fn vars(&self) -> BTreeMap<String, Var> {
        let vars = self.layers.iter().flat_map(|(name, layer)| {
            [
                (format!("down.{name}"), layer.down.clone()),
                (format!("up.{name}"), layer.up.clone()),
            ]
        });
        vars.collect()
    }

    /// What is seen at a step: which pair, where in the schedule, with which noise, and how far the
    /// picture has already come.
    pub(super) fn drawn(&self, recipe: &Recipe, at: usize) -> (usize, Step, u64, f64) {
        let mut chance = Chance::new(recipe.seed, at as u64);
        let lesson = chance.below(self.lessons.len());
        let step = chance.below(self.schedule.len());
        let noise = recipe
            .noises
            .map_or(at as u64, |noises| chance.below(noises as usize) as u64);
        // The first move begins at the original; later ones somewhere between.
        let share = if step == 0 {
            0.0
        } else {
            f64::from(chance.unit())
        };
        (lesson, self.schedule[step], noise, share)
    }

    /// Over all pairs and moves, with noises of its own.
    pub(super) fn judge(&mut self) -> Result<f32> {
        let mut sum = 0.0;
        for lesson in 0..self.lessons.len() {
            for step in self.schedule.clone() {
                let loss = self.loss(lesson, step, JUDGED, 0.0)?;
                sum += loss.to_scalar::<f32>()?;
            }
        }
        Ok(sum / (self.lessons.len() * self.schedule.len()) as f32)
    }

    /// How far from the edited picture the UNet takes the original in one stride.
    pub(super) fn loss(
        &mut self,
        lesson: usize,
        step: Step,
        seed: u64,
        share: f64,
    ) -> Result<Tensor> {
        let lesson = &self.lessons[lesson];
        let place = |x: &Tensor| x.to_device(&self.device);
        let (before, after) = (place(&lesson.before)?, place(&lesson.after)?);
        let start = ((&before * (1.0 - share))? + (&after * share)?)?;
        let noise = place(&noise::field(seed, lesson.whole)?)?;
        let latents = step.add_noise(&start, &noise)?;
        let x = step.scale_model_input(&latents)?.to_dtype(self.dtype)?;
        let cond = self.cond(lesson.whole)?;
        let (unit, outlines) = (place(&lesson.unit)?, place(&lesson.outlines)?);
        let control = self.control(&x, step, &cond, &unit, &outlines)?;
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
        outlines: &Tensor,
    ) -> Result<Residuals> {
        let (t, dtype) = (step.timestep as f64, self.dtype);
        let (unit, outlines) = (unit.to_dtype(dtype)?, outlines.to_dtype(dtype)?);
        let tile = self.models.control(Net::Tile)?;
        let tile = tile.forward(x, t, cond, &unit, f64::from(TILE))?;
        let canny = self.models.control(Net::Canny)?;
        tile.plus(&canny.forward(x, t, cond, &outlines, f64::from(CANNY))?)
    }

    /// With the look as it is now, and a memory of how it came about.
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

    /// Alpha is the rank: the matrices are as strong as they were taught.
    pub(super) fn written(&self) -> Result<BTreeMap<String, Tensor>> {
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

impl Lesson {
    fn new(pair: &Pair, models: &mut ModelCache) -> Result<Self> {
        let mut latents = |picture: &Pixels| {
            let latents = models.latents(&image_tensors::to_tensor(picture)?)?;
            latents.to_device(&Device::Cpu)
        };
        Ok(Self {
            before: latents(&pair.before)?,
            after: latents(&pair.after)?,
            unit: image_tensors::to_tensor(&pair.before)?,
            outlines: image_tensors::canny_edges(&pair.before)?,
            whole: Tile {
                x: 0,
                y: 0,
                width: pair.before.width(),
                height: pair.before.height(),
            },
        })
    }
}

/// All that are taught; up begins as nothing, so that the look begins as none.
fn layers(params: &Params, recipe: &Recipe) -> Result<BTreeMap<String, Layer>> {
    let kernels: &[&str] = if recipe.convolutions { &KERNELS } else { &[] };
    let endings = ATTENTION.iter().chain(kernels);
    let taught = |name: &&str| endings.clone().any(|ending| name.ends_with(ending));
    let names: Vec<String> = params.names().filter(taught).map(str::to_owned).collect();
    let mut layers = BTreeMap::new();
    for (place, name) in names.into_iter().enumerate() {
        let Some(original) = params.get(&name).cloned() else {
            continue;
        };
        let (outputs, inputs) = original.flatten_from(1)?.dims2()?;
        let (rank, device) = (recipe.rank.min(inputs), original.device());
        let mut chance = Chance::new(recipe.seed, (1 << 32) + place as u64);
        let spread = 1.0 / (inputs as f32).sqrt();
        let down: Vec<f32> = (0..rank * inputs)
            .map(|_| chance.normal() * spread)
            .collect();
        let down = Var::from_tensor(&Tensor::from_vec(down, (rank, inputs), device)?)?;
        let up = Var::zeros((outputs, rank), DType::F32, device)?;
        layers.insert(name, Layer { original, down, up });
    }
    Ok(layers)
}
