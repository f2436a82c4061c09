//! Twenty white walls that grow into a white sky: gables, towers, dormers and chimneys, with a faint
//! edge or none, some with windows.

use plumbline_enhance::sky::trial::Oddity;

use crate::drawing::{Dice, Drawing, Field, HEIGHT, WIDTH, in_box, within};
use crate::trial::{outcome, scene_of, seen, softly};

const LAWN: f32 = 640.0;

/// The kinds of wall, and what there is to see of it.
pub struct Wall {
    pub kind: &'static str,
    /// Levels of 255 by which the wall differs from the sky.
    pub apart: f32,
    /// A thin darker line along its edge, levels.
    pub outline: f32,
    pub windows: bool,
}

pub fn wall(seed: u64) -> Wall {
    let kind = ["gable", "tower", "dormers", "chimney"][seed as usize % 4];
    let apart = [0.0, 1.5, 3.0, 0.0, -2.0][seed as usize % 5];
    let outline = [4.0, 0.0, 7.0, 12.0, 3.0][seed as usize / 4 % 5];
    let windows = kind != "chimney" && (!seed.is_multiple_of(3) || apart == 0.0 && outline < 5.0);
    Wall {
        kind,
        apart,
        outline,
        windows,
    }
}

/// A street below the sky, without the white wall.
pub fn street(dice: &mut Dice, drawing: &mut Drawing) {
    let (wide, fine) = (Field::new(dice, 90.0), Field::new(dice, 7.0));
    let mut grain = dice.clone();
    drawing.paint(in_box(0.0, LAWN, WIDTH as f32, HEIGHT as f32), |x, y| {
        let v = 1.0 + 0.15 * wide.at(x, y) + 0.25 * fine.at(x, y) + 0.1 * grain.normal();
        [78.0 * v, 104.0 * v, 58.0 * v]
    });
    let hedge = |x: f32| 600.0 + 14.0 * wide.at(x, 0.0) + 6.0 * fine.at(x, 3.0);
    let mut grain = dice.clone();
    drawing.paint(
        |x, y| y > hedge(x) && y < LAWN + 6.0,
        |x, y| {
            let v = 1.0 + 0.4 * fine.at(x, y) + 0.2 * grain.normal();
            [40.0 * v, 62.0 * v, 34.0 * v]
        },
    );
    brick_house(dice, drawing, dice.clone().between(30.0, 90.0), 330.0);
}

/// A house of bricks under a dark roof.
fn brick_house(dice: &mut Dice, drawing: &mut Drawing, left: f32, wide: f32) {
    let (eaves, ridge) = (dice.between(360.0, 400.0), dice.between(240.0, 290.0));
    let mut grain = dice.clone();
    let right = left + wide;
    drawing.paint(in_box(left, eaves, right, LAWN), |x, y| {
        let mortar =
            y.rem_euclid(11.0) < 1.6 || (x + (y / 11.0).floor() * 13.0).rem_euclid(26.0) < 1.6;
        let v = if mortar { 1.25 } else { 1.0 } + 0.05 * grain.normal();
        [150.0 * v, 88.0 * v, 70.0 * v]
    });
    let roof = [
        (left - 14.0, eaves),
        (left + 60.0, ridge),
        (right - 60.0, ridge),
        (right + 14.0, eaves),
    ];
    let mut grain = dice.clone();
    drawing.paint(
        |x, y| within(&roof, x, y),
        |_, y| {
            let v = if y.rem_euclid(9.0) < 1.5 { 0.75 } else { 1.0 } + 0.05 * grain.normal();
            [82.0 * v, 74.0 * v, 72.0 * v]
        },
    );
    for i in 0..3 {
        let x = left + 40.0 + i as f32 * (wide - 110.0) / 2.0;
        window(drawing, x, eaves + 40.0, 42.0, 62.0);
        window(drawing, x, eaves + 150.0, 42.0, 62.0);
    }
}

pub fn window(drawing: &mut Drawing, x: f32, y: f32, wide: f32, high: f32) {
    drawing.paint(in_box(x, y, x + wide, y + high), |u, v| {
        let frame = u - x < 4.0 || x + wide - u < 4.0 || v - y < 4.0 || y + high - v < 4.0;
        let bar = (u - x - wide / 2.0).abs() < 2.0;
        if frame || bar {
            [205.0; 3]
        } else {
            [58.0, 64.0, 72.0]
        }
    });
}

