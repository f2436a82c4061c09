//! `bench sight`: how well the analyzers see, on photos that people labelled: inside or outside and
//! which room, where the sky is, and whether any room would get a new sky. With `--sheet`, contact
//! sheets of every exterior with its matte and new skies. Photos are looked at as they came, one at
//! a time; nothing is straightened or corrected.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::ensure;
use clap::Args;
use plumbline_documents::Place;
use plumbline_enhance::{AnalysisError, Pixels, Scene, SceneAnalyzer, small};
use serde::Serialize;

use crate::bench::sight::interiors::Rooms;
use crate::bench::sight::labels::Label;
use crate::bench::sight::place::Places;
use crate::{analyzers, files};

mod agreement;
mod interiors;
mod labels;
mod montage;
mod patches;
mod place;
mod shape;
mod sheet;
mod skies;

#[derive(Debug, Args)]
pub struct Sight {
    /// Photos with labels.tsv and sky-masks.
    #[arg(long, value_name = "FOLDER", default_value = "../shared/photos")]
    photos: PathBuf,
    /// Where to put contact sheets of the exteriors, a folder for each analyzer.
    #[arg(long, value_name = "FOLDER")]
    sheet: Option<PathBuf>,
    /// How well each single sky was found, too.
    #[arg(long)]
    each: bool,
}

/// An analyzer and what the tables call it.
struct Looker {
    name: &'static str,
    analyzer: Arc<dyn SceneAnalyzer>,
}

/// Every analyzer that is compared.
fn lookers() -> Vec<Looker> {
    let (installed, notes) = analyzers::open();
    notes.iter().for_each(|note| println!("installed: {note}"));
    vec![
        Looker {
            name: "installed",
            analyzer: installed,
        },
        Looker {
            name: "shipped",
            analyzer: Arc::new(plumbline_models::vision::Sight::shipped()),
        },
    ]
}

/// Prints all tables. An error, after that, where a room would get a new sky.
pub fn compare(order: &Sight) -> anyhow::Result<()> {
    let labels = labels::read(&order.photos)?;
    let lookers = lookers();
    for looker in &lookers {
        println!("{} is {}", looker.name, looker.analyzer.name());
    }
    let failures = labelled(order, &labels, &lookers)?;
    skies::compare(&order.photos, &lookers, order.each)?;
    if let Some(out) = &order.sheet {
        let exteriors: Vec<&Label> = labels
            .iter()
            .filter(|label| label.place == Place::Exterior)
            .collect();
        for looker in &lookers {
            sheet::make(&out.join(looker.name), &order.photos, &exteriors, looker)?;
        }
    }
    ensure!(failures == 0, "{failures} interiors would get a new sky");
    Ok(())
}

/// The tables of labels; how many rooms would get a new sky.
fn labelled(order: &Sight, labels: &[Label], lookers: &[Looker]) -> anyhow::Result<usize> {
    let mut answers: Vec<(Places, Rooms)> = lookers.iter().map(|_| Default::default()).collect();
    for label in labels {
        let photo = files::open(&order.photos.join(&label.file))?;
        for (looker, (places, rooms)) in lookers.iter().zip(&mut answers) {
            let scene = looker.analyzer.analyze(&small(&photo.pixels))?;
            places.add(label, &scene);
            if label.place == Place::Interior {
                rooms.add(label.name(), &photo, &scene)?;
            }
        }
    }
    let named = || lookers.iter().map(|looker| looker.name).zip(&answers);
    let places: Vec<_> = named().map(|(name, (places, _))| (name, places)).collect();
    let rooms: Vec<_> = named().map(|(name, (_, rooms))| (name, rooms)).collect();
    place::print(&places);
    interiors::print(&rooms);
    Ok(answers.iter().map(|(_, rooms)| rooms.failures()).sum())
}

/// What was seen once, without looking again.
struct Recalled<'a>(&'a Scene);

impl SceneAnalyzer for Recalled<'_> {
    fn analyze(&self, _small: &Pixels) -> Result<Scene, AnalysisError> {
        Ok(self.0.clone())
    }

    fn name(&self) -> &'static str {
        "recalled"
    }
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
