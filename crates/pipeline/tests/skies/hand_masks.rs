//! Masks painted by hand, with blotches where there is no sky.

use plumbline_documents::Gate;
use plumbline_enhance::Mask;

use crate::drawing::{Dice, Drawing, Field};
use crate::trial::{Outcome, outcome, painted_outside, seen};
use crate::white_walls::street;

/// A mask with a blotch at random, of which at least so much of the picture is no sky, percent.
pub fn blotched(truth: &Mask, dice: &mut Dice, least: f64) -> Mask {
    let (width, height) = (truth.width() as usize, truth.height() as usize);
    loop {
        let (x, y) = (
            dice.unit() * width as f32,
            dice.between(0.25, 1.0) * height as f32,
        );
        let radius = dice.between(0.02, 0.07) * width as f32;
        let edge = Field::new(dice, radius);
        let at = |i: usize| {
            let (u, v) = ((i % width) as f32, (i / width) as f32);
            let far = (u - x).hypot(v - y) / radius;
            far + 0.3 * edge.at(u, v) < 1.0 || truth.values()[i] > 127
        };
        let values = (0..width * height).map(|i| if at(i) { 255 } else { 0 });
        let mask = Mask::new(truth.width(), truth.height(), values.collect()).unwrap();
        if painted_outside(&mask, truth) >= least {
            return mask;
        }
    }
}

/// A blotch was found, or next to nothing of it was painted.
pub fn is_found(outcome: &Outcome, truth: &Mask) -> bool {
    outcome.held.contains(&Gate::SkyTrial) || outcome.wrong(truth) <= 0.1
}

#[test]
fn twenty_blotches_are_found() {
    let mut missed = Vec::new();
    for seed in 0..20 {
        let mut dice = Dice::new(1000 + seed);
        let level = dice.between(215.0, 250.0);
        let mut drawing = Drawing::of_sky(&mut dice, level);
        street(&mut dice, &mut drawing);
        let photo = drawing.photo(&mut dice, 1.0);
        let truth = drawing.mask(false);
        let mask = blotched(&truth, &mut dice, 0.2);
        let outcome = outcome(&photo, seen(&photo), Some(mask));
        if !is_found(&outcome, &truth) {
            missed.push(format!(
                "{seed}: {:.2} % {:?}",
                outcome.wrong(&truth),
                outcome.held
            ));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_careful_mask_by_hand_passes_its_trial() {
    for seed in 0..5 {
        let mut dice = Dice::new(1100 + seed);
        let mut drawing = Drawing::of_sky(&mut dice, 230.0);
        street(&mut dice, &mut drawing);
        let photo = drawing.photo(&mut dice, 1.0);
        let truth = drawing.mask(false);
        let outcome = outcome(&photo, seen(&photo), Some(truth.clone()));
        assert!(
            !outcome.held.contains(&Gate::SkyTrial),
            "{seed}: {}",
            outcome.said
        );
        assert!(outcome.sky.new_sky().is_some());
    }
}
