//! Fits what `plan/exposure.rs`, `plan/white_balance.rs` and `plan/corners.rs` decide by: `fit
//! FOLDER...` degrades every photo on purpose, solves ridge regressions and prints the coefficients, each with
//! its mean absolute error on photos that were left out of the fit.
#![allow(clippy::disallowed_methods, missing_docs)]

// The list of faults is for the stories; the fit takes more steps of each.
#[allow(dead_code)]
#[path = "../tests/stories/degrade.rs"]
mod degrade;

use degrade::{Fault, degraded};
use plumbline_documents::Place;
use plumbline_enhance::plan::{corners, exposure};
use plumbline_enhance::{Limits, Measured, Shot, decode, measure, preview};
use std::path::{Path, PathBuf};

/// log2(R/B) and log2(G²/RB) of daylight at 4000 K against 6500 K.
const CAST: [f64; 2] = [1.483, 0.345];
/// Penalty of the ridge, as a share of the rows.
const RIDGE: f64 = 1e-3;

struct Sample {
    photo: usize,
    fault: Option<Fault>,
    measured: Measured,
    place: Place,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut samples = Vec::new();
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in std::env::args().skip(1) {
        for entry in std::fs::read_dir(folder)? {
            files.push(entry?.path());
        }
    }
    files.sort();
    for (photo, file) in files.iter().enumerate() {
        samples.extend(variants(photo, file)?);
    }
    let fitted = |name: &str, rows: &[Row]| {
        let (all, left_out) = (solve(rows, usize::MAX), left_out(rows, files.len()));
        let error = error(rows, |_| &all);
        println!("{name}: {all:.3?}, error {error:.3}, on photos left out {left_out:.3}");
    };
    fitted(
        "STOPS",
        &samples.iter().filter_map(stops).collect::<Vec<_>>(),
    );
    fitted(
        "WARM",
        &samples
            .iter()
            .filter_map(|s| tint(s, 0))
            .collect::<Vec<_>>(),
    );
    fitted(
        "GREEN",
        &samples
            .iter()
            .filter_map(|s| tint(s, 1))
            .collect::<Vec<_>>(),
    );
    fitted(
        "CORNERS",
        &samples.iter().filter_map(falloff).collect::<Vec<_>>(),
    );
    Ok(())
}

fn variants(photo: usize, file: &Path) -> Result<Vec<Sample>, Box<dyn std::error::Error>> {
    let source = preview(
        &decode(&std::fs::read(file)?, &Limits::default())?.pixels,
        640,
    );
    let place = match file.parent().and_then(Path::file_name) {
        Some(name) if name == "interior" => Place::Interior,
        Some(name) if name == "exterior" => Place::Exterior,
        _ => Place::Unknown,
    };
    let exposures = [-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5].map(|ev| Some(Fault::Exposure(ev)));
    let others = [
        None,
        Some(Fault::Warm),
        Some(Fault::Cool),
        Some(Fault::Corners(0.35)),
        Some(Fault::Corners(0.7)),
        Some(Fault::Corners(1.0)),
    ];
    let all = exposures.into_iter().chain(others);
    let one = |fault: Option<Fault>| {
        let pixels = fault.map_or_else(|| source.clone(), |fault| degraded(&source, fault));
        let measured = measure(&pixels, &Shot::default());
        Sample {
            photo,
            fault,
            measured,
            place,
        }
    };
    Ok(all.map(one).collect())
}

/// A photo's number, what is known about it, and what should be said.
type Row = (usize, Vec<f64>, f64);

fn stops(sample: &Sample) -> Option<Row> {
    let off = match sample.fault {
        Some(Fault::Exposure(ev)) => -ev,
        _ => 0.0,
    };
    let known = exposure::features(&sample.measured, sample.place);
    Some((sample.photo, known.map(f64::from).to_vec(), f64::from(off)))
}

fn falloff(sample: &Sample) -> Option<Row> {
    let lost = match sample.fault {
        Some(Fault::Corners(ev)) => ev,
        None => 0.0,
        _ => return None,
    };
    let known = corners::features(&sample.measured.falloff);
    Some((sample.photo, known.map(f64::from).to_vec(), f64::from(lost)))
}

fn tint(sample: &Sample, axis: usize) -> Option<Row> {
    let cast = match sample.fault {
        Some(Fault::Warm) => CAST[axis],
        Some(Fault::Cool) => -CAST[axis],
        Some(Fault::Exposure(ev)) if !(-1.5..=1.0).contains(&ev) => return None,
        _ => 0.0,
    };
    let cues = sample.measured.illuminant.cues;
    let known = cues.map(|t| f64::from(if axis == 0 { t.warm } else { t.green }));
    Some((sample.photo, [known.as_slice(), &[1.0]].concat(), cast))
}

/// Coefficients from all photos but one: normal equations by Gauss and Jordan.
fn solve(rows: &[Row], without: usize) -> Vec<f64> {
    let size = rows[0].1.len();
    let mut normal = vec![vec![0.0; size + 1]; size];
    for (_, known, wanted) in rows.iter().filter(|row| row.0 != without) {
        for i in 0..size {
            for j in 0..size {
                normal[i][j] += known[i] * known[j];
            }
            normal[i][size] += known[i] * wanted;
        }
    }
    for (i, row) in normal.iter_mut().enumerate().take(size - 1) {
        row[i] *= 1.0 + RIDGE;
    }
    for i in 0..size {
        let pivot = normal[i].clone();
        for (j, row) in normal.iter_mut().enumerate() {
            let share = if i == j { 0.0 } else { row[i] / pivot[i] };
            row.iter_mut()
                .zip(&pivot)
                .for_each(|(v, p)| *v -= share * p);
        }
    }
    (0..size).map(|i| normal[i][size] / normal[i][i]).collect()
}

/// Mean absolute error on each photo by the fit without it.
fn left_out(rows: &[Row], photos: usize) -> f64 {
    let fits: Vec<Vec<f64>> = (0..photos).map(|photo| solve(rows, photo)).collect();
    error(rows, |photo| &fits[photo])
}

/// Mean absolute error, each photo by its own fit.
fn error<'a>(rows: &[Row], fit: impl Fn(usize) -> &'a Vec<f64>) -> f64 {
    let off = |(photo, known, wanted): &Row| {
        let said: f64 = fit(*photo).iter().zip(known).map(|(k, v)| k * v).sum();
        (said - wanted).abs()
    };
    rows.iter().map(off).sum::<f64>() / rows.len() as f64
}
