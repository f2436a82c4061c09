//! `bench scenes`: the accuracy of the analyzers, on photos that people labelled: inside or outside
//! and which room, where the sky is, and whether any room would get a new sky. With `--sheet`,
//! contact sheets of every exterior with its matte and new skies. Photos are analysed as they came,
//! one at a time; nothing is straightened or corrected.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::ensure;
use plumbline_documents::Place;
use plumbline_enhance::{Overrides, Pixels, Scene, SceneAnalyzer, small};
use plumbline_pipeline::analyzers;
use plumbline_pipeline::generative_models::WeightsFolder;
use plumbline_pipeline::scene_analysis::{Network, SceneAnalysis};
use serde::Serialize;

use crate::bench::scenes::interiors::Rooms;
use crate::bench::scenes::labels::Label;
use crate::bench::scenes::place::Places;
use crate::files;

mod agreement;
mod interiors;
mod labels;
mod patches;
mod place;
mod shape;
mod sheet;
mod skies;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Photos with labels.tsv and sky-masks.
    #[arg(long, value_name = "FOLDER", default_value = "../shared/photos")]
    photos: PathBuf,
    /// Folder for contact sheets of the exteriors, a folder in it for each analyzer.
    #[arg(long, value_name = "FOLDER")]
    sheet: Option<PathBuf>,
    /// Prints the accuracy for each single sky, too.
    #[arg(long)]
    each: bool,
    #[command(flatten)]
    weights: WeightsFolder,
}

/// An analyzer and its name in the tables.
struct Candidate {
    name: &'static str,
    analyzer: Arc<dyn SceneAnalyzer>,
}

/// Every analyzer that is compared.
fn candidates(weights: &WeightsFolder) -> Vec<Candidate> {
    let (installed, notes) = analyzers::open(weights);
    notes.iter().for_each(|note| println!("installed: {note}"));
    vec![
        Candidate {
            name: "installed",
            analyzer: installed,
        },
        Candidate {
            name: "shipped",
            analyzer: analyzers::shipped(),
        },
    ]
}

/// Prints all tables. An error, after that, where a room would get a new sky.
pub fn compare(args: &Args) -> anyhow::Result<()> {
    let labels = labels::read(&args.photos)?;
    let candidates = candidates(&args.weights);
    for candidate in &candidates {
        println!("{} is {}", candidate.name, candidate.analyzer.name());
    }
    let failures = labelled(args, &labels, &candidates)?;
    skies::compare(&args.photos, &candidates, args.each)?;
    if let Some(out) = &args.sheet {
        let exteriors: Vec<&Label> = labels
            .iter()
            .filter(|label| label.place == Place::Exterior)
            .collect();
        for candidate in &candidates {
            sheet::make(
                &out.join(candidate.name),
                &args.photos,
                &exteriors,
                candidate,
            )?;
        }
    }
    ensure!(failures == 0, "{failures} interiors would get a new sky");
    Ok(())
}

/// Prints the tables of labels and returns the number of rooms that would get a new sky.
fn labelled(args: &Args, labels: &[Label], candidates: &[Candidate]) -> anyhow::Result<usize> {
    let mut answers: Vec<(Places, Rooms)> = candidates.iter().map(|_| Default::default()).collect();
    for label in labels {
        let photo = files::open(&args.photos.join(&label.file))?;
        for (candidate, (places, rooms)) in candidates.iter().zip(&mut answers) {
            let scene = candidate.analyzer.analyze(&small(&photo.pixels))?;
            places.add(label, &scene);
            if label.place == Place::Interior {
                rooms.add(label.name(), &photo, &scene);
            }
        }
    }
    let named = || {
        candidates
            .iter()
            .map(|candidate| candidate.name)
            .zip(&answers)
    };
    let places: Vec<_> = named().map(|(name, (places, _))| (name, places)).collect();
    let rooms: Vec<_> = named().map(|(name, (_, rooms))| (name, rooms)).collect();
    place::print(&places);
    interiors::print(&rooms);
    Ok(answers.iter().map(|(_, rooms)| rooms.failures()).sum())
}

/// Completes a scene that an analyzer found in a photo.
fn analysis(pixels: &Pixels, scene: &Scene, overrides: &Overrides) -> SceneAnalysis {
    SceneAnalysis::of_scene(pixels, scene.clone(), Network::default(), overrides)
}

/// The word that documents use for a value.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn percent(part: usize, whole: usize) -> String {
    match whole {
        0 => "-".to_owned(),
        _ => format!("{:.1} %", 100.0 * part as f64 / whole as f64),
    }
}
