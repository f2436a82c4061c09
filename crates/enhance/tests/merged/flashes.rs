//! Brackets with flash frames. Expected, by the reported case 05: "window view kept (mean abs error
//! of the window to truth, after gain, small), no blotches: on the white wall the spread of a*/b* must
//! not exceed that of the worst single frame". How small is not said; here it is half of
//! what the blown frame has.

use plumbline_enhance::Pixels;
use plumbline_enhance::brackets::merge;

use crate::camera::{View, bracket, decoded};
use crate::compared::{colour_spread, difference_after_gain, mean_colour};

/// Window and wall of the room below, in shares of its sides.
const WINDOW: [[f32; 2]; 2] = [[0.56, 0.84], [0.14, 0.46]];
const WALL: [[f32; 2]; 2] = [[0.05, 0.5], [0.1, 0.5]];

fn is_view(x: f32, y: f32) -> bool {
    (0.55..0.85).contains(&x) && (0.13..0.47).contains(&y)
}

/// A room with white walls and the photo's view in its window, four stops brighter.
fn room_with(view: &View) -> (View, View) {
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

/// The room by its lamps, by its lamps for the window, and by flash.
fn shown(photo: &str) -> Option<[Pixels; 3]> {
    let (ambient, flash) = room_with(&View::of(photo)?);
    let [mut room, mut window, mut lit] = bracket();
    (room.ev, window.ev, lit.ev) = (1.2, -1.5, 0.0);
    Some([ambient.taken(room), ambient.taken(window), flash.taken(lit)])
}

/// The frames in this order: 0 the room, 1 the window, 2 the flash frame.
fn in_order(photo: &str, order: [usize; 3]) {
    let Some(shown) = shown(photo) else { return };
    let frames = order.map(|at| decoded(shown[at].clone(), 1));
    let merged = merge(frames.to_vec()).unwrap();
    let says_flash = |s: &String| s.contains("by a flash");
    assert!(
        merged.sentences.iter().any(says_flash),
        "{:?}",
        merged.sentences
    );
    led_by_flash(&merged.pixels, &shown);
    let (kept, blown) = (window(&merged.pixels, &shown), window(&shown[0], &shown));
    assert!(kept < 0.5 * blown, "window: {kept} of {blown}");
}

/// Distance of the window from that of the frame that was taken for it.
fn window(pixels: &Pixels, shown: &[Pixels; 3]) -> f64 {
    difference_after_gain(pixels, &shown[1], WINDOW[0], WINDOW[1])
}

fn led_by_flash(merged: &Pixels, shown: &[Pixels; 3]) {
    let spreads = shown.each_ref().map(|p| colour_spread(p, WALL[0], WALL[1]));
    let worst = [0, 1].map(|c| spreads.iter().map(|s| s[c]).fold(0.0, f64::max));
    let found = colour_spread(merged, WALL[0], WALL[1]);
    let off_colour = |one: &Pixels, two: &Pixels| {
        let [one, two] = [one, two].map(|p| mean_colour(p, WALL[0], WALL[1]));
        (one[0] - two[0]).hypot(one[1] - two[1])
    };
    let (to_flash, to_lamps) = (off_colour(merged, &shown[2]), off_colour(merged, &shown[0]));
    eprintln!(
        "wall spreads {found:.2?} of {worst:.2?}, {to_flash:.1} from the flash, {to_lamps:.1} from the lamps"
    );
    assert!(found[0] <= worst[0] && found[1] <= worst[1], "blotches");
    assert!(to_flash < 0.2 * to_lamps, "the lamps' colour");
}

#[test]
fn a_flash_frame_that_comes_first_leads_in_colour() {
    in_order("interior/pexels-vecislavas-popa-1571458.jpg", [2, 0, 1]);
}

#[test]
fn a_flash_frame_that_comes_last_leads_in_colour() {
    in_order("interior/pexels-vecislavas-popa-1571472.jpg", [0, 1, 2]);
}

#[test]
fn a_flash_frame_among_the_others_leads_in_colour() {
    let photo = "interior/ryan-christodoulou-vra_dprrble-unsplash.jpg";
    in_order(photo, [0, 2, 1]);
}

/// An EXIF block with nothing but the flash tag: 0x19 fired, 0x18 did not, both by the camera's choice.
fn exif_of_flash(fired: bool) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0".to_vec();
    block.extend(b"\x01\0\x69\x87\x04\0\x01\0\0\0\x1a\0\0\0\0\0\0\0");
    block.extend(b"\x01\0\x09\x92\x03\0\x01\0\0\0");
    block.extend([0x18 + u8::from(fired), 0, 0, 0, 0, 0, 0, 0]);
    block
}

#[test]
fn the_flash_tag_is_read_from_exif() {
    for fired in [true, false] {
        let mut frame = decoded(Pixels::from_eight(1, 1, vec![0; 3]).unwrap(), 1);
        frame.metadata.exif = Some(exif_of_flash(fired));
        assert_eq!(frame.metadata.shot().flash_fired, Some(fired));
    }
}

/// Two flashes from two sides, and the camera says that they fired. The window is kept as with one.
#[test]
fn two_flash_frames_lead_together() {
    let photo = "interior/zane-persaud-fc3gmwd6mns-unsplash.jpg";
    let Some(shown) = shown(photo) else { return };
    let [_, flash] = <[View; 2]>::from(room_with(&View::of(photo).unwrap()));
    let other_side = flash.changed(|x, y, light| match is_view(x, y) {
        true => light,
        false => light.map(|v| v * (0.5 + 0.8 * x)),
    });
    let mut lit = bracket()[0];
    (lit.ev, lit.seed) = (0.0, 9);
    let fired = |pixels: Pixels, fired: bool| {
        let mut frame = decoded(pixels, 1);
        frame.metadata.exif = Some(exif_of_flash(fired));
        frame
    };
    let [room, for_window, flash] = shown.clone();
    let frames = vec![
        fired(room, false),
        fired(flash, true),
        fired(other_side.taken(lit), true),
        fired(for_window, false),
    ];
    let merged = merge(frames).unwrap();
    let says_two = |s: &String| s.starts_with("2 exposures were lit by a flash");
    assert!(
        merged.sentences.iter().any(says_two),
        "{:?}",
        merged.sentences
    );
    led_by_flash(&merged.pixels, &shown);
    let one = merge(shown.iter().map(|p| decoded(p.clone(), 1)).collect()).unwrap();
    let (kept, with_one) = (window(&merged.pixels, &shown), window(&one.pixels, &shown));
    assert!(kept < 1.1 * with_one, "window: {kept} of {with_one}");
}
