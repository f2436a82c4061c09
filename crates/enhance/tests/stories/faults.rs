//! Injected faults: what quality control must catch, on generated and real pictures, after the
//! correction has done its intended work.

use plumbline_enhance::{
    Pixels, Plan, Preset, Scene, Shot, Verdict, apply, inspect, measure, plan,
};

use crate::support::{altered, files, open, room};

/// Pictures of about a megapixel with their plan and corrected result.
fn corrected() -> Vec<(Pixels, Plan, Pixels)> {
    let mut sources = vec![room(1200, 800)];
    let mut photos = files("interior");
    photos.extend(files("exterior"));
    let small = |path: &std::path::PathBuf| plumbline_enhance::preview(&open(path).pixels, 1200);
    sources.extend(photos.iter().step_by(7).map(small));
    let finish = |pixels: Pixels| {
        let plan = plan(
            &measure(&pixels, &Shot::default()),
            &Scene::default(),
            &Preset::default(),
            false,
        );
        let result = apply(&pixels, &plan, &Scene::default(), None).unwrap();
        (pixels, plan, result)
    };
    sources.into_iter().map(finish).collect()
}

/// Holds a fault to a share of the pictures it must be caught in, in per cent.
fn is_caught(name: &str, least: usize, fault: impl Fn(&Pixels) -> Pixels) {
    let pictures = corrected();
    let clean = pictures
        .iter()
        .filter(|(a, plan, b)| inspect(a, b, plan).verdict == Verdict::Passed)
        .count();
    let caught = |(a, plan, b): &&(Pixels, Plan, Pixels)| {
        inspect(a, &fault(b), plan).verdict == Verdict::Held
    };
    let count = pictures.iter().filter(caught).count();
    eprintln!(
        "{name}: caught in {count} of {}, {clean} clean ones passed",
        pictures.len()
    );
    assert!(
        clean * 100 >= pictures.len() * 90,
        "{clean} clean pictures passed"
    );
    assert!(
        count * 100 >= pictures.len() * least,
        "{name} slipped through"
    );
}

fn clamp(x: i64, size: u32) -> usize {
    x.clamp(0, i64::from(size) - 1) as usize
}

fn blurred(pixels: &Pixels, sigma: f32) -> Pixels {
    let reach = (3.0 * sigma).ceil() as i64;
    let weights: Vec<f32> = (-reach..=reach)
        .map(|d| (-((d * d) as f32) / (2.0 * sigma * sigma)).exp())
        .collect();
    let total: f32 = weights.iter().sum();
    let pass = |from: &Pixels, dx: i64, dy: i64| {
        let rgb = from.rgb8().into_owned();
        let width = from.width() as usize;
        altered(from, |x, y, _| {
            let mut sum = [0.0_f32; 3];
            for (d, weight) in (-reach..=reach).zip(&weights) {
                let column = clamp(i64::from(x) + d * dx, from.width());
                let row = clamp(i64::from(y) + d * dy, from.height());
                let at = (row * width + column) * 3;
                (0..3).for_each(|c| sum[c] += f32::from(rgb[at + c]) * weight / total);
            }
            sum.map(|v| (v + 0.5) as u8)
        })
    };
    pass(&pass(pixels, 1, 0), 0, 1)
}

#[test]
fn a_pasted_object_is_caught() {
    is_caught("pasted object", 100, |b| {
        let (w, h) = (b.width(), b.height());
        altered(b, |x, y, rgb| {
            let inside = x > w * 2 / 5 && x < w / 2 && y > h / 2 && y < h * 3 / 5;
            if inside {
                if (x / 12 + y / 15).is_multiple_of(2) {
                    [190, 150, 90]
                } else {
                    [60, 50, 45]
                }
            } else {
                rgb
            }
        })
    });
}

#[test]
fn a_wiped_out_object_is_caught() {
    is_caught("wiped-out object", 90, |b| {
        let (w, h) = (b.width(), b.height());
        let colour = b.unit(w * 2 / 5, h * 3 / 5).map(|v| (v * 255.0) as u8);
        altered(b, |x, y, rgb| {
            let inside = x > w * 2 / 5 && x < w * 11 / 20 && y > h * 3 / 5 && y < h * 4 / 5;
            if inside { colour } else { rgb }
        })
    });
}

#[test]
fn a_warp_of_three_pixels_is_caught() {
    is_caught("3 px warp", 100, |b| {
        let rgb = b.rgb8().into_owned();
        let (w, h) = (b.width(), b.height());
        altered(b, |x, y, _| {
            let shift =
                (3.0 * (std::f32::consts::TAU * y as f32 / h as f32 * 2.0).sin()).round() as i64;
            let at = (y as usize * w as usize + clamp(i64::from(x) + shift, w)) * 3;
            [rgb[at], rgb[at + 1], rgb[at + 2]]
        })
    });
}

#[test]
fn a_blur_is_caught() {
    is_caught("blur, sigma 2", 100, |b| blurred(b, 2.0));
}

#[test]
fn a_cast_is_caught() {
    is_caught("yellow cast", 95, |b| {
        altered(b, |_, _, [r, g, blue]| {
            [r.saturating_add(4), g, (f32::from(blue) * 0.88) as u8]
        })
    });
}

#[test]
fn a_repainted_area_is_caught() {
    is_caught("repainted area", 90, |b| {
        let (w, h) = (b.width(), b.height());
        altered(b, |x, y, [r, g, blue]| {
            let inside = x > w / 4 && x < w / 2 && y > h / 5 && y < h / 2;
            if inside {
                [
                    r,
                    (f32::from(g) * 0.86) as u8,
                    (f32::from(blue) * 0.9) as u8,
                ]
            } else {
                [r, g, blue]
            }
        })
    });
}

#[test]
fn washed_out_highlights_are_caught() {
    is_caught("washed-out highlights", 90, |b| {
        altered(b, |_, _, rgb| {
            rgb.map(|v| (f32::from(v) * 1.5).min(255.0) as u8)
        })
    });
}

#[test]
fn another_size_is_caught() {
    is_caught("another size", 100, |b| plumbline_enhance::preview(b, 1000));
}
