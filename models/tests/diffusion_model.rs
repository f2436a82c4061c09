//! The diffusion model of the small random SDXL: what it paints means nothing; that it paints the same
//! in any order, all of it, and stops when told, does.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::sync::Mutex;

use candle_core::{DType, Device};
use plumbline_documents::Place;
use plumbline_enhance::pixels::Samples;
use plumbline_enhance::{
    Denoise, GenerationError, GenerativeModel, Mask, Pixels, Preset, Progress, Scene, Shot, Tile,
    measure, plan,
};
use plumbline_fixtures::models;
use plumbline_models::diffusion::budget::{Budget, Profile, Residency, Sizes};
use plumbline_models::diffusion::files::Files;
use plumbline_models::diffusion::model::DiffusionModel;

/// `None`: the folder is missing, and the test is reported as skipped.
fn model(residency: Residency, batch: usize, cache: &std::path::Path) -> Option<DiffusionModel> {
    let folder = models("tiny-random-sdxl")?;
    let vocabulary = models("clip-tokenizer")?.join("tokenizer.json");
    let files = Files::folder(&folder, &vocabulary, 4).unwrap();
    let profile = Profile {
        name: "small",
        dtype: DType::F32,
        residency,
        tile: 64,
        batch,
    };
    let budget = Budget::of(profile, &Sizes::of(&files).unwrap());
    Some(
        DiffusionModel::with_budgets(files, Device::Cpu, Some(cache), vec![budget], |_| ())
            .unwrap(),
    )
}

/// Bands, a slope and some texture.
fn photo(width: u32, height: u32) -> Pixels {
    let value = |i: u32| {
        let (x, y) = (i / 3 % width, i / 3 / width);
        ((x * 2 + y / 8 * 24 + i % 3 * 20 + x * y % 7 * 3) % 256) as u8
    };
    let samples = (0..width * height * 3).map(value).collect();
    Pixels::from_eight(width, height, samples).unwrap()
}

fn denoise() -> Denoise {
    Denoise {
        sigma: 1.612_887,
        steps: 2,
        tile: 0.6,
        canny: 0.4,
        lora: 0.0,
        seed: 11,
    }
}

fn tiles() -> Vec<Tile> {
    let place = |x, y| Tile {
        x,
        y,
        width: 64,
        height: 64,
    };
    vec![
        place(0, 0),
        place(48, 0),
        place(77, 0),
        place(0, 33),
        place(48, 33),
        place(77, 33),
    ]
}

fn redrawn(model: &DiffusionModel, photo: &Pixels) -> BTreeMap<usize, Vec<u8>> {
    let mut painted = BTreeMap::new();
    let mut take = |at: usize, tile: Pixels| {
        assert_eq!((tile.width(), tile.height()), (64, 64));
        let Samples::Eight(samples) = tile.into_samples() else {
            panic!("a photo of eight bits has tiles of eight bits");
        };
        let samples = Vec::from(samples);
        assert!(
            painted.insert(at, samples).is_none(),
            "tile {at} came twice"
        );
    };
    model
        .redraw(
            photo,
            &tiles(),
            &Scene::default(),
            &denoise(),
            &|_| true,
            &mut take,
        )
        .unwrap();
    painted
}

#[test]
fn network_by_network_paints_the_same_bytes_as_tile_by_tile() {
    let cache = tempfile::tempdir().unwrap();
    let (Some(all), Some(one)) = (
        model(Residency::All, 2, cache.path()),
        model(Residency::One, 2, cache.path()),
    ) else {
        return;
    };
    let photo = photo(141, 97);
    let painted = redrawn(&all, &photo);
    assert_eq!(
        painted.keys().copied().collect::<Vec<_>>(),
        [0, 1, 2, 3, 4, 5]
    );
    assert_eq!(painted, redrawn(&one, &photo));
    assert_eq!(painted, redrawn(&all, &photo), "a second time");
    let different = painted.values().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(different.len(), 6, "tiles of one picture, all the same");
}

