//! `train sky --photos DIR --masks DIR`: trains the sky network on an organization's own skies, from
//! 50 to 100 photos and masks, without database or server.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use clap::Subcommand;
use plumbline_models::scene_analyzer::TUNED_FILE;
use plumbline_models::sky::SkyNet;
use plumbline_models::train::checkpoint;
use plumbline_models::train::data;
use plumbline_models::train::sky::{Epoch, Progress, Recipe, Trainee, mean_iou};

mod finish;
mod lora;

/// Exit status: 0 written, 1 no better than what finds skies now and nothing is written, 2 refused
/// with a sentence.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tunes the sky network that ships with the program.
    Sky(SkyArgs),
    /// Trains the finish: from finished photos, or one's own look from pairs.
    Finish(finish::Args),
    /// Trains a LoRA of the look of rooms.
    Lora(lora::Args),
}

#[derive(Debug, clap::Args)]
pub struct SkyArgs {
    /// A folder of photos.
    #[arg(long, value_name = "DIR")]
    photos: PathBuf,
    /// A folder of masks with the photos' names, PNG or JPEG: white is sky, black is not, mid-grey
    /// (128) is not decided.
    #[arg(long, value_name = "DIR")]
    masks: PathBuf,
    /// File for the weights.
    #[arg(short, long, value_name = "FILE", default_value = TUNED_FILE)]
    out: PathBuf,
    /// Passes over all photos, at most; it ends earlier when nothing gets better.
    #[arg(long, default_value_t = 20)]
    epochs: usize,
    /// Seed of the choice of photos for checking, and of all other chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Goes on where a training with the same --out was interrupted.
    #[arg(long)]
    resume: bool,
}

pub fn run(command: &Command) -> ExitCode {
    let done = match command {
        Command::Sky(args) => sky(args),
        Command::Finish(args) => finish::train(args),
        Command::Lora(args) => lora::train(args),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(2)
        }
    }
}

/// Returns whether the weights got better.
fn sky(args: &SkyArgs) -> anyhow::Result<bool> {
    let state = args.out.with_extension("state");
    if !args.resume && state.exists() {
        remove(&state)?;
    }
    let (examples, checked) = data::split(data::pairs(&args.photos, &args.masks)?, args.seed);
    let count = |n| format!("{n} photos");
    println!(
        "Learning from {}, checking with {}.",
        count(examples.len()),
        count(checked.len())
    );
    let recipe = Recipe {
        epochs: args.epochs,
        checkpoint: Some(state.clone()),
        ..Recipe::fine_tuning(args.seed)
    };
    let trained =
        Trainee::shipped()?.train(&examples, &checked, &recipe, &mut Lines(Instant::now()))?;
    remove(&state)?;
    // What a tuned network would take the place of is not what it was tuned from.
    let shipped = SkyNet::shipped()?;
    let now = mean_iou(&checked, |picture| shipped.mask(picture))?;
    println!(
        "IoU of the checked photos: {:.3} before, {:.3} after; U2NETP, which finds skies now, {now:.3}.",
        trained.iou_before, trained.iou
    );
    if trained.iou <= now.max(trained.iou_before) {
        println!("No better than what finds skies now: nothing is written. More photos may help.");
        return Ok(false);
    }
    checkpoint::write_half(&args.out, &trained.weights)
        .with_context(|| format!("{} cannot be written", args.out.display()))?;
    println!(
        "Written to {}. Put it into the folder of weights as {TUNED_FILE}, and it finds the skies \
         of whatever starts from then on.",
        args.out.display()
    );
    Ok(true)
}

fn remove(state: &Path) -> anyhow::Result<()> {
    std::fs::remove_file(state).with_context(|| format!("{} cannot be removed", state.display()))
}

/// A line an epoch.
struct Lines(Instant);

impl Progress for Lines {
    fn epoch(&mut self, epoch: Epoch) -> ControlFlow<()> {
        println!(
            "{:5.0} s  epoch {:2} of {}  loss {:.4}  IoU {:.3}{}",
            self.0.elapsed().as_secs_f32(),
            epoch.number,
            epoch.of,
            epoch.loss,
            epoch.iou,
            if epoch.is_best { "  best so far" } else { "" }
        );
        ControlFlow::Continue(())
    }
}
