//! Light and colour: what each dial moves, over its whole range, and what it leaves.

use plumbline_documents::{Dial, Dials};
use plumbline_enhance::Pixels;

use crate::support::{Numbers, numbers, one, order, some, turned};

/// The numbers of a photo at five places of a dial, from end to end.
fn at_five(photo: &Pixels, dial: Dial) -> [Numbers; 5] {
    let order = order(&turned(photo, Dials::default()).picture);
    let [low, high] = dial.range();
    [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| {
        let number = low + (high - low) * share;
        numbers(&turned(photo, one(dial, number)).picture, &order)
    })
}

/// Another number, and how far it may move from one end to the other.
type Other = (&'static str, fn(&Numbers) -> f32, f32);

/// A dial moves a number by so much at least, from each of five places to the next, and others by so
/// much at most from one end to the other.
fn moves(dial: Dial, moved: impl Fn(&Numbers) -> f32, least: f32, others: &[Other]) {
    for (name, photo) in [some("interior", 2), some("exterior", 2)].concat() {
        let five = at_five(&photo, dial);
        let steps: Vec<f32> = five
            .windows(2)
            .map(|two| moved(&two[1]) - moved(&two[0]))
            .collect();
        let whole = moved(&five[4]) - moved(&five[0]);
        eprintln!(
            "{dial} {name}: {whole:.1} {steps:.1?} {:?} {:?}",
            five[0], five[4]
        );
        assert!(steps.iter().all(|step| *step > 0.0), "{name}: {steps:?}");
        assert!(whole >= least, "{name}: {whole}");
        for (what, other, most) in others {
            let off = (other(&five[4]) - other(&five[0])).abs();
            assert!(off <= *most, "{dial} moves {what} of {name} by {off}");
        }
    }
}

#[test]
fn brightness_moves_the_mean_and_keeps_colours() {
    moves(
        Dial::Brightness,
        |n| n.l,
        25.0,
        &[("a*", |n| n.a, 8.0), ("b*", |n| n.b, 14.0)],
    );
}

#[test]
fn warmth_moves_blue_to_yellow_and_no_brightness() {
    moves(
        Dial::Warmth,
        |n| n.b,
        12.0,
        &[("L*", |n| n.l, 2.5), ("a*", |n| n.a, 10.0)],
    );
}

#[test]
fn tint_moves_green_to_magenta_and_no_brightness() {
    moves(
        Dial::Tint,
        |n| n.a,
        12.0,
        &[("L*", |n| n.l, 2.5), ("b*", |n| n.b, 19.0)],
    );
}

#[test]
fn shadows_move_the_darkest_quarter_and_hardly_the_brightest() {
    moves(
        Dial::Shadows,
        |n| n.dark,
        4.0,
        &[("the brightest quarter", |n| n.bright, 3.0)],
    );
}

#[test]
fn highlights_move_the_brightest_quarter_and_hardly_the_darkest() {
    moves(
        Dial::Highlights,
        |n| n.bright,
        4.0,
        &[("the darkest quarter", |n| n.dark, 7.0)],
    );
}

#[test]
fn contrast_moves_the_spread_and_hardly_the_mean() {
    moves(
        Dial::Contrast,
        |n| n.spread,
        4.0,
        &[
            ("L*", |n| n.l, 9.0),
            ("a*", |n| n.a, 2.0),
            ("b*", |n| n.b, 3.0),
        ],
    );
}

#[test]
fn black_stays_black_and_white_stays_white_at_every_end() {
    let (width, height) = (240, 160);
    let steps = (0..width * height).flat_map(|i| [(i % width * 255 / (width - 1)) as u8; 3]);
    let grey = Pixels::from_eight(width, height, steps.collect()).unwrap();
    for dial in [
        Dial::Brightness,
        Dial::Shadows,
        Dial::Highlights,
        Dial::Contrast,
        Dial::Warmth,
    ] {
        for number in dial.range() {
            let own = Dials {
                verticals: Some(0.0),
                ..one(dial, number)
            };
            let picture = turned(&grey, own).picture;
            let (black, white) = (picture.unit(0, 80), picture.unit(width - 1, 80));
            assert!(
                black.iter().all(|v| *v < 0.02),
                "{dial} {number}: {black:?}"
            );
            assert!(
                white.iter().all(|v| *v > 0.97),
                "{dial} {number}: {white:?}"
            );
        }
    }
}

#[test]
fn a_dial_that_stands_where_it_usually_does_changes_no_byte_and_is_not_written() {
    for (name, photo) in some("interior", 2).into_iter().take(2) {
        let usual = turned(&photo, Dials::default());
        assert!(!usual.plan.steps.contains_key("dials"), "{name}");
        for dial in Dial::ALL {
            let same = turned(&photo, one(dial, dial.usual()));
            assert_eq!(same.plan, usual.plan, "{name}: {dial}");
            assert!(same.picture == usual.picture, "{name}: {dial}");
        }
    }
}
