//! A white place: what a person says is white becomes neutral, and what cannot be is refused.

use plumbline_documents::{Dials, WhiteAt};
use plumbline_enhance::Pixels;

use crate::support::{developed, lab, some, turned};

/// Chroma from which a place is a tree or a cushion of many colours, and no wall.
const COLOURED: f32 = 12.0;

fn picked(x: f32, y: f32) -> Dials {
    Dials {
        white_at: Some(WhiteAt::new(x, y)),
        ..Dials::default()
    }
}

/// Chroma of the mean of a small place.
fn chroma(pixels: &Pixels, (x, y): (f32, f32)) -> f32 {
    let at = |share: f32, of: u32| ((share * of as f32) as u32).clamp(5, of - 6);
    let (x, y) = (at(x, pixels.width()), at(y, pixels.height()));
    let mut sum = [0.0; 3];
    for i in 0..121 {
        let unit = pixels.unit(x - 5 + i % 11, y - 5 + i / 11);
        (0..3).for_each(|c| sum[c] += unit[c] / 121.0);
    }
    let [_, a, b] = lab(sum);
    a.hypot(b)
}

/// Under a lamp that makes white orange.
fn warm(photo: &Pixels) -> Pixels {
    let rgb = photo.rgb8();
    let under = |p: &[u8; 3]| {
        [(p[0], 1.0), (p[1], 0.87), (p[2], 0.62)].map(|(v, share)| (f32::from(v) * share) as u8)
    };
    let samples = rgb.as_chunks::<3>().0.iter().flat_map(under).collect();
    Pixels::from_eight(photo.width(), photo.height(), samples).unwrap()
}

#[test]
fn a_place_that_was_picked_comes_out_neutral() {
    for (name, photo) in [some("interior", 3), some("exterior", 3)].concat() {
        for photo in [photo.clone(), warm(&photo)] {
            let mut tried = 0;
            for place in [(0.3, 0.2), (0.7, 0.25), (0.5, 0.55), (0.2, 0.7)] {
                let mut own = picked(place.0, place.1);
                own.verticals = Some(0.0);
                let Ok(done) = developed(&photo, own, Dials::default()) else {
                    continue;
                };
                let alone = turned(
                    &photo,
                    Dials {
                        verticals: Some(0.0),
                        ..Dials::default()
                    },
                );
                let (before, now) = (chroma(&alone.picture, place), chroma(&done.picture, place));
                if before > COLOURED {
                    continue;
                }
                eprintln!("{name} {place:?}: {before:.1} to {now:.1} {:?}", done.held);
                assert!(now < 2.0 || now < before / 4.0, "{name}: {before} {now}");
                assert!(done.says("the place you picked made neutral"));
                tried += 1;
            }
            eprintln!("{name}: {tried} places of four");
        }
    }
}

/// Four fields: white that is blown out, black, red, and grey.
fn fields() -> Pixels {
    let colour = |x: u32, y: u32| match (x < 300, y < 200) {
        (true, true) => [255, 255, 255],
        (false, true) => [3, 3, 3],
        (true, false) => [180, 40, 40],
        (false, false) => [130, 120, 100],
    };
    let noise = |i: u32| (i.wrapping_mul(2_654_435_761) >> 29) as u8 % 6;
    let samples = (0..600 * 400).flat_map(|i| {
        let [r, g, b] = colour(i % 600, i / 600);
        [r, g, b].map(|v: u8| v.saturating_sub(noise(i)))
    });
    Pixels::from_eight(600, 400, samples.collect()).unwrap()
}

#[test]
fn what_is_no_white_is_refused_with_its_reason() {
    let own = |x, y| {
        let mut own = picked(x, y);
        own.verticals = Some(0.0);
        developed(&fields(), own, Dials::default()).map(|done| done.said)
    };
    let white = own(0.25, 0.25).unwrap_err();
    assert!(white.contains("blown out"), "{white}");
    let black = own(0.75, 0.25).unwrap_err();
    assert!(black.contains("nearly black"), "{black}");
    let red = own(0.25, 0.75).unwrap_err();
    assert!(red.contains("a strong colour of its own"), "{red}");
    assert!(own(0.75, 0.75).is_ok());
}
