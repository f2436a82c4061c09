//! `enhance FILE`: the same pipeline on one file, without database or server.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use plumbline_documents::{
    Engine, EngineChoice, Format, Gate, Look, Measure, Place, Step, Verdict,
};
use plumbline_enhance::{
    GenerativeModel, Limits, Mask, Output, Overrides, Pixels, Preset, SkyChoice, decode, encode,
};
use plumbline_pipeline::analyzers;
use plumbline_pipeline::attempt::Attempt;
use plumbline_pipeline::config::PipelineConfig;
use plumbline_pipeline::develop::{Developed, develop, discard};
use plumbline_pipeline::failure::Failure;
use plumbline_pipeline::finishes;
use plumbline_pipeline::generative_models::ModelFolders;
use plumbline_pipeline::ingest::ingest_named;
use plumbline_pipeline::qc_policy::QcPolicy;
use serde_json::{Value, json};

use crate::dials::DialArgs;
use crate::files::{keep, write_beside};

/// Quality control held the result for a person.
const HELD: u8 = 1;
/// The file cannot be enhanced, and nothing was written.
const REFUSED: u8 = 2;

/// Exit status: 0 passed, 1 held for review (the photo is written all the same),
/// 2 refused with a sentence, and nothing is written.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The photo: JPEG, TIFF, PNG, WebP or camera RAW.
    file: PathBuf,
    /// File for the result: .jpg, .png or .tif.
    #[arg(short, long, value_name = "OUT")]
    out: PathBuf,
    /// File for scene, changes and measures, as JSON.
    #[arg(long, value_name = "JSON")]
    report: Option<PathBuf>,
    /// Strength of the correction, 0 to 1.
    #[arg(long, value_parser = strength)]
    strength: Option<f32>,
    /// The look: neutral, bright or warm.
    #[arg(long, default_value_t = Look::Neutral)]
    look: Look,
    /// A look that `train finish` made; else the house look.
    #[arg(long, value_name = "FILE")]
    finish: Option<PathBuf>,
    /// The engine: natural (by measurement), guided (a network proposes colour and light) or tiled (a
    /// network redraws texture); else the best that is installed.
    #[arg(long)]
    engine: Option<Engine>,
    /// The sky: keep, clear, light-cloud, high-cloud, or a picture of one.
    #[arg(long, value_name = "SKY", default_value = "keep")]
    sky: String,
    /// Number of the clouds to have, 0 to 7; else those of the day the photo was taken.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..8))]
    sky_seed: Option<u8>,
    /// The place that the photo shows, interior or exterior; else the analyzer decides.
    #[arg(long, value_parser = place_named)]
    scene: Option<Place>,
    /// Mask of the sky, white on black, as the straightened photo is framed; else the analyzer decides.
    #[arg(long, value_name = "PICTURE")]
    mask: Option<PathBuf>,
    #[command(flatten)]
    models: ModelFolders,
    #[command(flatten)]
    dials: DialArgs,
}

pub fn run(args: &Args) -> ExitCode {
    match config(args).and_then(|config| enhance(args, &config)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(HELD),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(REFUSED)
        }
    }
}

/// Returns whether it passed quality control. Both files are complete before either
/// appears under its name.
fn enhance(args: &Args, config: &PipelineConfig) -> anyhow::Result<bool> {
    let output = output(&args.out)?;
    if is_same_file(&args.file, &args.out) {
        bail!("The result would overwrite the photo itself. Choose another name for it.");
    }
    if let Some(engine) = args.engine {
        check_installed(engine, config.model.as_deref())?;
    }
    let bytes =
        fs::read(&args.file).with_context(|| format!("{} cannot be read", args.file.display()))?;
    let on_step = &mut |step: Step| {
        print_progress(step);
        true
    };
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let same_file = (config.preset.strength <= 0.0).then(|| bytes.clone());
    let mut ingested = ingest_named(&name, bytes, on_step).map_err(Failure::into_error)?;
    if let Some(file) = same_file {
        ingested.keep_file(file);
    }
    let overrides = overrides(args)?;
    let developed = develop(ingested, &overrides, config, &mut discard, on_step);
    let developed = developed.map_err(Failure::into_error)?;
    let Developed {
        original,
        picture,
        source,
        metadata,
        attempts,
        sent_file,
        ..
    } = developed;
    drop(original);
    let encoded = match sent_file.filter(|_| is_of(source.format, output)) {
        Some(file) => file,
        None => encode(&picture, &metadata, &of_depth(output, picture.bits()))?,
    };
    let last = attempts.last().expect("a developed photo has an attempt");
    let passed = last.report.inspection.qc.verdict == Verdict::Passed;
    say(last);

    let photo = write_beside(&args.out, &encoded)?;
    if let Some(path) = &args.report {
        let report = json!({
            "file": args.file.file_name().map(|name| name.to_string_lossy()),
            "source": source,
            "attempts": attempts.iter().map(to_json).collect::<Vec<_>>(),
            "verdict": if passed { "passed" } else { "held" },
        });
        let text = serde_json::to_vec_pretty(&report)?;
        keep(write_beside(path, &text)?, path)?;
    }
    keep(photo, &args.out)?;
    Ok(passed)
}

