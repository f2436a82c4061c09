//! Noise reduction where there is little around a pixel: small pictures, and the seam of a panorama.

use plumbline_enhance::steps::noise::NoiseReduction;
use plumbline_enhance::{Panorama, Pixels, Plan, Shot};

use super::noise::{painted, planned, unplanned};
use super::sensor::{eight, made};

#[test]
fn the_smallest_pictures_and_broken_numbers_are_borne() {
    let reduction = NoiseReduction {
        luma: [
            f32::NAN,
            -1.0,
            f32::INFINITY,
            0.01,
            0.01,
            0.01,
            0.01,
            9.0,
            0.01,
        ],
        blue: [0.02; 9],
        red: [0.02; 9],
    };
    let plan = Plan {
        noise_reduction: reduction,
        ..Plan::identity()
    };
    for (width, height) in [(1, 1), (2, 9), (9, 2), (31, 3), (33, 130)] {
        let pixels = eight(&made(width, height));
        for panorama in [None, Some(Panorama::FullTurn)] {
            let plan = Plan {
                panorama,
                ..plan.clone()
            };
            let left = unplanned(&pixels, &painted(&pixels, &plan), &plan);
            assert!(left < 1.0, "{width} x {height}: {left}");
        }
    }
}

/// A full turn may be cut open anywhere: the same pixels come out, wherever its seam is.
#[test]
fn a_panorama_keeps_its_seam() {
    let pixels = eight(&made(640, 320));
    let turned = |pixels: &Pixels, by: u32| {
        let at = |i: u32| {
            let (x, y) = (i % 640, i / 640);
            let from = (y * 640 + (x + by) % 640) as usize * 3;
            pixels.rgb8()[from..from + 3].to_vec()
        };
        Pixels::from_eight(640, 320, (0..640 * 320).flat_map(at).collect()).unwrap()
    };
    let plan = Plan {
        noise_reduction: planned(&pixels, &Shot::default()).noise_reduction,
        panorama: Some(Panorama::FullTurn),
        ..Plan::identity()
    };
    let (whole, cut) = (
        painted(&pixels, &plan),
        painted(&turned(&pixels, 320), &plan),
    );
    let (a, b) = (turned(&whole, 320), cut);
    let off = a
        .rgb8()
        .iter()
        .zip(b.rgb8().iter())
        .map(|(a, b)| a.abs_diff(*b))
        .max();
    assert!(off <= Some(1), "{off:?}");
    let open = Plan {
        panorama: None,
        ..plan
    };
    let open = painted(&pixels, &open);
    assert!(open != whole, "the other side is seen");
}
