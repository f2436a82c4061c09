//! The table of inputs: `fitness PHOTOS [--every N]` prints what is measured on every photo below PHOTOS,
//! at its own size and at 1600 px, on spoiled copies of every Nth, on drawings and on noise. The
//! half of a photo, by its photographer, is the second column: thresholds were fitted on half 0.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, missing_docs)]

#[path = "../../tests/unusable/unusable.rs"]
mod unusable;

use std::path::{Path, PathBuf};

use plumbline_documents::Thresholds;
use plumbline_enhance::inspect::input;
use plumbline_enhance::{Limits, Metadata, Output, Pixels, decode, encode, measure, preview};
use rayon::prelude::*;
use unusable::spoiled::{Spoil, spoiled};
use unusable::{drawn, grain};

const FOLDERS: [&str; 7] = [
    "interior",
    "exterior",
    "finished/interior",
    "finished/exterior",
    "reported/12-casts-and-coloured-rooms",
    "reported/13-twilight-house",
    "reported/15-snow-and-white-walls",
];
/// Faults that can be mended: they should pass.
const MENDABLE: [Spoil; 5] = [
    Spoil::Exposure(-2.0),
    Spoil::Exposure(-3.0),
    Spoil::Exposure(1.0),
    Spoil::Defocus(1.5),
    Spoil::Noise(10.0),
];
const SIZES: [(u32, u32); 4] = [(1400, 1000), (1170, 2532), (2480, 1754), (3508, 2480)];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let every = args.iter().position(|a| a == "--every");
    let every: usize = every.map_or(3, |at| args[at + 1].parse().unwrap());
    println!(
        "half\tkind\tfile\tsize\tlight\tburnt\tfocus\tshake\tnoise\tkept\ttexture\tpalette\tflat\thalf_clipped\tverdict"
    );
    for kind in grain::ALL {
        let noise = jpeg(&grain::grain(1600, 1067, kind), 95);
        line("-", &format!("{kind:?}"), "noise", &noise);
    }
    for (kind, seed) in drawn::ALL
        .into_iter()
        .flat_map(|kind| [0, 1, 2, 3].map(|seed| (kind, seed)))
    {
        let (width, height) = SIZES[seed];
        let drawing = drawn::drawn(width, height, kind, seed);
        line("-", &format!("{kind:?}"), "png", &drawing);
        for quality in [85, 60] {
            line(
                "-",
                &format!("{kind:?}"),
                &format!("q{quality}"),
                &jpeg(&drawing, quality),
            );
        }
    }
    let files = files(Path::new(&args[1]));
    files.par_iter().enumerate().for_each(|(i, path)| {
        let name = path.file_name().unwrap().to_string_lossy();
        let half = half(&name).to_string();
        let decoded = decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap();
        let photo = decoded.pixels;
        line(&half, "native", &name, &photo);
        let small = preview(&photo, 1600);
        if small.width() != photo.width() {
            line(&half, "1600", &name, &small);
        }
        if i % every == 0 {
            for kind in unusable::spoiled::ALL.iter().chain(&MENDABLE) {
                let bad = jpeg(&spoiled(&small, *kind), 90);
                line(&half, &format!("{kind:?}"), &name, &bad);
            }
        }
    });
}

fn files(photos: &Path) -> Vec<PathBuf> {
    let folders = FOLDERS
        .iter()
        .filter_map(|folder| std::fs::read_dir(photos.join(folder)).ok());
    let mut files: Vec<PathBuf> = folders
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "jpg"));
    files.sort();
    files
}

/// 0 or 1, the same for all photos of a photographer: who is what stands before the id.
fn half(name: &str) -> u32 {
    let name = name.to_lowercase();
    let parts: Vec<&str> = name.split('-').collect();
    let who = match parts[0] {
        "pexels" => parts[..parts.len() - 1].join("-"),
        _ => parts[..parts.len().min(2)].join("-"),
    };
    who.bytes().map(u32::from).sum::<u32>() % 2
}

fn jpeg(pixels: &Pixels, quality: u8) -> Pixels {
    let bytes = encode(pixels, &Metadata::default(), &Output::Jpeg { quality }).unwrap();
    decode(&bytes, &Limits::default()).unwrap().pixels
}

fn line(half: &str, kind: &str, name: &str, pixels: &Pixels) {
    let measured = measure(pixels, &Default::default());
    let fit = measured.fitness.unwrap();
    let measures = input::measures(&measured, &Thresholds::default());
    let held: Vec<&str> = measures
        .iter()
        .filter(|m| m.verdict.is_bad())
        .map(|m| m.name.as_str())
        .collect();
    let verdict = match measured.is_photo() {
        false => "not a photo".to_owned(),
        true if held.is_empty() => "photo".to_owned(),
        true => held.join(" "),
    };
    let numbers = [
        fit.light.luma_p98,
        fit.light.white_below,
        fit.focus.blur,
        fit.focus.shake,
        fit.grain.noise,
        fit.grain.kept,
        fit.drawing.texture,
        fit.drawing.palette,
        fit.drawing.flat,
        fit.drawing.half_clipped,
    ];
    let numbers: Vec<String> = numbers.iter().map(|v| format!("{v:.3}")).collect();
    let size = format!("{}x{}", pixels.width(), pixels.height());
    println!(
        "{half}\t{kind}\t{name}\t{size}\t{}\t{verdict}",
        numbers.join("\t")
    );
}
