//! Results judged against the plan that made them: a wanted correction never alarms, however strong,
//! and what was planted into it is found, however small.

use plumbline_documents::{Dials, Engine, EngineChoice, Gate, MeasureVerdict};
use plumbline_enhance::inspect::{Terms, judge};
use plumbline_enhance::steps::corners::Corners;
use plumbline_enhance::steps::fitted::Fitted;
use plumbline_enhance::steps::sharpen::Sharpening;
use plumbline_enhance::steps::tone::Tone;
use plumbline_enhance::steps::white_balance::WhiteBalance;
use plumbline_enhance::{
    Generation, Pixels, Plan, Scene, apply, apply_and_keep_fit, inspect, preview,
};
use proptest::prelude::*;

use crate::generative_models::{brightened, planned};
use crate::made_up::MadeUp;
use crate::support::{altered, files, open, room};

/// Any correction that the natural engine can be asked for, at any strength.
fn plans() -> impl Strategy<Value = Plan> {
    let number = || proptest::option::of(-1.0_f32..1.0);
    let dials = [number(), number(), number(), number(), number()].prop_map(
        |[brightness, warmth, tint, shadows, contrast]| Dials {
            brightness,
            warmth,
            tint,
            shadows,
            contrast,
            ..Dials::default()
        },
    );
    let tone = (
        -1.2_f32..2.0,
        1.5_f32..8.0,
        0.7_f32..1.0,
        0.0_f32..1.2,
        0.0_f32..1.0,
        0.0_f32..0.4,
        0.0_f32..0.2,
    )
        .prop_map(
            |(exposure_ev, knee, white, room_ev, shadow_lift_ev, highlight_ev, saturation)| Tone {
                exposure_ev,
                knee,
                white,
                room_ev,
                shadow_lift_ev,
                highlight_ev,
                saturation,
            },
        );
    let gains = [0.35_f32..3.0, 0.7..1.4, 0.35..3.0];
    let others = (0.0_f32..1.0, 0.0_f32..0.5, 0.0_f32..0.1, 0.05_f32..1.0);
    (tone, gains, others, dials).prop_map(
        |(tone, gains, (corners, amount, grain, strength), dials)| Plan {
            dials,
            tone,
            white_balance: WhiteBalance { gains },
            corners: Corners { ev: corners },
            sharpening: Sharpening { amount, grain },
            strength,
            ..Plan::identity()
        },
    )
}

fn corrected(pixels: &Pixels, plan: &Plan) -> Pixels {
    apply(pixels, plan, &Scene::default(), None).unwrap()
}

fn leftover(original: &Pixels, result: &Pixels, plan: &Plan) -> f64 {
    let report = inspect(original, result, plan);
    report.gate(Gate::Unplanned).unwrap().value
}

