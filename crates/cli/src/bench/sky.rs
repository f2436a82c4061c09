//! `bench sky`: what seeing a photo of 45 megapixels and giving it another sky cost, beyond the
//! photo itself.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use clap::Args;
use plumbline_documents::Place;
use plumbline_enhance::sky::{Matte, replace, without_islands};
use plumbline_enhance::{
    Limits, Overrides, Pixels, Scene, Shot, SkyChoice, decode, measure, plan, small,
};

use crate::analyzers;
use crate::bench::stages::{Run, Stage, resident_bytes};
use crate::bench::{bandwidth, figures, qc, table};

const MB: f64 = 1e6;
const USUAL: &str = "../shared/photos/exterior/terrah-holly-pmhdkgRCbtE-unsplash.jpg";

#[derive(Debug, Args)]
pub struct Sky {
    /// A photo with a sky; it is enlarged.
    #[arg(long, value_name = "FILE", default_value = USUAL)]
    photo: PathBuf,
    /// Columns of the test picture.
    #[arg(long, default_value_t = 8183, value_parser = clap::value_parser!(u32).range(64..=20_000))]
    width: u32,
    /// Rows of the test picture.
    #[arg(long, default_value_t = 5455, value_parser = clap::value_parser!(u32).range(64..=20_000))]
    height: u32,
    /// How often it runs.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    runs: u32,
}

#[derive(Debug, Args)]
pub struct Once {
    file: PathBuf,
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

/// Looks and repaints once and prints the figures as one line of JSON.
pub fn once(order: &Once) -> anyhow::Result<()> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(order.threads)
        .build_global()?;
    let original = qc::read_ppm(&order.file)?;
    let graded = original.clone();
    let measured = measure(&original, &Shot::default());
    let (analyzer, _) = analyzers::open();
    let mut run = Run::default();
    let resident = resident_bytes() as f64;
    run.numbers.insert("resident_bytes".to_owned(), resident);
    let whole = original.pixel_count() * 3;

    let scene = run.stage("look", whole, || analyzer.analyze(&small(&original)))?;
    let Some(likely) = scene.sky.as_ref().map(without_islands) else {
        bail!("No network that finds skies is here. Run: plumbline-worker models list");
    };
    let matte = run.stage("refine the matte", whole, || {
        Matte::refine(&original, &likely)
    });
    let overrides = Overrides {
        place: Some(Place::Exterior),
        sky: Some(SkyChoice::LightCloud),
        ..Overrides::default()
    };
    let scene = Scene {
        place: Place::Exterior,
        ..scene
    };
    let choice = SkyChoice::Keep;
    let sky = plan::sky::plan(
        Some(&matte.view),
        &scene,
        &measured,
        &choice,
        &overrides,
        &plan::sky::Camera::default(),
    );
    let new = sky.new_sky().context("the photo has no sky to replace")?;
    let painted = run.stage("paint and compose", 3 * whole, || {
        replace(&original, graded, &matte, new, None)
    });
    run.size_bytes = painted.pixel_count();
    run.notes.push(format!(
        "looked by {}, {:.0} % sky",
        analyzer.name(),
        100.0 * matte.view.share
    ));
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

/// Medians of runs in processes of their own.
pub fn compare(order: &Sky) -> anyhow::Result<()> {
    let folder = std::env::temp_dir().join("plumbline-bench");
    fs::create_dir_all(&folder)?;
    let picture = folder.join("sky.ppm");
    enlarge(&order.photo, order.width, order.height, &picture)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut one, mut all) = (vec![], vec![]);
    for _ in 0..order.runs {
        one.push(run(&picture, 1)?);
        all.push(run(&picture, threads)?);
    }
    fs::remove_file(&picture)?;
    print(order, &one, &all, threads);
    Ok(())
}

fn run(picture: &Path, threads: usize) -> anyhow::Result<Run> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", "repaint"]).arg(picture);
    command.args(["--threads", &threads.to_string()]);
    figures(command)
}

fn print(order: &Sky, one: &[Run], all: &[Run], threads: usize) {
    println!(
        "{} x {}, medians of {} runs, {}",
        order.width,
        order.height,
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

/// What the process held when it had the photo, graded and not.
fn held(run: &Run) -> f64 {
    run.numbers.get("resident_bytes").copied().unwrap_or(0.0)
}

/// Bilinear, which is smooth where a real photo has grain: what is measured does not depend on it.
fn enlarge(photo: &Path, width: u32, height: u32, to: &Path) -> anyhow::Result<()> {
    let bytes = fs::read(photo).with_context(|| format!("{} cannot be read", photo.display()))?;
    let pixels = decode(&bytes, &Limits::default())?.pixels;
    let mut out = std::io::BufWriter::new(fs::File::create(to)?);
    write!(out, "P6\n{width} {height}\n255\n")?;
    let rgb = pixels.rgb8();
    for y in 0..height {
        let row: Vec<u8> = (0..width)
            .flat_map(|x| {
                mixed(
                    &pixels,
                    &rgb,
                    place(x, width, pixels.width()),
                    place(y, height, pixels.height()),
                )
            })
            .collect();
        out.write_all(&row)?;
    }
    Ok(out.flush()?)
}

/// The pixel before, and the share of the next.
fn place(at: u32, of: u32, from: u32) -> (usize, f32) {
    let at = ((at as f32 + 0.5) * from as f32 / of as f32 - 0.5).clamp(0.0, (from - 1) as f32);
    (at as usize, at.fract())
}

fn mixed(pixels: &Pixels, rgb: &[u8], (x, dx): (usize, f32), (y, dy): (usize, f32)) -> [u8; 3] {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let (right, below) = ((x + 1).min(width - 1), (y + 1).min(height - 1));
    [0, 1, 2].map(|c| {
        let at = |x: usize, y: usize| f32::from(rgb[3 * (y * width + x) + c]);
        let upper = at(x, y) + (at(right, y) - at(x, y)) * dx;
        let lower = at(x, below) + (at(right, below) - at(x, below)) * dx;
        (upper + (lower - upper) * dy + 0.5) as u8
    })
}
