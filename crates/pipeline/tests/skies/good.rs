//! Skies that are hard to believe and are some: through trees, between buildings, above a courtyard,
//! through an arch.

use plumbline_enhance::Mask;

use crate::drawing::{Dice, Drawing, Field, HEIGHT, WIDTH, in_box, within};
use crate::trial::{outcome, scene_of, softly};
use crate::white_walls::{street, window};

/// An overcast sky of no extreme.
fn overcast(dice: &mut Dice) -> Drawing {
    let level = dice.between(205.0, 235.0);
    Drawing::of_sky(dice, level)
}

fn brick(grain: &mut Dice, x: f32, y: f32) -> [f32; 3] {
    let mortar = y.rem_euclid(13.0) < 2.0 || (x + (y / 13.0).floor() * 15.0).rem_euclid(30.0) < 2.0;
    let v = if mortar { 1.2 } else { 1.0 } + 0.06 * grain.normal();
    [138.0 * v, 92.0 * v, 76.0 * v]
}

fn is_replaced(name: &str, seed: u64, drawing: &Drawing, dice: &mut Dice) {
    let photo = drawing.photo(dice, 1.0);
    let truth = drawing.mask(false);
    let likely = softly(&truth);
    let outcome = outcome(&photo, scene_of(&likely, Some(&likely)), None);
    let replaced = outcome.replaced(&truth);
    assert!(
        replaced > 0.93,
        "{name} {seed}: {replaced:.3} {:?} {}",
        outcome.sky,
        outcome.said
    );
    assert!(outcome.wrong(&truth) <= 0.1, "{name} {seed}");
}

#[test]
fn a_plain_sky_over_roofs_is_replaced() {
    for seed in 0..4 {
        let mut dice = Dice::new(100 + seed);
        let mut drawing = overcast(&mut dice);
        street(&mut dice, &mut drawing);
        // A wire and a chimney of bricks.
        let slope = dice.between(-0.1, 0.1);
        drawing.paint(|x, y| (y - 180.0 - slope * x).abs() < 1.4, |_, _| [60.0; 3]);
        let mut grain = dice.clone();
        drawing.paint(in_box(150.0, 200.0, 190.0, 300.0), |x, y| {
            brick(&mut grain, x, y)
        });
        is_replaced("roofs", seed, &drawing, &mut dice);
    }
}

#[test]
fn a_sky_through_trees_is_replaced() {
    for seed in 0..3 {
        let mut dice = Dice::new(200 + seed);
        let mut drawing = overcast(&mut dice);
        street(&mut dice, &mut drawing);
        let (crown, leaves) = (Field::new(&mut dice, 150.0), Field::new(&mut dice, 36.0));
        let inside = |x: f32, y: f32| {
            let far = ((x - 850.0) / 260.0).hypot((y - 300.0) / 230.0);
            far + 0.15 * crown.at(x, y) < 1.0 && leaves.at(x, y) > -0.25
                || (x - 850.0).abs() < 16.0 && y > 300.0
        };
        let mut grain = dice.clone();
        drawing.paint(inside, |_, _| {
            let v = 1.0 + 0.25 * grain.normal();
            [46.0 * v, 66.0 * v, 34.0 * v]
        });
        is_replaced("trees", seed, &drawing, &mut dice);
    }
}

#[test]
fn a_sky_between_buildings_is_replaced() {
    for seed in 0..4 {
        let mut dice = Dice::new(300 + seed);
        let mut drawing = overcast(&mut dice);
        let (left, right) = (dice.between(380.0, 520.0), dice.between(640.0, 800.0));
        let (far, high) = (dice.between(420.0, 560.0), dice.between(0.0, 120.0));
        let mut grain = dice.clone();
        drawing.paint(
            |x, y| x < left || x > right && y > high || y > far,
            |x, y| brick(&mut grain, x, y),
        );
        for i in 0..3 {
            window(&mut drawing, 60.0 + 110.0 * i as f32, 300.0, 50.0, 80.0);
            window(
                &mut drawing,
                right + 60.0 + 110.0 * i as f32,
                300.0,
                50.0,
                80.0,
            );
        }
        is_replaced("between", seed, &drawing, &mut dice);
    }
}

#[test]
fn a_sky_above_a_courtyard_is_replaced() {
    let mut dice = Dice::new(400);
    let mut drawing = overcast(&mut dice);
    let opening = [(330.0, -1.0), (900.0, -1.0), (760.0, 260.0), (450.0, 260.0)];
    let mut grain = dice.clone();
    drawing.paint(
        |x, y| !within(&opening, x, y),
        |x, y| brick(&mut grain, x, y),
    );
    for i in 0..4 {
        window(&mut drawing, 140.0 + 260.0 * i as f32, 420.0, 60.0, 90.0);
    }
    is_replaced("courtyard", 0, &drawing, &mut dice);
}

#[test]
fn a_sky_through_an_arch_or_a_window_frame_is_replaced() {
    for arched in [true, false] {
        let mut dice = Dice::new(500);
        let mut behind = overcast(&mut dice);
        street(&mut dice, &mut behind);
        let mut drawing = Drawing::of_sky(&mut dice, 220.0);
        let mut grain = dice.clone();
        drawing.paint(in_box(0.0, 0.0, WIDTH as f32, HEIGHT as f32), |_, _| {
            [52.0 + 2.0 * grain.normal(); 3]
        });
        let arch = |x: f32, y: f32| {
            let side = (x - 600.0).abs() < 430.0;
            side && y < 760.0 && (y > 330.0 || (x - 600.0).hypot(1.6 * (y - 330.0)) < 430.0)
        };
        let frame =
            |x: f32, y: f32| in_box(90.0, 60.0, 1110.0, 740.0)(x, y) && (x - 600.0).abs() > 14.0;
        drawing.open(
            |x, y| if arched { arch(x, y) } else { frame(x, y) },
            &behind,
        );
        is_replaced("frame", u64::from(arched), &drawing, &mut dice);
    }
}

#[test]
fn a_sky_that_only_one_network_finds_is_replaced_all_the_same() {
    let mut dice = Dice::new(600);
    let mut drawing = overcast(&mut dice);
    street(&mut dice, &mut drawing);
    let photo = drawing.photo(&mut dice, 1.0);
    let truth = drawing.mask(false);
    let blind = Mask::new(1, 1, vec![0]).unwrap();
    for second in [None, Some(&blind)] {
        let outcome = outcome(&photo, scene_of(&softly(&truth), second), None);
        assert!(outcome.replaced(&truth) > 0.97, "{:?}", outcome.sky);
    }
}
