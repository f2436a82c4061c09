//! Models that paint tiles: what of them reaches a photo, and what quality control sees.

use plumbline_documents::{EngineChoice, Gate, Report, Verdict};
use plumbline_enhance::{
    ApplyError, Generation, GenerativeModel, Pixels, Plan, Preset, Scene, Shot, apply, inspect,
    measure, plan,
};

use crate::made_up::{MadeUp, as_jpeg, noisy};
use crate::support::{altered, distance, files, open, room};

fn planned(pixels: &Pixels, model: &dyn GenerativeModel) -> Plan {
    let preset = Preset {
        engine: EngineChoice::Tiled,
        ..Preset::default()
    };
    let measured = measure(pixels, &Shot::default());
    plan(&measured, &Scene::default(), &preset, Some(model))
}

fn redrawn(pixels: &Pixels, model: &dyn GenerativeModel) -> (Pixels, Report) {
    let plan = planned(pixels, model);
    let generation = Some(Generation::unwatched(model));
    let result = apply(pixels, &plan, &Scene::default(), generation).unwrap();
    let report = inspect(pixels, &result, &plan);
    (result, report)
}

fn value(report: &Report, gate: Gate) -> f64 {
    report.gate(gate).unwrap().value
}

/// Tiles of the room, and of photos of their own size where they are at hand.
fn pictures() -> Vec<Pixels> {
    let mut pictures = vec![room(1900, 1300)];
    for folder in ["interior", "exterior"] {
        let some = files(folder);
        pictures.extend(some.iter().take(2).map(|path| open(path).pixels));
    }
    pictures
}

#[test]
fn tiles_that_lost_what_a_jpeg_loses_change_next_to_nothing() {
    for pixels in pictures() {
        let model = MadeUp::tiles(768, |tile, _, _| as_jpeg(&tile, 75));
        let (result, report) = redrawn(&pixels, &model);
        let (off, lost) = (
            distance(&result, &pixels),
            distance(&as_jpeg(&pixels, 75), &pixels),
        );
        eprintln!("off by {off:.2} of {lost:.2}, {}", report.headline());
        assert!(off < 1.0 && off < lost, "{off} of {lost}");
        assert_eq!(report.verdict, Verdict::Passed, "{}", report.headline());
    }
}

#[test]
fn neither_the_order_of_tiles_nor_threads_change_a_byte() {
    let pixels = room(900, 700);
    let on = |threads: usize, backwards: bool| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let model = MadeUp::tiles(256, |tile, index, _| noisy(&tile, 3.0, index as u32));
        let model = if backwards { model.backwards() } else { model };
        let paint = || redrawn(&pixels, &model);
        pool.build().unwrap().install(paint)
    };
    let once = on(1, false);
    assert!(distance(&once.0, &pixels) > 0.0, "something is painted");
    assert!(once == on(1, true) && once == on(5, false));
}

#[test]
fn a_photo_of_16_bits_keeps_them() {
    let eight = room(700, 500);
    let samples = eight.rgb8().iter().map(|v| u16::from(*v) * 257).collect();
    let pixels = Pixels::from_sixteen(700, 500, samples).unwrap();
    let (result, report) = redrawn(&pixels, &MadeUp::identity(256));
    assert_eq!(result.bits(), 16);
    assert!(distance(&result, &pixels) < 0.2);
    assert_eq!(report.verdict, Verdict::Passed);
}

/// Fine texture is the original's although the model, as a decoder, loses all of it.
#[test]
fn what_a_decoder_cannot_hold_stays_the_originals() {
    let pixels = altered(&room(1200, 900), |x, y, rgb| {
        let fine = if (x / 2 + y / 2).is_multiple_of(2) {
            12
        } else {
            0
        };
        rgb.map(|v| v.saturating_add(fine))
    });
    let model = MadeUp::tiles(512, |tile, _, _| blurred(&tile));
    let (result, report) = redrawn(&pixels, &model);
    let off = distance(&result, &pixels);
    let lost = distance(&blurred(&pixels), &pixels);
    assert!(off < lost / 4.0, "{off} of {lost}");
    assert!(
        value(&report, Gate::SharpnessP5) > 0.9,
        "{}",
        report.headline()
    );
}

