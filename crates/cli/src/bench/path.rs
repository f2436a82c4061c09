//! One run of the natural path through the pipeline, with a clock around each of its stages.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use plumbline_documents::{Figure, Gate, Stage, Step};
use plumbline_enhance::{Limits, NoAnalyzer, Output, Overrides, Pixels, Plan, Preset};
use plumbline_nn::malloc_tuning;
use plumbline_pipeline::attempt::Attempt;
use plumbline_pipeline::config::PipelineConfig;
use plumbline_pipeline::develop::{develop, discard};
use plumbline_pipeline::failure::Failure;
use plumbline_pipeline::finishes;
use plumbline_pipeline::ingest::{Ingested, ingest, ingest_decoded};
use plumbline_pipeline::process;
use plumbline_pipeline::qc_policy::QcPolicy;
use plumbline_pipeline::step::StepFn;
use plumbline_sandbox::{Decoder, InputFile};

use crate::bench::Once;
use crate::bench::stages::{Clock, Run};
use crate::pictures::rgb_image;

/// Runs it and prints the figures as one line of JSON.
pub fn once(args: &Once) -> anyhow::Result<()> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads)
        .build_global()?;
    // As the daemon does while a photo is in hand.
    let _kept = malloc_tuning::retain_freed();
    let mut run = Run {
        peer: "plumbline".to_owned(),
        ..Run::default()
    };
    natural(&mut run, args)?;
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

/// The straightened original and the result, as `--pair` writes them.
pub fn pair_files(folder: &Path) -> [PathBuf; 2] {
    ["before.ppm", "after.ppm"].map(|name| folder.join(name))
}

fn natural(run: &mut Run, args: &Once) -> anyhow::Result<()> {
    let coded = fs::metadata(&args.file)?.len();
    let config = PipelineConfig {
        analyzer: Arc::new(NoAnalyzer),
        model: None,
        finish: Some(finishes::shipped()),
        preset: Preset::default(),
        qc_policy: QcPolicy::default(),
    };
    let mut clock = Clock::default();
    clock.enter(stage_name(Stage::Decoding));
    let bytes = fs::read(&args.file)?;
    let on_step = &mut |step: Step| {
        clock.enter(stage_name(step.stage));
        true
    };
    let ingested = match args.here {
        true => ingest(bytes, on_step).map_err(Failure::into_error)?,
        false => ingest_apart(&bytes, on_step)?,
    };
    let (whole, bits) = (size_bytes(ingested.pixels()), ingested.pixels().bits());
    let overrides = Overrides::default();
    if let Some(folder) = &args.pair {
        let developed = develop(ingested, &overrides, &config, &mut discard, on_step);
        let developed = developed.map_err(Failure::into_error)?;
        run.stages = clock.stop();
        let [before, after] = pair_files(folder);
        rgb_image(&developed.original).save(before)?;
        rgb_image(&developed.picture).save(after)?;
        describe(run, &developed.attempts)?;
        return Ok(());
    }
    let output = match bits {
        8 => Output::default(),
        _ => Output::Tiff16,
    };
    let encoded =
        process(ingested, &overrides, &config, &output, on_step).map_err(Failure::into_error)?;
    run.stages = clock.stop();
    run.size_bytes = encoded.delivery.full.bytes.len() as u64;
    let attempts = encoded.earlier.into_iter().chain([encoded.last]);
    let attempts: Vec<Attempt> = attempts.map(|(attempt, _)| attempt).collect();
    let plan = describe(run, &attempts)?;
    let straightened = if plan.verticals.is_upright() { 0 } else { 2 };
    for stage in &mut run.stages {
        stage.moved_bytes = match stage.name.as_str() {
            "decode" => coded + whole,
            "measure" => whole,
            "correct" => (2 + straightened) * whole,
            "check" => 2 * whole,
            _ => 3 * whole + run.size_bytes,
        };
    }
    Ok(())
}

/// Decodes as the daemon does, in a process without keys.
fn ingest_apart(bytes: &[u8], on_step: &mut StepFn<'_>) -> anyhow::Result<Ingested> {
    let since = Instant::now();
    on_step(Step::entering(Stage::Decoding));
    let file = InputFile::of(bytes)?;
    let decoded = Decoder::default().decode(&file, "", &Limits::default(), &mut || true)?;
    let whole = || file.to_vec().map_err(Failure::retry);
    ingest_decoded(decoded, whole, since, on_step).map_err(Failure::into_error)
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Decoding => "decode",
        Stage::Measuring => "measure",
        Stage::Correcting => "correct",
        Stage::Checking => "check",
        Stage::Saving => "encode",
    }
}

/// Notes what was planned and found: a stage without work or with more than one attempt's, or another
/// picture, would show here.
fn describe(run: &mut Run, attempts: &[Attempt]) -> anyhow::Result<Plan> {
    let attempt = attempts.last().context("no attempt")?;
    if attempts.len() > 1 {
        let held = attempts.len() - 1;
        run.notes.push(format!(
            "WARNING: {held} attempts were held before this one"
        ));
    }
    let plan: Plan = serde_json::from_value(serde_json::to_value(&attempt.plan)?)?;
    let report = &attempt.report.inspection.qc;
    run.notes
        .push(format!("plan: {}", plan.describe().join(" ")));
    if plan.is_colour_identity() {
        run.notes.push("WARNING: nothing was corrected".to_owned());
    }
    if plan.verticals.is_upright() {
        run.notes
            .push("WARNING: nothing was straightened".to_owned());
    }
    run.notes.push(format!(
        "check: {:?}, {}",
        report.verdict,
        report.headline()
    ));
    let figures = [
        Figure::Ssim,
        Figure::MsSsim,
        Figure::DeltaEMean,
        Figure::DeltaEP95,
    ];
    let figures = figures.into_iter().filter_map(|one| report.figure(one));
    for measure in figures.chain(report.gate(Gate::Structure)) {
        run.numbers.insert(measure.name.to_string(), measure.value);
    }
    Ok(plan)
}

fn size_bytes(pixels: &Pixels) -> u64 {
    pixels.pixel_count() * 3 * u64::from(pixels.bits() / 8)
}
