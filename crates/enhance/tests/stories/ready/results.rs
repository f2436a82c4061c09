//! Results that are checked on their own: were they brought as far as they could be?

use plumbline_documents::{Gate, Measure, Report};
use plumbline_enhance::plan::Preset;
use plumbline_enhance::{Pixels, Plan, Scene, Shot, apply, inspect, measure, plan};

use crate::support::{altered, files, open, room};
use crate::unusable::spoiled::{Spoil, spoiled};

fn corrected(photo: &Pixels, strength: f32) -> (Report, Plan) {
    let scene = Scene::default();
    let preset = Preset::default();
    let mut plan = plan(&measure(photo, &Shot::default()), &scene, &preset, None);
    plan.strength = strength;
    let result = apply(photo, &plan, &scene, None).unwrap();
    (inspect(photo, &result, &plan), plan)
}

fn value(report: &Report, gate: Gate) -> (f64, bool) {
    let of = |measure: &Measure| (measure.value, measure.verdict.is_bad());
    of(report.gate(gate).unwrap())
}

#[test]
fn a_result_that_is_still_dark_is_held_and_a_night_is_not() {
    let photo = room(1200, 800);
    let dark = spoiled(&photo, Spoil::Exposure(-4.2));
    let (report, _) = corrected(&dark, 1.0);
    assert!(
        value(&report, Gate::ResultLight).1,
        "{:?}",
        value(&report, Gate::ResultLight)
    );
    let lowered = spoiled(&photo, Spoil::Exposure(-2.5));
    assert!(value(&corrected(&lowered, 0.2).0, Gate::ResultLight).1);
    for path in files("reported/13-twilight-house") {
        if path.extension().is_some_and(|ending| ending == "jpg") {
            let (report, _) = corrected(&open(&path).pixels, 1.0);
            assert!(!value(&report, Gate::ResultLight).1, "{}", path.display());
        }
    }
}

#[test]
fn a_cast_that_is_left_is_held_and_a_painted_house_is_not() {
    let green = altered(&room(1200, 800), |_, _, [r, g, b]| {
        let less = |v: u8| (f32::from(v) * 0.85) as u8;
        [less(r), g, less(b)]
    });
    let (report, _) = corrected(&green, 0.0);
    assert!(
        value(&report, Gate::ResultCast).1,
        "{:?}",
        value(&report, Gate::ResultCast)
    );
    for path in files("reported/12-casts-and-coloured-rooms") {
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("coloured-"))
        {
            let (report, _) = corrected(&open(&path).pixels, 1.0);
            assert!(!value(&report, Gate::ResultCast).1, "{}", path.display());
        }
    }
}

#[test]
fn noise_that_the_result_brought_up_is_held() {
    let photo = room(1200, 800);
    let plan = Plan {
        tone: corrected(&spoiled(&photo, Spoil::Exposure(-2.0)), 1.0)
            .1
            .tone,
        ..Plan::identity()
    };
    let noisy = spoiled(&photo, Spoil::Noise(12.0));
    assert!(value(&inspect(&photo, &noisy, &plan), Gate::ResultNoise).1);
    assert!(!value(&inspect(&noisy, &noisy, &plan), Gate::ResultNoise).1);
}

#[test]
fn what_was_asked_for_with_less_strength_is_not_called_too_little() {
    let dark = spoiled(&room(1200, 800), Spoil::Exposure(-3.0));
    let scene = Scene::default();
    let preset = Preset {
        strength: 0.3,
        ..Preset::default()
    };
    let plan = plan(&measure(&dark, &Shot::default()), &scene, &preset, None);
    let report = inspect(&dark, &apply(&dark, &plan, &scene, None).unwrap(), &plan);
    assert_eq!(report.gate(Gate::ResultLight), None);
}
