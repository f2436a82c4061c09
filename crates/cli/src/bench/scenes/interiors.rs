//! Interiors: whether a room would get a new sky, if all skies of its shoot were to be clear. None
//! may; a window is no sky.

use std::collections::BTreeMap;

use plumbline_documents::Place;
use plumbline_enhance::plan::sky::Sky;
use plumbline_enhance::{Decoded, Measured, Overrides, Preset, Scene, SkyChoice, measure};

use crate::bench::scenes::{analysis, word};

/// The skies of the rooms that one analyzer was shown.
#[derive(Debug, Default)]
pub struct Rooms {
    /// Photos with a new sky.
    new: Vec<String>,
    /// Reasons why a photo kept its own.
    kept: BTreeMap<String, usize>,
    /// Photos that only their place saved: with a new sky if they were taken for exteriors.
    saved: Vec<String>,
}

impl Rooms {
    pub fn add(&mut self, name: &str, photo: &Decoded, scene: &Scene) {
        let measured = measure(&photo.pixels, &photo.metadata.shot());
        let decision = |overrides: &Overrides| decision(photo, &measured, scene, overrides);
        match decision(&Overrides::default()) {
            Sky::New(_) => self.new.push(name.to_owned()),
            Sky::Kept(why) => *self.kept.entry(word(&why)).or_default() += 1,
            Sky::Unchanged => {}
        }
        let outside = Overrides {
            place: Some(Place::Exterior),
            ..Overrides::default()
        };
        if let Sky::New(new) = decision(&outside) {
            let share = f64::from(new.share) * 100.0;
            self.saved.push(format!("{name} ({share:.1} %)"));
        }
    }

    /// The number of rooms with a new sky.
    pub fn failures(&self) -> usize {
        self.new.len()
    }
}

/// The sky of a photo in a shoot that asks for clear ones.
fn decision(photo: &Decoded, measured: &Measured, scene: &Scene, overrides: &Overrides) -> Sky {
    let preset = Preset {
        sky: SkyChoice::Clear,
        ..Preset::default()
    };
    let analysis = analysis(&photo.pixels, scene, overrides);
    analysis.sky(measured, &preset, overrides, &photo.metadata)
}

/// A table, and the photos that it counts.
pub fn print(analyzers: &[(&str, &Rooms)]) {
    println!("\nInteriors of a shoot whose skies are to be clear:\n");
    println!("| analyzer | interiors | new sky | kept, because | new sky if taken for exteriors |");
    println!("| --- | ---: | ---: | --- | ---: |");
    for (analyzer, rooms) in analyzers {
        let kept: usize = rooms.kept.values().sum();
        let whys = rooms
            .kept
            .iter()
            .map(|(why, count)| format!("{why} {count}"));
        println!(
            "| {analyzer} | {} | {} | {} | {} |",
            rooms.new.len() + kept,
            rooms.new.len(),
            whys.collect::<Vec<_>>().join(", "),
            rooms.saved.len()
        );
    }
    for (analyzer, rooms) in analyzers {
        name(analyzer, "a new sky", &rooms.new);
        name(analyzer, "a new sky if taken for exteriors", &rooms.saved);
    }
}

fn name(analyzer: &str, what: &str, photos: &[String]) {
    if !photos.is_empty() {
        println!("\n{analyzer}, {what}: {}", photos.join(", "));
    }
}
