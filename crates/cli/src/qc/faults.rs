//! `qc faults DIR`: the table of injected faults over any folder of photos.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use plumbline_enhance::{Mask, Metadata, Output, Pixels, encode, preview, small};
use plumbline_faults::judged::{Choice, Judged, all, each, mask, with_plan};
use plumbline_faults::photo::{self, Photo};
use plumbline_faults::spoiled::SPOILS;
use plumbline_faults::table::markdown;
use plumbline_pipeline::analyzers;

use crate::files::{keep, open, write_beside};

/// Below this a picture is a thumbnail, and a pixel of warp is another thing.
const SMALLEST: u32 = 480;

/// Folders that are for measuring only, or hold no photos: read only when they
/// are given themselves.
const NOT_BELOW: [&str; 4] = ["research-only", "sky-masks", "hostile", "attacks"];

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders of photos, with all folders below them.
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// Masks of skies that a person has checked, one PNG with the photo's name each [default:
    /// `sky-masks/checked` in the folder or beside it].
    #[arg(long, value_name = "DIR")]
    masks: Option<PathBuf>,
    /// Photographers of one half only: thresholds are fitted on one and reported on the other.
    #[arg(long)]
    half: Option<Half>,
    /// Long side to which photos are shrunk first.
    #[arg(long, value_name = "PX", default_value_t = 1600)]
    long_side: u32,
    /// Photos at their own size.
    #[arg(long, conflicts_with = "long_side")]
    native: bool,
    /// Every so many photos.
    #[arg(long, value_name = "N", default_value_t = 1)]
    every: usize,
    /// Another seed draws other strengths, places and looks.
    #[arg(long, default_value = "")]
    seed: String,
    /// Part of the name of the kinds to try.
    #[arg(long, value_name = "KIND", default_value = "")]
    only: String,
    /// Every look at all its strengths, and not at one that is drawn for each photo.
    #[arg(long)]
    every_strength: bool,
    /// Our own corrections of so many spoiled copies of each photo, judged with their plan.
    #[arg(long, value_name = "N", default_value_t = 0)]
    with_plan: usize,
    /// Only those.
    #[arg(long, requires = "with_plan")]
    plan_only: bool,
    /// File for one line a pair: photo, kind, strength or spoiled copy, promise, verdict, and
    /// every measure's value, with `!` where it held the pair.
    #[arg(long, value_name = "TSV")]
    raw: Option<PathBuf>,
    /// Folder for every pair's result as a picture, to look at instead of judging it.
    #[arg(long, value_name = "DIR")]
    pictures: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Half {
    Fit,
    Report,
}

impl From<Half> for photo::Half {
    fn from(half: Half) -> Self {
        match half {
            Half::Fit => Self::Fit,
            Half::Report => Self::Report,
        }
    }
}

pub fn faults(args: &Args) -> anyhow::Result<()> {
    let files = chosen(args)?;
    let mut raw = args.raw.as_deref().map(Raw::create).transpose()?;
    let (mut judged, mut photos) = (Vec::new(), 0);
    for (at, path) in files.iter().enumerate() {
        let Some(photo) = read(args, path) else {
            continue;
        };
        let other = other(args, &files, at).unwrap_or_else(|| photo.pixels.clone());
        if let Some(folder) = &args.pictures {
            write_pictures(args, &photo, &other, folder)?;
            continue;
        }
        let of_one = pairs(args, &photo, &other, at);
        if let Some(raw) = &mut raw {
            raw.write(&of_one)?;
        }
        judged.extend(of_one);
        photos += 1;
        eprintln!("{} of {}: {}", at + 1, files.len(), photo.name);
    }
    if photos == 0 && args.pictures.is_none() {
        bail!("There is no photo in these folders.");
    }
    print!("Photos: {photos}, {}.\n\n{}", size(args), markdown(&judged));
    Ok(())
}

/// Originals and results, two files a pair.
fn write_pictures(args: &Args, photo: &Photo, other: &Pixels, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for (kind, pair) in each(photo, other, &choice(args)) {
        let write = |what: &str, pixels: &Pixels| {
            let path = to.join(format!("{}, {kind}, {what}.png", photo.name));
            let bytes = encode(pixels, &Metadata::default(), &Output::Png)?;
            keep(write_beside(&path, &bytes)?, &path)
        };
        write("original", &pair.original)?;
        write("result", &pair.result)?;
    }
    Ok(())
}

fn choice(args: &Args) -> Choice {
    Choice {
        seed: args.seed.clone(),
        only: args.only.clone(),
        every_strength: args.every_strength,
    }
}

