//! `enhance FILE`: the same pipeline on one file, without database or server.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use plumbline_documents::{Engine, EngineChoice, Look, Place, Step, Verdict};
use plumbline_enhance::{
    GenerativeModel, Limits, Mask, Output, Overrides, Pixels, SkyChoice, decode, encode,
};
use serde_json::{Value, json};

use crate::develop::{AttemptDone, Developed, Studio, develop, look};
use crate::failure::Failure;
use crate::files::{keep, write_beside};

/// Quality control held the result for a person.
const HELD: u8 = 1;
/// The file cannot be enhanced, and nothing was written.
const REFUSED: u8 = 2;

/// Exit status: 0 passed, 1 held for review (the photo is written all the same),
/// 2 refused with a sentence, and nothing is written.
#[derive(Debug, Args)]
pub struct Order {
    /// The photo: JPEG, TIFF, PNG, WebP or camera RAW.
    file: PathBuf,
    /// Where to write the result: .jpg, .png or .tif.
    #[arg(short, long, value_name = "OUT")]
    out: PathBuf,
    /// Where to write what was seen, done and measured, as JSON.
    #[arg(long, value_name = "JSON")]
    report: Option<PathBuf>,
    /// How far the correction goes, 0 to 1.
    #[arg(long, value_parser = strength)]
    pub strength: Option<f32>,
    /// The look: neutral, bright or warm.
    #[arg(long, value_parser = look_named, default_value = "neutral")]
    pub look: Look,
    /// What makes the pixels: natural (measured, no network paints), guided (a network proposes
    /// colour and light) or tiled (a network repaints texture); else the best that is installed.
    #[arg(long, value_parser = engine_named)]
    pub engine: Option<Engine>,
    /// What becomes of the sky: keep, clear, light-cloud, high-cloud, or a picture of one.
    #[arg(long, value_name = "SKY", default_value = "keep")]
    sky: String,
    /// What the photo shows, interior or exterior; else the analyzer decides.
    #[arg(long, value_parser = place_named)]
    scene: Option<Place>,
    /// Where the sky is, white on black, as the straightened photo is framed; else the analyzer decides.
    #[arg(long, value_name = "PICTURE")]
    mask: Option<PathBuf>,
}

pub fn run(order: &Order, studio: &Studio) -> ExitCode {
    match enhance(order, studio) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(HELD),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(REFUSED)
        }
    }
}

/// Whether it passed quality control. Both files are complete before either
/// appears under its name.
fn enhance(order: &Order, studio: &Studio) -> anyhow::Result<bool> {
    let output = output(&order.out)?;
    if is_same_file(&order.file, &order.out) {
        bail!("The result would overwrite the photo itself. Choose another name for it.");
    }
    if let Some(engine) = order.engine {
        has(engine, studio.model.as_deref())?;
    }
    let bytes = fs::read(&order.file)
        .with_context(|| format!("{} cannot be read", order.file.display()))?;
    let go_on = &mut |step: Step| {
        tell(step);
        true
    };
    let seen = look(bytes, go_on).map_err(sentence)?;
    let overrides = overrides(order)?;
    let developed =
        develop(seen, &overrides, studio, &mut |_, _| Ok(()), go_on).map_err(sentence)?;
    let Developed {
        original,
        picture,
        source,
        metadata,
        attempts,
        ..
    } = developed;
    drop(original);
    let encoded = encode(&picture, &metadata, &of_depth(output, picture.bits()))?;
    let passed = attempts
        .last()
        .is_some_and(|last| last.report.qc.verdict == Verdict::Passed);

    let photo = write_beside(&order.out, &encoded)?;
    if let Some(path) = &order.report {
        let report = json!({
            "file": order.file.file_name().map(|name| name.to_string_lossy()),
            "source": source,
            "attempts": attempts.iter().map(to_json).collect::<Vec<_>>(),
            "verdict": if passed { "passed" } else { "held" },
        });
        let text = serde_json::to_vec_pretty(&report)?;
        keep(write_beside(path, &text)?, path)?;
    }
    keep(photo, &order.out)?;
    Ok(passed)
}

