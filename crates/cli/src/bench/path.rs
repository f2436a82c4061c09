//! One run of the natural path, as `develop` and `renditions` do it, with a clock around each
//! stage.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use plumbline_documents::Report;
use plumbline_documents::{Figure, Gate};
use plumbline_enhance::{
    Decoded, Limits, Output, Pixels, Preset, Scene, apply, decode, encode, encode_preview,
    inspect_with_heatmap, measure, plan, preview, straighten,
};
use plumbline_nn::malloc_tuning;

use crate::bench::stages::Run;

/// As in `renditions`.
const PREVIEWS: (u32, u8) = (2048, 82);
const THUMB: (u32, u8) = (640, 75);

/// Runs it and prints the figures as one line of JSON.
pub fn once(file: &Path, threads: usize, pair: Option<&Path>) -> anyhow::Result<()> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()?;
    // As the worker does while a photo is in hand.
    let _kept = malloc_tuning::retain_freed();
    let mut run = Run {
        peer: "plumbline".to_owned(),
        ..Run::default()
    };
    natural(&mut run, file, pair)?;
    println!("{}", serde_json::to_string(&run)?);
    Ok(())
}

/// The straightened original and the result, as `--pair` writes them.
pub fn pair_files(folder: &Path) -> [PathBuf; 2] {
    ["before.ppm", "after.ppm"].map(|name| folder.join(name))
}

fn natural(run: &mut Run, file: &Path, pair: Option<&Path>) -> anyhow::Result<()> {
    let coded = fs::metadata(file)?.len();
    let shape = run.stage("decode", 0, || opened(file))?;
    let Decoded {
        pixels, metadata, ..
    } = shape;
    let whole = bytes(&pixels);
    run.stages[0].moved_bytes = coded + whole;

    let scene = Scene::default();
    let plan = run.stage("measure", whole, || {
        let measured = measure(&pixels, &metadata.shot());
        plan(&measured, &scene, &Preset::default(), None)
    });
    let moved = if plan.verticals.is_upright() {
        0
    } else {
        2 * whole
    };
    let original = run.stage("straighten", moved, || straighten(pixels, &plan));
    let picture = run.stage("correct", 2 * whole, || {
        apply(&original, &plan, &scene, None)
    })?;
    let checked = run.stage("check", 2 * whole, || {
        inspect_with_heatmap(&original, &picture, &plan)
    });
    run.stage("heatmap", 0, || {
        let drawn = checked.heatmap.map(|heatmap| heatmap.to_pixels());
        drawn
            .map(|drawn| encode_preview(&drawn, PREVIEWS.1))
            .transpose()
    })?;
    tell(run, &plan, &checked.report);
    if let Some(folder) = pair {
        let [before, after] = pair_files(folder);
        write_ppm(&original, &before)?;
        write_ppm(&picture, &after)?;
    }

    let output = match picture.bits() {
        8 => Output::default(),
        _ => Output::Tiff16,
    };
    let delivered = run.stage("encode", 3 * whole, || {
        let (before, now) = rayon::join(
            move || preview(&original, PREVIEWS.0),
            || preview(&picture, PREVIEWS.0),
        );
        let (small, delivered) = rayon::join(
            || previews(&before, &now),
            || encode(&picture, &metadata, &output),
        );
        small?;
        anyhow::Ok(delivered?)
    })?;
    run.size_bytes = delivered.len() as u64;
    if let Some(stage) = run.stages.last_mut() {
        stage.moved_bytes += run.size_bytes;
    }
    Ok(())
}

/// The file's bytes are gone when it returns, as in `develop`.
fn opened(file: &Path) -> anyhow::Result<Decoded> {
    Ok(decode(&fs::read(file)?, &Limits::default())?)
}

/// As in `renditions`.
fn previews(before: &Pixels, now: &Pixels) -> anyhow::Result<()> {
    let (before, now) = rayon::join(
        || encode_preview(before, PREVIEWS.1),
        || {
            encode_preview(&preview(now, THUMB.0), THUMB.1)?;
            encode_preview(now, PREVIEWS.1)
        },
    );
    before?;
    now?;
    Ok(())
}

/// What was planned and found: a stage without work, or another picture, would show here.
fn tell(run: &mut Run, plan: &plumbline_enhance::Plan, report: &Report) {
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
}

fn bytes(pixels: &Pixels) -> u64 {
    pixels.pixel_count() * 3 * u64::from(pixels.bits() / 8)
}

fn write_ppm(pixels: &Pixels, path: &Path) -> anyhow::Result<()> {
    let mut file = BufWriter::new(fs::File::create(path)?);
    write!(file, "P6\n{} {}\n255\n", pixels.width(), pixels.height())?;
    file.write_all(&pixels.rgb8())?;
    Ok(file.flush()?)
}
