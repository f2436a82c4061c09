//! Real photos: walls, snow and water that networks took for sky, and dull skies that are some.
//! The truth about the first was drawn by hand here, as polygons in shares of width and height.

use std::fs;

use plumbline_enhance::{Limits, Mask, Pixels, decode, small};
use plumbline_fixtures::photos;

use crate::drawing::{Dice, within};
use crate::hand_masks::{blotched, is_found};
use crate::trial::{outcome, seen};

type Polygon = &'static [(f32, f32)];

struct Trap {
    file: &'static str,
    /// Convex, clockwise.
    house: &'static [Polygon],
}

const TRAPS: [Trap; 6] = [
    Trap {
        file: "exterior/chuttersnap-M19sKR62XAg-unsplash.jpg",
        house: &[
            &[
                (0.205, 0.28),
                (0.245, 0.31),
                (0.303, 0.56),
                (0.265, 0.99),
                (0.12, 0.99),
            ],
            &[(0.0, 0.28), (0.06, 0.31), (0.04, 0.45), (0.0, 0.55)],
        ],
    },
    Trap {
        file: "reported/15-snow-and-white-walls/snow-on-roof.jpg",
        house: &[
            &[(0.205, 0.29), (0.465, 0.29), (0.275, 0.5), (0.175, 0.5)],
            &[
                (0.56, 0.29),
                (0.83, 0.29),
                (0.85, 0.5),
                (0.723, 0.5),
                (0.56, 0.32),
            ],
            &[(0.0, 0.29), (0.127, 0.29), (0.09, 0.5), (0.0, 0.5)],
            &[(0.907, 0.29), (1.0, 0.29), (1.0, 0.5), (0.935, 0.5)],
            &[(0.485, 0.35), (0.525, 0.35), (0.525, 0.41), (0.485, 0.41)],
        ],
    },
    Trap {
        file: "reported/15-snow-and-white-walls/white-corrugated.jpg",
        house: &[&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]],
    },
    // A little sky is left in a corner.
    Trap {
        file: "reported/15-snow-and-white-walls/no-sky-crop.jpg",
        house: &[
            &[(0.0, 0.0), (0.84, 0.0), (0.84, 1.0), (0.0, 1.0)],
            &[(0.0, 0.2), (1.0, 0.2), (1.0, 1.0), (0.0, 1.0)],
        ],
    },
    Trap {
        file: "exterior/annie-spratt-HfCg3eJKlJw-unsplash.jpg",
        house: &[&[
            (0.45, 0.10),
            (0.69, 0.10),
            (0.88, 0.31),
            (0.905, 0.99),
            (0.07, 0.99),
            (0.11, 0.44),
        ]],
    },
    Trap {
        file: "finished/exterior/pexels-frans-van-heerden-1438832.jpg",
        house: &[&[(0.0, 0.68), (1.0, 0.68), (1.0, 1.0), (0.0, 1.0)]],
    },
];

/// Exteriors with a sky that is real and dull: white, grey or pale.
const DULL: [&str; 15] = [
    "exterior/annie-spratt-HfCg3eJKlJw-unsplash.jpg",
    "exterior/chuttersnap-M19sKR62XAg-unsplash.jpg",
    "exterior/dillon-kydd-2keCPb73aQY-unsplash.jpg",
    "exterior/e630201f0bf9f2919480574c6b7f7356.jpg",
    "exterior/isaac-quesada-s34TlUTPIf4-unsplash.jpg",
    "exterior/kane-taylor-02fRawxKwbA-unsplash.jpg",
    "exterior/marcus-lenk-wKO0rx50VWo-unsplash.jpg",
    "exterior/mmexport1623561100792.jpg",
    "exterior/terrah-holly-pmhdkgRCbtE-unsplash.jpg",
    "exterior/test_1856.jpg",
    "exterior/test_2188.jpg",
    "exterior/test_800.jpg",
    "finished/exterior/jacques-bopp-hh18posx5qk-unsplash.jpg",
    "finished/exterior/john-fornander-tvzydsv84w8-unsplash.jpg",
    "finished/exterior/pexels-ali-müftüoğulları-2282445.jpg",
];

#[expect(clippy::disallowed_methods, reason = "the photos are files")]
fn open(file: &str) -> Option<Pixels> {
    let bytes = fs::read(photos(file)?).unwrap();
    Some(small(&decode(&bytes, &Limits::default()).unwrap().pixels))
}

/// Percent of the picture that is at least half painted inside polygons.
fn painted_in(painted: &Mask, polygons: &[Polygon]) -> f64 {
    let (width, height) = (painted.width() as usize, painted.height() as usize);
    let inside = |i: usize| {
        let x = (i % width) as f32 / width as f32;
        let y = (i / width) as f32 / height as f32;
        polygons.iter().any(|polygon| within(polygon, x, y))
    };
    let wrong = (0..width * height).filter(|&i| painted.values()[i] > 127 && inside(i));
    100.0 * wrong.count() as f64 / (width * height) as f64
}

#[test]
fn walls_snow_and_water_of_real_photos_stay_what_they_are() {
    for trap in TRAPS {
        let Some(photo) = open(trap.file) else { return };
        let outcome = outcome(&photo, seen(&photo), None);
        let went_out = outcome.painted.as_ref().filter(|_| outcome.held.is_empty());
        let wrong = went_out.map_or(0.0, |painted| painted_in(painted, trap.house));
        assert!(
            wrong <= 0.1,
            "{}: {wrong:.2} % {:?}",
            trap.file,
            outcome.sky
        );
    }
}

#[test]
fn most_real_and_dull_skies_are_still_replaced() {
    let mut kept = Vec::new();
    for file in DULL {
        let Some(photo) = open(file) else {
            return;
        };
        let outcome = outcome(&photo, seen(&photo), None);
        if outcome.painted.is_none() || !outcome.held.is_empty() {
            kept.push(format!("{file}: {:?} {}", outcome.sky, outcome.said));
        }
    }
    assert!(kept.len() * 100 <= DULL.len() * 15, "{kept:#?}");
}

#[test]
fn blotches_over_real_houses_are_found() {
    let mut missed = Vec::new();
    for (at, file) in DULL.iter().cycle().take(20).enumerate() {
        if file.contains("chuttersnap") {
            continue;
        }
        let Some(photo) = open(file) else {
            return;
        };
        let scene = seen(&photo);
        // The network's own sky, of the photo's size, is near enough to the truth here.
        let sky = outcome(&photo, scene.clone(), None).painted;
        let Some(truth) = sky else { continue };
        let mask = blotched(&truth, &mut Dice::new(2000 + at as u64), 0.2);
        let outcome = outcome(&photo, scene, Some(mask));
        if !is_found(&outcome, &truth) {
            missed.push(format!("{file} {at}: {:.2} %", outcome.wrong(&truth)));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
