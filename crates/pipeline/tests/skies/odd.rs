//! Snow on roofs and lakes: white or grey as the sky, and none.

use plumbline_enhance::Mask;
use plumbline_enhance::sky::trial::Oddity;

use crate::drawing::{Dice, Drawing, Field, WIDTH, in_box, within};
use crate::trial::{outcome, scene_of, softly};
use crate::white_walls::street;

/// Two roofs full of snow below a white sky, with dark ridges or none.
fn snow(seed: u64, ridge: bool) -> (Drawing, Dice) {
    let mut dice = Dice::new(700 + seed);
    let mut drawing = Drawing::of_sky(&mut dice, 240.0);
    street(&mut dice, &mut drawing);
    for left in [70.0, 640.0] {
        let (top, eaves) = (dice.between(180.0, 230.0), dice.between(380.0, 410.0));
        let mut grain = dice.clone();
        drawing.paint(in_box(left, eaves, left + 420.0, 645.0), |_, y| {
            let v = if y.rem_euclid(12.0) < 2.0 { 1.2 } else { 1.0 } + 0.05 * grain.normal();
            [130.0 * v, 84.0 * v, 66.0 * v]
        });
        let roof = [
            (left - 20.0, eaves),
            (left + 70.0, top),
            (left + 350.0, top),
            (left + 440.0, eaves),
        ];
        let drifts = Field::new(&mut dice, 50.0);
        let mut grain = dice.clone();
        drawing.paint_taken(
            |x, y| within(&roof, x, y),
            |x, y| {
                let v = 243.0 + 4.0 * drifts.at(x, y) + 4.0 * grain.normal();
                [v - 2.0, v, v + 2.0]
            },
        );
        if ridge {
            drawing.paint(
                in_box(left + 66.0, top - 5.0, left + 354.0, top + 3.0),
                |_, _| [40.0; 3],
            );
        }
    }
    (drawing, dice)
}

#[test]
fn snow_on_roofs_stays_snow() {
    for (seed, ridge) in [(0, true), (1, true), (2, false), (3, false)] {
        let (drawing, mut dice) = snow(seed, ridge);
        let photo = drawing.photo(&mut dice, 0.8);
        let (truth, fooled) = (drawing.mask(false), softly(&drawing.mask(true)));
        let outcome = outcome(&photo, scene_of(&fooled, Some(&softly(&truth))), None);
        let wrong = outcome.wrong(&truth);
        assert!(
            wrong <= 0.1,
            "{seed}, ridge {ridge}: {wrong:.2} % {:?}",
            outcome.sky
        );
    }
}

/// A lake below a far shore, as grey as the sky.
fn lake() -> (Drawing, Dice) {
    let mut dice = Dice::new(800);
    let mut drawing = Drawing::of_sky(&mut dice, 228.0);
    street(&mut dice, &mut drawing);
    let ripples = Field::new(&mut dice, 40.0);
    let shore = |x: f32| 690.0 + 4.0 * ripples.at(x, 0.0);
    let mirrored: Vec<[f32; 3]> = (0..WIDTH).map(|x| drawing.colour(x, 40)).collect();
    drawing.paint_taken(
        |x, y| y > shore(x),
        |x, y| mirrored[x as usize].map(|v| v - 22.0 + 1.5 * ripples.at(4.0 * x, 9.0 * y)),
    );
    (drawing, dice)
}

#[test]
fn a_lake_that_mirrors_the_sky_keeps_both_as_they_were() {
    let (drawing, mut dice) = lake();
    let photo = drawing.photo(&mut dice, 1.0);
    let fooled = softly(&drawing.mask(true));
    let likely = softly(&drawing.mask(false));
    let mirrored = outcome(&photo, scene_of(&fooled, Some(&likely)), None);
    assert_eq!(
        mirrored.oddity(),
        Some(Oddity::Reflected),
        "{:?}",
        mirrored.sky
    );
}

#[test]
fn a_small_odd_part_is_left_out_and_the_rest_replaced() {
    let mut dice = Dice::new(900);
    let mut drawing = Drawing::of_sky(&mut dice, 240.0);
    street(&mut dice, &mut drawing);
    // A white garage that a network takes for sky, apart from it.
    let mut grain = dice.clone();
    drawing.paint(in_box(760.0, 520.0, 1000.0, 645.0), |_, _| {
        [70.0 + 3.0 * grain.normal(); 3]
    });
    let mut grain = dice.clone();
    drawing.paint_taken(in_box(770.0, 535.0, 990.0, 640.0), |_, _| {
        [241.0 + grain.normal(); 3]
    });
    let photo = drawing.photo(&mut dice, 1.0);
    let truth = drawing.mask(false);
    let fooled = softly(&drawing.mask(true));
    let outcome = outcome(&photo, scene_of(&fooled, Some(&softly(&truth))), None);
    assert!(outcome.wrong(&truth) <= 0.1, "{}", outcome.wrong(&truth));
    assert!(
        outcome.replaced(&truth) > 0.95,
        "{:?} {}",
        outcome.sky,
        outcome.said
    );
}

#[test]
fn nothing_of_a_picture_that_no_network_knows_is_certain() {
    let (drawing, mut dice) = lake();
    let photo = drawing.photo(&mut dice, 1.0);
    let (width, height) = (photo.width(), photo.height());
    let flat = |v: u8| Mask::new(width, height, vec![v; (width * height) as usize]).unwrap();
    let (dark, all) = (flat(0), flat(255));
    let held = outcome(&photo, scene_of(&dark, None), Some(all));
    assert!(!held.held.is_empty(), "{:?}", held.sky);
}
