//! Brackets through which somebody walks, and in which a tree sways. Expected, by the reported case
//! 08: "fully there once or not at all": "no pixel mix between 15 % and 85 % over more than 5 %" of
//! each place.

use plumbline_enhance::brackets::merge;

use crate::camera::{View, bracket, decoded, frames};
use crate::compared::{edges, mixed};

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
fn walked(photo: &str, places: [Option<f32>; 3]) {
    let Some(view) = View::of(photo) else { return };
    let shots = bracket();
    let views = places.map(|at| at.map_or_else(|| view.clone(), |at| with_somebody(&view, at)));
    let all = std::iter::zip(&views, shots).map(|(v, shot)| decoded(v.taken(shot), 1));
    let found = merge(all.collect()).unwrap();
    let moved = |s: &String| s.contains("moved");
    assert!(found.sentences.iter().any(moved), "{:?}", found.sentences);
    let empty = merge(frames(&view, &shots)).unwrap().pixels;
    for (at, view) in std::iter::zip(places, &views) {
        let Some(at) = at else { continue };
        let there = merge(frames(view, &shots)).unwrap().pixels;
        let (width, height) = (empty.width() as f32, empty.height() as f32);
        let share = mixed(&found.pixels, &empty, &there, |x, y| {
            inside_somebody(at, x as f32 / width, y as f32 / height)
        });
        eprintln!("at {at}: {:.1} % neither here nor there", share * 100.0);
        assert!(share < 0.05, "{share} of somebody at {at} is half there");
    }
}

#[test]
fn who_stood_in_one_exposure_is_whole_or_absent() {
    let photo = "interior/naomi-hebert-mp0bgas_d1c-unsplash.jpg";
    walked(photo, [Some(0.3), None, None]);
}

#[test]
fn who_walked_through_all_exposures_is_whole_or_absent_everywhere() {
    let photo = "interior/naomi-hebert-mp0bgas_d1c-unsplash.jpg";
    walked(photo, [Some(0.25), Some(0.5), Some(0.75)]);
}

/// A crown of leaves, so far to the right.
fn with_tree(view: &View, right: f32) -> View {
    view.changed(|x, y, light| {
        let (u, v) = (x - right, y);
        let leaf = |a: f32, b: f32| (u * a + 3.0 * (v * 31.0).sin()).sin() * (v * b).sin();
        let crown = in_tree(u, v) && leaf(160.0, 110.0) + leaf(67.0, 71.0) > 0.1;
        match crown {
            true => [0.05, 0.09, 0.03].map(|c| c * (1.0 + 0.5 * (u * 400.0).sin())),
            false => light,
        }
    })
}

fn in_tree(x: f32, y: f32) -> bool {
    ((x - 0.7) / 0.13).powi(2) + ((y - 0.4) / 0.3).powi(2) < 1.0
}

/// A leaf is there once: along the leaves of one frame the edges are as steep as where the tree
/// stood still. Half a tree beside half a tree has half of that.
#[test]
fn a_tree_that_swayed_is_one_frames_tree() {
    let Some(view) = View::of("exterior/jacques-bopp-hh18posx5qk-unsplash.jpg") else {
        return;
    };
    let shots = bracket();
    let views = [0.0, 0.012, -0.015].map(|right| with_tree(&view, right));
    let all = std::iter::zip(&views, shots).map(|(v, shot)| decoded(v.taken(shot), 1));
    let found = merge(all.collect()).unwrap();
    let alike = views.each_ref().map(|view| {
        let still = merge(frames(view, &shots)).unwrap().pixels;
        edges(&found.pixels, &still, in_tree)
    });
    eprintln!("{alike:.3?}; {:?}", found.sentences);
    assert!(alike.into_iter().fold(0.0, f64::max) > 0.85, "{alike:?}");
}
