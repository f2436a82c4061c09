//! The scene head: taught on all photos, and checked on photographers it was not taught by.

use std::path::Path;

use plumbline_enhance::{Place, Room};
use plumbline_models::nets::scene::SceneNet;
use plumbline_models::nets::sky::SkyNet;
use plumbline_models::train::checkpoint;
use plumbline_models::train::data;
use plumbline_models::train::scene::{self, Labelled};
use plumbline_models::zero_shot::Judged;

use super::{Photo, Result, fold, photos};

/// Views of every photo beside the plain one.
const VIEWS: usize = 16;
const FOLDS: usize = 8;

/// Cross-validates, then teaches on all and writes.
pub fn teach(folder: &str, teacher: &str, trunk: &str, out: &str) -> Result<()> {
    let photos = photos(Path::new(folder), Path::new(teacher))?;
    let trunk = SkyNet::from_file(Path::new(trunk))?;
    let pictures = labelled(&photos, &trunk, FOLDS)?;
    let mut answers = Answers::default();
    for left_out in 0..FOLDS {
        let (held, learned): (Vec<&Labelled>, Vec<&Labelled>) =
            pictures.iter().partition(|p| p.fold == left_out);
        if !held.is_empty() {
            answers.check(&learned, &held)?;
        }
    }
    answers.report("left-out photographers, head only");
    let mut weights = scene::teach(&pictures.iter().collect::<Vec<_>>())?;
    let temperature = [
        scene::temperature(&answers.places),
        scene::temperature(&answers.rooms),
    ];
    println!("temperatures {temperature:.2?}");
    let temperature = candle_core::Tensor::new(&temperature, &candle_core::Device::Cpu)?;
    weights.insert("temperature".to_owned(), temperature);
    Ok(checkpoint::write_half(Path::new(out), &weights)?)
}

/// With an encoder that has never seen the photos of a fold.
pub fn leave_out(folder: &str, teacher: &str, trunk: &str, left_out: usize) -> Result<()> {
    let photos = photos(Path::new(folder), Path::new(teacher))?;
    let pictures = labelled(&photos, &SkyNet::from_file(Path::new(trunk))?, 4)?;
    let (held, learned): (Vec<&Labelled>, Vec<&Labelled>) =
        pictures.iter().partition(|p| p.fold == left_out);
    let mut answers = Answers::default();
    answers.check(&learned, &held)?;
    answers.report("left-out photographers, encoder and head");
    Ok(())
}

/// The shipped network on street facades that nothing was ever taught by.
pub fn measure(folder: &str) -> Result<()> {
    let net = SceneNet::shipped()?;
    let folder = Path::new(folder);
    let drawn = folder.join("sky-masks/labelmefacade-research-only");
    for example in data::pairs(&drawn, &drawn)? {
        print(&example.name, Place::Exterior, net.look(&example.picture)?);
    }
    Ok(())
}

fn print(name: &str, wanted: Place, judged: Judged) {
    let verdict = if judged.place == wanted {
        "right"
    } else {
        "WRONG"
    };
    println!(
        "{verdict} {:?} {:.2} {:?} {:.2} {name}",
        judged.place, judged.place_confidence, judged.room, judged.room_confidence
    );
}

fn labelled(photos: &[Photo], trunk: &SkyNet, folds: usize) -> Result<Vec<Labelled>> {
    photos
        .iter()
        .enumerate()
        .map(|(i, photo)| {
            Ok(Labelled {
                fold: fold(&photo.example.name, folds),
                is_interior: photo.is_interior,
                room: photo.room,
                views: scene::views(trunk, &photo.example, VIEWS, i as u64)?,
            })
        })
        .collect()
}

/// Logits of left-out pictures, and which was right.
#[derive(Default)]
struct Answers {
    places: Vec<(Vec<f32>, usize)>,
    rooms: Vec<(Vec<f32>, usize)>,
}

impl Answers {
    fn check(&mut self, learned: &[&Labelled], held: &[&Labelled]) -> Result<()> {
        let weights = scene::teach(learned)?;
        for (picture, logits) in held.iter().zip(scene::logits(&weights, held)?) {
            let right = usize::from(!picture.is_interior);
            self.places.push((vec![logits[0], 0.0], right));
            if let Some(room) = picture.room {
                let right = Room::ALL.iter().position(|known| *known == room);
                self.rooms.push((logits[1..].to_vec(), right.unwrap_or(0)));
            }
        }
        Ok(())
    }

    fn report(&self, how: &str) {
        for (what, answers) in [("place", &self.places), ("room", &self.rooms)] {
            let best = |logits: &[f32]| {
                let found = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
                found.map(|(i, _)| i)
            };
            let right = answers
                .iter()
                .filter(|(l, right)| best(l) == Some(*right))
                .count();
            println!("{how}: {what} {right} of {}", answers.len());
        }
    }
}
