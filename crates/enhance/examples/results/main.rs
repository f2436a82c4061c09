//! The table of results: `results PHOTOS [--every N]` spoils finished photos as the recovery bench does,
//! corrects the copies with the natural engine, and prints what is measured on each result, with its
//! mean CIELAB difference from the finished photo before and after.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, missing_docs)]

use std::path::Path;

use plumbline_documents::{Place, Report};
use plumbline_enhance::{
    Limits, Metadata, Output, Pixels, Preset, Scene, Shot, apply, decode, encode, inspect, measure,
    plan, preview, straighten,
};
use rayon::prelude::*;

type Spoil = (&'static str, fn([f32; 3], f32, f32) -> [f32; 3]);

/// Ways to spoil a photo, by light, distance across and squared distance from the middle: those of
/// ../shared/bench/recovery.py.
const SPOILS: [Spoil; 10] = [
    ("as it is", |l, _, _| l),
    ("dark 1.5", |l, _, _| l.map(|v| v * 0.354)),
    ("dark, tungsten", |l, _, r| {
        tint(l, [1.25, 1.0, 0.6], 0.25, corner(r, 0.25))
    }),
    ("camera jpeg", |l, _, r| {
        tint(l, [1.12, 1.0, 0.78], 0.435, corner(r, 0.2)).map(|v| v + 0.004)
    }),
    ("green tube", |l, _, _| {
        tint(l, [0.92, 1.08, 0.85], 0.574, 1.0)
    }),
    ("cold shade", |l, _, _| {
        tint(l, [0.82, 1.0, 1.25], 0.616, 1.0)
    }),
    ("bright 0.7", |l, _, _| l.map(|v| 1.0 - (-v * 2.239).exp())),
    ("mixed light", |l, x, _| {
        let mix = |c: usize| [1.25, 1.0, 0.65][c] * (1.0 - x) + [0.95, 1.0, 1.1][c] * x;
        tint(l, [mix(0), mix(1), mix(2)], 0.5, 1.0)
    }),
    ("flat haze", |l, _, _| l.map(|v| v * 0.55 + 0.06)),
    ("dark 3.5", |l, _, _| l.map(|v| v * 0.088)),
];

fn tint(l: [f32; 3], by: [f32; 3], gain: f32, corner: f32) -> [f32; 3] {
    [0, 1, 2].map(|c| l[c] * by[c] * gain * corner)
}

fn corner(square: f32, strength: f32) -> f32 {
    1.0 / (1.0 + strength * square).powi(2)
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let every = args.iter().position(|a| a == "--every");
    let every: usize = every.map_or(4, |at| args[at + 1].parse().unwrap());
    println!("half\tkind\tfile\tlight\tcast\tnoise\tblocking\thalo\thue\tbefore\tafter\tother");
    let mut files = Vec::new();
    for (folder, place) in [
        ("interior", Place::Interior),
        ("exterior", Place::Exterior),
        ("finished/interior", Place::Interior),
        ("finished/exterior", Place::Exterior),
    ] {
        let entries = std::fs::read_dir(Path::new(&args[1]).join(folder)).unwrap();
        files.extend(entries.map(|entry| (entry.unwrap().path(), place)));
    }
    files.retain(|(path, _)| path.extension().is_some_and(|e| e == "jpg"));
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files.par_iter().enumerate().for_each(|(i, (path, place))| {
        let name = path.file_name().unwrap().to_string_lossy().to_lowercase();
        let photo = decode(&std::fs::read(path).unwrap(), &Limits::default())
            .unwrap()
            .pixels;
        let photo = preview(&photo, 1500);
        for (kind, spoil) in SPOILS.iter().take(if i % every == 0 { 10 } else { 1 }) {
            let copy = spoiled(&photo, *spoil);
            let scene = Scene {
                place: *place,
                confidence: 0.9,
                ..Scene::default()
            };
            let plan = plan(
                &measure(&copy, &Shot::default()),
                &scene,
                &Preset::default(),
                None,
            );
            let original = straighten(copy, &plan);
            let result = apply(&original, &plan, &scene, None).unwrap();
            let report = inspect(&original, &result, &plan);
            let reference = straighten(photo.clone(), &plan);
            let off = [&original, &result].map(|one| off(one, &reference));
            print(half(&name), kind, &name, &report, off);
        }
    });
}

fn print(half: u32, kind: &str, name: &str, report: &Report, [before, after]: [f32; 2]) {
    let of = |wanted: &str| {
        let found = report.measures.iter().find(|m| m.name.as_str() == wanted);
        found.map_or("-".to_owned(), |m| format!("{:.3}", m.value))
    };
    let ours = ["light", "cast", "noise", "blocking", "halo", "hue"];
    let values = ours.map(|name| of(&format!("result_{name}"))).join("\t");
    let other: Vec<&str> = report.held().map(|m| m.name.as_str()).collect();
    println!(
        "{half}\t{kind}\t{name}\t{values}\t{before:.1}\t{after:.1}\t{}",
        other.join(" ")
    );
}

fn half(name: &str) -> u32 {
    let parts: Vec<&str> = name.split('-').collect();
    let who = match parts[0] {
        "pexels" => parts[..parts.len() - 1].join("-"),
        _ => parts[..parts.len().min(2)].join("-"),
    };
    who.bytes().map(u32::from).sum::<u32>() % 2
}

fn spoiled(photo: &Pixels, spoil: fn([f32; 3], f32, f32) -> [f32; 3]) -> Pixels {
    let (w, h) = (photo.width() as usize, photo.height() as usize);
    let (cx, cy) = (w as f32 / 2.0, h as f32 / 2.0);
    let mut seed = 1_u32;
    let mut grain = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((seed >> 8) as f32 / 8_388_608.0 - 1.0) * 0.0052
    };
    let rgb = photo.rgb8();
    let pixels = rgb.as_chunks::<3>().0.iter().enumerate();
    let samples = pixels.flat_map(|(i, p)| {
        let (dx, dy) = ((i % w) as f32 - cx, (i / w) as f32 - cy);
        let square = (dx * dx + dy * dy) / (cx * cx + cy * cy);
        let light = p.map(|v| linear(f32::from(v) / 255.0));
        let light = spoil(light, (i % w) as f32 / w as f32, square);
        light.map(|v| ((encoded(v.clamp(0.0, 1.0)) + grain()).clamp(0.0, 1.0) * 255.0 + 0.5) as u8)
    });
    let pixels = Pixels::from_eight(w as u32, h as u32, samples.collect()).unwrap();
    let bytes = encode(&pixels, &Metadata::default(), &Output::Jpeg { quality: 95 }).unwrap();
    decode(&bytes, &Limits::default()).unwrap().pixels
}