/// Means over 5 x 5 pixels; borders repeat.
fn blurred(pixels: &Pixels) -> Pixels {
    let (w, h) = (pixels.width() as usize, pixels.height() as usize);
    let rgb = pixels.rgb8();
    altered(pixels, |x, y, _| {
        let near = |at: u32, last: usize| {
            (0..5_usize).map(move |d| (at as usize + d).saturating_sub(2).min(last))
        };
        let mut sums = [0_u32; 3];
        for y in near(y, h - 1) {
            for x in near(x, w - 1) {
                let at = (y * w + x) * 3;
                (0..3).for_each(|c| sums[c] += u32::from(rgb[at + c]));
            }
        }
        sums.map(|sum| (sum / 25) as u8)
    })
}

/// A pattern of the band that the tiles own arrives; their tint is the fit's.
#[test]
fn painted_texture_arrives_and_so_does_colour() {
    let pixels = room(1200, 900);
    let textured = |p: &Pixels, x0: u32, y0: u32| {
        altered(p, |x, y, rgb| {
            let wave = ((x + x0) as f32 / 6.4).sin() * ((y + y0) as f32 / 6.4).sin() * 8.0;
            let [r, g, b] = rgb.map(f32::from);
            [r + wave + 6.0, g + wave, b + wave - 6.0].map(|v| (v + 0.5) as u8)
        })
    };
    let wanted = textured(&pixels, 0, 0);
    let model = MadeUp::tiles(512, move |tile, _, place| textured(&tile, place.x, place.y));
    let (result, _) = redrawn(&pixels, &model);
    let (off, far) = (distance(&result, &wanted), distance(&pixels, &wanted));
    assert!(off < far / 2.5, "{off} of {far}");
}

#[test]
fn a_model_that_breaks_its_word_is_found_out() {
    let pixels = room(600, 400);
    let small = MadeUp::tiles(256, |tile, index, place| {
        if index == 3 {
            room(place.width - 1, place.height)
        } else {
            tile
        }
    });
    let plan = planned(&pixels, &small);
    let generation = Some(Generation::unwatched(&small));
    let found = apply(&pixels, &plan, &Scene::default(), generation);
    assert_eq!(found, Err(ApplyError::WrongTile { index: 3 }));
}

/// 20 megapixels, as most cameras give.
fn large() -> Pixels {
    room(5472, 3648)
}

#[test]
fn noise_of_its_own_in_every_tile_makes_no_seam() {
    let pixels = large();
    let model = MadeUp::tiles(1024, |tile, index, _| noisy(&tile, 2.0, index as u32));
    let (_, report) = redrawn(&pixels, &model);
    let seams = value(&report, Gate::Seams);
    eprintln!("seams {seams}");
    assert!(seams < 0.5, "{seams}");
    assert_eq!(report.verdict, Verdict::Passed, "{}", report.headline());
}

#[test]
fn tiles_that_differ_by_3_percent_are_caught() {
    let model = |side: u32| {
        MadeUp::tiles(side, move |tile, _, place| {
            let step = side - side / 8;
            let odd = (place.x.div_ceil(step) + place.y.div_ceil(step)) % 2 == 1;
            let gain = if odd { 1.03 } else { 1.0 };
            altered(&tile, |_, _, rgb| {
                rgb.map(|v| (f32::from(v) * gain + 0.5) as u8)
            })
        })
    };
    let mut seen = vec![(large(), 1024)];
    seen.extend(pictures().into_iter().map(|pixels| (pixels, 256)));
    for (pixels, side) in seen {
        let (_, report) = redrawn(&pixels, &model(side));
        let seams = value(&report, Gate::Seams);
        eprintln!("{} x {}: seams {seams}", pixels.width(), pixels.height());
        assert!(
            report
                .held()
                .any(|measure| measure.name == Gate::Seams.into()),
            "{seams}"
        );
    }
}
