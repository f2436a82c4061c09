//! Injected faults: what quality control must catch, and what it must let through, on real photos
//! that its thresholds were not chosen on. A sample of what `examples/faults` puts in the table.

use std::path::{Path, PathBuf};

use plumbline_documents::{Gate, Verdict};
use plumbline_enhance::inspect::{Terms, judge};
use plumbline_enhance::{Mask, Pixels, preview};
use plumbline_fixtures::photos;
use rayon::prelude::*;

use crate::injected::cases::{Aim, Photo};
use crate::injected::damages::Promise;
use crate::injected::judged::{self, Judged};
use crate::support::{files, open, room};

/// Long side of the photos, in pixels: about 0.9 megapixels.
const LONG: u32 = 1200;

/// Photos of the sample whose sky somebody has checked.
const SKIES: usize = 1;

/// A drawn room, behind real photos where they are there.
struct Sample {
    photos: Vec<Photo>,
    /// True if there are real photos.
    has_photos: bool,
    /// True if the folder of masks is there.
    has_skies: bool,
}

/// Every second photo by name is for fitting; the sample is taken from the others. Folders that are
/// missing are reported as skipped.
fn sample() -> Sample {
    let mut all = files("exterior");
    all.extend(files("interior"));
    let masks = photos("sky-masks/checked");
    let chosen = all.iter().skip(1).step_by(2).step_by(9);
    let photo = |path: &PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        Photo {
            pixels: preview(&open(path).pixels, LONG),
            sky: masks.as_ref().and_then(|masks| sky(masks, &name)),
            name,
        }
    };
    let mut sample: Vec<Photo> = chosen.map(photo).collect();
    let has_photos = !sample.is_empty();
    sample.push(Photo {
        name: "drawn room".to_owned(),
        pixels: room(960, 640),
        sky: None,
    });
    Sample {
        photos: sample,
        has_photos,
        has_skies: has_photos && masks.is_some(),
    }
}

/// `None`: the photo has no checked mask.
fn sky(masks: &Path, name: &str) -> Option<Mask> {
    let file = masks.join(format!("{name}.png"));
    let mask = file.is_file().then(|| open(&file).pixels)?;
    Some(judged::mask(&mask).expect("a picture is a mask"))
}

fn judged(sample: &[Photo]) -> Vec<Judged> {
    let other = |i: usize| &sample[(i + 1) % sample.len()].pixels;
    let photos = sample.par_iter().enumerate();
    photos
        .flat_map_iter(|(i, photo)| judged::all(photo, other(i)))
        .collect()
}

/// Share of the pairs that belong which is held, in per cent; prints the exceptions.
fn held(judged: &[Judged], wanted: bool, belongs: impl Fn(&Judged) -> bool) -> f64 {
    let of: Vec<&Judged> = judged.iter().filter(|j| belongs(j)).collect();
    let is_held = |j: &&&Judged| j.held();
    for j in of.iter().filter(|j| is_held(j) == wanted) {
        eprintln!("{} on {}: {}", j.case, j.photo, j.report.headline());
    }
    assert!(!of.is_empty());
    100.0 * of.iter().filter(is_held).count() as f64 / of.len() as f64
}

#[test]
fn damage_is_held_and_wanted_edits_pass() {
    let sample = sample();
    let judged = judged(&sample.photos);
    let promised = |promise| move |j: &Judged| j.aim == Aim::Caught(promise);
    let structure = held(&judged, false, promised(Promise::Structure));
    let casts = held(&judged, false, promised(Promise::Cast));
    assert!(structure >= 98.0, "{structure:.1} % of structural damage");
    assert!(casts >= 95.0, "{casts:.1} % of casts");
    // The drawn room alone is no sample to take these rates of: twenty edits, eight seams, no sky.
    if sample.has_photos {
        let false_alarms = held(&judged, true, |j| j.aim == Aim::Wanted);
        assert!(false_alarms <= 5.0, "{false_alarms:.1} % false alarms");
        let seams = held(&judged, false, promised(Promise::Seam));
        assert!(seams >= 80.0, "{seams:.1} % of seams");
    }
    if sample.has_skies {
        let with_sky = sample.photos.iter().filter(|photo| photo.sky.is_some());
        assert_eq!(with_sky.count(), SKIES, "a mask is not where it should be");
        let skies = held(&judged, false, |j| j.aim == Aim::SkyCaught);
        assert!(skies >= 80.0, "{skies:.1} % of sky faults");
    }
}

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
