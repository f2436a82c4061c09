//! `bench image`: the cost of a photo of 45 megapixels, stage by stage, beside the same steps in
//! OpenCV and libvips; `bench qc`: the cost of judging one pair, beside peers; `bench sky`: the cost of
//! scene analysis and a new sky. They make their own photo, run every path in a process of its own
//! and in turn, and print medians. `bench scenes`: the accuracy of the analyzers; `bench diffusion`:
//! the cost of SDXL's networks.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{self, ExitCode};
use std::slice;

use anyhow::{Context, bail};
use clap::Subcommand;

mod bandwidth;
mod diffusion;
mod montage;
mod path;
mod peer;
mod picture;
mod qc;
mod scenes;
mod sheet;
mod sky;
pub mod stages;
mod table;
mod wrapping;

use crate::bench::stages::Run;

/// The benchmarks.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The whole natural path over one large photo, beside its peers.
    Image(Image),
    /// Quality control of one large pair, beside its peers.
    Qc(Image),
    /// Scene analysis of a large photo, and another sky for it.
    Sky(sky::Args),
    /// Accuracy of the analyzers, on photos that people labelled.
    Scenes(scenes::Args),
    /// Contact sheets of a folder: every photo before, after and under the best simple correction.
    Sheet(sheet::Args),
    /// SDXL's networks at full size, with random parameters.
    Diffusion(diffusion::Args),
    /// One run of that path over a file, as JSON.
    #[command(hide = true)]
    Once(Once),
    /// One quality control of a pair of PPM files, as JSON.
    #[command(hide = true)]
    Judge(qc::Judge),
    /// One scene analysis and one new sky of a PPM file, as JSON.
    #[command(hide = true)]
    Repaint(sky::Once),
}

#[derive(Debug, clap::Args)]
pub struct Image {
    /// A 16-bit TIFF instead of an 8-bit JPEG.
    #[arg(long)]
    tiff: bool,
    /// 4:2:0 instead of 4:4:4.
    #[arg(long, conflicts_with = "tiff")]
    subsampled: bool,
    /// A progressive JPEG.
    #[arg(long, conflicts_with = "tiff")]
    progressive: bool,
    /// Photos of which the test picture is a mosaic; without any, one from ../shared/photos or, where
    /// there is none, a drawn room.
    #[arg(long, value_name = "FILE")]
    photo: Vec<PathBuf>,
    /// Columns of the test picture.
    #[arg(long, default_value_t = 8183, value_parser = clap::value_parser!(u32).range(64..=20_000))]
    width: u32,
    /// Rows of the test picture.
    #[arg(long, default_value_t = 5455, value_parser = clap::value_parser!(u32).range(64..=20_000))]
    height: u32,
    /// Runs of each path.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    runs: u32,
    /// A Python that has the peers' modules.
    #[arg(long, value_name = "PYTHON", default_value = "python3")]
    peers: PathBuf,
    /// The peers' scripts.
    #[arg(long, value_name = "FOLDER", default_value = "tests/peers")]
    peer_scripts: PathBuf,
    /// Runs without any peer.
    #[arg(long)]
    alone: bool,
    /// Folder that keeps the test picture between runs.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct Once {
    file: PathBuf,
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Decodes in this process, where the daemon starts one without keys.
    #[arg(long)]
    here: bool,
    /// Folder for the straightened original and the result as PPM, for other programs to compare.
    #[arg(long, value_name = "FOLDER")]
    pair: Option<PathBuf>,
}

