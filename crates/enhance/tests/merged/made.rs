//! Ten kinds of brackets that a made-up camera takes of finished photos.

use plumbline_enhance::Pixels;
use plumbline_enhance::brackets::{Merged, merge};

use crate::camera::{Hand, Shot, View, bracket, decoded, frames};
use crate::compared::{colour_spread, difference_after_gain, distance, mixed, sharpness};

const PHOTOS: [&str; 2] = [
    "exterior/francesca-tosolini-xcvm8mn7num-unsplash.jpg",
    "interior/im3rd-media-cbz4edp__vq-unsplash.jpg",
];

fn merged(view: &View, shots: &[Shot]) -> Merged {
    merge(frames(view, shots)).unwrap()
}

/// A set held so for the dark and the bright frame merges as sharp as its middle frame, and to the
/// same picture as a set from a tripod.
fn held(dark: Hand, bright: Hand, balances: [[f32; 3]; 2]) {
    for view in PHOTOS.iter().filter_map(|photo| View::of(photo)) {
        let still = merged(&view, &bracket()).pixels;
        let mut shots = bracket();
        (shots[1].hand, shots[2].hand) = (dark, bright);
        (shots[1].balance, shots[2].balance) = (balances[0], balances[1]);
        let merged = merged(&view, &shots);
        assert!(merged.left_out.is_empty(), "{:?}", merged.sentences);
        let middle = view.taken(shots[0]);
        let (sharp, off) = (
            sharpness(&merged.pixels, &middle),
            distance(&merged.pixels, &still),
        );
        eprintln!("sharpness {sharp:.3}, {off:.2} levels from the still set");
        assert!(sharp > 0.95, "sharpness {sharp}");
        assert!(off < 4.5, "{off} levels from the still set: double edges");
    }
}

const STEADY: [[f32; 3]; 2] = [[1.0; 3]; 2];

fn both_ways(hand: Hand) -> [Hand; 2] {
    let back = Hand {
        yaw_degrees: -hand.yaw_degrees,
        pitch_degrees: -hand.pitch_degrees,
        roll_degrees: -hand.roll_degrees,
        zoom: -hand.zoom,
        right: -1.2 * hand.right,
        down: -0.8 * hand.down,
    };
    [hand, back]
}

#[test]
fn a_lens_that_breathes_leaves_no_double_edges() {
    let [dark, bright] = both_ways(Hand {
        zoom: 0.006,
        ..Hand::default()
    });
    held(dark, bright, STEADY);
}

#[test]
fn a_camera_turned_sideways_by_one_and_a_half_degrees_leaves_no_double_edges() {
    let [dark, bright] = both_ways(Hand {
        yaw_degrees: 1.5,
        ..Hand::default()
    });
    held(dark, bright, STEADY);
}

#[test]
fn a_camera_nodded_by_one_and_a_half_degrees_leaves_no_double_edges() {
    let [dark, bright] = both_ways(Hand {
        pitch_degrees: 1.5,
        ..Hand::default()
    });
    held(dark, bright, STEADY);
}

#[test]
fn a_camera_rolled_and_shifted_leaves_no_double_edges() {
    let [dark, bright] = both_ways(Hand {
        roll_degrees: 1.2,
        right: 10.0,
        down: -7.0,
        ..Hand::default()
    });
    held(dark, bright, STEADY);
}

#[test]
fn all_at_once_is_still_one_picture() {
    let dark = Hand {
        yaw_degrees: 0.6,
        pitch_degrees: -0.4,
        roll_degrees: 0.5,
        zoom: 0.004,
        right: 4.0,
        down: 0.0,
    };
    let bright = Hand {
        yaw_degrees: -0.5,
        pitch_degrees: 0.5,
        roll_degrees: -0.4,
        zoom: -0.004,
        right: 0.0,
        down: 3.0,
    };
    held(dark, bright, [[1.06, 1.0, 0.93], [0.95, 1.0, 1.07]]);
}

/// Exif's 6: the frame as it is shown when its flag lies.
fn quarter_turned(pixels: &Pixels) -> Pixels {
    let (width, height) = (pixels.width(), pixels.height());
    let rgb = pixels.rgb8();
    let places = (0..width).flat_map(|y| (0..height).map(move |x| (y, height - 1 - x)));
    let samples = places.flat_map(|(x, y)| {
        let at = ((y * width + x) * 3) as usize;
        [rgb[at], rgb[at + 1], rgb[at + 2]]
    });
    Pixels::from_eight(height, width, samples.collect()).unwrap()
}

#[test]
fn a_flag_that_differs_inside_a_set_changes_nothing() {
    for view in PHOTOS.iter().filter_map(|photo| View::of(photo)) {
        let all = frames(&view, &bracket());
        let wanted = merge(all.clone()).unwrap().pixels;
        for odd in 0..3 {
            let mut flagged = all.clone();
            flagged[odd] = decoded(quarter_turned(&all[odd].pixels), 6);
            let merged = merge(flagged).unwrap();
            assert!(merged.pixels == wanted, "frame {odd}");
            assert!(
                merged
                    .sentences
                    .iter()
                    .any(|s| s.contains("orientation flag")),
                "{:?}",
                merged.sentences
            );
        }
    }
}

#[test]
fn a_flag_that_tells_the_truth_about_another_view_is_named() {
    let views: Vec<View> = PHOTOS.iter().filter_map(|photo| View::of(photo)).collect();
    let [one, two] = &views[..] else { return };
    let mut all = frames(one, &bracket());
    all[2] = decoded(quarter_turned(&two.taken(bracket()[2])), 6);
    let error = merge(all).unwrap_err().to_string();
    assert!(error.contains("orientation flag"), "{error}");
}

