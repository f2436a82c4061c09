//! Finishes, and dials on top: whatever numbers a network answers and a person turns, what reaches a photo is
//! smooth, rises with brightness, and is what quality control expects to find.

use plumbline_documents::{Dials, Gate};
use plumbline_enhance::steps::finish::{FIELD, Finish, KNOTS};
use plumbline_enhance::steps::sharpen::Sharpening;
use plumbline_enhance::{Pixels, Plan, Scene, apply, finished, inspect};
use proptest::prelude::*;

use crate::support::room;

/// Any numbers at all, within what a network could answer.
fn finishes() -> impl Strategy<Value = Finish> {
    let stops = proptest::array::uniform16(proptest::array::uniform3(-3.0_f32..3.0));
    let rises = proptest::array::uniform16(0.0_f32..0.3);
    let veil = proptest::array::uniform3(0.0_f32..0.3);
    let chroma = proptest::array::uniform3(0.3_f32..2.5);
    (stops, rises, veil, chroma).prop_map(|(stops, rises, veil, chroma)| {
        let mut luma = 0.0;
        Finish {
            veil,
            stops,
            curve: rises.map(|rise| {
                luma += rise;
                luma
            }),
            chroma,
            share: 1.0,
        }
    })
}

/// Dials of light and colour, anywhere between their ends, or left alone.
fn dials() -> impl Strategy<Value = Dials> {
    let number = || proptest::option::of(-1.0_f32..1.0);
    let numbers = [number(), number(), number(), number(), number(), number()];
    numbers.prop_map(
        |[brightness, warmth, tint, shadows, highlights, contrast]| Dials {
            brightness: brightness.map(|stops| 2.0 * stops),
            warmth,
            tint,
            shadows,
            highlights,
            contrast,
            ..Dials::default()
        },
    )
}

fn plan(finish: Finish, strength: f32, amount: f32) -> Plan {
    Plan {
        finish: Some(finish),
        strength,
        sharpening: Sharpening { amount, grain: 0.0 },
        ..Plan::identity()
    }
}

fn deeper(pixels: &Pixels) -> Pixels {
    let samples = pixels.rgb8().iter().map(|&v| u16::from(v) * 257).collect();
    Pixels::from_sixteen(pixels.width(), pixels.height(), samples).unwrap()
}

/// A picture of one colour.
fn plain(rgb: [u8; 3]) -> Pixels {
    Pixels::from_eight(96, 96, rgb.repeat(96 * 96)).unwrap()
}

fn lumas(pixels: &Pixels) -> Vec<f32> {
    let rgb = pixels.rgb8();
    let light = |v: u8| (f32::from(v) / 255.0).powf(2.2);
    let luma = |p: &[u8; 3]| {
        let [r, g, b] = p.map(light);
        255.0 * (0.2126 * r + 0.7152 * g + 0.0722 * b).powf(1.0 / 2.2)
    };
    rgb.as_chunks::<3>().0.iter().map(luma).collect()
}

/// Levels that the darker end of the plain picture of one grey rises to that of another, where least.
fn least_rise(finish: &Finish, dark: u8, light: u8) -> f32 {
    let under = |v: u8| lumas(&finished(&plain([v; 3]), finish));
    let rises = std::iter::zip(under(dark), under(light)).map(|(dark, light)| light - dark);
    rises.fold(f32::MAX, f32::min)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_a_finish_makes_is_what_it_is_expected_to_make(
        finish in finishes(), strength in 0.05_f32..1.0, amount in 0.0_f32..0.5, deep: bool,
    ) {
        let eight = room(421, 333);
        let pixels = if deep { deeper(&eight) } else { eight };
        let plan = plan(finish, strength, amount);
        let result = apply(&pixels, &plan, &Scene::default(), None).unwrap();
        let left = inspect(&pixels, &result, &plan).gate(Gate::Unplanned).unwrap().value;
        prop_assert!(left < 1.4, "{left} levels");
    }

    #[test]
    fn whatever_is_turned_on_top_is_what_it_is_expected_to_make(
        finish in proptest::option::of(finishes()), share in 0.0_f32..1.0, dials in dials(),
        strength in 0.05_f32..1.0, deep: bool,
    ) {
        let eight = room(421, 333);
        let pixels = if deep { deeper(&eight) } else { eight };
        let finish = finish.map(|finish| finish.scaled(share));
        let plan = Plan { finish, dials, strength, ..Plan::identity() };
        let result = apply(&pixels, &plan, &Scene::default(), None).unwrap();
        let left = inspect(&pixels, &result, &plan).gate(Gate::Unplanned).unwrap().value;
        prop_assert!(left < 1.4, "{left} levels");
    }

    #[test]
    fn a_lighter_grey_ends_no_darker_under_dials(dials in dials(), dark in 0_u8..240, more in 4_u8..16) {
        let plan = Plan { dials, ..Plan::identity() };
        let under = |v: u8| lumas(&apply(&plain([v; 3]), &plan, &Scene::default(), None).unwrap());
        let pairs = std::iter::zip(under(dark), under(dark + more));
        let lowest = pairs.map(|(dark, light)| light - dark).fold(f32::MAX, f32::min);
        prop_assert!(lowest >= -1.5, "{lowest} levels");
    }

    // Under a coloured veil it may: each grey is left another colour, and the curve goes by all light together.
    #[test]
    fn under_a_grey_veil_a_lighter_grey_ends_no_darker_than_a_darker_one(finish in finishes(), dark in 0_u8..240, more in 4_u8..16) {
        let finish = Finish { veil: [finish.veil[0]; 3], ..finish };
        let lowest = least_rise(&finish, dark, dark + more);
        prop_assert!(lowest >= -1.5, "{lowest} levels");
    }

    #[test]
    fn a_plain_wall_shows_no_step(finish in finishes(), grey in 20_u8..230) {
        let wall = lumas(&finished(&plain([grey; 3]), &finish));
        let steps = (0..96 * 95).map(|i| (wall[i + 96] - wall[i]).abs().max((wall[i + 1 - usize::from(i % 96 == 95)] - wall[i]).abs()));
        let largest = steps.fold(0.0, f32::max);
        // Six stops over the width of 96 pixels are nine levels a pixel and more at the steepest.
        prop_assert!(largest < 30.0, "{largest} levels");
    }
}

#[test]
fn numbers_that_are_none_change_nothing() {
    let broken = Finish {
        veil: [f32::NAN; 3],
        stops: [[f32::NAN; 3]; FIELD * FIELD],
        curve: [f32::NAN; KNOTS],
        chroma: [f32::NAN; 3],
        share: f32::NAN,
    };
    assert!(broken.bounded().is_flat());
    let photo = room(120, 90);
    let off = std::iter::zip(finished(&photo, &broken).rgb8().iter(), photo.rgb8().iter())
        .map(|(a, b)| a.abs_diff(*b))
        .max();
    assert_eq!(off, Some(0));
}

#[test]
fn no_strength_is_no_change_at_all() {
    let mut finish = Finish::default().lit([1.0, 0.5, 0.0]);
    finish.veil = [0.1; 3];
    assert!(finish.scaled(0.0).is_flat());
    assert!(plan(finish, 0.0, 0.3).is_colour_identity());
}

#[test]
fn white_stays_white_under_any_light_that_is_taken_out() {
    let warm = Finish::default().lit([-0.8, 0.0, 0.9]);
    let white = finished(&plain([255; 3]), &warm);
    assert!(white.rgb8().iter().all(|v| *v >= 253));
}
