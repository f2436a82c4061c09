//! Contact sheets, to be looked at one by one: every photo of a folder and of the folders in it before,
//! after and under the best of the simple corrections, at full view and at 100 % in three spots; what is a set
//! of exposures is merged first. `--spoiled` adds spoiled copies of the photos, with the photo itself.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use image::{DynamicImage, RgbImage, imageops};
use plumbline_documents::Verdict;
use plumbline_enhance::{
    Decoded, Limits, Output, Overrides, Pixels, Preset, brackets, decode, encode,
};
use plumbline_models::train::finish::recovery::{KINDS, Spoil, spoiled};
use plumbline_pipeline::analyzers;
use plumbline_pipeline::config::PipelineConfig;
use plumbline_pipeline::develop::{Developed, develop, discard};
use plumbline_pipeline::failure::Failure;
use plumbline_pipeline::finishes;
use plumbline_pipeline::ingest::{Ingested, ingest_bracket, ingest_named};
use plumbline_pipeline::qc_policy::QcPolicy;
use plumbline_pipeline::step::StepFn;

use crate::bench::montage::{Page, Strip};
use crate::files;
use crate::pictures::rgb_image;

/// Longer side of a picture at full view, and side of a spot at 100 %, pixels.
const LONG_EDGE: u32 = 560;
const SPOT: u32 = 200;
/// Longer side of spoiled copies, pixels.
const COPY: u32 = 1500;
/// One pixel in so many that the simple correction lets clip, at either end of a channel.
const CLIPPED: usize = 1000;
const ORDER: &str = "before, after, each channel stretched to its ends, then before and after at 100 % \
                     in three spots; of a spoiled copy the photo itself comes last";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders of photos.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Folder for the sheets.
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Copies of the photos that are spoiled as cameras and rooms do, and corrected.
    #[arg(long, default_value_t = 0)]
    spoiled: usize,
    /// A look that `train finish` made; else the house look.
    #[arg(long, value_name = "FILE")]
    finish: Option<PathBuf>,
}

pub fn make(args: &Args) -> anyhow::Result<()> {
    fs::create_dir_all(&args.out)?;
    let config = config(args)?;
    let mut page = Page::new(&args.out, "Before and after", ORDER);
    let mut photos = Vec::new();
    for folder in &args.folders {
        walk(folder, &mut |group| {
            if group.len() == 1 {
                photos.push(group[0].clone());
            }
            page.add(of_files(group, &config)?)
        })?;
    }
    let step = (photos.len() / args.spoiled.max(1)).max(1);
    for (i, photo) in photos.iter().step_by(step).take(args.spoiled).enumerate() {
        // The first kind is the photo as it is.
        let kind = KINDS[1 + i % (KINDS.len() - 1)];
        if let Some(strip) = of_spoiled(photo, kind, &config)? {
            page.add(strip)?;
        }
    }
    page.finish()
}

fn config(args: &Args) -> anyhow::Result<PipelineConfig> {
    let finish = finishes::open(args.finish.as_deref())?;
    Ok(PipelineConfig {
        analyzer: analyzers::shipped(),
        model: None,
        finish: Some(finish),
        preset: Preset::default(),
        qc_policy: QcPolicy::default(),
    })
}

