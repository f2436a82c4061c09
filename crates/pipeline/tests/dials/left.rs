//! Drawings: a preset's dials leave them alone, and their own do what they say and nothing else.

use plumbline_documents::{Dial, Dials};
use plumbline_enhance::Pixels;

use crate::support::{developed, one};

/// A plan of a flat: black lines on white.
fn drawing() -> Pixels {
    let line = |x: u32, y: u32| x % 240 < 4 || y % 200 < 4 || (x % 60 < 2 && y > 500);
    let samples = (0..900 * 1200).flat_map(|i| match line(i % 1200, i / 1200) {
        true => [20, 20, 20],
        false => [250, 250, 246],
    });
    Pixels::from_eight(1200, 900, samples.collect()).unwrap()
}

#[test]
fn a_presets_dials_leave_a_drawing_alone() {
    let ground = Dials {
        crop_margin: Some(0.05),
        ..one(Dial::Warmth, 0.8)
    };
    let done = developed(&drawing(), Dials::default(), ground).unwrap();
    assert!(done.picture == drawing());
    assert!(done.says("Left as it came"), "{:?}", done.said);
}

#[test]
fn its_own_dials_do_what_they_say_and_nothing_else() {
    let own = Dials {
        crop_margin: Some(0.05),
        ..one(Dial::Warmth, 0.8)
    };
    let done = developed(&drawing(), own, Dials::default()).unwrap();
    assert_eq!((done.picture.width(), done.picture.height()), (1080, 810));
    assert!(
        done.says("nothing was done to it but what you asked for")
            && done.says("As you asked: warmer by 0.8, 5 % cut from each side."),
        "{:?}",
        done.said
    );
    let cropped = developed(&drawing(), one(Dial::CropMargin, 0.05), Dials::default()).unwrap();
    let middle = (60 + 45 * 1200)..;
    let original = drawing().rgb8()[middle.start * 3..][..1080 * 3].to_vec();
    assert_eq!(cropped.picture.rgb8()[..1080 * 3], original);
    assert!(cropped.held.is_empty(), "{:?}", cropped.held);
}