/// The same picture with 16 bits, between two 8-bit levels where that can be.
fn deeper(pixels: &Pixels) -> Pixels {
    let rgb = pixels.rgb8();
    let samples = rgb.iter().enumerate();
    let of = |(i, &v): (usize, &u8)| (u16::from(v) * 257).saturating_add((i % 120) as u16);
    Pixels::from_sixteen(pixels.width(), pixels.height(), samples.map(of).collect()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_a_plan_makes_is_what_it_is_expected_to_make(plan in plans(), deep: bool) {
        let eight = room(421, 333);
        let pixels = if deep { deeper(&eight) } else { eight };
        let left = leftover(&pixels, &corrected(&pixels, &plan), &plan);
        prop_assert!(left < 1.1, "{left} levels");
    }
}

/// Real rooms and houses, small; the drawn room where there are none.
fn pictures() -> Vec<Pixels> {
    let real = ["interior", "exterior"].map(files).concat();
    let some = real
        .iter()
        .step_by(9)
        .map(|path| preview(&open(path).pixels, 1200));
    [room(1200, 800)].into_iter().chain(some).collect()
}

fn strong() -> Plan {
    Plan {
        tone: Tone {
            exposure_ev: 1.8,
            room_ev: 0.8,
            shadow_lift_ev: 0.9,
            highlight_ev: 0.3,
            saturation: 0.1,
            ..Tone::default()
        },
        white_balance: WhiteBalance {
            gains: [0.7, 1.02, 1.6],
        },
        corners: Corners { ev: 0.6 },
        sharpening: Sharpening {
            amount: 0.4,
            grain: 0.01,
        },
        ..Plan::identity()
    }
}

#[test]
fn the_strongest_correction_of_a_real_photo_is_as_planned() {
    for pixels in pictures() {
        let report = inspect(&pixels, &corrected(&pixels, &strong()), &strong());
        // On a finished photo it is too much, and that may be said; but it is what was planned.
        let left = report.gate(Gate::Unplanned).unwrap();
        assert_eq!(
            left.verdict,
            MeasureVerdict::Passed,
            "{} levels",
            left.value
        );
    }
}

/// Small things that somebody, or something, might do to a result.
type Planted = fn(u32, u32, [u8; 3]) -> [u8; 3];

const PLANTED: [(&str, Planted); 4] = [
    ("a hairline", |x, y, rgb| {
        match x == 300 + y / 7 && (200..500).contains(&y) {
            true => rgb.map(|v| (f32::from(v) * 0.92) as u8),
            false => rgb,
        }
    }),
    ("a lamp switch", |x, y, rgb| {
        match (500..506).contains(&x) && (400..408).contains(&y) {
            true => [240, 238, 232],
            false => rgb,
        }
    }),
    ("a warmer wall", |x, y, [r, g, b]| {
        match x < 400 && y < 400 {
            true => [r, g, b.saturating_sub(6)],
            false => [r, g, b],
        }
    }),
    ("a lawn", |_, y, [r, g, b]| match y > 600 {
        true => [r.saturating_sub(12), g.saturating_add(8), b],
        false => [r, g, b],
    }),
];

#[test]
fn a_thing_planted_into_a_result_is_held_however_small() {
    for pixels in pictures() {
        let honest = corrected(&pixels, &strong());
        for (name, planted) in PLANTED {
            let report = inspect(&pixels, &altered(&honest, planted), &strong());
            let held: Vec<_> = report.held().filter_map(|m| m.name.gate()).collect();
            assert!(
                held.contains(&Gate::Unplanned),
                "{name} passed: {}",
                report.headline()
            );
        }
    }
}

fn made(pixels: &Pixels, choice: EngineChoice, model: &MadeUp) -> (Plan, Pixels, Fitted) {
    let mut plan = planned(pixels, choice, model);
    plan.strength = 0.7;
    let generation = Some(Generation::unwatched(model));
    let (picture, fitted) =
        apply_and_keep_fit(pixels, &plan, &Scene::default(), generation).unwrap();
    (plan, picture, fitted.expect("a model was asked"))
}

#[test]
fn a_models_proposal_is_expected_as_it_was_fitted_and_nothing_beside_it() {
    let guide = MadeUp::guide(brightened);
    let tiler = MadeUp::tiles(512, |tile, _, _| brightened(&tile));
    for (choice, model) in [(EngineChoice::Best, &guide), (EngineChoice::Tiled, &tiler)] {
        for pixels in [room(1300, 900), deeper(&room(700, 500))] {
            let (plan, honest, fitted) = made(&pixels, choice, model);
            assert_ne!(plan.engine, Engine::Natural);
            let terms = Terms {
                plan: Some(&plan),
                fitted: Some(&fitted),
                ..Terms::default()
            };
            let left = |result: &Pixels| {
                let report = judge(&pixels, result, &terms).report;
                report.gate(Gate::Unplanned).unwrap().value
            };
            assert!(left(&honest) < 1.0, "{choice:?}: {}", left(&honest));
            let (_, hairline) = PLANTED[0];
            assert!(left(&altered(&honest, hairline)) > 1.5, "{choice:?}");
        }
    }
}
