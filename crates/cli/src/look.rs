//! `look FILE`: what the analyzer sees in one photo, without database or server.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use plumbline_enhance::sky::Sun;
use plumbline_enhance::{
    Decoded, Limits, Mask, Metadata, Output, Overrides, Pixels, SceneAnalyzer, decode, encode,
};
use serde_json::{Value, json};

use crate::files::{keep, write_beside};
use crate::seeing::{self, Seeing};

/// The file cannot be looked at, and nothing was written.
const REFUSED: u8 = 2;

/// Exit status: 0 looked at, 2 refused with a sentence, and nothing is written.
#[derive(Debug, Args)]
pub struct Order {
    /// The photo: JPEG, TIFF, PNG, WebP or camera RAW.
    file: PathBuf,
    /// Where to write what is seen, as JSON; else it is printed.
    #[arg(long, value_name = "JSON")]
    report: Option<PathBuf>,
    /// Where to write how much of every pixel is sky, as a PNG of the photo's size.
    #[arg(long, value_name = "PNG")]
    mask: Option<PathBuf>,
}

pub fn run(order: &Order, analyzer: &dyn SceneAnalyzer, notes: &[String]) -> ExitCode {
    match look(order, analyzer, notes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(REFUSED)
        }
    }
}

fn look(order: &Order, analyzer: &dyn SceneAnalyzer, notes: &[String]) -> anyhow::Result<()> {
    let bytes = fs::read(&order.file)
        .with_context(|| format!("{} cannot be read", order.file.display()))?;
    let Decoded {
        pixels, metadata, ..
    } = decode(&bytes, &Limits::default())?;
    let seeing = seeing::see(&pixels, analyzer, &Overrides::default())?;
    let mut report = report(&seeing, &pixels, &metadata, notes);
    report["file"] = json!(order.file.file_name().map(|name| name.to_string_lossy()));

    let text = serde_json::to_vec_pretty(&report)?;
    let mask = order.mask.as_ref().map(|path| {
        let png = encode(
            &grey(&mask(&seeing, &pixels)),
            &Metadata::default(),
            &Output::Png,
        )?;
        anyhow::Ok((write_beside(path, &png)?, path))
    });
    let mask = mask.transpose()?;
    match &order.report {
        Some(path) => keep(write_beside(path, &text)?, path)?,
        None => println!("{}", String::from_utf8_lossy(&text)),
    }
    if let Some((written, path)) = mask {
        keep(written, path)?;
    }
    Ok(())
}

/// The scene in flat words that a script can read.
fn report(seeing: &Seeing, pixels: &Pixels, metadata: &Metadata, notes: &[String]) -> Value {
    let scene = seeing.document();
    let sky = scene.sky.unwrap_or_default();
    json!({
        "scene": scene.place.unwrap_or_default(),
        "confidence": scene.confidence,
        "room": scene.room,
        "room_confidence": scene.room_confidence,
        "network": scene.network,
        "sky": sky.share.unwrap_or_default(),
        "sky_doubt": sky.doubt,
        "light": light(seeing, metadata),
        "width": pixels.width(),
        "height": pixels.height(),
        "notes": notes,
    })
}

/// Where the light comes from: the sun of the photo's GPS block, and the side on which its sky is
/// brighter, -1 left to 1 right.
fn light(seeing: &Seeing, metadata: &Metadata) -> Value {
    let view = seeing.matte.as_ref().map(|matte| matte.view);
    let view = view.filter(|view| view.share > 0.0);
    json!({
        "sun": Sun::of(metadata),
        "brighter_side": view.map(|view| view.brighter_side),
    })
}

/// How much of every pixel is sky: nothing where no sky was seen.
pub(crate) fn mask(seeing: &Seeing, pixels: &Pixels) -> Mask {
    let (width, height) = (pixels.width(), pixels.height());
    let nothing = || {
        let none = vec![0; width as usize * height as usize];
        Mask::new(width, height, none).expect("one value for every pixel")
    };
    let matte = seeing.matte.as_ref();
    matte.map_or_else(nothing, |matte| matte.mask(pixels))
}

/// A mask as a picture.
pub(crate) fn grey(mask: &Mask) -> Pixels {
    let samples = mask.values().iter().flat_map(|&v| [v; 3]).collect();
    Pixels::from_eight(mask.width(), mask.height(), samples).expect("three samples a value")
}
