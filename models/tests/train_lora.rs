//! Training of a LoRA on the small random SDXL.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod recorded;

use std::ops::ControlFlow;

use candle_core::{Device, Tensor};
use plumbline_enhance::{Denoise, GenerativeModel, Pixels, Scene};
use plumbline_fixtures::models;
use plumbline_models::diffusion::files::Files;
use plumbline_models::diffusion::lora::Lora;
use plumbline_models::diffusion::model::DiffusionModel;
use plumbline_models::diffusion::prompt_embeddings::PromptEmbeddings;
use plumbline_models::train::checkpoint;
use plumbline_models::train::lora::{Recipe, StepReport, Trained, train};
use plumbline_models::train::pairs::{Pair, PairError, pairs};
use recorded::Recorded;

fn files() -> Option<(Files, PromptEmbeddings)> {
    let recorded = Recorded::open("tiny-random-sdxl")?;
    let vocabulary = models("clip-tokenizer")?.join("tokenizer.json");
    let files = Files::folder(recorded.folder(), &vocabulary, 4).unwrap();
    let prompt = PromptEmbeddings {
        hidden_states: recorded.tensor("prompt_embeds").clone(),
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
        schedule_steps: 1,
        noises: Some(1),
        ..Recipe::for_pairs(3)
    }
}

fn trained(
    recipe: &Recipe,
    heard: &mut dyn FnMut(StepReport) -> ControlFlow<()>,
) -> Option<Trained> {
    let (files, prompt) = files()?;
    Some(train(&files, &Device::Cpu, prompt, &two_pairs(), recipe, heard).unwrap())
}

#[test]
fn two_pairs_are_learned_until_the_error_is_a_tenth() {
    let mut losses = Vec::new();
    let mut hear = |report: StepReport| {
        losses.push(report.loss);
        ControlFlow::Continue(())
    };
    let Some(trained) = trained(&recipe(), &mut hear) else {
        return;
    };
    let mean = |losses: &[f32]| losses.iter().sum::<f32>() / losses.len() as f32;
    let (first, last) = (mean(&losses[..4]), mean(&losses[losses.len() - 10..]));
    eprintln!(
        "{first:.3} at first, {last:.4} at last; evaluated {:.3}, {:.3}",
        trained.loss_before, trained.loss
    );
    assert!(last * 10.0 < first, "{first} to {last}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("look.safetensors");
    checkpoint::write(&file, trained.lora).unwrap();
    let lora = Lora::open(&file, None).unwrap();
    assert!(lora.count() > 20, "{} layers", lora.count());
}

#[test]
fn an_interrupted_training_goes_on_to_the_same_look() {
    let short = Recipe {
        steps: 6,
        ..recipe()
    };
    let proceed = &mut |_: StepReport| ControlFlow::Continue(());
    let Some(whole) = trained(&short, proceed) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let kept = Recipe {
        checkpoint: Some((folder.path().join("state"), 2)),
        ..short
    };
    let mut until_four = |report: StepReport| {
        if report.done < 4 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    };
    let part = trained(&kept, &mut until_four).unwrap();
    let resumed = trained(&kept, proceed).unwrap();
    let values = |trained: &Trained| -> Vec<Vec<f32>> {
        let flat = |x: &Tensor| {
            x.to_dtype(candle_core::DType::F32)?
                .flatten_all()?
                .to_vec1()
        };
        trained.lora.values().map(|x| flat(x).unwrap()).collect()
    };
    assert_eq!(values(&whole), values(&resumed));
    assert_ne!(values(&whole), values(&part));
}

#[test]
fn a_model_applies_a_lora_and_removes_it_again() {
    let short = Recipe {
        steps: 6,
        ..recipe()
    };
    let Some(trained) = trained(&short, &mut |_| ControlFlow::Continue(())) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("look.safetensors");
    checkpoint::write(&file, trained.lora).unwrap();
    let (files, _) = files().unwrap();
    let files = Files {
        lora: Some(file),
        ..files
    };
    let model = DiffusionModel::open(files, Device::Cpu, folder.path(), |_| ()).unwrap();
    assert!(model.has_lora());
    let picture = &two_pairs()[0].before;
    let paint = |lora: f32| {
        let (sigma, steps) = model.schedule().start(0.3);
        let denoise = Denoise {
            sigma,
            steps,
            tile: 0.6,
            canny: 0.4,
            lora,
            seed: 5,
        };
        let painted = model.correct(picture, &Scene::default(), &denoise, &|_| true);
        painted.unwrap().rgb8().into_owned()
    };
    let (without, with) = (paint(0.0), paint(0.35));
    assert_ne!(without, with);
    assert_ne!(with, paint(0.7));
    assert_eq!(
        without,
        paint(0.0),
        "what is taken off leaves nothing behind"
    );
    assert_eq!(with, paint(0.35));
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