#[test]
fn a_proposal_has_the_pictures_size_and_is_the_same_next_time() {
    let cache = tempfile::tempdir().unwrap();
    let Some(model) = model(Residency::All, 1, cache.path()) else {
        return;
    };
    let photo = photo(141, 97);
    let paint = |denoise: &Denoise| {
        let painted = model.correct(&photo, &Scene::default(), denoise, &|_| true);
        painted.unwrap()
    };
    let first = paint(&denoise());
    assert_eq!((first.width(), first.height()), (141, 97));
    assert_eq!(first.samples(), paint(&denoise()).samples());
    let other = Denoise {
        seed: 12,
        ..denoise()
    };
    assert_ne!(first.samples(), paint(&other).samples());
    let unlocked = Denoise {
        tile: 0.0,
        ..denoise()
    };
    assert_ne!(
        first.samples(),
        paint(&unlocked).samples(),
        "the lock has no effect"
    );
}

#[test]
fn it_stops_between_two_networks_when_it_is_told_to() {
    let cache = tempfile::tempdir().unwrap();
    let Some(model) = model(Residency::One, 2, cache.path()) else {
        return;
    };
    let heard: Mutex<Vec<Progress>> = Mutex::default();
    let watch = |progress: Progress| {
        let mut heard = heard.lock().unwrap();
        heard.push(progress);
        heard.len() < 7
    };
    let photo = photo(141, 97);
    let stopped = model.redraw(
        &photo,
        &tiles(),
        &Scene::default(),
        &denoise(),
        &watch,
        &mut |at, _| panic!("tile {at} cannot be done"),
    );
    assert_eq!(stopped.unwrap_err(), GenerationError::Stopped);
    let heard = heard.into_inner().unwrap();
    assert_eq!(heard.len(), 7);
    assert!(heard.is_sorted_by_key(|progress| progress.done));
    assert!(
        heard
            .iter()
            .all(|progress| progress.of == 6 && progress.done < 6)
    );
    assert!(
        !redrawn(&model, &photo).is_empty(),
        "it paints again afterwards"
    );
}

#[test]
fn a_plan_for_another_checkpoint_is_refused() {
    let cache = tempfile::tempdir().unwrap();
    let Some(model) = model(Residency::All, 1, cache.path()) else {
        return;
    };
    assert_eq!(model.schedule().sigmas().len(), 4);
    for (sigma, steps) in [(0.9, 2), (1.612_887, 3), (14.614_647, 9)] {
        let wrong = Denoise {
            sigma,
            steps,
            ..denoise()
        };
        let refused = model.correct(&photo(64, 64), &Scene::default(), &wrong, &|_| true);
        assert!(
            matches!(refused, Err(GenerationError::Failed(_))),
            "{sigma}, {steps}"
        );
    }
}

#[test]
fn a_plan_for_it_begins_at_one_of_its_steps_and_applies_no_look_without_a_lora() {
    let cache = tempfile::tempdir().unwrap();
    let Some(model) = model(Residency::All, 1, cache.path()) else {
        return;
    };
    let room = Scene {
        place: Place::Interior,
        ..Scene::default()
    };
    let measured = measure(&photo(141, 97), &Shot::default());
    let plan = plan(&measured, &room, &Preset::default(), Some(&model));
    let denoise = plan.denoise.unwrap();
    assert_eq!((denoise.steps, denoise.lora), (1, 0.0));
    assert!(
        (denoise.sigma - 0.693_205).abs() < 1e-5,
        "{}",
        denoise.sigma
    );
}

#[test]
fn skies_are_painted_where_the_mask_says() {
    let cache = tempfile::tempdir().unwrap();
    let Some(model) = model(Residency::One, 1, cache.path()) else {
        return;
    };
    assert!(model.paints_skies());
    let photo = photo(141, 97);
    let values = (0..141 * 97)
        .map(|i| if i / 141 < 40 { 255 } else { 0 })
        .collect();
    let mask = Mask::new(141, 97, values).unwrap();
    let paint = |words: &str| {
        let sky = model.fill_sky(&photo, &mask, &denoise(), words, &|_| true);
        sky.unwrap()
    };
    let sky = paint("a clear blue sky");
    assert_eq!((sky.width(), sky.height()), (141, 97));
    assert_eq!(sky.samples(), paint("a clear blue sky").samples());
    assert_ne!(
        sky.samples(),
        paint("a grey sky").samples(),
        "words have no effect"
    );
    let small = Mask::new(3, 3, vec![0; 9]).unwrap();
    let wrong = model.fill_sky(&photo, &small, &denoise(), "", &|_| true);
    assert!(matches!(wrong, Err(GenerationError::Failed(_))));
}
