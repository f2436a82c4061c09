//! Every damage changes the pixels that it says, and no others.

use plumbline_faults::canvas::Canvas;
use plumbline_faults::cases::Recipe;
use plumbline_faults::colour::{hue_chroma, hue_distance, to_lab};
use plumbline_faults::damages::{DAMAGES, Damaged, Promise, Site};
use plumbline_faults::photo::Photo;
use plumbline_faults::rng::Rng;

use crate::drawn::{house, room};

/// The damage of a name, done to a photo under no look. `None`: the photo has no such thing.
fn done(name: &str, photo: &Photo) -> Option<Damaged> {
    let damage = DAMAGES.iter().find(|damage| damage.name == name).unwrap();
    let canvas = Canvas::of(&photo.pixels);
    let site = Site {
        photo,
        original: &canvas,
        edited: &canvas,
        other: &Canvas::of(&house().pixels),
        look: &Canvas::clone,
    };
    (damage.work)(&site, &mut Rng::of(&[name]))
}

/// Pixels of a photo and of its damaged copy that differ by more than two steps of 255.
fn changed(photo: &Photo, damaged: &Damaged) -> Vec<([f32; 3], [f32; 3])> {
    let before = match &damaged.original {
        Some(original) => original.clone(),
        None => Canvas::of(&photo.pixels),
    };
    let both = before.pixels.iter().zip(&damaged.result.pixels);
    let differs = |(a, b): &(&[f32; 3], &[f32; 3])| (0..3).any(|c| (a[c] - b[c]).abs() > 0.008);
    both.filter(differs).map(|(a, b)| (*a, *b)).collect()
}

fn share(name: &str, photo: &Photo) -> f64 {
    let damaged = done(name, photo).unwrap_or_else(|| panic!("no place for {name}"));
    changed(photo, &damaged).len() as f64 / photo.pixels.pixel_count() as f64
}

#[test]
fn every_damage_finds_its_place_on_a_room_or_a_house() {
    for damage in DAMAGES {
        let found = [room(), house()].iter().any(|photo| {
            done(damage.name, photo).is_some_and(|damaged| !changed(photo, &damaged).is_empty())
        });
        assert!(found, "{}", damage.name);
    }
}

#[test]
fn a_patch_has_the_size_that_its_name_says() {
    for (name, from, to) in [
        ("paste 1 %", 0.004, 0.011),
        ("paste 0.3 %", 0.001, 0.0035),
        ("heal 1 %", 0.001, 0.011),
        ("socket removed", 0.0001, 0.0008),
        ("cast b* + 8", 0.2, 0.25),
        ("seams 3 %", 0.4, 0.6),
    ] {
        let share = share(name, &room());
        assert!((from..=to).contains(&share), "{name}: {share}");
    }
}

#[test]
fn a_hairline_is_thin_and_a_twelfth_of_the_wall_dark() {
    let room = room();
    for name in ["hairline appears", "hairline gone"] {
        let damaged = done(name, &room).unwrap();
        assert_eq!(damaged.original.is_some(), name.ends_with("gone"));
        let changed = changed(&room, &damaged);
        assert!(
            (60..600).contains(&changed.len()),
            "{name}: {} pixels",
            changed.len()
        );
        let contrast = |(a, b): &([f32; 3], [f32; 3])| (a[1] / b[1]).max(b[1] / a[1]) - 1.0;
        let most = changed.iter().map(contrast).fold(0.0, f32::max);
        assert!((0.07..0.09).contains(&most), "{name}: {most}");
    }
}

#[test]
fn a_repainted_surface_keeps_its_lightness_and_leaves_its_hue() {
    let room = room();
    let damaged = done("one hue repainted", &room).unwrap();
    let changed = changed(&room, &damaged);
    let share = changed.len() as f64 / room.pixels.pixel_count() as f64;
    assert!((0.05..0.2).contains(&share), "the sofa, and not {share}");
    let (mut turned, mut lighter) = (0.0, 0.0);
    for (before, after) in &changed {
        let (a, b) = (to_lab(*before), to_lab(*after));
        turned += hue_distance(hue_chroma(a).0, hue_chroma(b).0) / changed.len() as f32;
        lighter += (a[0] - b[0]).abs() / changed.len() as f32;
    }
    assert!((40.0..140.0).contains(&turned), "{turned} degrees");
    assert!(lighter < 1.5, "{lighter} L*");
}

#[test]
fn a_lawn_is_looked_for_outside_only_and_turns_green() {
    let mut house = house();
    let damaged = done("lawn", &house).unwrap();
    let changed = changed(&house, &damaged);
    let greener = |(a, b): &&([f32; 3], [f32; 3])| to_lab(*b)[1] < to_lab(*a)[1] - 8.0;
    let green = changed.iter().filter(greener).count();
    assert!(
        green * 10 > changed.len() * 8,
        "{green} of {}",
        changed.len()
    );
    house.is_exterior = false;
    assert!(done("lawn", &house).is_none());
}

#[test]
fn a_photo_without_a_mask_has_no_new_sky_to_spoil() {
    for damage in DAMAGES
        .iter()
        .filter(|damage| damage.promise == Promise::Sky)
    {
        assert!(done(damage.name, &room()).is_none(), "{}", damage.name);
        let damaged = done(damage.name, &house()).unwrap();
        assert!(damaged.sky.is_some(), "{}", damage.name);
    }
}

#[test]
fn the_same_seed_makes_the_same_pair_and_another_one_does_not() {
    let (room, house) = (room(), house());
    let recipes = Recipe::all(&room.name, "", false);
    let paste = recipes
        .iter()
        .find(|recipe| recipe.kind() == "paste 1 %")
        .unwrap();
    let result = |seed| paste.pair(&room, &house.pixels, seed).unwrap().result;
    assert!(result("") == result(""));
    assert!(result("") != result("other"));
}
