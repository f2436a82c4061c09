//! The finish network learns what it is shown, goes on where it was stopped, and gives the same bytes.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::Path;

use plumbline_documents::Place;
use plumbline_enhance::{FinishModel, Pixels, finished};
use plumbline_models::nets::finish::FinishNet;
use plumbline_models::train::finish::examples::{Examples, Pair, Photo};
use plumbline_models::train::finish::loss::distances;
use plumbline_models::train::finish::recovery::Recovery;
use plumbline_models::train::finish::{Progress, Recipe, Round, Trained, Trainee};

/// A room as nobody would build it: a bright wall, a dark floor, a coloured sofa, a lamp.
fn room(seed: u32) -> Pixels {
    let at = |i: u32| {
        let (x, y) = (i % 96, i / 96);
        let grain = (i.wrapping_mul(2_654_435_761) >> 28) as u8;
        let wall = 196 + grain + (x / 8) as u8;
        match (x, y) {
            (x, y) if (x.abs_diff(20 + seed % 50) < 4) && y < 8 => [255, 255, 255],
            (_, y) if y > 44 => [58 + grain, 44 + grain, 30 + grain],
            (x, y) if x.abs_diff(30 + seed % 40) < 14 && y > 26 => [
                90 + (seed * 37 % 120) as u8,
                60 + grain,
                150 - (seed * 29 % 90) as u8,
            ],
            (x, _) if x < 3 => [3, 2, 4],
            _ => [wall, wall, wall - 4],
        }
    };
    let samples = (0..96 * 64).flat_map(at).collect();
    Pixels::from_eight(96, 64, samples).unwrap()
}

fn rooms() -> Examples {
    let photo = |seed| Photo::new(&format!("room {seed}"), Place::Interior, room(seed));
    Examples::Finished((0..12).map(photo).collect())
}

fn short(steps: usize) -> Recipe {
    Recipe {
        round: 6,
        batch: 6,
        ..Recipe::house(steps, 3)
    }
}

struct Rounds(usize);

impl Progress for Rounds {
    fn round(&mut self, _: Round, _: &FinishNet) -> ControlFlow<()> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        }
    }
}

fn written(look: &Trained, path: &Path) -> Vec<u8> {
    look.write(path).unwrap();
    std::fs::read(path).unwrap()
}

#[test]
fn a_training_that_was_stopped_goes_on_to_the_same_weights() {
    let folder = tempfile::tempdir().unwrap();
    let (state, out) = (folder.path().join("state"), folder.path().join("out"));
    let (examples, mut all) = (rooms(), Rounds(99));
    let whole = Trainee::new(&examples, 3).unwrap();
    let whole = whole.train(&examples, &short(18), &mut all).unwrap();
    let recipe = Recipe {
        checkpoint: Some(state.clone()),
        ..short(18)
    };
    let first = Trainee::new(&examples, 3).unwrap();
    first.train(&examples, &recipe, &mut Rounds(0)).unwrap();
    assert!(state.exists(), "the first round is stored");
    let second = Trainee::new(&examples, 3).unwrap();
    let resumed = second.train(&examples, &recipe, &mut all).unwrap();
    assert_eq!(written(&whole, &out), written(&resumed, &out));
}

#[test]
fn the_house_look_brings_spoiled_rooms_nearer() {
    let photos: Vec<Photo> = (40..43)
        .map(|seed| Photo::new("room", Place::Interior, room(seed)))
        .collect();
    let found = Recovery::of(&FinishNet::shipped().unwrap(), &photos).unwrap();
    let copies = found.kinds.iter().map(|kind| kind[0]).sum::<f32>() / 9.0;
    assert!(found.mean() < 0.6 * copies, "{found}");
}

#[test]
fn pairs_teach_their_own_look() {
    let warm = |pixels: &Pixels| {
        let samples = pixels.rgb8();
        let gains = [1.10, 1.0, 0.82];
        let lit = samples.iter().enumerate();
        let lit = lit.map(|(i, v)| (f32::from(*v) * gains[i % 3]).min(255.0) as u8);
        Pixels::from_eight(pixels.width(), pixels.height(), lit.collect()).unwrap()
    };
    let dim = |pixels: &Pixels| {
        let samples = pixels.rgb8().iter().map(|v| v / 2).collect();
        Pixels::from_eight(pixels.width(), pixels.height(), samples).unwrap()
    };
    let pair = |seed| {
        let finished = room(seed);
        Pair::new("room", Place::Interior, dim(&finished), warm(&finished)).unwrap()
    };
    let (learned, checked): (Vec<Pair>, Vec<Pair>) =
        ((0..12).map(pair).collect(), (60..63).map(pair).collect());
    let house = distances(&FinishNet::shipped().unwrap(), &checked).unwrap();
    let recipe = Recipe {
        round: 40,
        batch: 8,
        ..Recipe::own(80, 1)
    };
    let trainee = Trainee::shipped().unwrap();
    let look = trainee.train(&Examples::Pairs(learned), &recipe, &mut Rounds(99));
    let own = distances(&look.unwrap().net().unwrap(), &checked).unwrap();
    assert!(
        own.finished < 0.67 * house.finished,
        "{own:?} after {house:?}"
    );
}

#[test]
fn the_same_photo_gets_the_same_finish_on_any_number_of_threads() {
    let net = FinishNet::shipped().unwrap();
    let photo = room(5);
    let propose = || net.propose(&photo, Place::Interior).unwrap();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let (one, many) = (pool.install(propose), propose());
    assert_eq!(one, many);
    let pictures = (
        finished(&photo, &one.finish),
        pool.install(|| finished(&photo, &many.finish)),
    );
    assert_eq!(pictures.0.rgb8(), pictures.1.rgb8());
}