/// To whoever watches the terminal: a processor takes minutes for all tiles of a photo.
fn tell(step: Step) {
    let Some(parts) = step.parts.filter(|_| io::stderr().is_terminal()) else {
        return;
    };
    let end = if parts.done == parts.of { "\n" } else { "" };
    eprint!("\rRedrawing: {} of {} tiles{end}", parts.done, parts.of);
}

/// The wish that an order for an engine is. What is ordered and not there is refused.
pub fn choice(order: &Order) -> EngineChoice {
    match order.engine {
        Some(Engine::Natural) => EngineChoice::Natural,
        Some(Engine::Tiled) => EngineChoice::Tiled,
        Some(Engine::Guided) | None => EngineChoice::Best,
    }
}

fn has(engine: Engine, model: Option<&dyn GenerativeModel>) -> anyhow::Result<()> {
    match (engine, model.map(GenerativeModel::tile_side)) {
        (Engine::Natural, _) | (Engine::Guided, Some(_)) | (Engine::Tiled, Some(Some(_))) => Ok(()),
        (Engine::Guided | Engine::Tiled, None) => bail!(
            "No network that paints is installed on this machine: only the natural engine works. Leave --engine out, or choose natural."
        ),
        (Engine::Tiled, Some(None)) => bail!(
            "The network installed on this machine paints no tiles. Choose guided or natural."
        ),
    }
}

/// What whoever gave the order knows better than any analyzer.
fn overrides(order: &Order) -> anyhow::Result<Overrides> {
    let choice = match order.sky.as_str() {
        "keep" => SkyChoice::Keep,
        "clear" => SkyChoice::Clear,
        "light-cloud" => SkyChoice::LightCloud,
        "high-cloud" => SkyChoice::HighCloud,
        file => SkyChoice::Own(Arc::new(picture(Path::new(file))?)),
    };
    let mask = order.mask.as_deref().map(picture).transpose()?;
    Ok(Overrides {
        place: order.scene,
        sky_mask: mask.map(|picture| Mask::of_luma(&picture)),
        sky: Some(choice),
    })
}

fn picture(path: &Path) -> anyhow::Result<Pixels> {
    let bytes = fs::read(path)
        .with_context(|| format!("{} cannot be read as a picture", path.display()))?;
    Ok(decode(&bytes, &Limits::default())?.pixels)
}

fn place_named(text: &str) -> Result<Place, String> {
    match text {
        "interior" => Ok(Place::Interior),
        "exterior" => Ok(Place::Exterior),
        _ => Err("it is interior or exterior".to_owned()),
    }
}

fn to_json(attempt: &AttemptDone) -> Value {
    json!({
        "engine": attempt.engine,
        "strength": attempt.strength,
        "plan": attempt.plan,
        "done": attempt.done,
        "report": attempt.report,
        "took_ms": attempt.took_ms,
    })
}

fn output(out: &Path) -> anyhow::Result<Output> {
    let extension = out.extension().unwrap_or_default().to_string_lossy();
    Output::from_extension(&extension)
        .with_context(|| format!("{} must end in .jpg, .png or .tif", out.display()))
}

/// A TIFF has the depth of the photo it was made from.
fn of_depth(output: Output, bits: u8) -> Output {
    match output {
        Output::Tiff16 if bits == 8 => Output::Tiff8,
        other => other,
    }
}

fn is_same_file(file: &Path, out: &Path) -> bool {
    matches!((file.canonicalize(), out.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn sentence(failure: Failure) -> anyhow::Error {
    match failure {
        Failure::Final(sentence) => anyhow::Error::msg(sentence),
        Failure::Retry(trouble) => trouble.context("This photo could not be enhanced"),
        Failure::Stopped => anyhow::Error::msg("Stopped."),
    }
}

fn engine_named(text: &str) -> Result<Engine, String> {
    match text {
        "natural" => Ok(Engine::Natural),
        "guided" => Ok(Engine::Guided),
        "tiled" => Ok(Engine::Tiled),
        _ => Err("it is natural, guided or tiled".to_owned()),
    }
}

fn look_named(text: &str) -> Result<Look, String> {
    match text {
        "neutral" => Ok(Look::Neutral),
        "bright" => Ok(Look::Bright),
        "warm" => Ok(Look::Warm),
        _ => Err("it is neutral, bright or warm".to_owned()),
    }
}

fn strength(text: &str) -> Result<f32, String> {
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "it is a number from 0 to 1".to_owned())
}
