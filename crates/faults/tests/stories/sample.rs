//! Damages are held and wanted looks pass: a sample of what `qc faults` puts in the table, on a
//! drawn room and, where they are at hand, on photos of the half that thresholds are fitted on: the other
//! half is looked at once, for the table.

use std::path::{Path, PathBuf};

use plumbline_enhance::{Limits, Mask, Pixels, decode, preview};
use plumbline_faults::cases::Aim;
use plumbline_faults::damages::Promise;
use plumbline_faults::judged::{Choice, Judged, all, mask, with_plan};
use plumbline_faults::photo::{Half, Photo};
use plumbline_faults::spoiled::SPOILS;
use plumbline_faults::table::markdown;
use plumbline_fixtures::photos;

use crate::drawn::{house, room};

/// Long side of the photos, in pixels.
const LONG: u32 = 720;

fn open(path: &Path) -> Pixels {
    let bytes = std::fs::read(path).unwrap();
    decode(&bytes, &Limits::default()).unwrap().pixels
}

/// An interior and an exterior with its mask, of the half that is fitted. Folders that are missing are
/// reported as skipped.
fn real() -> Vec<Photo> {
    let masks = photos("sky-masks/checked");
    let mask_of = |path: &Path| -> Option<Mask> {
        let file = masks
            .as_ref()?
            .join(path.with_extension("png").file_name()?);
        file.is_file().then(|| mask(&open(&file)).unwrap())
    };
    let of = |folder: &str| -> Option<Photo> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(photos(folder)?)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        let stem = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
        let is_exterior = folder == "exterior";
        let fits = |path: &&PathBuf| {
            Half::of(&stem(path)) == Half::Fit && (!is_exterior || mask_of(path).is_some())
        };
        let path = files.iter().find(fits)?;
        Some(Photo {
            pixels: preview(&open(path), LONG),
            sky: mask_of(path),
            name: stem(path),
            seen: [None, None],
            is_exterior,
        })
    };
    ["interior", "exterior"]
        .into_iter()
        .filter_map(of)
        .collect()
}

/// Pairs of an aim, and how many of them are held; prints the exceptions.
fn held(judged: &[Judged], aim: Aim) -> (usize, usize) {
    let of = || judged.iter().filter(|j| j.aim == aim && j.report.is_some());
    for j in of().filter(|j| j.held() == (aim == Aim::Wanted)) {
        eprintln!("{}", j.line());
    }
    (of().filter(|j| j.held()).count(), of().count())
}

/// Parts of the names of the kinds that are tried on real photos: a third of all.
const TRIED: [&str; 6] = ["listing", "open", "HDR", "1 %", "hue", "removed"];

#[test]
fn damage_is_held_and_wanted_looks_pass() {
    let real = real();
    let small = Photo {
        pixels: preview(&room().pixels, 640),
        ..room()
    };
    let mut judged = all(&small, &house().pixels, &Choice::default());
    for (i, photo) in real.iter().enumerate() {
        let other = &real[(i + 1) % real.len()].pixels;
        for only in TRIED {
            let choice = Choice {
                only: only.to_owned(),
                ..Choice::default()
            };
            judged.extend(all(photo, other, &choice));
        }
    }
    let (structure, of) = held(&judged, Aim::Caught(Promise::Structure));
    assert!(structure * 100 >= of * 90, "{structure} of {of} structural");
    let (repaints, of) = held(&judged, Aim::Caught(Promise::Repaint));
    assert!(repaints * 10 >= of * 6, "{repaints} of {of} repaints");
    // The drawn room alone is no sample to take this rate of.
    if !real.is_empty() {
        let (alarms, of) = held(&judged, Aim::Wanted);
        assert!(alarms * 100 <= of * 15, "{alarms} of {of} wanted looks");
    }
}

#[test]
fn our_own_corrections_are_judged_with_their_plan() {
    let choice = Choice {
        only: "paste".to_owned(),
        ..Choice::default()
    };
    let judged = with_plan(&room(), &house().pixels, &choice, &SPOILS[..3]);
    let wanted = judged.iter().filter(|j| j.aim == Aim::Wanted);
    assert_eq!(wanted.count(), 3, "one clean result for each copy");
    assert!(judged.iter().all(|j| j.has_plan && j.report.is_some()));
    let (structure, of) = held(&judged, Aim::Caught(Promise::Structure));
    assert_eq!((structure, of), (6, 6));
}

#[test]
fn the_table_counts_pairs_per_kind_and_strength_and_says_how_sure_it_is() {
    let choice = Choice {
        only: "hue".to_owned(),
        ..Choice::default()
    };
    let mut judged = all(&room(), &house().pixels, &choice);
    judged.extend(all(&house(), &room().pixels, &choice));
    judged[0].report = None;
    let text = markdown(&judged);
    assert!(
        text.contains("| kind | strength or copy | promise | pairs | held | 95 % interval |"),
        "{text}"
    );
    assert!(
        text.contains("| one hue repainted |  | repaint | 1 |"),
        "{text}"
    );
    let lines: Vec<String> = judged.iter().map(Judged::line).collect();
    assert_eq!(
        lines[0].split('\t').count(),
        Judged::HEAD.split('\t').count()
    );
    assert!(lines[0].contains("\tskipped\t"), "{}", lines[0]);
}