/// Says why a photo was left as it came, or why it cannot become a good one.
fn say(last: &Attempt) {
    if last.left {
        last.done
            .iter()
            .for_each(|sentence| eprintln!("{sentence}"));
    }
    let qc = &last.report.inspection.qc;
    let of_input = |m: &&Measure| m.name.gate().is_some_and(Gate::is_of_input);
    for measure in qc.held().filter(of_input) {
        eprintln!("{}", measure.sentence);
    }
}

/// At a terminal: a processor takes minutes for all tiles of a photo.
fn print_progress(step: Step) {
    let Some(parts) = step.parts.filter(|_| io::stderr().is_terminal()) else {
        return;
    };
    let end = if parts.done == parts.of { "\n" } else { "" };
    eprint!("\rRedrawing: {} of {} tiles{end}", parts.done, parts.of);
}

fn config(args: &Args) -> anyhow::Result<PipelineConfig> {
    let finish = finishes::open(args.finish.as_deref())?;
    let model = args.models.open(|sentence| eprintln!("{sentence}"));
    if let (Err(why), Some(Engine::Guided | Engine::Tiled)) = (&model, args.engine) {
        eprintln!("No model: {why}");
    }
    let usual = Preset::default();
    Ok(PipelineConfig {
        analyzer: analyzers::open(&args.models.weights).0,
        model: model.ok(),
        finish: Some(finish),
        preset: Preset {
            look: args.look,
            strength: args.strength.unwrap_or(usual.strength),
            engine: engine_choice(args.engine),
            ..usual
        },
        qc_policy: QcPolicy::default(),
    })
}

/// An engine that was asked for and is not there is refused, so the best one is the one asked for.
fn engine_choice(engine: Option<Engine>) -> EngineChoice {
    match engine {
        Some(Engine::Natural) => EngineChoice::Natural,
        Some(Engine::Tiled) => EngineChoice::Tiled,
        Some(Engine::Guided) | None => EngineChoice::Best,
    }
}

fn check_installed(engine: Engine, model: Option<&dyn GenerativeModel>) -> anyhow::Result<()> {
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

/// The overrides that the arguments ask for.
fn overrides(args: &Args) -> anyhow::Result<Overrides> {
    let word = args.sky.replace('-', "_").parse().ok();
    let choice = match word.and_then(|word| SkyChoice::of(word, None)) {
        Some(choice) => choice,
        None => SkyChoice::Own(Arc::new(picture(Path::new(&args.sky))?)),
    };
    let mask = args.mask.as_deref().map(picture).transpose()?;
    Ok(Overrides {
        place: args.scene,
        sky_mask: mask.map(|picture| Mask::of_luma(&picture)),
        sky: Some(choice),
        dials: (&args.dials).into(),
        cloudscape: args.sky_seed,
    })
}

fn picture(path: &Path) -> anyhow::Result<Pixels> {
    let bytes = fs::read(path)
        .with_context(|| format!("{} cannot be read as a picture", path.display()))?;
    Ok(decode(&bytes, &Limits::default())?.pixels)
}

fn place_named(text: &str) -> Result<Place, String> {
    let place = text.parse().ok().and_then(Place::known);
    place.ok_or_else(|| "it is interior or exterior".to_owned())
}

fn to_json(attempt: &Attempt) -> Value {
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

/// True when a file of that format is what was asked for.
fn is_of(format: Format, output: Output) -> bool {
    matches!(
        (format, output),
        (Format::Jpeg, Output::Jpeg { .. })
            | (Format::Png, Output::Png)
            | (Format::Tiff, Output::Tiff8 | Output::Tiff16)
    )
}

fn is_same_file(file: &Path, out: &Path) -> bool {
    matches!((file.canonicalize(), out.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn strength(text: &str) -> Result<f32, String> {
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "it is a number from 0 to 1".to_owned())
}
