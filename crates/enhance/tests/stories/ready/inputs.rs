//! Inputs that cannot become good photos, and pictures that are none.

use plumbline_documents::Place;
use plumbline_documents::{Gate, Thresholds};
use plumbline_enhance::inspect::input;
use plumbline_enhance::plan::left::{self, LeftReason};
use plumbline_enhance::{
    Limits, Measured, Metadata, Output, Overrides, Pixels, Shot, decode, encode, measure, preview,
};

use crate::support::{files, open, room};
use crate::unusable::drawn::{self, drawn};
use crate::unusable::grain::{self, grain};
use crate::unusable::spoiled::{Spoil, spoiled};

/// Spoils that leave nothing to correct, and what each is called.
const BEYOND_HELP: [(Spoil, Gate); 10] = [
    (Spoil::Defocus(7.0), Gate::InputFocus),
    (Spoil::Defocus(14.0), Gate::InputFocus),
    (Spoil::Motion(20.0, 0.0), Gate::InputShake),
    (Spoil::Motion(30.0, 90.0), Gate::InputShake),
    (Spoil::Exposure(-5.0), Gate::InputLight),
    (Spoil::Exposure(-7.0), Gate::InputLight),
    (Spoil::Exposure(4.0), Gate::InputBurnt),
    (Spoil::Exposure(5.0), Gate::InputBurnt),
    (Spoil::Noise(70.0), Gate::InputNoise),
    (Spoil::Noise(120.0), Gate::InputNoise),
];

/// Finished photos, by photographers whose photos were not used to fit the thresholds.
const GOOD: [&str; 3] = [
    "interior/sidekix-media-NTH9ZZcUih8-unsplash.jpg",
    "interior/steven-ungermann-aRT5UCf2MYY-unsplash.jpg",
    "finished/interior/taylor-beach-pr7h5qgxd8a-unsplash.jpg",
];

/// The gates that hold a photo as it came.
fn held(measured: &Measured) -> Vec<Gate> {
    let measures = input::measures(measured, &Thresholds::default());
    let bad = measures.iter().filter(|m| m.verdict.is_bad());
    bad.filter_map(|m| m.name.gate()).collect()
}

/// Measured as a file of that quality.
fn measured(pixels: &Pixels, quality: u8) -> Measured {
    let bytes = encode(pixels, &Metadata::default(), &Output::Jpeg { quality }).unwrap();
    let photo = decode(&bytes, &Limits::default()).unwrap();
    measure(&photo.pixels, &Shot::default())
}

fn reason(measured: &Measured) -> Option<LeftReason> {
    left::reason(measured, false, &Overrides::default())
}

#[test]
fn a_photo_beyond_help_is_held_by_name() {
    let Some(root) = plumbline_fixtures::photos("") else {
        return;
    };
    for name in GOOD {
        let photo = preview(&open(&root.join(name)).pixels, 1600);
        assert_eq!(held(&measured(&photo, 90)), [], "{name}");
        for (spoil, gate) in BEYOND_HELP {
            let bad = measured(&spoiled(&photo, spoil), 90);
            assert_eq!(reason(&bad), None, "{name}, {spoil:?}");
            let found = held(&bad);
            let blurred = [Gate::InputFocus, Gate::InputShake];
            let named = match blurred.contains(&gate) {
                // A camera that moved may leave nothing sharp.
                true => found.iter().any(|gate| blurred.contains(gate)),
                false => found.contains(&gate),
            };
            assert!(named, "{name}, {spoil:?}: {found:?}");
        }
    }
}

#[test]
fn a_frame_of_nothing_but_noise_is_held_as_noise() {
    for kind in grain::ALL {
        let noise = measured(&grain(1600, 1067, kind), 95);
        assert_eq!(reason(&noise), None, "{kind:?}");
        let found = held(&noise);
        assert!(found.contains(&Gate::InputNoise), "{kind:?}: {found:?}");
    }
}

#[test]
fn a_frame_without_anything_in_it_is_no_drawing() {
    for level in [0, 12, 128, 250] {
        let plain = Pixels::from_eight(1200, 900, vec![level; 1200 * 900 * 3]).unwrap();
        let found = measured(&plain, 95);
        assert_eq!(reason(&found), None, "{level}");
        assert!(held(&found).contains(&Gate::InputFocus), "{level}");
    }
}

#[test]
fn a_photo_smaller_than_the_least_that_sells_is_held() {
    assert_eq!(held(&measured(&room(1000, 768), 95)), [Gate::InputSize]);
    assert_eq!(held(&measured(&room(1024, 768), 95)), []);
    assert_eq!(held(&measured(&room(768, 1024), 95)), []);
}

#[test]
fn plans_documents_and_screens_are_left_as_they_come() {
    for kind in drawn::ALL {
        for (seed, size) in [(1400, 1000), (1170, 1600)].into_iter().enumerate() {
            let drawing = drawn(size.0, size.1, kind, seed);
            for quality in [60, 95] {
                let found = measured(&drawing, quality);
                assert_eq!(
                    reason(&found),
                    Some(LeftReason::NotAPhoto),
                    "{kind:?} {size:?}"
                );
            }
        }
    }
    for path in files("reported/19-floor-plan-and-screenshot") {
        if path.extension().is_some_and(|ending| ending != "txt") {
            let found = measure(&open(&path).pixels, &Shot::default());
            assert_eq!(
                reason(&found),
                Some(LeftReason::NotAPhoto),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn a_person_and_a_camera_know_a_photo_from_a_drawing() {
    let plan = drawn(1400, 1000, drawn::Drawing::Plan, 1);
    let said = Overrides {
        place: Some(Place::Interior),
        ..Overrides::default()
    };
    let found = measure(&plan, &Shot::default());
    assert_eq!(left::reason(&found, false, &said), None);
    let exposed = Shot {
        exposure_s: Some(0.01),
        ..Shot::default()
    };
    assert_eq!(reason(&measure(&plan, &exposed)), None);
}

#[test]
fn good_photos_are_none_of_that() {
    for folder in [
        "interior",
        "exterior",
        "finished",
        "reported/13-twilight-house",
    ] {
        let all = files(folder);
        let photos = all
            .iter()
            .filter(|path| path.extension().is_some_and(|e| e == "jpg"));
        for path in photos.step_by(5) {
            let photo = open(path).pixels;
            let found = measure(&photo, &Shot::default());
            assert_eq!(reason(&found), None, "{}", path.display());
            let mut found = held(&found);
            found.retain(|gate| *gate != Gate::InputSize);
            assert_eq!(found, [], "{}", path.display());
        }
    }
}
