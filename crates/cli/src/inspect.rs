//! `inspect ORIGINAL RESULT`: judges any pair of pictures, whoever edited them, without database
//! or server. The report is the document that the site stores with an attempt.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use plumbline_documents::{Evidence, Framing, InspectionReport, Source, Verdict};
use plumbline_enhance::inspect::{Terms, judge, rebuilt};
use plumbline_enhance::sky::trial::Witnesses;
use plumbline_enhance::{
    Decoded, Heatmap, Inspected, Mask, Metadata, Output, Pixels, Plan, encode, small, straighten,
};
use plumbline_pipeline::analyzers;
use plumbline_pipeline::generative_models::WeightsFolder;
use serde_json::Value;

use crate::files::{keep, open, write_beside};

/// Quality control holds the result for a person.
const HELD: u8 = 1;
/// The pair cannot be judged.
const CANNOT: u8 = 2;

/// Exit status: 0 passed, 1 held, 2 could not judge: a file cannot be read, or the pictures differ
/// in size.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The photo as it was: JPEG, TIFF, PNG, WebP or camera RAW.
    original: PathBuf,
    /// The edited photo, of the same size.
    result: PathBuf,
    /// Mask of a replaced sky: a picture of the same shape, white in the sky and black
    /// elsewhere.
    #[arg(long, value_name = "MASK")]
    sky: Option<PathBuf>,
    /// The plan that made the result: JSON of a plan, or the report of `enhance`. The original is
    /// straightened as it says, and colours are held to what it promised.
    #[arg(long, value_name = "JSON")]
    plan: Option<PathBuf>,
    /// File for the report, as JSON.
    #[arg(long, value_name = "JSON")]
    report: Option<PathBuf>,
    /// Folder for one picture of each measure: bright where it found something.
    #[arg(long, value_name = "DIR")]
    heatmaps: Option<PathBuf>,
    #[command(flatten)]
    weights: WeightsFolder,
}

pub fn run(args: &Args) -> ExitCode {
    match inspect(args) {
        Ok(Verdict::Passed) => ExitCode::SUCCESS,
        Ok(Verdict::Held) => ExitCode::from(HELD),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(CANNOT)
        }
    }
}

fn inspect(args: &Args) -> anyhow::Result<Verdict> {
    let plan = args.plan.as_deref().map(read_plan).transpose()?;
    let (original, result) = (open(&args.original)?, open(&args.result)?);
    let Decoded { source, .. } = original;
    let [width, height] = [original.pixels.width(), original.pixels.height()];
    let framing = match &plan {
        Some(plan) => plan.verticals.framing(width, height),
        None => Framing::unchanged([width, height]),
    };
    let framed = match &plan {
        Some(plan) => straighten(original.pixels, plan),
        None => original.pixels,
    };
    let (original, plan) = reference(framed, plan, &result.source);
    let sky = args.sky.as_deref().map(|file| read_mask(file, &original));
    let sky = sky.transpose()?;
    // A mask's witnesses: the networks look at the original, whoever drew it.
    let scene = sky.as_ref().map(|_| {
        let (analyzer, _) = analyzers::open(&args.weights);
        analyzer.analyze(&small(&original))
    });
    let scene = scene.transpose()?.unwrap_or_default();
    let terms = Terms {
        plan: plan.as_ref(),
        sky: sky.as_ref(),
        witnesses: Witnesses {
            first: scene.sky.as_ref(),
            second: scene.second_sky.as_ref(),
        },
        ..Terms::default()
    };
    let Inspected {
        report,
        heatmap,
        heatmaps,
    } = judge(&original, &result.pixels, &terms);
    let evidence = Evidence {
        engine: plan.as_ref().map(|plan| plan.engine),
        framing: Some(&framing),
        ..Evidence::of(&report)
    };
    if let Some(path) = &args.report {
        let document = InspectionReport::new(&evidence, Some(source), None);
        let text = serde_json::to_vec_pretty(&document)?;
        keep(write_beside(path, &text)?, path)?;
    }
    let Some(overview) = heatmap else {
        bail!("These two cannot be compared. {}", report.headline());
    };
    if let Some(folder) = &args.heatmaps {
        let gates = heatmaps.iter().map(|(gate, map)| (gate.as_str(), map));
        write_maps(folder, gates.chain([("all", &overview)]))?;
    }
    println!("{}", evidence.headline());
    Ok(report.verdict)
}

/// The picture to compare the result with, and the plan that says what becomes of it. A file that was
/// saved with loss is nowhere quite what the plan made: it is compared with the rebuilt picture, as
/// anybody's edit of that.
fn reference(framed: Pixels, plan: Option<Plan>, result: &Source) -> (Pixels, Option<Plan>) {
    match plan {
        Some(plan) if result.format.is_lossy() => match rebuilt(&framed, &plan) {
            Some(rebuilt) => (rebuilt, None),
            None => (framed, Some(plan)),
        },
        plan => (framed, plan),
    }
}

/// A plan, or the plan of the last attempt in a report of `enhance`.
fn read_plan(path: &Path) -> anyhow::Result<Plan> {
    let read = || -> anyhow::Result<Plan> {
        let document: Value = serde_json::from_slice(&fs::read(path)?)?;
        let attempts = document["attempts"].as_array();
        let last = attempts.and_then(|attempts| attempts.last());
        let plan = last.map_or(&document, |last| &last["plan"]);
        Ok(serde_json::from_value(plan.clone())?)
    };
    read().with_context(|| format!("{} is no plan", path.display()))
}

/// White is sky. A mask of another shape would lie elsewhere than it was drawn.
fn read_mask(path: &Path, original: &Pixels) -> anyhow::Result<Mask> {
    let mask = open(path)?.pixels;
    let (width, height) = (mask.width(), mask.height());
    let shape = |w: u32, h: u32| f64::from(w) / f64::from(h);
    let off = shape(width, height) / shape(original.width(), original.height());
    if !(0.98..=1.02).contains(&off) {
        bail!(
            "{} has {width} x {height} pixels: another shape than the photo's {} x {}.",
            path.display(),
            original.width(),
            original.height()
        );
    }
    let values = mask
        .rgb8()
        .as_chunks::<3>()
        .0
        .iter()
        .map(|p| p[1])
        .collect();
    Ok(Mask::new(width, height, values).expect("one value a pixel"))
}

fn write_maps<'a>(
    folder: &Path,
    maps: impl Iterator<Item = (&'a str, &'a Heatmap)>,
) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for (name, map) in maps {
        let path = folder.join(format!("{name}.png"));
        let bytes = encode(&map.to_pixels(), &Metadata::default(), &Output::Png)?;
        keep(write_beside(&path, &bytes)?, &path)?;
    }
    Ok(())
}