fn size(args: &Args) -> String {
    match args.native {
        true => "at their own size".to_owned(),
        false => format!("{} px", args.long_side),
    }
}

/// Every pair of a photo. Which copies are spoiled changes from photo to photo.
fn pairs(args: &Args, photo: &Photo, other: &Pixels, at: usize) -> Vec<Judged> {
    let choice = choice(args);
    let spoils = (0..args.with_plan.min(SPOILS.len()))
        .map(|i| SPOILS[(at * args.with_plan + i) % SPOILS.len()])
        .collect::<Vec<_>>();
    let mut judged = Vec::new();
    if !args.plan_only {
        judged = all(photo, other, &choice);
    }
    judged.extend(with_plan(photo, other, &choice, &spoils));
    judged
}

/// Files of the half and the step that was asked for, by name.
fn chosen(args: &Args) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in &args.folders {
        collect(folder, &mut files)?;
    }
    files.sort();
    let half = args.half.map(photo::Half::from);
    let belongs = |path: &PathBuf| half.is_none_or(|half| photo::Half::of(&stem(path)) == half);
    let files = files.into_iter().filter(belongs);
    Ok(files.step_by(args.every.max(1)).collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder);
    for entry in entries.with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !NOT_BELOW.iter().any(|not| name.contains(not)) {
                collect(&path, files)?;
            }
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// `None`, and a line on standard error: it is no photo.
fn read(args: &Args, path: &Path) -> Option<Photo> {
    let pixels = match pixels(args, path) {
        Ok(pixels) => pixels,
        Err(error) => {
            eprintln!("skipped: {error:#}");
            return None;
        }
    };
    if pixels.width().min(pixels.height()) < SMALLEST {
        eprintln!("skipped: {} is a thumbnail", path.display());
        return None;
    }
    let name = stem(path);
    let sky = sky(args, path, &name);
    Some(Photo {
        seen: sky.as_ref().map_or([None, None], |_| seen(&pixels)),
        sky,
        is_exterior: is_exterior(path),
        pixels,
        name,
    })
}

/// Likelihoods of sky by the shipped networks.
fn seen(pixels: &Pixels) -> [Option<Mask>; 2] {
    let scene = analyzers::shipped().analyze(&small(pixels));
    scene.map_or([None, None], |scene| [scene.sky, scene.second_sky])
}

fn is_exterior(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "exterior")
}

fn pixels(args: &Args, path: &Path) -> anyhow::Result<Pixels> {
    let pixels = open(path)?.pixels;
    let long = pixels.width().max(pixels.height());
    match !args.native && long > args.long_side {
        true => Ok(preview(&pixels, args.long_side)),
        false => Ok(pixels),
    }
}

/// The mask with the photo's name, where a person has checked one.
fn sky(args: &Args, path: &Path, name: &str) -> Option<Mask> {
    let beside = path
        .ancestors()
        .map(|folder| folder.join("sky-masks/checked"));
    let folders = args.masks.iter().cloned().chain(beside.skip(1).take(4));
    let files = folders.map(|folder| folder.join(format!("{name}.png")));
    let file = files.into_iter().find(|file| file.is_file())?;
    mask(&open(&file).ok()?.pixels)
}

/// Another photo to take things from: an exterior, where there is one.
fn other(args: &Args, files: &[PathBuf], at: usize) -> Option<Pixels> {
    let order = (1..files.len()).map(|i| &files[(at + i * 7) % files.len()]);
    let mut others: Vec<&PathBuf> = order.filter(|path| **path != files[at]).collect();
    others.sort_by_key(|path| !is_exterior(path));
    let rotated = others.len().max(1);
    let others = (0..others.len()).map(|i| others[(i + at) % rotated]);
    let pixels = others.take(5).find_map(|path| pixels(args, path).ok())?;
    (pixels.width().min(pixels.height()) >= SMALLEST).then_some(pixels)
}

/// The file of raw values, written as it comes.
struct Raw(BufWriter<File>);

impl Raw {
    fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path);
        let file = file.with_context(|| format!("{} cannot be written", path.display()))?;
        let mut file = BufWriter::new(file);
        writeln!(file, "{}", Judged::HEAD)?;
        Ok(Self(file))
    }

    fn write(&mut self, judged: &[Judged]) -> anyhow::Result<()> {
        for one in judged {
            writeln!(self.0, "{}", one.line())?;
        }
        Ok(self.0.flush()?)
    }
}