/// Calls with every photo of a folder, or with the exposures of one view together, then goes into its
/// folders. Files that are no photos are passed over.
fn walk(
    folder: &Path,
    found: &mut dyn FnMut(&[PathBuf]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let listing = fs::read_dir(folder);
    let listing = listing.with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut paths: Vec<PathBuf> = listing
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    let (folders, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    let frame = |path: PathBuf| {
        let photo = files::open(&path).ok()?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let frame = brackets::Frame::of(&name, &photo.pixels, photo.metadata.shot());
        Some((path, frame))
    };
    let (files, frames): (Vec<_>, Vec<_>) = files.into_iter().filter_map(frame).unzip();
    for set in brackets::group(&frames) {
        let set: Vec<PathBuf> = set.iter().map(|&i| files[i].clone()).collect();
        found(&set)?;
    }
    folders.iter().try_for_each(|folder| walk(folder, found))
}

fn of_files(files: &[PathBuf], config: &PipelineConfig) -> anyhow::Result<Strip> {
    let name = files[0].display().to_string();
    let mut bytes = files.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
    let ingested = match bytes.len() {
        1 => ingest_named(&name, bytes.remove(0), &mut |_| true),
        count => {
            let mut frame = |at: usize, _: &mut StepFn<'_>| {
                decode(&bytes[at], &Limits::default()).map_err(Failure::from)
            };
            ingest_bracket(count, &mut frame, &mut |_| true)
        }
    };
    let title = match files.len() {
        1 => name,
        count => format!("{name} and {} more", count - 1),
    };
    match ingested.and_then(|ingested| developed(ingested, config)) {
        Ok(developed) => Ok(strip(&title, &developed, None)),
        Err(error) => Ok(Strip {
            pictures: Vec::new(),
            title,
            caption: format!("{:#}", error.into_error()),
        }),
    }
}

/// The strip of a spoiled copy; `None`: it cannot be corrected.
fn of_spoiled(
    path: &Path,
    (kind, spoil): (&str, Spoil),
    config: &PipelineConfig,
) -> anyhow::Result<Option<Strip>> {
    let Decoded {
        pixels, metadata, ..
    } = files::open(path)?;
    let small = DynamicImage::from(rgb_image(&pixels))
        .thumbnail(COPY, COPY)
        .into_rgb8();
    let (width, height) = small.dimensions();
    let photo =
        Pixels::from_eight(width, height, small.into_raw()).context("every row has its length")?;
    let copy = encode(
        &spoiled(&photo, spoil),
        &metadata,
        &Output::Jpeg { quality: 95 },
    )?;
    let ingested = ingest_named("", copy, &mut |_| true);
    let Ok(developed) = ingested.and_then(|ingested| developed(ingested, config)) else {
        return Ok(None);
    };
    let title = format!("{}, spoiled: {kind}", path.display());
    Ok(Some(strip(&title, &developed, Some(&photo))))
}

fn developed(ingested: Ingested, config: &PipelineConfig) -> Result<Developed, Failure> {
    develop(
        ingested,
        &Overrides::default(),
        config,
        &mut discard,
        &mut |_| true,
    )
}

fn strip(title: &str, developed: &Developed, finished: Option<&Pixels>) -> Strip {
    let (before, after) = (
        rgb_image(&developed.original),
        rgb_image(&developed.picture),
    );
    let reduced = |image: &RgbImage| {
        DynamicImage::from(image.clone())
            .thumbnail(LONG_EDGE, LONG_EDGE)
            .into_rgb8()
    };
    let small = reduced(&before);
    let mut pictures = vec![small.clone(), reduced(&after), stretched(small)];
    for (across, down) in spots(&pictures[1], after.dimensions()) {
        for image in [&before, &after] {
            let side = SPOT.min(image.width()).min(image.height());
            pictures.push(imageops::crop_imm(image, across, down, side, side).to_image());
        }
    }
    pictures.extend(finished.map(|photo| reduced(&rgb_image(photo))));
    let last = developed
        .attempts
        .last()
        .expect("a developed photo has an attempt");
    let passed = last.report.inspection.qc.verdict == Verdict::Passed;
    let held: Vec<&str> = (last.report.inspection.qc.held())
        .map(|measure| measure.sentence.as_str())
        .collect();
    Strip {
        pictures,
        title: title.to_owned(),
        caption: format!(
            "({}, {} attempts) {} {}",
            if passed { "passed" } else { "HELD" },
            developed.attempts.len(),
            last.done.join(" "),
            held.join(" "),
        ),
    }
}

/// Left upper corners of spots at 100 %: the darkest place, the one with most detail, and the brightest that
/// is not burnt, by a grid over the small copy.
fn spots(small: &RgbImage, (width, height): (u32, u32)) -> [(u32, u32); 3] {
    const CELLS: u32 = 8;
    let cell = |i: u32| {
        let (w, h) = (
            (small.width() / CELLS).max(1),
            (small.height() / CELLS).max(1),
        );
        let (x, y) = (i % CELLS * w, i / CELLS * h);
        let view = imageops::crop_imm(small, x, y, w, h).to_image();
        let lumas: Vec<f32> = view.pixels().map(|p| f32::from(p[1])).collect();
        let mean = lumas.iter().sum::<f32>() / lumas.len() as f32;
        let steps = lumas.windows(2).map(|w| (w[0] - w[1]).abs()).sum::<f32>();
        (i, mean, steps)
    };
    let cells: Vec<_> = (0..CELLS * CELLS).map(cell).collect();
    let best = |score: &dyn Fn(&(u32, f32, f32)) -> f32| {
        let chosen = cells.iter().max_by(|a, b| score(a).total_cmp(&score(b)));
        let at = chosen.expect("there are cells").0;
        let place = |at: u32, of: u32| {
            (of * (2 * at + 1) / (2 * CELLS))
                .saturating_sub(SPOT / 2)
                .min(of.saturating_sub(SPOT))
        };
        (place(at % CELLS, width), place(at / CELLS, height))
    };
    [
        best(&|cell| -cell.1),
        best(&|cell| cell.2),
        best(&|cell| if cell.1 > 245.0 { 0.0 } else { cell.1 }),
    ]
}

/// Each channel stretched from its darkest to its brightest: the best of the one-line corrections.
fn stretched(mut image: RgbImage) -> RgbImage {
    for c in 0..3 {
        let mut values: Vec<u8> = image.pixels().map(|p| p[c]).collect();
        values.sort_unstable();
        let clipped = values.len() / CLIPPED;
        let (low, high) = (values[clipped], values[values.len() - 1 - clipped]);
        let room = f32::from(high.saturating_sub(low).max(1));
        for pixel in image.pixels_mut() {
            let above = f32::from(pixel[c].saturating_sub(low));
            pixel[c] = (above * 255.0 / room).round().min(255.0) as u8;
        }
    }
    image
}
