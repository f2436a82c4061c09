//! The contact sheet: `sheet OUT_DIR [--labels] [--small] [--faults] FOLDER...` corrects every
//! photo in the folders and writes `index.html` with montages of before and after, six pairs a
//! page, and `numbers.tsv`. `--labels` takes the place from a folder named interior or exterior;
//! `--small` works on copies of 1000 pixels; `--faults` degrades the copies on purpose and shows
//! source, degraded copy and recovery.
#![allow(clippy::disallowed_methods, missing_docs)]

#[path = "../../tests/stories/degrade.rs"]
mod degrade;
mod montage;

use montage::{Page, Strip};
use plumbline_documents::{Figure, Place, Report};
use plumbline_enhance as enhance;
use plumbline_enhance::{Limits, Pixels, Plan, Preset, Scene, Shot};
use std::path::{Path, PathBuf};

type Failure = Box<dyn std::error::Error>;

struct Job {
    out: PathBuf,
    labels: bool,
    small: bool,
    faults: bool,
    files: Vec<PathBuf>,
}

fn main() -> Result<(), Failure> {
    let job = job()?;
    std::fs::create_dir_all(&job.out)?;
    let mut page = Page::new(&job.out);
    let mut numbers = vec![HEAD.to_owned()];
    for file in &job.files {
        for strip in strips(&job, file)? {
            numbers.push(strip.numbers.clone());
            page.add(strip)?;
        }
    }
    page.finish()?;
    std::fs::write(job.out.join("numbers.tsv"), numbers.join("\n") + "\n")?;
    Ok(())
}

fn job() -> Result<Job, Failure> {
    let (flags, mut paths): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|a| a.starts_with("--"));
    if paths.len() < 2 {
        return Err("sheet OUT_DIR [--labels] [--small] [--faults] FOLDER...".into());
    }
    let has = |flag: &str| flags.iter().any(|f| f == flag);
    let out = PathBuf::from(paths.remove(0));
    let mut files = Vec::new();
    for folder in paths {
        for entry in std::fs::read_dir(folder)? {
            files.push(entry?.path());
        }
    }
    files.sort();
    Ok(Job {
        out,
        labels: has("--labels"),
        small: has("--small") || has("--faults"),
        faults: has("--faults"),
        files,
    })
}

const HEAD: &str = "photo\tfault\tbefore\tafter\tverdict\tworst\tev\tlift\tcorners\twarm\tgreen\tsharpen\tp995\tmedian\tclipped\tnoise\theadline";

fn strips(job: &Job, file: &Path) -> Result<Vec<Strip>, Failure> {
    let decoded = enhance::decode(&std::fs::read(file)?, &Limits::default())?;
    let shot = decoded.metadata.shot();
    let source = if job.small {
        enhance::preview(&decoded.pixels, if job.faults { 640 } else { 1000 })
    } else {
        decoded.pixels
    };
    let scene = scene(job, file);
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    if !job.faults {
        return Ok(vec![strip(
            &name,
            None,
            &source,
            source.clone(),
            &scene,
            &shot,
        )?]);
    }
    let faults = degrade::FAULTS.iter();
    let one = |(fault, how): &(&str, degrade::Fault)| {
        let copy = degrade::degraded(&source, *how);
        strip(&name, Some(*fault), &source, copy, &scene, &shot)
    };
    faults.map(one).collect()
}

fn scene(job: &Job, file: &Path) -> Scene {
    let folder = file.parent().and_then(Path::file_name).unwrap_or_default();
    let place = match folder.to_str() {
        Some("interior") if job.labels => Place::Interior,
        Some("exterior") if job.labels => Place::Exterior,
        _ => Place::Unknown,
    };
    Scene {
        place,
        ..Scene::default()
    }
}

fn strip(
    name: &str,
    fault: Option<&str>,
    source: &Pixels,
    input: Pixels,
    scene: &Scene,
    shot: &Shot,
) -> Result<Strip, Failure> {
    let measured = enhance::measure(&input, shot);
    let mut plan = enhance::plan(&measured, scene, &Preset::default(), None);
    plan.verticals = enhance::steps::verticals::Verticals::default();
    let result = enhance::apply(&input, &plan, scene, None)?;
    let report = enhance::inspect(&input, &result, &plan);
    let before = delta(source, &input);
    let after = delta(source, &result);
    let gains = plan.white_balance.gains.map(f32::log2);
    let mut numbers = format!(
        "{name}\t{}\t{before:.2}\t{after:.2}\t{:?}\t{}",
        fault.unwrap_or("-"),
        report.verdict,
        worst(&report)
    );
    for value in [
        plan.tone.exposure_ev + plan.tone.room_ev,
        plan.tone.shadow_lift_ev,
        plan.corners.ev,
        gains[2] - gains[0],
        gains[0] + gains[2] - 2.0 * gains[1],
        plan.sharpening.amount,
        measured.luma_p995,
        measured.luma_median,
        measured.clipped,
        measured.noise,
    ] {
        numbers += &format!("\t{value:.3}");
    }
    numbers += &format!("\t{}", report.headline());
    let pictures = match fault {
        None => vec![input, result],
        Some(_) => vec![source.clone(), input, result],
    };
    Ok(Strip {
        pictures: pictures.iter().map(|p| enhance::preview(p, 600)).collect(),
        caption: caption(name, fault, &plan, &report, before, after),
        numbers,
    })
}

fn caption(
    name: &str,
    fault: Option<&str>,
    plan: &Plan,
    report: &Report,
    before: f64,
    after: f64,
) -> String {
    format!(
        "<b>{name}</b> {} &Delta;E00 {before:.1} &rarr; {after:.1}: {} {}",
        fault.unwrap_or(""),
        plan.describe().join(" "),
        report.headline()
    )
}

fn delta(one: &Pixels, two: &Pixels) -> f64 {
    let report = enhance::inspect(one, two, &Plan::identity());
    report
        .figure(Figure::DeltaEMean)
        .map_or(f64::NAN, |m| m.value)
}

/// The first measure that did not pass, with its value.
fn worst(report: &Report) -> String {
    let failed = report.held().next();
    failed.map_or("-".to_owned(), |m| format!("{} {:.2}", m.name, m.value))
}
