//! Fallbacks: the plans after one that was held, and plans that an older release stored.

use plumbline_documents::{Engine, EngineChoice, Gate, Report, TABLE_VERSION, Thresholds};
use plumbline_enhance::plan::sky::{KeptReason, Sky};
use plumbline_enhance::{ApplyError, Generation, Plan, Scene, apply, fallback};

use crate::generative_models::{brightened, planned, room_in_the_dark};
use crate::made_up::MadeUp;
use crate::skies::drawn_house::clear;
use crate::support::room;

#[test]
fn the_last_fallback_is_a_person() {
    let pixels = room_in_the_dark();
    let model = MadeUp::identity(1024);
    let mut plan = planned(&pixels, EngineChoice::Tiled, &model);
    let report = Report::default();
    let mut levels = Vec::new();
    loop {
        let percent = (plan.strength * 100.0).round() as u32;
        let steps = plan.denoise.as_ref().map(|denoise| denoise.steps);
        levels.push((plan.engine, percent, steps, plan.grid.is_some()));
        let Some(lower) = fallback::lower(&plan, &report, Some(&model)) else {
            break;
        };
        plan = lower;
    }
    let expected = [
        (Engine::Tiled, 100, Some(2), true),
        (Engine::Tiled, 60, Some(1), true),
        (Engine::Guided, 100, Some(2), false),
        (Engine::Guided, 60, Some(1), false),
        (Engine::Natural, 100, None, false),
        (Engine::Natural, 60, None, false),
        (Engine::Natural, 36, None, false),
    ];
    assert_eq!(levels, expected);
}

#[test]
fn less_of_it_mends_no_unusable_photo_and_no_dark_result() {
    let pixels = room_in_the_dark();
    let model = MadeUp::identity(1024);
    let tiled = planned(&pixels, EngineChoice::Tiled, &model);
    let report = |gate: Gate, value: f64| {
        let measure = Thresholds::default().measure(gate, value);
        Report::new(TABLE_VERSION, vec![measure])
    };
    let (blurred, dark) = (
        report(Gate::InputFocus, 4.0),
        report(Gate::ResultLight, 2.0),
    );
    assert_eq!(fallback::lower(&tiled, &blurred, Some(&model)), None);
    let guided = fallback::plainer(&tiled, Some(&model));
    assert_eq!(fallback::lower(&tiled, &dark, Some(&model)), guided);
    let natural = planned(&pixels, EngineChoice::Natural, &model);
    assert_eq!(fallback::lower(&natural, &dark, Some(&model)), None);
}

#[test]
fn a_new_sky_that_was_held_is_taken_back_though_light_is_missing_too() {
    let new = Plan {
        sky: Sky::New(clear(0.4)),
        ..Plan::identity()
    };
    let of = |values: &[(Gate, f64)]| {
        let measure = |&(gate, value): &(Gate, f64)| Thresholds::default().measure(gate, value);
        Report::new(TABLE_VERSION, values.iter().map(measure).collect())
    };
    let kept = Sky::Kept(KeptReason::Held);
    for held in [
        &[(Gate::SkyTrial, 3.0)][..],
        &[(Gate::SkyTrial, 3.0), (Gate::SkyHalo, 4.0)],
        &[(Gate::SkyTrial, 3.0), (Gate::ResultLight, 2.0)],
    ] {
        let lower = fallback::lower(&new, &of(held), None).unwrap();
        assert_eq!((lower.sky, lower.strength), (kept.clone(), new.strength));
    }
    let torn = of(&[(Gate::SkyTrial, 3.0), (Gate::Unplanned, 9.0)]);
    assert!(fallback::lower(&new, &torn, None).unwrap().strength < new.strength);
}

#[test]
fn a_model_without_memory_leaves_the_plainer_engines() {
    let pixels = room_in_the_dark();
    let model = MadeUp::identity(1024);
    let tiled = planned(&pixels, EngineChoice::Tiled, &model);
    let guided = fallback::plainer(&tiled, Some(&model)).unwrap();
    let natural = fallback::plainer(&guided, Some(&model)).unwrap();
    assert_eq!(guided, planned(&pixels, EngineChoice::Best, &model));
    assert_eq!(natural, planned(&pixels, EngineChoice::Natural, &model));
    assert_eq!(fallback::plainer(&natural, Some(&model)), None);
}

/// A guided plan as version 4 stored it.
const OF_VERSION_4: &str = r#"{
    "version": 4, "engine": "guided", "look": "neutral", "strength": 0.6, "asked_strength": 1.0,
    "rung": 1, "white_balance": {"gains": [1.0, 1.0, 1.0]},
    "tone": {"exposure_ev": 0.0, "room_ev": 0.0, "shadow_lift_ev": 0.0, "highlight_ev": 0.0,
             "white": 1.0}
}"#;

#[test]
fn an_old_plan_still_reads_but_is_not_painted_by_guessing() {
    let mut document = serde_json::to_value(Plan::identity()).unwrap();
    let old: serde_json::Value = serde_json::from_str(OF_VERSION_4).unwrap();
    for key in ["denoise", "noise_share", "grid", "fallback_level"] {
        document.as_object_mut().unwrap().remove(key);
    }
    for key in ["version", "engine", "strength", "rung"] {
        document[key] = old[key].clone();
    }
    let plan: Plan = serde_json::from_value(document).unwrap();
    assert_eq!(
        (plan.version, plan.engine, plan.fallback_level),
        (4, Engine::Guided, 1)
    );
    assert_eq!(plan.denoise, None);
    let (pixels, model) = (room(200, 150), MadeUp::guide(brightened));
    let found = apply(
        &pixels,
        &plan,
        &Scene::default(),
        Some(Generation::unwatched(&model)),
    );
    assert_eq!(found, Err(ApplyError::NoDenoise));
}

#[test]
fn a_guided_plan_of_version_5_means_the_same_under_its_old_names() {
    let plan = planned(
        &room_in_the_dark(),
        EngineChoice::Best,
        &MadeUp::identity(64),
    );
    let mut document = serde_json::to_value(&plan).unwrap();
    let denoise = document["denoise"].as_object_mut().unwrap();
    let lora = denoise.remove("lora").unwrap();
    denoise.insert("look".to_owned(), lora);
    let level = document.as_object_mut().unwrap().remove("fallback_level");
    document["rung"] = level.unwrap();
    assert_eq!(serde_json::from_value::<Plan>(document).unwrap(), plan);
}

#[test]
fn treatments_of_a_sky_are_spelled_as_older_releases_stored_them() {
    for (stored, sky) in [
        (r#""mine""#, Sky::Unchanged),
        (
            r#"{"kept":"already_blue"}"#,
            Sky::Kept(KeptReason::AlreadyBlue),
        ),
    ] {
        assert_eq!(serde_json::from_str::<Sky>(stored).unwrap(), sky);
        assert_eq!(serde_json::to_string(&sky).unwrap(), stored);
    }
}
