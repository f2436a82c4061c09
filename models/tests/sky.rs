//! The sky against a mask that somebody drew.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use candle_core::Tensor;
use plumbline_enhance::{Limits, Pixels, SceneAnalyzer, decode, small};
use plumbline_fixtures::{models, photos};
use plumbline_models::scene_analyzer::NetworkSceneAnalyzer;
use plumbline_models::weight_store::WeightStore;

fn open(path: &Path) -> Pixels {
    decode(&fs::read(path).unwrap(), &Limits::default())
        .unwrap()
        .pixels
}

/// The first by name of the masks that people drew.
fn first_mask(folder: &Path) -> PathBuf {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let masks = paths.filter(|path| path.to_str().unwrap().ends_with(".mask.png"));
    masks.min().unwrap()
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

#[test]
fn what_ships_sees_the_sky() {
    let (Some(store), Some(facades)) =
        (models(""), photos("sky-masks/labelmefacade-research-only"))
    else {
        return;
    };
    let (analyzer, notes) = NetworkSceneAnalyzer::open(&WeightStore::new(store));
    assert_eq!(analyzer.name(), "sky-u2netp + own-scene");
    assert_eq!(notes.len(), 1, "{notes:?}");
    let mask = first_mask(&facades);
    let photo = mask.to_str().unwrap().replace(".mask.png", ".jpg");
    let (photo, wanted) = (small(&open(Path::new(&photo))), open(&mask));
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
