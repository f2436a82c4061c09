//! Training of the sky network: from what ships, interrupted and resumed.
#![allow(clippy::unwrap_used, reason = "the whole program is tests")]

use std::ops::ControlFlow;
use std::path::Path;

use plumbline_enhance::Pixels;
use plumbline_models::train::data::{self, DataError, Example};
use plumbline_models::train::sky::{Epoch, Progress, Recipe, Trainee};

/// A red sky over a yellow hill: no sky that anybody was trained.
fn martian(number: u32) -> Example {
    let (width, height) = (96, 64);
    let horizon = |x: u32| 20 + number * 2 + (x * (number + 3) / 11) % 9;
    let mut photo = Vec::new();
    let mut mask = Vec::new();
    for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
        let grain = ((x * 31 + y * 17 + number * 7) % 23) as u8;
        let is_sky = y < horizon(x);
        photo.extend(if is_sky {
            [190 + grain, 40, 30 + grain]
        } else {
            [150, 130 + grain, grain]
        });
        mask.extend([if is_sky { 255 } else { 0 }; 3]);
    }
    let pixels = |samples| Pixels::from_eight(width, height, samples).unwrap();
    Example::new(&format!("mars{number}"), &pixels(photo), &pixels(mask)).unwrap()
}

fn recipe(checkpoint: Option<&Path>) -> Recipe {
    Recipe {
        epochs: 4,
        batch: 4,
        rate: 2e-3,
        side: 64,
        patience: 4,
        seed: 5,
        checkpoint: checkpoint.map(Path::to_owned),
    }
}

/// Takes down the epochs, and stops after one if told to.
#[derive(Default)]
struct Minutes {
    epochs: Vec<Epoch>,
    stop_after: Option<usize>,
}

impl Progress for Minutes {
    fn epoch(&mut self, epoch: Epoch) -> ControlFlow<()> {
        self.epochs.push(epoch);
        if self.stop_after == Some(epoch.number) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

#[test]
fn a_tuned_network_finds_skies_it_did_not_know() {
    let learned: Vec<Example> = (0..8).map(martian).collect();
    let checked: Vec<Example> = (8..10).map(martian).collect();
    let mut minutes = Minutes::default();
    let trainee = Trainee::shipped().unwrap();
    let trained = trainee
        .train(&learned, &checked, &recipe(None), &mut minutes)
        .unwrap();
    let loss = |i: usize| minutes.epochs[i].loss;
    assert!(loss(3) < loss(0) * 0.8, "{} to {}", loss(0), loss(3));
    assert!(
        trained.iou > trained.iou_before + 0.1,
        "{} to {}",
        trained.iou_before,
        trained.iou
    );
}

#[test]
fn a_resumed_training_ends_where_an_uninterrupted_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("sky.state");
    let learned: Vec<Example> = (0..6).map(martian).collect();
    let checked = [martian(8)];
    let learn = |checkpoint, stop_after| {
        let mut minutes = Minutes {
            stop_after,
            ..Minutes::default()
        };
        let trainee = Trainee::new(3).unwrap();
        trainee
            .train(&learned, &checked, &recipe(checkpoint), &mut minutes)
            .unwrap();
        minutes.epochs
    };
    let whole = learn(None, None);
    let mut parts = learn(Some(&state), Some(2));
    parts.extend(learn(Some(&state), None));
    assert_eq!(parts, whole);
}

#[test]
fn photos_that_nothing_can_be_learned_from_are_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let refused = data::pairs(folder.path(), folder.path()).unwrap_err();
    assert!(matches!(refused, DataError::NoMasks { .. }), "{refused}");
    let picture = |w, h| Pixels::from_eight(w, h, vec![255; (w * h * 3) as usize]).unwrap();
    let refused = Example::new("a", &picture(120, 80), &picture(80, 80)).unwrap_err();
    assert!(refused.to_string().contains("same shape"), "{refused}");
}

#[test]
fn grey_is_nobodys_decision() {
    let photo = Pixels::from_eight(3, 1, vec![9; 9]).unwrap();
    let mask = [[255; 3], [128; 3], [0; 3]].concat();
    let mask = Pixels::from_eight(3, 1, mask).unwrap();
    let example = Example::new("a", &photo, &mask).unwrap();
    assert_eq!(example.labelled, [1.0, 0.0, 1.0]);
    assert_eq!(example.sky, [1.0, 0.0, 0.0]);
}
