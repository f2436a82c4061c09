//! `merge FRAME... -o OUT`: exposures of one view to one picture, without database or server;
//! `merge --folder DIR` prints which photos of a folder it takes for exposures of one view.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use plumbline_enhance::brackets::{self, Frame, MOST_FRAMES, MergeError, Merged};
use plumbline_enhance::{Decoded, Output, encode};

use crate::files::{keep, open, write_beside};

/// The exposures could not be aligned: the middle one was written alone.
const ALONE: u8 = 1;
/// Nothing was written.
const REFUSED: u8 = 2;

/// Exit status: 0 fused, 1 the exposures could not be aligned and the middle one is written
/// alone, 2 refused with a sentence, and nothing is written.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The exposures of one view: JPEG, TIFF, PNG, WebP or camera RAW.
    #[arg(required_unless_present = "folder", conflicts_with = "folder")]
    frames: Vec<PathBuf>,
    /// A folder of photos to sort into sets.
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// File for the picture (.tif is 16 bits, .jpg, .png); with --folder, a folder for
    /// every set's picture. Without it the sets are only printed.
    #[arg(short, long, value_name = "OUT", required_unless_present = "folder")]
    out: Option<PathBuf>,
}

pub fn run(args: &Args) -> ExitCode {
    let done = match (&args.folder, &args.out) {
        (Some(folder), out) => sort(folder, out.as_deref()),
        (None, Some(out)) => merge(&args.frames, out),
        (None, None) => unreachable!("clap asks for one of the two"),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(ALONE),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(REFUSED)
        }
    }
}

/// Returns whether the frames became one picture.
fn merge(paths: &[PathBuf], out: &Path) -> anyhow::Result<bool> {
    let extension = out.extension().unwrap_or_default().to_string_lossy();
    let output = Output::from_extension(&extension)
        .with_context(|| format!("{} must end in .jpg, .png or .tif", out.display()))?;
    if paths.len() > MOST_FRAMES {
        bail!(MergeError::TooMany(paths.len()));
    }
    let same = |path: &PathBuf| matches!((path.canonicalize(), out.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if paths.iter().any(same) {
        bail!("The result would overwrite one of the photos. Choose another name for it.");
    }
    let frames = paths.iter().map(|path| open(path));
    let merged = brackets::merge(frames.collect::<anyhow::Result<_>>()?)?;
    write(&merged, output, out)?;
    merged
        .sentences
        .iter()
        .for_each(|sentence| println!("{sentence}"));
    Ok(paths.len() == 1 || merged.motions.iter().flatten().count() > 1)
}

/// Prints the sets of a folder, and merges each of more than one where there is somewhere to.
fn sort(folder: &Path, out: Option<&Path>) -> anyhow::Result<bool> {
    let listing = fs::read_dir(folder);
    let listing = listing.with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut paths: Vec<PathBuf> = listing
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.is_file());
    paths.sort();
    let (mut known, mut frames) = (Vec::new(), Vec::new());
    for path in paths {
        match open(&path) {
            Ok(photo) => {
                frames.push(frame(&path, &photo));
                known.push(path);
            }
            Err(error) => eprintln!("{error:#}"),
        }
    }
    let mut fused = true;
    for set in brackets::group(&frames) {
        let names: Vec<&str> = set.iter().map(|&i| frames[i].name.as_str()).collect();
        println!("{}", names.join(" + "));
        if let Some(out) = out.filter(|_| set.len() > 1) {
            let paths: Vec<PathBuf> = set.iter().map(|&i| known[i].clone()).collect();
            let stem = paths[0].file_stem().unwrap_or_default().to_string_lossy();
            fused &= merge(&paths, &out.join(format!("{stem}-merged.tif")))?;
        }
    }
    Ok(fused)
}

fn frame(path: &Path, photo: &Decoded) -> Frame {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Frame::of(&name, &photo.pixels, photo.metadata.shot())
}

/// The file is complete before it appears under its name.
fn write(merged: &Merged, output: Output, out: &Path) -> anyhow::Result<()> {
    let output = match output {
        Output::Tiff16 if merged.pixels.bits() == 8 => Output::Tiff8,
        other => other,
    };
    let bytes = encode(&merged.pixels, &merged.metadata, &output)?;
    keep(write_beside(out, &bytes)?, out)
}
