//! Brackets with an orientation flag that lies. Expected, by the reported case 04: the merge of the
//! same frames without it, "mean abs diff < 2", or a sentence that names the flag.

use plumbline_enhance::brackets::{Frame, group, merge};
use plumbline_enhance::{Pixels, Shot};

use crate::camera::{View, bracket, decoded, frames};
use crate::compared::distance;

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
    let Some(view) = View::of("interior/lotus-design-n-print-8qnur1liv_k-unsplash.jpg") else {
        return;
    };
    let all = frames(&view, &bracket());
    let wanted = merge(all.clone()).unwrap().pixels;
    for odd in 0..3 {
        let mut flagged = all.clone();
        flagged[odd] = decoded(quarter_turned(&all[odd].pixels), 6);
        let merged = merge(flagged).unwrap();
        let off = distance(&merged.pixels, &wanted);
        assert!(off < 2.0, "frame {odd}: {off}");
        let named = |s: &String| s.contains("orientation flag");
        assert!(merged.sentences.iter().any(named), "{:?}", merged.sentences);
    }
}

#[test]
fn a_flag_that_tells_the_truth_about_another_view_is_named() {
    let views = [
        "interior/lotus-design-n-print-8qnur1liv_k-unsplash.jpg",
        "interior/lotus-design-n-print-nl1cp1tr2ou-unsplash.jpg",
    ];
    let [Some(one), Some(two)] = views.map(View::of) else {
        return;
    };
    let mut all = frames(&one, &bracket());
    all[2] = decoded(quarter_turned(&two.taken(bracket()[2])), 6);
    let error = merge(all).unwrap_err().to_string();
    assert!(error.contains("orientation flag"), "{error}");
}

/// A frame taken at a second of the clock.
fn taken(pixels: &Pixels, second: u32) -> Frame {
    let shot = Shot {
        exposure_s: Some([0.1, 0.02, 0.4][second as usize % 3]),
        taken_at: Some(format!("2026:11:25 10:31:{second:02}")),
        ..Shot::default()
    };
    Frame::of(&format!("IMG_{second}.jpg"), pixels, shot)
}

#[test]
fn a_frame_with_another_flag_is_grouped_with_its_set_and_another_room_is_not() {
    let rooms = [
        "interior/lotus-design-n-print-8qnur1liv_k-unsplash.jpg",
        "interior/lotus-design-n-print-nl1cp1tr2ou-unsplash.jpg",
    ];
    let [Some(one), Some(two)] = rooms.map(View::of) else {
        return;
    };
    let shots = bracket();
    let own = shots.map(|shot| one.taken(shot));
    for odd in 0..3 {
        let shown = |at: usize| match at == odd {
            true => taken(&quarter_turned(&own[at]), at as u32),
            false => taken(&own[at], at as u32),
        };
        assert_eq!(group(&[0, 1, 2].map(shown)), [[0, 1, 2]], "frame {odd}");
    }
    let other = taken(&quarter_turned(&two.taken(shots[2])), 2);
    let frames = [taken(&own[0], 0), taken(&own[1], 1), other];
    assert_eq!(group(&frames), [vec![0, 1], vec![2]]);
}
