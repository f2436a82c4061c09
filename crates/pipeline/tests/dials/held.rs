//! Quality control: what was asked for is not held, whichever way somebody turned.

use plumbline_documents::{Dial, Dials};

use crate::support::{developed, one, some, turned};

#[test]
fn no_end_of_a_dial_is_held_where_the_photo_alone_passes() {
    for (name, photo) in [some("interior", 3), some("exterior", 3)].concat() {
        let alone = turned(&photo, Dials::default());
        if !alone.held.is_empty() {
            eprintln!("{name} is held without a dial: {:?}", alone.held);
            continue;
        }
        for dial in Dial::ALL {
            for number in dial.range() {
                let done = turned(&photo, one(dial, number));
                assert!(
                    done.held.is_empty(),
                    "{name} {dial} {number}: {:?}",
                    done.held
                );
            }
        }
        for sign in [-1.0, 1.0] {
            let mut all = Dials::default();
            for dial in [Dial::Brightness, Dial::Warmth, Dial::Tint, Dial::Contrast] {
                *all.number(dial) = Some(sign * 0.6);
            }
            all.shadows = Some(-sign);
            let done = turned(&photo, all);
            assert!(done.held.is_empty(), "{name} {sign}: {:?}", done.held);
        }
    }
}

#[test]
fn a_preset_is_the_ground_and_a_photos_own_dials_count() {
    for (name, photo) in some("interior", 3).into_iter().take(1) {
        let ground = Dials {
            warmth: Some(0.3),
            ..one(Dial::Brightness, 0.4)
        };
        let done = developed(&photo, one(Dial::Brightness, -0.5), ground).unwrap();
        assert!(
            done.says("As you asked: 0.5 stops darker, warmer by 0.3."),
            "{name}: {:?}",
            done.said
        );
        let off = developed(&photo, one(Dial::Brightness, 0.0), ground).unwrap();
        assert!(off.says("As you asked: warmer by 0.3."), "{:?}", off.said);
    }
}
