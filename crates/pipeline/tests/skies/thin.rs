//! Thin things against a real dull sky at the photo's own size: they stay as strong as they were.

use std::fs;

use plumbline_documents::Place;
use plumbline_enhance::{
    Limits, Metadata, Overrides, Pixels, Plan, Preset, Shot, SkyChoice, decode, measure, repaint,
    small,
};
use plumbline_fixtures::photos;
use plumbline_pipeline::scene_analysis::{Network, SceneAnalysis};

use crate::trial::seen;

/// Least share of its contrast with the new sky that a thing keeps.
const KEPT: f64 = 0.8;

/// A thing that is drawn: its light, and the share of a pixel that it covers.
struct Thing {
    name: &'static str,
    level: [f32; 3],
    share: fn(f32, f32) -> f32,
}

/// Coverage of a line of a width, from the distance of a pixel's middle to its own.
fn line(distance: f32, width: f32) -> f32 {
    (width / 2.0 + 0.5 - distance.abs()).clamp(0.0, 1.0)
}

fn within(v: f32, from: f32, to: f32) -> bool {
    (from..to).contains(&v)
}

/// Two wires that sag from side to side.
fn wires(x: f32, y: f32) -> f32 {
    let sag = |top: f32| top + 60.0 * ((x - 2300.0) / 2300.0).powi(2);
    line(y - sag(170.0), 3.0).max(line(y - sag(235.0), 2.0))
}

/// A mast with a boom and its rods.
fn aerial(x: f32, y: f32) -> f32 {
    let mast = line(x - 1180.0, 7.0) * f32::from(u8::from(within(y, 380.0, 760.0)));
    let boom = line(y - 430.0, 4.0) * f32::from(u8::from(within(x, 1040.0, 1330.0)));
    let near = ((x - 1040.0).rem_euclid(29.0)).min(29.0 - (x - 1040.0).rem_euclid(29.0));
    let is_rod = within(x, 1035.0, 1340.0) && within(y, 385.0, 475.0);
    mast.max(boom)
        .max(line(near, 2.5) * f32::from(u8::from(is_rod)))
}

/// A handrail on bars.
fn railing(x: f32, y: f32) -> f32 {
    if !within(x, 3180.0, 3720.0) || !within(y, 560.0, 760.0) {
        return 0.0;
    }
    let near = (x - 3180.0).rem_euclid(36.0);
    line(y - 570.0, 8.0).max(line(near.min(36.0 - near), 4.0))
}

/// A panel of cells, tilted, on two thin feet.
fn panel(x: f32, y: f32) -> f32 {
    let (u, v) = (x - 2900.0, y - 560.0 + 0.25 * (x - 2900.0));
    let feet = line(u - 40.0, 5.0).max(line(u - 200.0, 5.0));
    if within(u, 0.0, 240.0) && within(v, 0.0, 110.0) {
        1.0
    } else if within(v, 110.0, 180.0) {
        feet
    } else {
        0.0
    }
}

const THINGS: [Thing; 4] = [
    Thing {
        name: "wires",
        level: [0.16; 3],
        share: wires,
    },
    Thing {
        name: "an aerial",
        level: [0.30, 0.30, 0.31],
        share: aerial,
    },
    Thing {
        name: "a railing",
        level: [0.20, 0.19, 0.18],
        share: railing,
    },
    Thing {
        name: "a solar panel",
        level: [0.10, 0.13, 0.24],
        share: panel,
    },
];

fn drawn(photo: &Pixels, thing: &Thing) -> Pixels {
    let (width, height) = (photo.width(), photo.height());
    let mut samples = photo.rgb8().into_owned();
    for y in 0..height {
        for x in 0..width {
            let share = (thing.share)(x as f32 + 0.5, y as f32 + 0.5);
            if share > 0.0 {
                let at = 3 * (y * width + x) as usize;
                for c in 0..3 {
                    let sky = f32::from(samples[at + c]);
                    let mixed = sky + (255.0 * thing.level[c] - sky) * share;
                    samples[at + c] = (mixed + 0.5) as u8;
                }
            }
        }
    }
    Pixels::from_eight(width, height, samples).unwrap()
}

/// The photo under a sky, nothing else changed; `None`: the sky is left as it is.
fn under(photo: &Pixels, choice: SkyChoice) -> Option<Pixels> {
    let overrides = Overrides {
        place: Some(Place::Exterior),
        sky: Some(choice),
        ..Overrides::default()
    };
    let scene = seen(&small(photo));
    let analysis = SceneAnalysis::of_scene(photo, scene, Network::default(), &overrides);
    let measured = measure(photo, &Shot::default());
    let sky = analysis.sky(
        &measured,
        &Preset::default(),
        &overrides,
        &Metadata::default(),
    );
    sky.new_sky()?;
    let plan = Plan {
        sky,
        ..Plan::identity()
    };
    Some(repaint(
        photo,
        photo.clone(),
        &plan,
        analysis.matte.as_ref(),
        None,
    ))
}

/// Share of the contrast that a thing has with the sky around it, against that of the thing as it
/// was drawn before the same new sky.
fn kept(thing: &Thing, bare: &Pixels, with: &Pixels) -> f64 {
    let luma = |p: &Pixels, x: u32, y: u32| {
        let [r, g, b] = p.unit(x, y);
        f64::from(0.2126 * r + 0.7152 * g + 0.0722 * b)
    };
    let [r, g, b] = thing.level;
    let own = f64::from(0.2126 * r + 0.7152 * g + 0.0722 * b);
    let (mut found, mut wanted, mut pixels) = (0.0, 0.0, 0);
    for y in 0..bare.height() {
        for x in 0..bare.width() {
            if (thing.share)(x as f32 + 0.5, y as f32 + 0.5) >= 0.99 {
                let sky = luma(bare, x, y);
                found += sky - luma(with, x, y);
                wanted += sky - own;
                pixels += 1;
            }
        }
    }
    assert!(pixels > 1000, "{} lies outside the photo", thing.name);
    found / wanted
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the photos are files")]
fn wires_aerials_railings_and_panels_keep_their_contrast_with_the_sky() {
    let Some(path) = photos("exterior/terrah-holly-pmhdkgRCbtE-unsplash.jpg") else {
        return;
    };
    let bytes = fs::read(path).unwrap();
    let photo = decode(&bytes, &Limits::default()).unwrap().pixels;
    for choice in [SkyChoice::Clear, SkyChoice::LightCloud] {
        let bare = under(&photo, choice.clone()).expect("a dull sky is replaced");
        for thing in &THINGS {
            // Wires from side to side cut the sky in two, and a sky of pieces may be left alone.
            let Some(with) = under(&drawn(&photo, thing), choice.clone()) else {
                assert_eq!(thing.name, "wires", "the sky behind it is kept");
                continue;
            };
            let kept = kept(thing, &bare, &with);
            assert!(kept >= KEPT, "{} before {choice:?}: {kept:.2}", thing.name);
        }
    }
}
