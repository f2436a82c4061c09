//! Pairs that quality control holds, and where it shows why. The table of looks and damages is made by
//! the crate of faults.

use plumbline_documents::{Gate, Verdict};
use plumbline_enhance::inspect::{Terms, judge};
use plumbline_enhance::{Mask, Pixels, preview};

use crate::support::room;

#[test]
fn new_pixels_are_allowed_only_in_the_declared_sky() {
    // A plain sky above: the trial of what is painted has nothing against it.
    let original = crate::support::altered(
        &room(960, 640),
        |_, y, rgb| {
            if y < 200 { [205; 3] } else { rgb }
        },
    );
    let painted = |top: u32| {
        crate::support::altered(&original, |x, y, rgb| {
            if (top..top + 200).contains(&y) && (x / 9 + y / 7) % 2 == 0 {
                [90, 140, 210]
            } else {
                rgb
            }
        })
    };
    let values = (0..960 * 640).map(|i| if i / 960 < 200 { 255 } else { 0 });
    let sky = Mask::new(960, 640, values.collect()).unwrap();
    let verdict = |result: &Pixels, sky| {
        let terms = Terms {
            sky,
            ..Terms::default()
        };
        let report = judge(&original, result, &terms).report;
        eprintln!("{}", report.headline());
        report.verdict
    };
    assert_eq!(verdict(&painted(0), Some(&sky)), Verdict::Passed);
    assert_eq!(verdict(&painted(0), None), Verdict::Held);
    assert_eq!(verdict(&painted(300), Some(&sky)), Verdict::Held);
}

#[test]
fn another_size_is_held_and_the_sentence_says_both() {
    let original = room(1200, 800);
    let other = preview(&original, 1000);
    let inspected = judge(&original, &other, &Terms::default());
    assert_eq!(inspected.report.verdict, Verdict::Held);
    let headline = inspected.report.headline();
    assert!(
        headline.contains("1200 x 800") && headline.contains("1000 x 667"),
        "{headline}"
    );
    assert!(inspected.heatmap.is_none());
}

#[test]
fn a_heatmap_shows_where_a_thing_was_pasted() {
    let original = room(960, 640);
    let pasted = crate::support::altered(&original, |x, y, rgb| {
        let inside = (600..680).contains(&x) && (400..470).contains(&y);
        if inside && (x / 6 + y / 6) % 2 == 0 {
            [30, 25, 20]
        } else {
            rgb
        }
    });
    let inspected = judge(&original, &pasted, &Terms::default());
    let map = inspected.heatmap.unwrap();
    assert_eq!((map.width(), map.height()), (120, 80));
    let at = |x: u32, y: u32| map.values()[(y / 8 * 120 + x / 8) as usize];
    assert!(at(640, 435) > 200 && at(100, 100) < 40 && at(880, 600) < 40);
    for gate in [Gate::Structure, Gate::StructureFine] {
        assert!(
            inspected.heatmaps.iter().any(|(of, _)| *of == gate),
            "{gate}"
        );
    }
}
