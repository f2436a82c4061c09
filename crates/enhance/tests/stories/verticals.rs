//! Upright lines: tilted copies come back, straight photos and photos without lines stay.

use std::path::Path;

use plumbline_documents::Dials;
use plumbline_enhance::measure::Tilt;
use plumbline_enhance::{Pixels, Plan, Preset, Scene, Shot, measure, plan, preview, straighten};

use crate::support::{files, open};

/// Share of each side that a tilted copy keeps.
const KEPT: f64 = 0.9;
/// Focal length of the sources, and of copies cropped to `KEPT`.
const FOCAL_35MM: f32 = 24.0;

fn shot(focal_35mm: f32) -> Shot {
    Shot {
        focal_35mm: Some(focal_35mm),
        ..Shot::default()
    }
}

fn tilt(pixels: &Pixels, focal_35mm: f32) -> Tilt {
    measure(pixels, &shot(focal_35mm)).tilt
}

fn planned(pixels: &Pixels, focal_35mm: f32) -> Plan {
    let measured = measure(pixels, &shot(focal_35mm));
    plan(&measured, &Scene::default(), &Preset::default(), None)
}

/// The picture as a camera that was rolled and pitched by these degrees more would have taken it.
fn tilted(pixels: &Pixels, roll: f64, pitch: f64) -> Pixels {
    let (width, height) = (f64::from(pixels.width()), f64::from(pixels.height()));
    let focal = f64::from(FOCAL_35MM) / 43.27 * width.hypot(height);
    let (roll, pitch) = (roll.to_radians().sin_cos(), pitch.to_radians().sin_cos());
    let (columns, rows) = ((width * KEPT) as u32, (height * KEPT) as u32);
    let rgb = pixels.rgb8();
    let mut samples = Vec::new();
    for y in 0..rows {
        for x in 0..columns {
            let x = f64::from(x) + 0.5 - f64::from(columns) / 2.0;
            let y = f64::from(y) + 0.5 - f64::from(rows) / 2.0;
            let (x, y) = (x * roll.1 + y * roll.0, y * roll.1 - x * roll.0);
            let depth = (y / focal * pitch.0) + pitch.1;
            let (x, y) = (x / depth, (y * pitch.1 - focal * pitch.0) / depth);
            let (x, y) = (x + width / 2.0 - 0.5, y + height / 2.0 - 0.5);
            samples.extend(sampled(&rgb, pixels.width(), pixels.height(), x, y));
        }
    }
    Pixels::from_eight(columns, rows, samples).unwrap()
}

/// Catmull-Rom in two dimensions.
fn sampled(rgb: &[u8], width: u32, height: u32, x: f64, y: f64) -> [u8; 3] {
    let weights = |t: f64| {
        let (a, b) = (t * (1.0 - t) * (1.0 - t), t * t * (1.0 - t));
        let rise = t * t * (3.0 - 2.0 * t);
        [-a / 2.0, 1.0 - rise + b / 2.0, rise + a / 2.0, -b / 2.0]
    };
    let (across, down) = (weights(x - x.floor()), weights(y - y.floor()));
    let mut sum = [0.0; 3];
    for (j, v) in down.iter().enumerate() {
        let row = (y as i64 + j as i64 - 1).clamp(0, i64::from(height) - 1) as usize;
        for (i, h) in across.iter().enumerate() {
            let column = (x as i64 + i as i64 - 1).clamp(0, i64::from(width) - 1) as usize;
            let at = (row * width as usize + column) * 3;
            (0..3).for_each(|c| sum[c] += v * h * f64::from(rgb[at + c]));
        }
    }
    sum.map(|v| v.round().clamp(0.0, 255.0) as u8)
}

/// A front with windows, seen straight on.
fn facade(width: u32, height: u32) -> Pixels {
    let brick = |x: u32, y: u32| {
        let window = (20..60).contains(&(x % 80)) && (20..75).contains(&(y % 100));
        let grain = (x * 7919 + y * 104_729) % 7;
        (if window { 70 } else { 170 }) + grain as u8
    };
    let samples = (0..width * height)
        .flat_map(|i| [brick(i % width, i / width); 3])
        .collect();
    Pixels::from_eight(width, height, samples).unwrap()
}

