//! `train lora --before DIR --after DIR`: trains a LoRA of the look of rooms, from 200 to 500 pairs
//! of originals and edited pictures, without database or server.

use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, anyhow};
use image::{ImageFormat, RgbImage, imageops};
use plumbline_documents::Place;
use plumbline_enhance::plan::engine::{CANNY, LORA, TILE};
use plumbline_enhance::{Denoise, GenerativeModel, Pixels, Scene};
use plumbline_models::diffusion::files::Files;
use plumbline_models::diffusion::model::NEUTRAL_PROMPT;
use plumbline_models::diffusion::prompts;
use plumbline_models::train::checkpoint;
use plumbline_models::train::lora::{self, Recipe, StepReport};
use plumbline_models::train::pairs::{self, Pair};
use plumbline_nn::device;
use plumbline_pipeline::generative_models::{self, ModelFolders};

use crate::files::{keep, write_beside};
use crate::pictures::rgb_image;

/// Pairs on the contact sheet.
const SHOWN: usize = 4;
/// Steps between two states that are kept.
const KEPT_EVERY: usize = 100;
/// Steps between two lines that are printed.
const PRINTED_EVERY: usize = 25;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder of originals.
    #[arg(long, value_name = "DIR")]
    before: PathBuf,
    /// A folder of the edited pictures, by the same names.
    #[arg(long, value_name = "DIR")]
    after: PathBuf,
    /// File for the look; beside it, a contact sheet that shows it.
    #[arg(short, long, value_name = "FILE", default_value = "look.safetensors")]
    out: PathBuf,
    /// About the side of the pictures, in pixels: 512 fits into 24 GB.
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u32).range(64..=1024))]
    px: u32,
    /// Steps of the optimizer.
    #[arg(long, default_value_t = 3000)]
    steps: usize,
    /// The rate at its peak.
    #[arg(long, default_value_t = 1e-4)]
    rate: f64,
    /// Rank of the matrices.
    #[arg(long, default_value_t = 16)]
    rank: usize,
    /// Trains convolutions too: finer, three times as large.
    #[arg(long)]
    convolutions: bool,
    /// Seed of all chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Goes on where a training with the same --out was interrupted.
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    models: ModelFolders,
}

/// Returns whether the LoRA brings pictures nearer to the edited ones.
pub fn train(args: &Args) -> anyhow::Result<bool> {
    let files = args.models.files();
    let files = files.map_err(|why| anyhow!("There is nothing to train: {why}"))?;
    let pairs = pairs::pairs(&args.before, &args.after, args.px)?;
    println!("Learning from {} pairs.", pairs.len());
    let state = args.out.with_extension("state");
    if !args.resume && state.exists() {
        std::fs::remove_file(&state)?;
    }
    let recipe = Recipe {
        rank: args.rank,
        convolutions: args.convolutions,
        steps: args.steps,
        rate: args.rate,
        checkpoint: Some((state.clone(), KEPT_EVERY)),
        ..Recipe::for_pairs(args.seed)
    };
    let prompt = prompts::encode_prompt(&files, &args.models.cache(), NEUTRAL_PROMPT)?;
    let (device, _) = device::best();
    let trained = lora::train(&files, &device, prompt, &pairs, &recipe, &mut lines())?;
    if state.exists() {
        std::fs::remove_file(&state)?;
    }
    let (before, after) = (trained.loss_before, trained.loss);
    println!("Error of the latents: {before:.4} without the look, {after:.4} with all of it.");
    if after.is_nan() || after >= before {
        println!("No nearer to the edited pictures: nothing is written. More pairs may help.");
        return Ok(false);
    }
    checkpoint::write(&args.out, trained.lora)
        .with_context(|| format!("{} cannot be written", args.out.display()))?;
    let sheet = args.out.with_extension("png");
    draw(files, &args.models.cache(), &args.out, &pairs, &sheet)?;
    println!(
        "Written to {}; {} shows it. Put it into the folder of weights as \
         interior-look/look.safetensors, and it is applied to rooms from then on.",
        args.out.display(),
        sheet.display()
    );
    Ok(true)
}

/// A line now and then.
fn lines() -> impl FnMut(StepReport) -> ControlFlow<()> {
    let since = Instant::now();
    let mut recent = Vec::with_capacity(PRINTED_EVERY);
    move |report| {
        recent.push(report.loss);
        if report.done.is_multiple_of(PRINTED_EVERY) || report.done == report.of {
            let mean = recent.iter().sum::<f32>() / recent.len() as f32;
            let seconds = since.elapsed().as_secs_f32();
            println!(
                "{seconds:5.0} s  step {:5} of {}  error {mean:.4}",
                report.done, report.of
            );
            recent.clear();
        }
        ControlFlow::Continue(())
    }
}

/// Contact sheet of some pairs: the original, without the LoRA, with as much of it as the product
/// applies, and the edited picture.
fn draw(
    files: Files,
    cache: &Path,
    lora: &Path,
    pairs: &[Pair],
    sheet: &Path,
) -> anyhow::Result<()> {
    let files = Files {
        lora: Some(lora.to_owned()),
        ..files
    };
    let model = generative_models::open(files, cache, |_| ()).map_err(|why| anyhow!(why))?;
    let mut rows = Vec::new();
    for pair in pairs.iter().take(SHOWN) {
        let [without, with] = [0.0, LORA].map(|weight| corrected(&*model, &pair.before, weight));
        rows.push([pair.before.clone(), without?, with?, pair.after.clone()]);
    }
    let mut png = Cursor::new(Vec::new());
    joined(&rows)?.write_to(&mut png, ImageFormat::Png)?;
    keep(write_beside(sheet, png.get_ref())?, sheet)
}

fn corrected(model: &dyn GenerativeModel, picture: &Pixels, lora: f32) -> anyhow::Result<Pixels> {
    let (sigma, steps) = model.schedule().start(0.3);
    let denoise = Denoise {
        sigma,
        steps,
        tile: TILE,
        canny: CANNY,
        lora,
        seed: 1,
    };
    let room = Scene {
        place: Place::Interior,
        ..Scene::default()
    };
    Ok(model.correct(picture, &room, &denoise, &|_| true)?)
}

/// Rows of pictures under each other, black where one is narrower.
fn joined(rows: &[[Pixels; 4]]) -> anyhow::Result<RgbImage> {
    let width = |row: &[Pixels; 4]| row.iter().map(Pixels::width).sum::<u32>();
    let widest = rows.iter().map(width).max();
    let height = rows.iter().map(|row| row[0].height()).sum();
    let mut sheet = RgbImage::new(widest.context("a sheet without pictures")?, height);
    let mut top = 0;
    for row in rows {
        let mut left = 0;
        for picture in row {
            imageops::replace(&mut sheet, &rgb_image(picture), left, top);
            left += i64::from(picture.width());
        }
        top += i64::from(row[0].height());
    }
    Ok(sheet)
}
