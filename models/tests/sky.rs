//! The sky against masks that people drew or checked.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use candle_core::Tensor;
use plumbline_enhance::{Limits, Pixels, SceneAnalyzer, decode, small};
use plumbline_models::sky::{SIDE, SkyNet};
use plumbline_models::vision::Sight;
use plumbline_models::weight_store::WeightStore;

fn shared() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    if shared.join("photos/sky-masks").exists() {
        return Some(shared);
    }
    eprintln!("SKIPPED 1: the sky masks are not beside this checkout");
    None
}

fn open(path: &Path) -> Pixels {
    decode(&fs::read(path).unwrap(), &Limits::default())
        .unwrap()
        .pixels
}

/// Photos with the masks that belong to them: drawn by hand, then made from this network and
/// checked by eye.
fn pairs(shared: &Path) -> [Vec<(PathBuf, PathBuf)>; 2] {
    let masks = shared.join("photos/sky-masks");
    let list = |folder: &str, ending: &str| {
        let entries = fs::read_dir(masks.join(folder)).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let of = |path: &PathBuf| path.to_str().unwrap().ends_with(ending);
        let mut paths: Vec<PathBuf> = paths.filter(of).collect();
        paths.sort();
        paths
    };
    let drawn = list("labelmefacade-research-only", ".mask.png");
    let checked = list("checked", ".png");
    let beside = |mask: PathBuf| {
        let photo = mask.to_str().unwrap().replace(".mask.png", ".jpg");
        (photo.into(), mask)
    };
    let exterior = |mask: PathBuf| {
        let name = mask.with_extension("jpg");
        let name = name.file_name().unwrap();
        (shared.join("photos/exterior").join(name), mask)
    };
    [
        drawn.into_iter().map(beside).collect(),
        checked.into_iter().map(exterior).collect(),
    ]
}

/// Pixels that both call sky, of those that either does; 128 is not labelled.
fn overlap(found: &[bool], wanted: &Pixels) -> f64 {
    let (mut both, mut either) = (0_u32, 0_u32);
    for (found, wanted) in found.iter().zip(wanted.rgb8().chunks_exact(3)) {
        if wanted[0] == 128 {
            continue;
        }
        both += u32::from(*found && wanted[0] > 128);
        either += u32::from(*found || wanted[0] > 128);
    }
    if either == 0 {
        return 1.0;
    }
    f64::from(both) / f64::from(either)
}

fn sky(likely: &Tensor, wanted: &Pixels) -> Vec<bool> {
    let (height, width) = (wanted.height() as usize, wanted.width() as usize);
    let likely = likely.upsample_bilinear2d(height, width, false).unwrap();
    let values: Vec<f32> = likely.flatten_all().unwrap().to_vec1().unwrap();
    values.iter().map(|v| *v > 0.5).collect()
}

/// The long side at the training's size, either side a multiple of 32.
fn shaped(pixels: &Pixels) -> (u32, u32) {
    let long = f64::from(pixels.width().max(pixels.height()));
    let side = |v: u32| ((f64::from(v * SIDE) / long / 32.0).round() as u32 * 32).max(32);
    (side(pixels.width()), side(pixels.height()))
}

#[test]
#[ignore = "minutes: it decides the shape that the network is shown"]
fn a_squashed_picture_is_seen_as_well_as_one_of_its_own_shape() {
    let Some(shared) = shared() else { return };
    let path = shared.join("models/sky-u2netp/u2netp-sky.safetensors");
    let net = SkyNet::open(&path).unwrap();
    for (set, pairs) in ["drawn", "checked"].iter().zip(pairs(&shared)) {
        let (mut squashed, mut own) = (Vec::new(), Vec::new());
        for (photo, mask) in &pairs {
            let (photo, mask) = (small(&open(photo)), open(mask));
            let of = |(width, height)| {
                let likely = net.likely(&photo, width, height).unwrap();
                overlap(&sky(&likely, &mask), &mask)
            };
            squashed.push(of((SIDE, SIDE)));
            // A square photo is squashed to its own shape.
            own.push(match shaped(&photo) {
                (SIDE, SIDE) => squashed[squashed.len() - 1],
                shape => of(shape),
            });
            eprintln!(
                "{set}: {:.3} {:.3}",
                squashed.last().unwrap(),
                own.last().unwrap()
            );
        }
        for (how, overlaps) in [("squashed", &mut squashed), ("own shape", &mut own)] {
            overlaps.sort_by(f64::total_cmp);
            let mean = overlaps.iter().sum::<f64>() / overlaps.len() as f64;
            let (worst, median) = (overlaps[0], overlaps[overlaps.len() / 2]);
            eprintln!("{set}, {how}: mean {mean:.3}, median {median:.3}, worst {worst:.3}");
        }
    }
}

#[test]
fn what_ships_sees_the_sky() {
    let Some(shared) = shared() else { return };
    let (analyzer, notes) = Sight::open(&WeightStore::new(shared.join("models")));
    assert_eq!(analyzer.name(), "sky-u2netp + own-scene");
    assert_eq!(notes.len(), 1, "{notes:?}");
    let [drawn, _] = pairs(&shared);
    let (photo, mask) = &drawn[0];
    let (photo, wanted) = (small(&open(photo)), open(mask));
    let seen = analyzer.analyze(&photo).unwrap().sky.unwrap();
    assert_eq!((seen.width(), seen.height()), (512, 384));
    let values: Vec<f32> = seen
        .values()
        .iter()
        .map(|&v| f32::from(v) / 255.0)
        .collect();
    let shape = (1, 1, seen.height() as usize, seen.width() as usize);
    let likely = Tensor::from_vec(values, shape, &candle_core::Device::Cpu).unwrap();
    let overlap = overlap(&sky(&likely, &wanted), &wanted);
    eprintln!("overlap {overlap:.3}");
    assert!(overlap > 0.85, "{overlap}");
}
