//! Makes the weights that are part of the program, out of the shared folder of photos, and
//! measures them. FOLD, 0 to 3, leaves a quarter of the photographers out.
#![allow(clippy::print_stdout)]

mod shared;

use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use candle_core::{Device, safetensors};
use plumbline_models::train::checkpoint;
use plumbline_models::train::sky::{Epoch, Progress, Recipe, Trainee};

use shared::{Photo, fold, photos};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const USAGE: &str = "one of
  shipped sky PHOTOS TEACHER OUT EPOCHS FOLD|none [FROM]
  shipped scene PHOTOS TEACHER OUT
  shipped measure PHOTOS TEACHER [SKY]
  shipped places PHOTOS";

struct Print(Instant);

impl Progress for Print {
    fn epoch(&mut self, epoch: Epoch) -> ControlFlow<()> {
        println!(
            "{:6.0} s: epoch {} of {}, loss {:.4}",
            self.0.elapsed().as_secs_f32(),
            epoch.number,
            epoch.of,
            epoch.loss
        );
        ControlFlow::Continue(())
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["sky", folder, teacher, out, epochs, left_out] => sky(
            folder,
            teacher,
            out,
            epochs.parse()?,
            left_out.parse().ok(),
            None,
        ),
        ["sky", folder, teacher, out, epochs, left_out, from] => sky(
            folder,
            teacher,
            out,
            epochs.parse()?,
            left_out.parse().ok(),
            Some(from),
        ),
        ["scene", folder, teacher, out] => shared::places::train(folder, teacher, out),
        ["places", folder] => shared::places::measure(folder),
        ["measure", folder, teacher] => shared::measure::all(folder, teacher, None),
        ["measure", folder, teacher, weights] => {
            shared::measure::all(folder, teacher, Some(Path::new(weights)))
        }
        _ => Err(USAGE.into()),
    }
}

/// From nothing or from weights, on all photos but those of a fold.
fn sky(
    folder: &str,
    teacher: &str,
    out: &str,
    epochs: usize,
    left_out: Option<usize>,
    from: Option<&str>,
) -> Result<()> {
    let photos = photos(Path::new(folder), Path::new(teacher))?;
    let learned = photos
        .into_iter()
        .filter(|photo| left_out.is_none_or(|left_out| fold(&photo.example.name, 4) != left_out));
    // Outside there is more to learn than "none".
    let examples: Vec<_> = learned
        .flat_map(
            |Photo {
                 example,
                 is_interior,
                 ..
             }| {
                let times = if is_interior { 1 } else { 2 };
                std::iter::repeat_n(example, times)
            },
        )
        .collect();
    let recipe = Recipe {
        epochs,
        batch: 4,
        rate: 1e-3,
        side: 192,
        patience: epochs,
        seed: 7,
        checkpoint: Some(Path::new(out).with_extension("state")),
    };
    println!("{} examples", examples.len());
    let trainee = match from {
        Some(from) => Trainee::from_tensors(&safetensors::load(from, &Device::Cpu)?)?,
        None => Trainee::new(recipe.seed)?,
    };
    let trained = trainee.train(&examples, &[], &recipe, &mut Print(Instant::now()))?;
    Ok(checkpoint::write_half(Path::new(out), &trained.weights)?)
}
