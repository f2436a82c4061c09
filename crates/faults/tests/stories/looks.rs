//! Every look leaves a picture a picture.

use std::collections::BTreeSet;

use plumbline_enhance::preview;
use plumbline_faults::canvas::Canvas;
use plumbline_faults::looks::{LOOKS, Look, Strength};
use plumbline_faults::rng::Rng;

use crate::drawn::{picture, room};

/// Every look at every strength, two seeds each.
fn each(mut check: impl FnMut(Look, &str, &mut dyn FnMut(&Canvas) -> Canvas)) {
    for look in LOOKS {
        for strength in look.strengths {
            for seed in ["a", "b"] {
                let mut rng = Rng::of(&[look.name, strength.as_str(), seed]);
                let name = format!("{} {} {seed}", look.name, strength.as_str());
                check(look, &name, &mut |p| (look.edit)(p, *strength, &mut rng));
            }
        }
    }
}

#[test]
fn there_are_fifty_looks_with_names_of_their_own() {
    let names: BTreeSet<&str> = LOOKS.iter().map(|look| look.name).collect();
    assert_eq!(names.len(), LOOKS.len());
    assert!(LOOKS.len() >= 50);
    let several = LOOKS.iter().filter(|look| look.strengths.len() > 1);
    assert!(several.count() >= 45);
}

/// Black stays the dark end of a ramp and white the light end, and no look turns the order of
/// tones over.
#[test]
fn a_ramp_stays_a_ramp_and_in_range() {
    let ramp = Canvas::of(&picture(512, 64, |x, _| [(x / 2) as u8; 3]));
    each(|_, name, look| {
        let out = look(&ramp);
        assert_eq!((out.width, out.height), (512, 64));
        assert!(
            out.pixels.iter().flatten().all(|v| (0.0..=1.0).contains(v)),
            "{name}"
        );
        let luma = out.luma();
        let mean = |from: usize| -> f32 {
            let rows = luma.values.chunks(512).map(|row| &row[from..from + 64]);
            rows.flatten().sum::<f32>() / (64 * 64) as f32
        };
        let steps: Vec<f32> = (0..8).map(|i| mean(i * 64)).collect();
        let is_rising = steps.windows(2).all(|pair| pair[0] < pair[1] + 0.01);
        assert!(is_rising && steps[7] - steps[0] > 0.4, "{name}: {steps:?}");
    });
}

/// A plain wall gets no edges, blotches or steps.
#[test]
fn a_plain_grey_stays_plain() {
    let grey = Canvas::of(&picture(240, 160, |_, _| [128; 3]));
    each(|_, name, look| {
        let out = look(&grey).luma();
        let step = |pair: &[f32]| (pair[0] - pair[1]).abs();
        let rows = out.values.chunks(240);
        let most = rows
            .flat_map(|row| row.windows(2).map(step))
            .fold(0.0, f32::max);
        assert!(most < 0.012, "{name}: a step of {most}");
    });
}

/// More of a look is a larger change.
#[test]
fn a_strong_look_changes_more_than_a_weak_one() {
    let room = Canvas::of(&preview(&room().pixels, 384));
    let by_points = ["exposure, soft shoulder", "black and white points"];
    for look in LOOKS {
        let change = |strength: Strength| {
            let mut rng = Rng::of(&[look.name]);
            let out = (look.edit)(&room, strength, &mut rng);
            let both = out
                .pixels
                .iter()
                .flatten()
                .zip(room.pixels.iter().flatten());
            both.map(|(a, b)| (a - b).abs()).sum::<f32>()
        };
        let all: Vec<f32> = look.strengths.iter().map(|s| change(*s)).collect();
        let grows = all.windows(2).all(|pair| pair[0] < pair[1]);
        // A look that the picture cannot bear more of stays as it is.
        assert!(
            grows || by_points.contains(&look.name),
            "{}: {all:?}",
            look.name
        );
    }
}