fn sixteen(pixels: &Pixels) -> Pixels {
    let samples = pixels.rgb8().iter().map(|&v| u16::from(v) * 257).collect();
    Pixels::from_sixteen(pixels.width(), pixels.height(), samples).unwrap()
}

/// The plan with the dial of verticals turned, and with a margin.
fn dialled(pixels: &Pixels, verticals: f32, crop_margin: f32) -> Plan {
    let preset = Preset {
        dials: Dials {
            verticals: Some(verticals),
            crop_margin: Some(crop_margin),
            ..Dials::default()
        },
        ..Preset::default()
    };
    let measured = measure(pixels, &shot(FOCAL_35MM));
    plan(&measured, &Scene::default(), &preset, None)
}

#[test]
fn a_person_says_how_much_of_a_lean_is_straightened() {
    let leaning = tilted(&facade(1500, 1100), 2.0, 0.0);
    let left = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| {
        let plan = dialled(&leaning, share, 0.0);
        let straight = straighten(leaning.clone(), &plan);
        if share == 0.0 {
            assert_eq!(straight, leaning);
        }
        tilt(&straight, FOCAL_35MM).roll_degrees.abs()
    });
    eprintln!("{left:.2?}");
    assert!((left[0] - 2.0).abs() < 0.15 && left[4] < 0.15);
    assert!(left.windows(2).all(|two| two[1] < two[0] - 0.3), "{left:?}");
    assert_eq!(dialled(&leaning, 1.0, 0.0), planned(&leaning, FOCAL_35MM));
}

#[test]
fn a_margin_is_cut_from_each_side_of_what_straightening_left() {
    let front = facade(900, 700);
    let plan = dialled(&front, 1.0, 0.1);
    let cut = straighten(front.clone(), &plan);
    assert_eq!((cut.width(), cut.height()), (720, 560));
    assert_eq!(cut.unit(0, 0), front.unit(90, 70));
    assert_eq!(cut.unit(719, 559), front.unit(809, 629));
    assert_eq!(plan.verticals.framing(900, 700).framed, [720, 560]);

    let leaning = tilted(&facade(1500, 1100), 2.0, 0.0);
    let whole = straighten(leaning.clone(), &dialled(&leaning, 1.0, 0.0));
    let cut = straighten(leaning.clone(), &dialled(&leaning, 1.0, 0.05));
    let side = |of: u32| (f64::from(of) * 0.9) as u32;
    assert!(cut.width().abs_diff(side(whole.width())) <= 1);
    assert!(cut.height().abs_diff(side(whole.height())) <= 1);
    let middle = |pixels: &Pixels| pixels.unit(pixels.width() / 2, pixels.height() / 2);
    let off = std::iter::zip(middle(&cut), middle(&whole)).map(|(a, b)| (a - b).abs());
    assert!(off.fold(0.0, f32::max) < 0.1, "another middle");
}

#[test]
fn a_straight_front_is_left_byte_for_byte() {
    let front = facade(900, 700);
    let plan = planned(&front, FOCAL_35MM);
    assert!(plan.verticals.is_upright(), "{:?}", plan.verticals);
    assert_eq!(straighten(front.clone(), &plan), front);
    assert_eq!(plan.verticals.size(900, 700), (900, 700));
}

#[test]
fn a_tilted_front_comes_back_upright_in_both_depths() {
    for (roll, pitch) in [(2.0, 0.0), (-2.0, 0.0), (0.0, 4.0), (1.5, -4.0)] {
        let focal = FOCAL_35MM / KEPT as f32;
        let copy = tilted(&facade(1000, 800), roll, pitch);
        let found = tilt(&copy, focal);
        assert!(
            (f64::from(found.roll_degrees) - roll).abs() < 0.1,
            "{found:?}"
        );
        assert!(
            (f64::from(found.pitch_degrees) - pitch).abs() < 0.2,
            "{found:?}"
        );
        for copy in [sixteen(&copy), copy] {
            let plan = planned(&copy, focal);
            let promised = plan.verticals.size(copy.width(), copy.height());
            let upright = straighten(copy, &plan);
            assert_eq!((upright.width(), upright.height()), promised);
            let left = tilt(&upright, focal);
            assert!(left.roll_degrees.abs() < 0.1, "{roll} {pitch}: {left:?}");
            assert!(left.pitch_degrees.abs() < 0.5, "{roll} {pitch}: {left:?}");
        }
    }
}

