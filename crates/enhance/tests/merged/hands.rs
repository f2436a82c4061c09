//! Brackets from hands and lenses that move. Expected, by the reported case 07: "as sharp as the
//! middle frame: 95th percentile of gradient magnitude, exposure-matched, > 0.85 of frame 1; no
//! double edges".

use plumbline_enhance::brackets::merge;

use crate::camera::{Hand, View, bracket, frames};
use crate::compared::{edges, sharpness};

/// A set of a photo, held so for the dark and the bright frame.
fn held(photo: &str, dark: Hand, bright: Hand) {
    let Some(view) = View::of(photo) else { return };
    let still = merge(frames(&view, &bracket())).unwrap().pixels;
    let mut shots = bracket();
    (shots[1].hand, shots[2].hand) = (dark, bright);
    let merged = merge(frames(&view, &shots)).unwrap();
    assert!(merged.left_out.is_empty(), "{:?}", merged.sentences);
    let sharp = sharpness(&merged.pixels, &view.taken(shots[0]));
    // Near the border what turns and zooms is farthest from its place.
    let outside = |x: f32, y: f32| !(0.2..0.8).contains(&x) || !(0.2..0.8).contains(&y);
    let all = edges(&merged.pixels, &still, |_, _| true);
    let border = edges(&merged.pixels, &still, outside);
    eprintln!("{photo}: sharpness {sharp:.3}, edges {all:.3}, at the border {border:.3}");
    assert!(sharp > 0.85, "sharpness {sharp}");
    assert!(all > 0.85 && border > 0.85, "double edges: {all}, {border}");
}

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
    held(
        "exterior/frames-for-your-heart-2d4laqalbda-unsplash.jpg",
        dark,
        bright,
    );
}

#[test]
fn a_camera_turned_sideways_by_one_and_a_half_degrees_leaves_no_double_edges() {
    let [dark, bright] = both_ways(Hand {
        yaw_degrees: 1.5,
        ..Hand::default()
    });
    held("exterior/pexels-expect-best-323780.jpg", dark, bright);
}

#[test]
fn a_camera_nodded_by_one_and_a_half_degrees_leaves_no_double_edges() {
    let [dark, bright] = both_ways(Hand {
        pitch_degrees: 1.5,
        ..Hand::default()
    });
    held(
        "interior/helen-thomas-5vipizfuvwa-unsplash.jpg",
        dark,
        bright,
    );
}

#[test]
fn a_camera_rolled_and_shifted_leaves_no_double_edges() {
    let [dark, bright] = both_ways(Hand {
        roll_degrees: 1.2,
        right: 10.0,
        down: -7.0,
        ..Hand::default()
    });
    held(
        "interior/zane-persaud-fc3gmwd6mns-unsplash.jpg",
        dark,
        bright,
    );
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
    held("interior/kara-eads-l7ewhkq1b2s-unsplash.jpg", dark, bright);
}
