//! `bench sky`: the cost of analysing a photo of 45 megapixels and giving it another sky, beyond
//! the photo itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use image::imageops::{self, FilterType};
use plumbline_documents::Place;
use plumbline_enhance::sky::replace;
use plumbline_enhance::{Metadata, Overrides, Preset, Shot, SkyChoice, measure, small};
use plumbline_pipeline::analyzers;
use plumbline_pipeline::generative_models::WeightsFolder;
use plumbline_pipeline::scene_analysis::{Network, SceneAnalysis};

use crate::bench::stages::{Run, Stage, resident_bytes};
use crate::bench::{bandwidth, figures, qc, table};
use crate::files;
use crate::pictures::rgb_image;

const MB: f64 = 1e6;
const USUAL: &str = "../shared/photos/exterior/terrah-holly-pmhdkgRCbtE-unsplash.jpg";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A photo with a sky; it is enlarged.
    #[arg(long, value_name = "FILE", default_value = USUAL)]
    photo: PathBuf,
    /// Columns of the test picture.
    #[arg(long, default_value_t = 8183, value_parser = clap::value_parser!(u32).range(64..=20_000))]
    width: u32,
    /// Rows of the test picture.
    #[arg(long, default_value_t = 5455, value_parser = clap::value_parser!(u32).range(64..=20_000))]
    height: u32,
    /// Runs.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    runs: u32,
    #[command(flatten)]
    weights: WeightsFolder,
}

#[derive(Debug, clap::Args)]
pub struct Once {
    file: PathBuf,
    #[arg(long, default_value_t = 1)]
    threads: usize,
    #[command(flatten)]
    weights: WeightsFolder,
}

/// Analyses and repaints once and prints the figures as one line of JSON.
pub fn once(args: &Once) -> anyhow::Result<()> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads)
        .build_global()?;
    let original = qc::read_ppm(&args.file)?;
    let graded = original.clone();
    let measured = measure(&original, &Shot::default());
    let (analyzer, _) = analyzers::open(&args.weights);
    let mut run = Run::default();
    let resident = resident_bytes() as f64;
    run.numbers.insert("resident_bytes".to_owned(), resident);
    let whole = original.pixel_count() * 3;

    let scene = run.stage("analyse", whole, || analyzer.analyze(&small(&original)))?;
    if scene.sky.is_none() {
        bail!("No network that finds skies is here. Run: plumbline models list");
    }
    let overrides = Overrides {
        place: Some(Place::Exterior),
        sky: Some(SkyChoice::LightCloud),
        ..Overrides::default()
    };
    let analysis = run.stage("refine the matte", whole, || {
        SceneAnalysis::of_scene(&original, scene, Network::default(), &overrides)
    });
    let (preset, metadata) = (Preset::default(), Metadata::default());
    let sky = analysis.sky(&measured, &preset, &overrides, &metadata);
    let new = sky.new_sky().context("the photo has no sky to replace")?;
    let matte = analysis.matte.as_ref().context("the photo has no sky")?;
    let painted = run.stage("paint and compose", 3 * whole, || {
        replace(&original, graded, matte, new, None)
    });
    run.size_bytes = painted.pixel_count();
    run.notes.push(format!(
        "analysed by {}, {:.0} % sky",
        analyzer.name(),
        100.0 * matte.view.share
    ));
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

/// Medians of runs in processes of their own.
pub fn compare(args: &Args) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join("plumbline-bench");
    fs::create_dir_all(&folder)?;
    let picture = folder.join("sky.ppm");
    enlarge(&args.photo, args.width, args.height, &picture)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut one, mut all) = (vec![], vec![]);
    for _ in 0..args.runs {
        one.push(run(args, &picture, 1)?);
        all.push(run(args, &picture, threads)?);
    }
    fs::remove_file(&picture)?;
    print(args, &one, &all, threads);
    Ok(())
}

fn run(args: &Args, picture: &Path, threads: usize) -> anyhow::Result<Run> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", "repaint"]).arg(picture);
    command.arg("--models-dir").arg(&args.weights.models_dir);
    command.args(["--threads", &threads.to_string()]);
    figures(command)
}

fn print(args: &Args, one: &[Run], all: &[Run], threads: usize) {
    println!(
        "{} x {}, medians of {} runs, {}",
        args.width,
        args.height,
        one.len(),
        one[0].notes.join(" ")
    );
    println!(
        "{:<22}{:>8}{:>8}{:>10}{:>14}",
        "stage", "CPU s", "wall s", "floor s", "MB beyond"
    );
    let bandwidth = bandwidth::measured(1);
    for (at, stage) in one[0].stages.iter().enumerate() {
        let of = |value: fn(&Stage) -> f64| table::median(one, |run| value(&run.stages[at]));
        let beyond = table::median(one, |run| run.stages[at].peak_bytes as f64 - held(run));
        println!(
            "{:<22}{:>8.3}{:>8.3}{:>10.3}{:>14.0}",
            stage.name,
            of(Stage::cpu_s),
            of(|stage| stage.wall_s),
            stage.moved_bytes as f64 / bandwidth,
            beyond / MB
        );
    }
    let cpu = |runs: &[Run]| table::median(runs, |run| run.total(Stage::cpu_s));
    let wall = |runs: &[Run]| table::median(runs, |run| run.total(|stage| stage.wall_s));
    let beyond = |runs: &[Run]| table::median(runs, |run| run.peak_bytes() as f64 - held(run)) / MB;
    println!(
        "{:<22}{:>8.3}{:>8.3}{:>24.0}",
        "all",
        cpu(one),
        wall(one),
        beyond(one)
    );
    println!(
        "with {threads} threads: {:.3} CPU s, {:.3} wall s ({:.2} of one), {:.0} MB beyond",
        cpu(all),
        wall(all),
        wall(all) / wall(one),
        beyond(all)
    );
}

/// Memory of the process when it had the photo, graded and not.
fn held(run: &Run) -> f64 {
    run.numbers.get("resident_bytes").copied().unwrap_or(0.0)
}

/// Bilinear, which is smooth where a real photo has grain: what is measured does not depend on it.
fn enlarge(photo: &Path, width: u32, height: u32, to: &Path) -> anyhow::Result<()> {
    let picture = rgb_image(&files::open(photo)?.pixels);
    imageops::resize(&picture, width, height, FilterType::Triangle).save(to)?;
    Ok(())
}
