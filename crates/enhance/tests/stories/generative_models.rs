//! Models that guide, and the part of their proposals that reaches a photo.

use plumbline_documents::{Dials, Engine, EngineChoice, Gate, Look, Place, Thresholds, Verdict};
use plumbline_enhance::inspect::{Terms, judge};
use plumbline_enhance::{
    ApplyError, Generation, GenerationError, GenerativeModel, Pixels, Plan, Preset, Progress,
    Scene, Shot, apply, apply_and_keep_fit, fallback, inspect, measure, plan,
};
use proptest::prelude::*;

use crate::made_up::MadeUp;
use crate::support::{altered, distance, room};

/// 15 % of the way to white: lighter, and nothing clips.
fn brighter(v: u8) -> u8 {
    (f32::from(v) * 0.85 + 255.0 * 0.15 + 0.5) as u8
}

pub fn brightened(small: &Pixels) -> Pixels {
    altered(small, |_, _, rgb| rgb.map(brighter))
}

pub fn planned(pixels: &Pixels, engine: EngineChoice, model: &dyn GenerativeModel) -> Plan {
    let preset = Preset {
        engine,
        ..Preset::default()
    };
    let measured = measure(pixels, &Shot::default());
    plan(&measured, &Scene::default(), &preset, Some(model))
}

fn painted(pixels: &Pixels, plan: &Plan, model: &dyn GenerativeModel) -> Pixels {
    apply(
        pixels,
        plan,
        &Scene::default(),
        Some(Generation::unwatched(model)),
    )
    .unwrap()
}

#[test]
fn a_model_that_brightens_is_followed_at_full_size() {
    let pixels = room(1900, 1300);
    let model = MadeUp::guide(brightened);
    let plan = planned(&pixels, EngineChoice::Best, &model);
    assert_eq!(plan.engine, Engine::Guided);
    let result = painted(&pixels, &plan, &model);
    let off = distance(&result, &brightened(&pixels));
    assert!(off < 2.0, "{off}");
    assert_eq!(inspect(&pixels, &result, &plan).verdict, Verdict::Passed);
}

#[test]
fn dials_are_turned_on_what_a_model_made_and_not_held() {
    let pixels = room(1300, 900);
    let guide = MadeUp::guide(brightened);
    let tiler = MadeUp::tiles(512, |tile, _, _| brightened(&tile));
    for (choice, model) in [(EngineChoice::Best, &guide), (EngineChoice::Tiled, &tiler)] {
        let plain = planned(&pixels, choice, model);
        let without = painted(&pixels, &plain, model);
        let mean = |pixels: &Pixels, c: usize| {
            let rgb = pixels.rgb8();
            let all = rgb.as_chunks::<3>().0;
            all.iter().map(|p| f64::from(p[c])).sum::<f64>() / all.len() as f64
        };
        for warmth in [-1.0, 1.0] {
            let plan = Plan {
                dials: Dials {
                    warmth: Some(warmth),
                    brightness: Some(-0.5),
                    ..Dials::default()
                },
                ..plain.clone()
            };
            let generation = Some(Generation::unwatched(model));
            let scene = Scene::default();
            let (result, fitted) = apply_and_keep_fit(&pixels, &plan, &scene, generation).unwrap();
            let warmer = |pixels: &Pixels| mean(pixels, 0) - mean(pixels, 2);
            let more = warmer(&result) - warmer(&without);
            assert!(
                more * f64::from(warmth) > 15.0,
                "{choice:?} {warmth}: {more}"
            );
            assert!(mean(&result, 1) < mean(&without, 1) - 10.0);
            let terms = Terms {
                plan: Some(&plan),
                fitted: fitted.as_ref(),
                ..Terms::default()
            };
            let report = judge(&pixels, &result, &terms).report;
            assert_eq!(report.verdict, Verdict::Passed, "{}", report.headline());
        }
    }
}

#[test]
fn a_model_that_pastes_never_reaches_the_picture() {
    let pixels = room(1200, 900);
    let model = MadeUp::guide(|small| {
        let (w, h) = (small.width(), small.height());
        altered(&brightened(small), |x, y, rgb| {
            let inside = x > w / 2 && x < w * 6 / 10 && y > h / 2 && y < h * 6 / 10;
            match (inside, (x / 4 + y / 4).is_multiple_of(2)) {
                (false, _) => rgb,
                (true, true) => [255, 0, 0],
                (true, false) => [0, 0, 0],
            }
        })
    });
    let mut plan = planned(&pixels, EngineChoice::Best, &model);
    loop {
        let report = inspect(&pixels, &painted(&pixels, &plan, &model), &plan);
        if report.verdict == Verdict::Passed {
            return;
        }
        plan = fallback::lower(&plan, &report, Some(&model)).expect("there is a good picture");
    }
}

/// A patch pasted into a proposal, as shares of its sides.
#[derive(Debug, Clone)]
struct Paste {
    round: bool,
    left: f32,
    top: f32,
    width: f32,
    height: f32,
    colour: [u8; 3],
    /// Side of a checkered pattern's squares in pixels; 0: plain.
    squares: u32,
}

impl Paste {
    fn covers(&self, u: f32, v: f32) -> bool {
        let (x, y) = ((u - self.left) / self.width, (v - self.top) / self.height);
        let inside = (0.0..1.0).contains(&x) && (0.0..1.0).contains(&y);
        inside && (!self.round || (x - 0.5).powi(2) + (y - 0.5).powi(2) < 0.25)
    }