pub fn run(command: &Command) -> ExitCode {
    let done = match command {
        Command::Image(image) => compare(image),
        Command::Qc(image) => qc::compare(image),
        Command::Scenes(args) => scenes::compare(args),
        Command::Sheet(args) => sheet::make(args),
        Command::Diffusion(args) => diffusion::compare(args),
        Command::Judge(judge) => qc::once(judge),
        Command::Sky(args) => sky::compare(args),
        Command::Repaint(once) => sky::once(once),
        Command::Once(once) => path::once(once),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plumbline: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Every path once a round, so that a busy minute of the machine falls on all of them.
fn compare(image: &Image) -> anyhow::Result<()> {
    let folder = image.folder();
    let photo = picture::kept(&image.wanted(), &folder)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!("picture: {}", photo.about);
    let [bandwidth, of_all] = [1, threads].map(bandwidth::measured);
    let (one, all) = (bandwidth / 1e9, of_all / 1e9);
    println!(
        "copy bandwidth: {one:.1} GB/s with 1 thread, {all:.1} with {threads} (read + written)"
    );

    let script = peer::Peer::find(&image.peers, &image.peer_scripts, "natural_path.py", &[]);
    let script = script.filter(|_| !image.alone);
    let (mut ours, mut ours_all, mut theirs, mut theirs_all) = (vec![], vec![], vec![], vec![]);
    let mut here = vec![];
    for _ in 0..image.runs {
        ours.push(myself(&photo.file, 1, &[])?);
        ours_all.push(myself(&photo.file, threads, &[])?);
        here.push(myself(&photo.file, 1, &["--here".as_ref()])?);
        if let Some(script) = &script {
            theirs.push(script.run(slice::from_ref(&photo.file), 1)?);
            theirs_all.push(script.run(slice::from_ref(&photo.file), threads)?);
        }
    }
    for note in &ours[0].notes {
        println!("{note}");
    }
    table::ours(&ours, &ours_all, threads, bandwidth);
    table::sandbox(&ours, &here);
    if let Some(script) = &script {
        table::beside(&ours, &ours_all, &theirs, &theirs_all);
        cross_check(script, &photo.file, &folder)?;
    }
    Ok(())
}

/// The measures that both know, of our pair of pictures, by both.
fn cross_check(
    script: &peer::Peer,
    photo: &std::path::Path,
    folder: &std::path::Path,
) -> anyhow::Result<()> {
    let ours = myself(photo, 1, &["--pair".as_ref(), folder.as_os_str()])?;
    let theirs = script.pair(&path::pair_files(folder))?;
    println!("\nthe same pair of pictures (ours), judged by both:");
    for name in ["delta_e_mean", "delta_e_p95", "ssim"] {
        if let (Some(mine), Some(other)) = (ours.numbers.get(name), theirs.numbers.get(name)) {
            println!("  {name:<14} ours {mine:.4}   peer {other:.4}");
        }
    }
    for file in path::pair_files(folder) {
        std::fs::remove_file(file)?;
    }
    Ok(())
}

impl Image {
    fn folder(&self) -> PathBuf {
        let usual = || std::env::temp_dir().join("plumbline-bench");
        self.folder.clone().unwrap_or_else(usual)
    }

    fn wanted(&self) -> picture::Wanted {
        picture::Wanted {
            width: self.width,
            height: self.height,
            photos: self.photo.clone(),
            kind: match (self.tiff, self.progressive, self.subsampled) {
                (true, ..) => wrapping::Kind::Tiff16,
                (_, progressive, subsampled) => wrapping::Kind::Jpeg {
                    progressive,
                    subsampled,
                },
            },
        }
    }
}

/// The path in a fresh process, so that no run inherits another's memory.
fn myself(photo: &std::path::Path, threads: usize, options: &[&OsStr]) -> anyhow::Result<Run> {
    let mut command = process::Command::new(std::env::current_exe()?);
    command.args(["bench", "once"]).arg(photo);
    command.args(["--threads", &threads.to_string()]);
    command.args(options);
    figures(command)
}

/// The figures, which a run prints last.
fn figures(mut command: process::Command) -> anyhow::Result<Run> {
    let output = command.stderr(process::Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("the path itself failed");
    }
    Run::read(&output.stdout).context("the path printed no figures")
}
