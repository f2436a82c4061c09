//! `bench qc`: the whole quality control of one pair, beside SSIM, CIEDE2000 and Canny alone in
//! OpenCV with libvips and in scikit-image. The pair is what `bench image` made of its photo.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use image::ImageReader;
use plumbline_enhance::Pixels;
use plumbline_enhance::inspect::{Terms, judge};

use crate::bench::peer::Peer;
use crate::bench::stages::{Run, Stage, resident_bytes};
use crate::bench::{Image, bandwidth, figures, myself, path, picture, table};

const CONTROL: &str = "quality control";
const PEERS: [&[&str]; 2] = [&["--peer", "opencv"], &["--peer", "skimage"]];
const MB: f64 = 1e6;

#[derive(Debug, clap::Args)]
pub struct Judge {
    before: PathBuf,
    after: PathBuf,
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

/// Judges a pair and prints the figures as one line of JSON.
pub fn once(judged: &Judge) -> anyhow::Result<()> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(judged.threads)
        .build_global()?;
    let (before, after) = (read_ppm(&judged.before)?, read_ppm(&judged.after)?);
    let mut run = Run {
        peer: "plumbline".to_owned(),
        ..Run::default()
    };
    let resident = resident_bytes() as f64;
    run.numbers.insert("resident_bytes".to_owned(), resident);
    let moved = before.pixel_count() * 6;
    let inspected = run.stage(CONTROL, moved, || judge(&before, &after, &Terms::default()));
    for measure in &inspected.report.measures {
        run.numbers.insert(measure.name.to_string(), measure.value);
    }
    run.notes.push(inspected.report.headline());
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

/// Every judge once a round, so that a busy minute of the machine falls on all of them.
pub fn compare(image: &Image) -> anyhow::Result<()> {
    let folder = image.folder();
    let photo = picture::kept(&image.wanted(), &folder)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    myself(
        &photo.file,
        threads,
        &["--pair".as_ref(), folder.as_os_str()],
    )?;
    let pair = path::pair_files(&folder);
    println!("pair: {}, corrected and straightened", photo.about);
    let bytes: u64 = pair
        .iter()
        .map(|file| fs::metadata(file).map_or(0, |m| m.len()))
        .sum();
    println!("the two pictures alone: {:.0} MB", bytes as f64 / MB);

    let find = |options: &&[&str]| {
        Peer::find(
            &image.peers,
            &image.peer_scripts,
            "quality_control.py",
            options,
        )
    };
    let peers: Vec<Peer> = PEERS
        .iter()
        .filter(|_| !image.alone)
        .filter_map(find)
        .collect();
    let (mut ours, mut ours_all) = (vec![], vec![]);
    let mut theirs: Vec<Vec<Run>> = peers.iter().map(|_| vec![]).collect();
    for _ in 0..image.runs {
        ours.push(judged(&pair, 1)?);
        ours_all.push(judged(&pair, threads)?);
        for (peer, runs) in peers.iter().zip(&mut theirs) {
            runs.push(peer.run(&pair, 1)?);
        }
    }
    print(&ours, &ours_all, threads, &theirs);
    pair.iter().try_for_each(fs::remove_file)?;
    Ok(())
}

fn judged(pair: &[PathBuf; 2], threads: usize) -> anyhow::Result<Run> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["bench", "judge"]).args(pair);
    command.args(["--threads", &threads.to_string()]);
    figures(command)
}

fn print(ours: &[Run], ours_all: &[Run], threads: usize, theirs: &[Vec<Run>]) {
    let cpu = |runs: &[Run]| table::median(runs, |run| run.total(Stage::cpu_s));
    let wall = |runs: &[Run]| table::median(runs, |run| run.total(|stage| stage.wall_s));
    let beyond = |runs: &[Run]| table::median(runs, beyond_bytes) / MB;
    let floor = ours[0].stages[0].moved_bytes as f64 / bandwidth::measured(1);
    println!(
        "\nmedians of {} runs, 1 thread; ratios are theirs / ours",
        ours.len()
    );
    println!(
        "{:<34}{:>8}{:>8}{:>12}{:>8}{:>8}",
        "judge", "CPU s", "wall s", "MB beyond", "CPU", "memory"
    );
    let row = |name: &str, runs: &[Run]| {
        println!(
            "{name:<34}{:>8.3}{:>8.3}{:>12.0}{:>8.2}{:>8.2}",
            cpu(runs),
            wall(runs),
            beyond(runs),
            cpu(runs) / cpu(ours),
            beyond(runs) / beyond(ours)
        );
    };
    row("ours, every measure and heatmap", ours);
    for runs in theirs {
        row(&runs[0].peer, runs);
    }
    println!(
        "ours with {threads} threads: wall {:.3} s ({:.2} of one), {:.0} MB beyond; the floor (both \
         pictures read once) is {floor:.3} s, {:.1} % of the wall with one",
        wall(ours_all),
        wall(ours_all) / wall(ours),
        beyond(ours_all),
        100.0 * floor / wall(ours)
    );
    println!("\nthe same pair, judged by all:");
    for name in [
        "ssim",
        "delta_e_mean",
        "delta_e_p95",
        "edge_precision",
        "edge_recall",
    ] {
        let number = |runs: &Vec<Run>| runs[0].numbers.get(name).copied().unwrap_or(f64::NAN);
        let others: String = theirs
            .iter()
            .map(|runs| format!("{:>12.5}", number(runs)))
            .collect();
        println!("  {name:<16}{:>12.5}{others}", ours[0].numbers[name]);
    }
    println!("verdict: {}", ours[0].notes.join(" "));
}

/// The peak over all stages, less the memory of the process when it had only the pictures.
fn beyond_bytes(run: &Run) -> f64 {
    let resident = run.numbers.get("resident_bytes").copied().unwrap_or(0.0);
    run.peak_bytes() as f64 - resident
}

/// A pair's file, as `rgb_image` saved it.
pub fn read_ppm(path: &Path) -> anyhow::Result<Pixels> {
    let unreadable = || format!("{} cannot be read", path.display());
    let mut reader = ImageReader::open(path).with_context(unreadable)?;
    reader.no_limits();
    let picture = reader.decode().with_context(unreadable)?.into_rgb8();
    let (width, height) = picture.dimensions();
    Pixels::from_eight(width, height, picture.into_raw()).context("a picture of no size")
}