    fn onto(&self, small: &Pixels) -> Pixels {
        let (w, h) = (small.width() as f32, small.height() as f32);
        altered(small, |x, y, rgb| {
            if !self.covers(x as f32 / w, y as f32 / h) {
                return rgb;
            }
            let dark = self.squares > 0 && (x / self.squares + y / self.squares) % 2 == 1;
            self.colour.map(|v| if dark { v / 3 } else { v })
        })
    }
}

prop_compose! {
    fn any_paste()(
        round in any::<bool>(),
        (left, top) in (0.0_f32..0.9, 0.0_f32..0.9),
        (width, height) in (0.02_f32..0.35, 0.02_f32..0.35),
        colour in any::<[u8; 3]>(),
        squares in prop_oneof![Just(0_u32), 2_u32..24],
    ) -> Paste {
        Paste { round, left, top, width, height, colour, squares }
    }
}

/// Most that a smooth change of colour under a pasted object moves the structure term, of which the
/// gate takes 0.2. Random pastes moved it by 0.053 at most: a flat, saturated green over a tenth of
/// the picture.
const SMOOTH_CHANGE: f64 = 0.08;

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn no_object_in_a_proposal_becomes_one_in_the_photo(paste in any_paste()) {
        let pixels = room(1300, 900);
        let structure = |model: &MadeUp| {
            let plan = planned(&pixels, EngineChoice::Best, model);
            let result = painted(&pixels, &plan, model);
            let report = inspect(&pixels, &result, &plan);
            report.gate(Gate::Structure).unwrap().value
        };
        let clean = structure(&MadeUp::guide(brightened));
        let pasted = paste.clone();
        let found = structure(&MadeUp::guide(move |small| pasted.onto(&brightened(small))));
        let least = Thresholds::default().of(Gate::Structure).fail;
        prop_assert!(found >= least, "{found} of {least}");
        prop_assert!(found >= clean - SMOOTH_CHANGE, "{found} from {clean}");
    }
}

#[test]
fn a_guided_plan_without_a_model_is_refused_not_guessed() {
    let pixels = room(200, 150);
    let plan = planned(&pixels, EngineChoice::Best, &MadeUp::guide(brightened));
    let refused = apply(&pixels, &plan, &Scene::default(), None);
    assert_eq!(refused, Err(ApplyError::NoModel));
}

#[test]
fn a_model_that_stops_or_has_no_memory_says_which() {
    let pixels = room(200, 150);
    let out = GenerationError::OutOfMemory("3 GB of 2".to_owned());
    for choice in [EngineChoice::Best, EngineChoice::Tiled] {
        let model = MadeUp::failing(out.clone());
        let plan = planned(&pixels, choice, &model);
        let generation = Generation::unwatched(&model);
        let found = apply(&pixels, &plan, &Scene::default(), Some(generation));
        assert_eq!(found, Err(ApplyError::Generation(out.clone())));

        let model = MadeUp::identity(64);
        let plan = planned(&pixels, choice, &model);
        let generation = Generation {
            model: &model,
            progress: &|progress: Progress| progress.done > 3,
        };
        let found = apply(&pixels, &plan, &Scene::default(), Some(generation));
        assert_eq!(found, Err(ApplyError::Generation(GenerationError::Stopped)));
    }
}

#[test]
fn a_choice_is_granted_by_what_is_installed() {
    let (guide, tiler) = (MadeUp::guide(brightened), MadeUp::identity(768));
    let pixels = room(300, 200);
    let engine = |choice, model: Option<&dyn GenerativeModel>| {
        let preset = Preset {
            engine: choice,
            ..Preset::default()
        };
        let measured = measure(&pixels, &Shot::default());
        plan(&measured, &Scene::default(), &preset, model).engine
    };
    for (choice, without, guiding, tiling) in [
        (
            EngineChoice::Best,
            Engine::Natural,
            Engine::Guided,
            Engine::Guided,
        ),
        (
            EngineChoice::Tiled,
            Engine::Natural,
            Engine::Guided,
            Engine::Tiled,
        ),
        (
            EngineChoice::Natural,
            Engine::Natural,
            Engine::Natural,
            Engine::Natural,
        ),
    ] {
        assert_eq!(engine(choice, None), without, "{choice:?}");
        assert_eq!(engine(choice, Some(&guide)), guiding, "{choice:?}");
        assert_eq!(engine(choice, Some(&tiler)), tiling, "{choice:?}");
    }
}

#[test]
fn scene_and_look_decide_how_much_noise_there_is() {
    let model = MadeUp::identity(1024);
    let measured = measure(&room(300, 200), &Shot::default());
    let denoise = |place, look| {
        let scene = Scene {
            place,
            ..Scene::default()
        };
        let preset = Preset {
            look,
            ..Preset::default()
        };
        plan(&measured, &scene, &preset, Some(&model))
            .denoise
            .unwrap()
    };
    let room = denoise(Place::Interior, Look::Neutral);
    assert_eq!((room.sigma, room.steps), (0.693_205, 2));
    assert_eq!((room.tile, room.canny, room.lora), (0.6, 0.4, 0.35));
    assert_eq!(denoise(Place::Interior, Look::Bright).steps, 3);
    let house = denoise(Place::Exterior, Look::Neutral);
    assert_eq!((house.steps, house.lora), (2, 0.0));
    assert_eq!(room.seed, house.seed, "it belongs to the picture");
    let other = measure(&room_in_the_dark(), &Shot::default());
    let other = plan(&other, &Scene::default(), &Preset::default(), Some(&model));
    assert_ne!(other.denoise.unwrap().seed, room.seed);
}

pub fn room_in_the_dark() -> Pixels {
    altered(&room(300, 200), |_, _, rgb| rgb.map(|v| v / 2))
}