/// Somebody in dark blue, at a share of the width.
fn inside_somebody(at: f32, x: f32, y: f32) -> bool {
    ((x - at) / 0.06).powi(2) + ((y - 0.62) / 0.26).powi(2) < 1.0
}

fn with_somebody(view: &View, at: f32) -> View {
    view.changed(|x, y, light| {
        let cloth = 1.0 + 0.3 * (x * 300.0).sin() * (y * 230.0).sin();
        match inside_somebody(at, x, y) {
            true => [0.03, 0.05, 0.12].map(|v| v * cloth),
            false => light,
        }
    })
}

/// Somebody stands at these shares of the width in the three frames, or nowhere.
fn walked(places: [Option<f32>; 3]) {
    for view in PHOTOS.iter().filter_map(|photo| View::of(photo)) {
        let shots = bracket();
        let views = places.map(|at| at.map_or_else(|| view.clone(), |at| with_somebody(&view, at)));
        let all = std::iter::zip(&views, shots).map(|(v, shot)| decoded(v.taken(shot), 1));
        let found = merge(all.collect()).unwrap();
        assert!(
            found.sentences.iter().any(|s| s.contains("moved")),
            "{:?}",
            found.sentences
        );
        let empty = merged(&view, &shots).pixels;
        for (at, view) in std::iter::zip(places, &views) {
            let Some(at) = at else { continue };
            let there = merged(view, &shots).pixels;
            let (width, height) = (empty.width() as f32, empty.height() as f32);
            let share = mixed(&found.pixels, &empty, &there, |x, y| {
                inside_somebody(at, x as f32 / width, y as f32 / height)
            });
            eprintln!("at {at}: {:.1} % neither here nor there", share * 100.0);
            assert!(share < 0.05, "{share} of somebody at {at} is half there");
        }
    }
}

#[test]
fn who_stood_in_one_exposure_is_whole_or_absent() {
    walked([Some(0.3), None, None]);
}

#[test]
fn who_walked_through_all_exposures_is_whole_or_absent_everywhere() {
    walked([Some(0.25), Some(0.5), Some(0.75)]);
}

#[test]
fn a_white_balance_that_wandered_is_brought_back() {
    for view in PHOTOS.iter().filter_map(|photo| View::of(photo)) {
        let steady = merged(&view, &bracket()).pixels;
        let mut shots = bracket();
        shots[1].balance = [1.12, 1.0, 0.86];
        shots[2].balance = [0.9, 1.0, 1.13];
        let merged = merged(&view, &shots);
        let off = distance(&merged.pixels, &steady);
        eprintln!("{off:.2} levels from the steady set");
        assert!(off < 3.0, "{off}");
    }
}

/// Window and wall of the room below, in shares of its sides.
const WINDOW: [[f32; 2]; 2] = [[0.56, 0.84], [0.14, 0.46]];
const WALL: [[f32; 2]; 2] = [[0.05, 0.5], [0.1, 0.5]];

/// A room with white walls and the photo's view in its window, four stops brighter.
fn room_with(view: &View) -> (View, View) {
    let is_view = |x: f32, y: f32| (0.55..0.85).contains(&x) && (0.13..0.47).contains(&y);
    let paint = |x: f32, y: f32, light: [f32; 3]| match () {
        () if (0.54..0.86).contains(&x) && (0.11..0.49).contains(&y) => [0.02; 3],
        () if y < 0.6 => [0.8; 3],
        () => light.map(|v| 0.05 + 0.9 * v),
    };
    let ambient = view.changed(|x, y, light| match is_view(x, y) {
        true => light.map(|v| v * 2.0),
        false => {
            let lamp = [0.32, 0.22, 0.11].map(|v| v * (1.5 - 0.7 * x - 0.7 * y));
            let paint = paint(x, y, light);
            [0, 1, 2].map(|c| paint[c] * lamp[c])
        }
    });
    let flash = view.changed(|x, y, light| match is_view(x, y) {
        true => light.map(|v| v * 2.0 / 32.0),
        false => {
            let paint = paint(x, y, light);
            paint.map(|v| v * (0.75 - 0.3 * x + 0.2 * y))
        }
    });
    (ambient, flash)
}

#[test]
fn a_flash_frame_gives_its_colour_and_the_others_the_window() {
    for view in PHOTOS.iter().filter_map(|photo| View::of(photo)) {
        let (ambient, flash) = room_with(&view);
        let [mut room, mut window, mut lit] = bracket();
        (room.ev, window.ev, lit.ev) = (1.2, -1.5, 0.0);
        let shown = [ambient.taken(room), ambient.taken(window), flash.taken(lit)];
        let merged = merge(shown.iter().map(|p| decoded(p.clone(), 1)).collect()).unwrap();
        assert!(
            merged.sentences.iter().any(|s| s.contains("flash")),
            "{:?}",
            merged.sentences
        );
        let spread = |p: &Pixels| colour_spread(p, WALL[0], WALL[1]);
        let worst = shown
            .iter()
            .map(spread)
            .reduce(|a, b| [a[0].max(b[0]), a[1].max(b[1])]);
        let (worst, found) = (worst.unwrap(), spread(&merged.pixels));
        let seen = |p: &Pixels| difference_after_gain(p, &shown[1], WINDOW[0], WINDOW[1]);
        let (kept, blown) = (seen(&merged.pixels), seen(&shown[0]));
        eprintln!("wall {found:.2?} of {worst:.2?}, window {kept:.1}, blown {blown:.1}");
        assert!(found[0] <= worst[0] && found[1] <= worst[1]);
        assert!(kept < 0.75 * blown, "{kept} of {blown}");
    }
}
