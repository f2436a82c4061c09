//! `look FILE`: the scene that the analyzer finds in one photo, without database or server.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use plumbline_enhance::sky::Sun;
use plumbline_enhance::{Decoded, Limits, Metadata, Overrides, Pixels, decode};
use plumbline_pipeline::analyzers;
use plumbline_pipeline::generative_models::WeightsFolder;
use plumbline_pipeline::scene_analysis::{self, SceneAnalysis};
use serde_json::{Value, json};

use crate::files::{keep, write_beside};
use crate::pictures::mask_png;

/// The file cannot be analysed, and nothing was written.
const REFUSED: u8 = 2;

/// Exit status: 0 analysed, 2 refused with a sentence, and nothing is written.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The photo: JPEG, TIFF, PNG, WebP or camera RAW.
    file: PathBuf,
    /// File for the scene, as JSON; else it is printed.
    #[arg(long, value_name = "JSON")]
    report: Option<PathBuf>,
    /// File for the share of sky in every pixel, as a PNG of the photo's size.
    #[arg(long, value_name = "PNG")]
    mask: Option<PathBuf>,
    #[command(flatten)]
    weights: WeightsFolder,
}

pub fn run(args: &Args) -> ExitCode {
    match look(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(REFUSED)
        }
    }
}

fn look(args: &Args) -> anyhow::Result<()> {
    let (analyzer, notes) = analyzers::open(&args.weights);
    let bytes =
        fs::read(&args.file).with_context(|| format!("{} cannot be read", args.file.display()))?;
    let Decoded {
        pixels, metadata, ..
    } = decode(&bytes, &Limits::default())?;
    let analysis = scene_analysis::analyze(&pixels, &*analyzer, None, &Overrides::default())?;
    let mut report = report(&analysis, &pixels, &metadata, &notes);
    report["file"] = json!(args.file.file_name().map(|name| name.to_string_lossy()));

    let text = serde_json::to_vec_pretty(&report)?;
    let mask = args.mask.as_ref().map(|path| {
        let png = mask_png(&analysis.sky_mask(&pixels))?;
        anyhow::Ok((write_beside(path, &png)?, path))
    });
    let mask = mask.transpose()?;
    match &args.report {
        Some(path) => keep(write_beside(path, &text)?, path)?,
        None => println!("{}", String::from_utf8_lossy(&text)),
    }
    if let Some((written, path)) = mask {
        keep(written, path)?;
    }
    Ok(())
}

/// The scene in flat words that a script can read.
fn report(
    analysis: &SceneAnalysis,
    pixels: &Pixels,
    metadata: &Metadata,
    notes: &[String],
) -> Value {
    let scene = analysis.document();
    let sky = scene.sky.unwrap_or_default();
    json!({
        "scene": scene.place.unwrap_or_default(),
        "confidence": scene.confidence,
        "room": scene.room,
        "room_confidence": scene.room_confidence,
        "network": scene.network,
        "sky": sky.share.unwrap_or_default(),
        "sky_doubt": sky.doubt,
        "light": light(analysis, metadata),
        "width": pixels.width(),
        "height": pixels.height(),
        "notes": notes,
    })
}

/// The light's direction: the sun of the photo's GPS block, and the side on which its sky is
/// brighter, -1 left to 1 right.
fn light(analysis: &SceneAnalysis, metadata: &Metadata) -> Value {
    let view = analysis.matte.as_ref().map(|matte| matte.view);
    let view = view.filter(|view| view.share > 0.0);
    json!({
        "sun": metadata.gps_fix().as_ref().map(Sun::at),
        "brighter_side": view.map(|view| view.brighter_side),
    })
}