/// The white wall of a seed, over the street and the sky.
pub fn white_wall(seed: u64) -> (Drawing, Dice) {
    let mut dice = Dice::new(seed);
    let level = dice.between(247.0, 253.0);
    let mut drawing = Drawing::of_sky(&mut dice, level);
    street(&mut dice, &mut drawing);
    let wall = wall(seed);
    let left = dice.between(520.0, 700.0);
    match wall.kind {
        "gable" => {
            let (wide, high) = (dice.between(260.0, 380.0), dice.between(150.0, 260.0));
            let (middle, eaves) = (left + wide / 2.0, high + wide * 0.35);
            let right = left + wide;
            let shape = [
                (left, LAWN),
                (left, eaves),
                (middle, high),
                (right, eaves),
                (right, LAWN),
            ];
            raise(&mut dice, &mut drawing, &wall, level, &shape);
            if wall.windows {
                rows_of_windows(&mut drawing, left + 40.0, eaves + 20.0, wide - 80.0);
            }
        }
        "tower" => {
            let (wide, high) = (dice.between(130.0, 220.0), dice.between(90.0, 200.0));
            let shape = [
                (left, LAWN),
                (left, high),
                (left + wide, high),
                (left + wide, LAWN),
            ];
            raise(&mut dice, &mut drawing, &wall, level, &shape);
            if wall.windows {
                rows_of_windows(&mut drawing, left + 25.0, high + 50.0, wide - 50.0);
            }
        }
        kind => {
            brick_house(&mut dice, &mut drawing, left, 420.0);
            let count = if kind == "dormers" { 2 } else { 1 };
            for i in 0..count {
                let x = left + 90.0 + 160.0 * i as f32;
                let (wide, high) = if count == 2 {
                    (84.0, 205.0)
                } else {
                    (64.0, 150.0)
                };
                let shape = [(x, 330.0), (x, high), (x + wide, high), (x + wide, 330.0)];
                raise(&mut dice, &mut drawing, &wall, level, &shape);
                if wall.windows {
                    window(&mut drawing, x + 18.0, 250.0, 46.0, 56.0);
                }
            }
        }
    }
    (drawing, dice)
}

fn rows_of_windows(drawing: &mut Drawing, left: f32, top: f32, wide: f32) {
    let columns = (wide / 75.0).floor().max(1.0);
    let rows = ((LAWN - 80.0 - top) / 105.0).floor().max(1.0) as usize;
    for row in 0..rows {
        for column in 0..columns as usize {
            let x = left + (column as f32 + 0.5) * wide / columns - 19.0;
            window(drawing, x, top + 105.0 * row as f32, 38.0, 58.0);
        }
    }
}

/// A wall as white as the sky.
fn raise(dice: &mut Dice, drawing: &mut Drawing, wall: &Wall, level: f32, shape: &[(f32, f32)]) {
    let plaster = Field::new(dice, 60.0);
    let mut grain = dice.clone();
    let paint = |x: f32, y: f32| {
        let v = level + wall.apart + 0.5 * plaster.at(x, y) + 0.2 * grain.normal();
        [v, v, v - 0.5]
    };
    drawing.paint_taken(|x, y| within(shape, x, y), paint);
    if wall.outline > 0.0 {
        let (x, y) = middle(shape);
        let smaller: Vec<_> = shape
            .iter()
            .map(|&(u, v)| (u + 2.0 * (x - u).signum(), v + 2.0 * (y - v).signum()))
            .collect();
        let v = level + wall.apart - wall.outline;
        drawing.paint_taken(
            |x, y| within(shape, x, y) && !within(&smaller, x, y) && y < LAWN - 3.0,
            |_, _| [v; 3],
        );
    }
}

fn middle(shape: &[(f32, f32)]) -> (f32, f32) {
    let n = shape.len() as f32;
    let sum = shape
        .iter()
        .fold((0.0, 0.0), |sum, c| (sum.0 + c.0, sum.1 + c.1));
    (sum.0 / n, sum.1 / n)
}

#[test]
fn no_white_wall_becomes_sky_whoever_takes_it_for_one() {
    let mut failures = Vec::new();
    for seed in 0..20 {
        let (drawing, mut dice) = white_wall(seed);
        let photo = drawing.photo(&mut dice, 1.0);
        let (truth, grown) = (drawing.mask(false), drawing.mask(true));
        let fooled = softly(&grown);
        let scene = seen(&photo);
        let second = scene.second_sky.clone();
        let ways = [
            ("the shipped networks", outcome(&photo, scene.clone(), None)),
            (
                "a network",
                outcome(&photo, scene_of(&fooled, second.as_ref()), None),
            ),
            (
                "two networks",
                outcome(&photo, scene_of(&fooled, Some(&fooled)), None),
            ),
            ("a person", outcome(&photo, scene, Some(grown))),
        ];
        for (who, outcome) in ways {
            let wrong = outcome.wrong(&truth);
            if wrong > 0.1 {
                failures.push(format!("wall {seed}, {who}: {wrong:.2} %"));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn the_reason_names_what_is_odd() {
    let (drawing, mut dice) = white_wall(7);
    let photo = drawing.photo(&mut dice, 1.0);
    let fooled = softly(&drawing.mask(true));
    let chimney = outcome(&photo, scene_of(&fooled, Some(&fooled)), None);
    assert_eq!(chimney.oddity(), Some(Oddity::UprightLines));
    assert!(chimney.said.contains("upright lines"), "{}", chimney.said);
}

#[test]
fn the_same_street_without_the_wall_gets_its_sky() {
    for seed in 0..6 {
        let mut dice = Dice::new(seed);
        let mut drawing = Drawing::of_sky(&mut dice, 248.0);
        street(&mut dice, &mut drawing);
        let photo = drawing.photo(&mut dice, 1.0);
        let truth = drawing.mask(false);
        let outcome = outcome(&photo, seen(&photo), None);
        let replaced = outcome.replaced(&truth);
        assert!(
            replaced > 0.97,
            "{seed}: {replaced} {:?} {}",
            outcome.sky,
            outcome.said
        );
        assert!(outcome.wrong(&truth) <= 0.1);
    }
}