#[test]
fn the_plan_says_what_was_done_and_survives_being_stored() {
    let copy = tilted(&facade(1000, 800), 2.0, 0.0);
    let plan = planned(&copy, FOCAL_35MM);
    let framing = plan.verticals.framing(copy.width(), copy.height());
    let said = framing.sentence().unwrap();
    assert!(said.starts_with("Straightened by 2.0°; "), "{said}");
    let upright = straighten(copy.clone(), &plan);
    assert_eq!(framing.framed, [upright.width(), upright.height()]);
    let stored: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(straighten(copy.clone(), &stored), straighten(copy, &plan));
}

#[test]
fn the_same_picture_is_turned_the_same_on_any_number_of_threads() {
    let copy = tilted(&facade(1000, 800), 1.3, 2.5);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(|| {
            let plan = planned(&copy, FOCAL_35MM);
            (plan.clone(), straighten(copy.clone(), &plan))
        })
    };
    let one = on(1);
    assert!(!one.0.verticals.is_upright());
    assert!(one == on(2) && one == on(5));
}

/// Trees, pylons, night skies: straight things, but no building's.
#[test]
fn photos_without_verticals_are_not_turned() {
    let wild = ["e630201f", "mmexport", "test_1856", "test_2188", "test_850"];
    for path in files("exterior") {
        if wild.iter().any(|name| stem(&path).starts_with(name)) {
            let plan = planned(&preview(&open(&path).pixels, 1400), FOCAL_35MM);
            assert!(
                plan.verticals.is_upright(),
                "{}: {:?}",
                stem(&path),
                plan.verticals
            );
        }
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// Buildings and rooms of all kinds, small files first of all: decoding is most of this story.
const BUILT: [&str; 10] = [
    "aaron-huber",
    "andrea-davis",
    "chastity-cortijo",
    "christian-mackie",
    "francesca-tosolini-tHkJAMcO3QE",
    "isaac-martin",
    "mark-champs",
    "sidekix-media-1vMz2_MclrM",
    "alexander-andrews",
    "christian-koch",
];

#[test]
fn tilted_copies_of_photos_come_back_within_a_fifth_of_a_degree() {
    let photos = files("interior").into_iter().chain(files("exterior"));
    let built = photos.filter(|path| BUILT.iter().any(|name| stem(path).starts_with(name)));
    let (mut copies, mut sure) = (0, 0);
    for path in built {
        let photo = preview(&open(&path).pixels, 900);
        let source = tilted(&photo, 0.0, 0.0);
        for (roll, pitch) in [(2.0, 0.0), (-2.0, 0.0), (1.0, 0.0), (0.0, 3.0)] {
            copies += 1;
            sure += usize::from(comes_back(
                &source,
                &tilted(&photo, roll, pitch),
                roll as f32,
            ));
        }
    }
    assert!(
        sure * 10 >= copies * 9,
        "{sure} of {copies} are measured with confidence"
    );
}

/// True when both are measured with confidence; then the copy's tilt is the source's and what was
/// added, and both are straightened to the same.
fn comes_back(source: &Pixels, copy: &Pixels, added: f32) -> bool {
    let focal = FOCAL_35MM / KEPT as f32;
    let [own, found] = [source, copy].map(|pixels| tilt(pixels, focal));
    if !own.is_confident() || !found.is_confident() {
        return false;
    }
    let off = found.roll_degrees - own.roll_degrees - added;
    assert!(off.abs() <= 0.2, "{added}: {own:?} {found:?}");
    let [own, found] = [source, copy].map(|pixels| {
        let plan = planned(pixels, focal);
        tilt(&straighten(pixels.clone(), &plan), focal).roll_degrees
    });
    assert!(
        (found - own).abs() <= 0.2,
        "{added}: {own} and {found} are left"
    );
    true
}
