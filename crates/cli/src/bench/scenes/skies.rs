//! Skies: agreement of the sky that an analyzer finds, and of the matte that is refined from it, with
//! masks that were drawn or checked by hand.

use std::fs;
use std::path::{Path, PathBuf};

use plumbline_documents::Place;
use plumbline_enhance::{Mask, Overrides, Pixels, small};

use crate::bench::scenes::agreement::{Agreement, Truth, agreement};
use crate::bench::scenes::shape::{Shape, resized};
use crate::bench::scenes::{Candidate, analysis};
use crate::bench::table::median_of;
use crate::files;

/// Masks of one origin.
struct Set {
    name: &'static str,
    /// Folder of the masks.
    masks: &'static str,
    /// End of a mask's name, after the photo's.
    ending: &'static str,
    /// Folder of their photos.
    photos: &'static str,
}

const SETS: [Set; 2] = [
    Set {
        name: "checked",
        masks: "sky-masks/checked",
        ending: ".png",
        photos: "exterior",
    },
    Set {
        name: "labelmefacade",
        masks: "sky-masks/labelmefacade-research-only",
        ending: ".mask.png",
        photos: "sky-masks/labelmefacade-research-only",
    },
];

/// One photo, its mask, and an analyzer.
struct Row {
    set: &'static str,
    analyzer: &'static str,
    photo: String,
    /// One for each of `KINDS`.
    agreements: [Agreement; 2],
}

const KINDS: [&str; 2] = ["raw", "refined"];

/// Analyses every photo that has a mask, and prints the agreement.
pub fn compare(folder: &Path, analyzers: &[Candidate], each: bool) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for set in &SETS {
        for (photo, file) in photos(folder, set) {
            let truth = mask(&folder.join(set.masks).join(photo.clone() + set.ending))?;
            let pixels = files::open(&file)?.pixels;
            for analyzer in analyzers {
                let Some(agreements) = agreements(&pixels, &truth, analyzer)? else {
                    continue;
                };
                rows.push(Row {
                    set: set.name,
                    analyzer: analyzer.name,
                    photo: photo.clone(),
                    agreements,
                });
            }
        }
    }
    print(&rows, analyzers);
    if each {
        print_each(&rows);
    }
    Ok(())
}

/// Names and files of the photos of a set, by name; none where there is no such folder.
fn photos(folder: &Path, set: &Set) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder.join(set.masks));
    let names = entries.into_iter().flatten().flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names
        .filter_map(|name| Some(name.strip_suffix(set.ending)?.to_owned()))
        .collect();
    names.sort();
    let file = |name: &str| folder.join(set.photos).join(format!("{name}.jpg"));
    let with_file = names.into_iter().map(|name| (name.clone(), file(&name)));
    with_file.collect()
}

fn mask(path: &Path) -> anyhow::Result<Mask> {
    Ok(Mask::of_luma(&files::open(path)?.pixels))
}

/// `None`: the analyzer finds no skies.
fn agreements(
    pixels: &Pixels,
    truth: &Mask,
    candidate: &Candidate,
) -> anyhow::Result<Option<[Agreement; 2]>> {
    let scene = candidate.analyzer.analyze(&small(pixels))?;
    let Some(likely) = &scene.sky else {
        return Ok(None);
    };
    // The photos are of skies: whether the analyzer knows that is asked elsewhere.
    let outside = Overrides {
        place: Some(Place::Exterior),
        ..Overrides::default()
    };
    let refined = analysis(pixels, &scene, &outside).sky_mask(pixels);
    let found = [likely, &refined];
    let found = found.map(|mask| resized(mask, truth.width(), truth.height()));
    let truth = Truth::of(truth);
    let agreements = found.map(|mask| agreement(&Shape::of(&mask, |v| v > 127), &truth));
    Ok(Some(agreements))
}

fn print(rows: &[Row], analyzers: &[Candidate]) {
    println!("\nSkies; boundary F1 is at 2 pixels of the mask's size:\n");
    println!(
        "| masks | analyzer | found | photos | IoU mean | median | F1 mean | median | outline F1 mean | median |"
    );
    println!("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for set in &SETS {
        for analyzer in analyzers {
            let of = |row: &&Row| row.set == set.name && row.analyzer == analyzer.name;
            let rows: Vec<&Row> = rows.iter().filter(of).collect();
            for (kind, name) in KINDS.iter().enumerate().filter(|_| !rows.is_empty()) {
                let agreements = rows.iter().map(|row| row.agreements[kind]);
                let figures = summary(&agreements.collect::<Vec<_>>());
                let (set, analyzer, count) = (set.name, analyzer.name, rows.len());
                println!("| {set} | {analyzer} | {name} | {count} | {figures} |");
            }
        }
    }
    println!(
        "\nraw: the analyzer's likelihood, enlarged; refined: the matte; both where they are at least a \
         half. Outline F1 is without patches of less than 0.05 % of the picture, of sky and of \
         everything else, in the mask and in what was found: the masks draw a tree as one outline \
         without its gaps and leave wires and poles out, which a good matte does not."
    );
}

fn summary(agreements: &[Agreement]) -> String {
    let measures: [fn(&Agreement) -> f64; 3] = [|a| a.iou, |a| a.edge, |a| a.outline];
    let cells = measures.map(|measure| {
        let values: Vec<f64> = agreements.iter().map(measure).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        format!("{mean:.3} | {:.3}", median_of(values))
    });
    cells.join(" | ")
}

fn print_each(rows: &[Row]) {
    println!("\n| masks | photo | analyzer | found | IoU | F1 | outline F1 |");
    println!("| --- | --- | --- | --- | ---: | ---: | ---: |");
    for row in rows {
        for (kind, Agreement { iou, edge, outline }) in KINDS.iter().zip(&row.agreements) {
            let (set, photo, analyzer) = (row.set, &row.photo, row.analyzer);
            println!(
                "| {set} | {photo} | {analyzer} | {kind} | {iou:.3} | {edge:.3} | {outline:.3} |"
            );
        }
    }
}