/// Mean CIELAB difference of copies of 48 pixels.
fn off(one: &Pixels, other: &Pixels) -> f32 {
    let labs = |p: &Pixels| -> Vec<[f32; 3]> {
        let small = preview(p, 48);
        let rgb = small.rgb8();
        let light = |p: &[u8; 3]| p.map(|v| linear(f32::from(v) / 255.0));
        rgb.as_chunks::<3>()
            .0
            .iter()
            .map(|p| lab(light(p)))
            .collect()
    };
    let (one, other) = (labs(one), labs(other));
    let apart =
        |(a, b): (&[f32; 3], &[f32; 3])| (0..3).map(|c| (a[c] - b[c]).powi(2)).sum::<f32>().sqrt();
    one.iter().zip(&other).map(apart).sum::<f32>() / one.len() as f32
}

fn lab([r, g, b]: [f32; 3]) -> [f32; 3] {
    let x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505;
    let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    let z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089;
    let root = |t: f32| {
        if t > 0.008_856 {
            t.cbrt()
        } else {
            7.787 * t + 16.0 / 116.0
        }
    };
    [
        116.0 * root(y) - 16.0,
        500.0 * (root(x) - root(y)),
        200.0 * (root(y) - root(z)),
    ]
}

fn linear(unit: f32) -> f32 {
    match unit <= 0.04045 {
        true => unit / 12.92,
        false => ((unit + 0.055) / 1.055).powf(2.4),
    }
}

fn encoded(light: f32) -> f32 {
    match light <= 0.003_130_8 {
        true => light * 12.92,
        false => 1.055 * light.powf(1.0 / 2.4) - 0.055,
    }
}
