//! Teaching a look to the small random SDXL.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod recorded;

use std::ops::ControlFlow;

use candle_core::{Device, Tensor};
use plumbline_enhance::{Brush, Denoise, Pixels, Scene};
use plumbline_fixtures::models;
use plumbline_models::diffusion::files::Files;
use plumbline_models::diffusion::lora::Lora;
use plumbline_models::diffusion::painter::Painter;
use plumbline_models::diffusion::prompts::Prompt;
use plumbline_models::train::checkpoint;
use plumbline_models::train::lora::{Recipe, Stand, Taught, teach};
use plumbline_models::train::pairs::{Pair, PairError, pairs};
use recorded::Recorded;

fn files() -> Option<(Files, Prompt)> {
    let recorded = Recorded::open("tiny-random-sdxl")?;
    let vocabulary = models("clip-tokenizer")?.join("tokenizer.json");
    let files = Files::folder(recorded.folder(), &vocabulary, 4).unwrap();
    let prompt = Prompt {
        words: recorded.tensor("prompt_embeds").clone(),
        pooled: recorded.tensor("pooled").clone(),
    };
    Some((files, prompt))
}

fn picture(value: impl Fn(u32, u32, u32) -> u32) -> Pixels {
    let (width, height) = (96, 64);
    let at = |i: u32| value(i / 3 % width, i / 3 / width, i % 3) as u8;
    Pixels::from_eight(width, height, (0..width * height * 3).map(at).collect()).unwrap()
}

/// Dim rooms, and what somebody made of them.
fn two_pairs() -> Vec<Pair> {
    let first = |lift: u32| picture(move |x, y, c| (x + y / 16 * 20 + c * 10) / 2 + lift);
    let second = |lift: u32| picture(move |x, y, c| (y * 2 + x / 24 * 15) / 2 + lift * (c + 1) / 2);
    vec![
        Pair::new("first", &first(20), &first(90), 64).unwrap(),
        Pair::new("second", &second(10), &second(70), 64).unwrap(),
    ]
}

fn recipe() -> Recipe {
    Recipe {
        rank: 16,
        convolutions: true,
        steps: 150,
        rate: 5e-3,
        moves: 1,
        noises: Some(1),
        ..Recipe::usual(3)
    }
}

fn taught(recipe: &Recipe, heard: &mut dyn FnMut(Stand) -> ControlFlow<()>) -> Option<Taught> {
    let (files, prompt) = files()?;
    Some(teach(&files, &Device::Cpu, prompt, &two_pairs(), recipe, heard).unwrap())
}

#[test]
fn two_pairs_are_learned_until_the_error_is_a_tenth() {
    let mut losses = Vec::new();
    let mut hear = |stand: Stand| {
        losses.push(stand.loss);
        ControlFlow::Continue(())
    };
    let Some(taught) = taught(&recipe(), &mut hear) else {
        return;
    };
    let mean = |losses: &[f32]| losses.iter().sum::<f32>() / losses.len() as f32;
    let (first, last) = (mean(&losses[..4]), mean(&losses[losses.len() - 10..]));
    eprintln!(
        "{first:.3} at first, {last:.4} at last; judged {:.3}, {:.3}",
        taught.loss_before, taught.loss
    );
    assert!(last * 10.0 < first, "{first} to {last}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("look.safetensors");
    checkpoint::write(&file, taught.lora).unwrap();
    let lora = Lora::open(&file, None).unwrap();
    assert!(lora.count() > 20, "{} layers", lora.count());
}

#[test]
fn an_interrupted_training_goes_on_to_the_same_look() {
    let short = Recipe {
        steps: 6,
        ..recipe()
    };
    let go_on = &mut |_: Stand| ControlFlow::Continue(());
    let Some(whole) = taught(&short, go_on) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let kept = Recipe {
        checkpoint: Some((folder.path().join("state"), 2)),
        ..short
    };
    let mut until_four = |stand: Stand| {
        if stand.done < 4 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    };
    let part = taught(&kept, &mut until_four).unwrap();
    let resumed = taught(&kept, go_on).unwrap();
    let values = |taught: &Taught| -> Vec<Vec<f32>> {
        let flat = |x: &Tensor| {
            x.to_dtype(candle_core::DType::F32)?
                .flatten_all()?
                .to_vec1()
        };
        taught.lora.values().map(|x| flat(x).unwrap()).collect()
    };
    assert_eq!(values(&whole), values(&resumed));
    assert_ne!(values(&whole), values(&part));
}

#[test]
fn a_brush_wears_a_look_and_takes_it_off_again() {
    let short = Recipe {
        steps: 6,
        ..recipe()
    };
    let Some(taught) = taught(&short, &mut |_| ControlFlow::Continue(())) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("look.safetensors");
    checkpoint::write(&file, taught.lora).unwrap();
    let (files, _) = files().unwrap();
    let files = Files {
        look: Some(file),
        ..files
    };
    let painter = Painter::open(files, Device::Cpu, folder.path(), |_| ()).unwrap();
    assert!(painter.has_look());
    let picture = &two_pairs()[0].before;
    let paint = |look: f32| {
        let (sigma, steps) = painter.schedule().start(0.3);
        let denoise = Denoise {
            sigma,
            steps,
            tile: 0.6,
            canny: 0.4,
            look,
            seed: 5,
        };
        let painted = painter.correct(picture, &Scene::default(), &denoise, &|_| true);
        painted.unwrap().rgb8().into_owned()
    };
    let (bare, worn) = (paint(0.0), paint(0.35));
    assert_ne!(bare, worn);
    assert_ne!(worn, paint(0.7));
    assert_eq!(bare, paint(0.0), "what is taken off leaves nothing behind");
    assert_eq!(worn, paint(0.35));
}

#[test]
fn folders_that_do_not_belong_together_are_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    std::fs::create_dir_all(&before).unwrap();
    std::fs::create_dir_all(&after).unwrap();
    let refused = pairs(&before, &after, 512).unwrap_err();
    assert!(
        refused.to_string().starts_with("no picture in "),
        "{refused}"
    );

    let tall = Pixels::from_eight(60, 90, vec![7; 60 * 90 * 3]).unwrap();
    let wide = picture(|x, _, _| x);
    let refused = Pair::new("room", &wide, &tall, 64).unwrap_err();
    assert!(matches!(refused, PairError::Shape { .. }));
}
