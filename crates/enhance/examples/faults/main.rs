//! The table of injected faults: `faults PHOTOS [--megapixels M] [--every N] [--fit]` does wanted
//! edits and damages to every photo in PHOTOS/interior and PHOTOS/exterior, has quality control
//! judge every pair as a stranger's (no plan, but our own corrections), and prints what share is
//! held. Every second photo, by name, is for fitting thresholds and never in the table; `--fit`
//! prints what its wanted edits and damages reach instead. `--megapixels` shrinks the photos first
//! (1.3; 0 leaves them as they are).
#![allow(clippy::disallowed_methods, missing_docs)]

#[path = "../../tests/injected/injected.rs"]
mod injected;
mod table;

use std::path::{Path, PathBuf};

use injected::cases::Photo;
use injected::judged::{self, Judged};
use plumbline_enhance::{Limits, Mask, Pixels, decode, preview};
use rayon::prelude::*;

type Failure = Box<dyn std::error::Error>;

struct Args {
    photos: PathBuf,
    megapixels: f64,
    every: usize,
    fit: bool,
}

fn main() -> Result<(), Failure> {
    let args = args()?;
    let files = files(&args.photos)?;
    let half = usize::from(!args.fit);
    let chosen: Vec<usize> = (half..files.len()).step_by(2 * args.every).collect();
    let judged: Result<Vec<Vec<Judged>>, String> = chosen
        .par_iter()
        .map(|&i| photo(&args, &files, i).map_err(|error| error.to_string()))
        .collect();
    let judged = judged?.concat();
    if args.fit {
        table::print_fit(&judged);
    } else {
        table::print(&judged, chosen.len());
    }
    Ok(())
}

fn args() -> Result<Args, Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value = |flag: &str| -> Option<f64> {
        let at = args.iter().position(|arg| arg == flag)?;
        args.get(at + 1)?.parse().ok()
    };
    let photos = args.first().filter(|arg| !arg.starts_with("--"));
    Ok(Args {
        photos: photos
            .ok_or("faults PHOTOS [--megapixels M] [--every N] [--fit]")?
            .into(),
        megapixels: value("--megapixels").unwrap_or(1.3),
        every: value("--every").map_or(1, |n| n as usize).max(1),
        fit: args.iter().any(|arg| arg == "--fit"),
    })
}

fn files(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for folder in ["interior", "exterior"] {
        for entry in std::fs::read_dir(root.join(folder))? {
            files.push(entry?.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Everything that is done to one photo, judged.
fn photo(args: &Args, files: &[PathBuf], at: usize) -> Result<Vec<Judged>, Failure> {
    let name = files[at]
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let photo = Photo {
        pixels: open(&files[at], args.megapixels)?,
        sky: sky(&args.photos, &name)?,
        name,
    };
    let other = open(&files[(at * 31 + 7) % files.len()], args.megapixels)?;
    let judged = judged::all(&photo, &other);
    eprintln!("{}", photo.name);
    Ok(judged)
}

fn open(path: &Path, megapixels: f64) -> Result<Pixels, Failure> {
    let pixels = decode(&std::fs::read(path)?, &Limits::default())?.pixels;
    let scale = (megapixels * 1e6 / pixels.pixel_count() as f64).sqrt();
    let long = f64::from(pixels.width().max(pixels.height()));
    if megapixels > 0.0 && scale < 1.0 {
        return Ok(preview(&pixels, (long * scale) as u32));
    }
    Ok(pixels)
}

/// The sky as a person checked it.
fn sky(root: &Path, name: &str) -> Result<Option<Mask>, Failure> {
    let file = root.join("sky-masks/checked").join(format!("{name}.png"));
    if !file.is_file() {
        return Ok(None);
    }
    let mask = decode(&std::fs::read(file)?, &Limits::default())?.pixels;
    Ok(judged::mask(&mask))
}
