//! The scene head: trained on all photos, and checked on photographers it was not trained on.

use std::path::Path;

use plumbline_documents::{Place, Room};
use plumbline_models::nets::efficientnet::EfficientNet;
use plumbline_models::nets::scene::SceneNet;
use plumbline_models::train::checkpoint;
use plumbline_models::train::data;
use plumbline_models::train::scene::{self, Labelled};
use plumbline_models::zero_shot::PlacePrediction;

use super::{Photo, Result, fold, photos};

/// Views of every photo beside the plain one.
const VIEWS: usize = 16;
const FOLDS: usize = 8;

/// Cross-validates, then trains on all and writes.
pub fn train(folder: &str, teacher: &str, out: &str) -> Result<()> {
    let photos = photos(Path::new(folder), Path::new(teacher))?;
    let pictures = labelled(&photos)?;
    let mut answers = Answers::default();
    for left_out in 0..FOLDS {
        let (held, learned): (Vec<&Labelled>, Vec<&Labelled>) =
            pictures.iter().partition(|p| p.fold == left_out);
        if !held.is_empty() {
            answers.check(&learned, &held)?;
        }
    }
    let temperature = answers.temperatures();
    answers.report(temperature[0]);
    let mut weights = scene::train(&pictures.iter().collect::<Vec<_>>())?;
    let temperature = candle_core::Tensor::new(&temperature, &candle_core::Device::Cpu)?;
    weights.insert("temperature".to_owned(), temperature);
    Ok(checkpoint::write_half(Path::new(out), &weights)?)
}

/// The shipped network on street facades that nothing was ever trained on.
pub fn measure(folder: &str) -> Result<()> {
    let net = SceneNet::shipped()?;
    let folder = Path::new(folder);
    let drawn = folder.join("sky-masks/labelmefacade-research-only");
    for example in data::pairs(&drawn, &drawn)? {
        print(
            &example.name,
            Place::Exterior,
            net.predict(&example.picture)?,
        );
    }
    Ok(())
}

fn print(name: &str, wanted: Place, prediction: PlacePrediction) {
    let verdict = if prediction.place == wanted {
        "right"
    } else {
        "WRONG"
    };
    println!(
        "{verdict} {:?} {:.2} {:?} {:.2} {name}",
        prediction.place, prediction.place_confidence, prediction.room, prediction.room_confidence
    );
}

fn labelled(photos: &[Photo]) -> Result<Vec<Labelled>> {
    let encoder = EfficientNet::shipped()?;
    photos
        .iter()
        .enumerate()
        .map(|(i, photo)| {
            Ok(Labelled {
                name: photo.example.name.clone(),
                fold: fold(&photo.example.name, FOLDS),
                is_interior: photo.is_interior,
                room: photo.room,
                views: scene::views(&encoder, &photo.example, VIEWS, i as u64)?,
            })
        })
        .collect()
}

/// Logits, and which of them should be the greatest.
type Answer = (Vec<f32>, usize);

/// Answers about left-out photographers' pictures.
#[derive(Default)]
struct Answers {
    names: Vec<String>,
    /// Answers for the pictures as they are. The rooms are answered for these too.
    places: Vec<Answer>,
    /// Answers for random views: harder than pictures.
    views: Vec<Answer>,
    rooms: Vec<Answer>,
}

impl Answers {
    fn check(&mut self, learned: &[&Labelled], held: &[&Labelled]) -> Result<()> {
        let weights = scene::train(learned)?;
        for picture in held {
            let logits = scene::logits(&weights, &picture.views)?;
            let right = usize::from(!picture.is_interior);
            let mut places = logits.iter().map(|logits| (vec![logits[0], 0.0], right));
            self.names.push(picture.name.clone());
            self.places.extend(places.next());
            self.views.extend(places);
            if let Some(room) = picture.room {
                let right = Room::ALL.iter().position(|known| *known == room);
                let rooms = logits[0][1..].to_vec();
                self.rooms.push((rooms, right.unwrap_or(0)));
            }
        }
        Ok(())
    }

    /// Temperatures of the place and of the room. So few pictures are wrong that confidence is fitted on
    /// views.
    fn temperatures(&self) -> [f32; 2] {
        [&self.views, &self.rooms].map(|answers| scene::temperature(answers))
    }

    fn report(&self, temperature: f32) {
        println!("photographers left out, the place's temperature {temperature:.2}");
        let parts = [
            ("place", &self.places),
            ("place of views", &self.views),
            ("room", &self.rooms),
        ];
        for (what, answers) in parts {
            let right = answers.iter().filter(|answer| is_right(answer)).count();
            println!("{what}: {right} of {}", answers.len());
        }
        for (name, answer) in self.names.iter().zip(&self.places) {
            if !is_right(answer) {
                println!("WRONG {:.2} {name}", sureness(answer, temperature));
            }
        }
        for least in [0.8, 0.9, 0.95, 0.98] {
            let [photos, views] = [&self.places, &self.views].map(|answers| {
                let sure = |answer: &&Answer| sureness(answer, temperature) >= least;
                let right = |answer: &&Answer| sure(answer) && is_right(answer);
                let answered = answers.iter().filter(sure).count();
                format!("{} of {answered}", answers.iter().filter(right).count())
            });
            println!("at least {least} sure: {photos} photos right, {views} views");
        }
    }
}

fn is_right((logits, right): &Answer) -> bool {
    logits.iter().all(|logit| *logit <= logits[*right])
}

/// Probability of the likelier place.
fn sureness((logits, _): &Answer, temperature: f32) -> f32 {
    1.0 / (1.0 + (-(logits[0] - logits[1]).abs() / temperature).exp())
}
