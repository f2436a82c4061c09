//! A house under an overcast sky, drawn by arithmetic so that the truth is known: how much of every
//! pixel is sky, and what the photo would look like under another one.

use plumbline_documents::{Report, SkyKind, Verdict};
use plumbline_enhance::inspect::{Terms, judge};
use plumbline_enhance::plan::sky::{NewSky, Sky, Why};
use plumbline_enhance::sky::{Matte, replace};
use plumbline_enhance::{
    Denoise, Generation, GenerationError, GenerativeModel, Mask, Pixels, Plan, ProgressFn, Scene,
    inspect, paint_sky, repaint,
};

const WIDTH: u32 = 1500;
const HEIGHT: u32 = 1000;

/// How much of a point is sky, points being shares of a pixel.
fn is_sky(x: f32, y: f32) -> bool {
    let roof = 430.0 + (x - 700.0).abs() * 0.45;
    let house = y > roof && (300.0..1100.0).contains(&x);
    let ground = y > 760.0;
    // A bare tree: a trunk and twigs of two pixels.
    let trunk = (1250.0..1268.0).contains(&x) && y > 300.0;
    let twig = (1130.0..1400.0).contains(&x)
        && (250.0..640.0).contains(&y)
        && ((x - 1259.0).abs() * 0.7 + y).rem_euclid(38.0) < 2.2;
    !(house || ground || is_wire(x, y) || trunk || twig)
}

fn is_wire(x: f32, y: f32) -> bool {
    (y - (150.0 + 0.08 * x)).abs() < 1.3
}

/// Share of sky, from sixteen points a pixel.
fn share(x: u32, y: u32) -> f32 {
    share_of(x, y, is_sky)
}

fn share_of(x: u32, y: u32, is: fn(f32, f32) -> bool) -> f32 {
    let at = |i: u32| {
        let (dx, dy) = ((i % 4) as f32, (i / 4) as f32);
        is(x as f32 + (dx + 0.5) / 4.0, y as f32 + (dy + 0.5) / 4.0)
    };
    (0..16).filter(|&i| at(i)).count() as f32 / 16.0
}

fn encoded(light: f32) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let unit = if light <= 0.003_130_8 {
        12.92 * light
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    };
    (unit * 255.0 + 0.5) as u8
}

/// Light of the ground: bricks, grass, bark.
fn ground(x: u32, y: u32) -> [f32; 3] {
    let grain = 1.0 + 0.12 * ((x * 7919 + y * 104_729) % 31) as f32 / 31.0;
    let base = match () {
        () if y > 760 => [0.10, 0.16, 0.06],
        () if (300..1100).contains(&x) && y > 430 => {
            let mortar = y % 14 < 2 || (x + (y / 14) * 9) % 30 < 2;
            if mortar {
                [0.22; 3]
            } else {
                [0.24, 0.11, 0.08]
            }
        }
        () => [0.035, 0.03, 0.025],
    };
    base.map(|v| v * grain)
}

fn overcast(_: u32, y: u32) -> [f32; 3] {
    let v = 0.78 - 0.10 * y as f32 / 760.0;
    [v * 0.99, v, v * 1.01]
}

fn photo(sky: impl Fn(u32, u32) -> [f32; 3]) -> Pixels {
    let samples = (0..WIDTH * HEIGHT).flat_map(|i| {
        let (x, y) = (i % WIDTH, i / WIDTH);
        let (share, ground, sky) = (share(x, y), ground(x, y), sky(x, y));
        [0, 1, 2].map(|c| encoded(share * sky[c] + (1.0 - share) * ground[c]))
    });
    Pixels::from_eight(WIDTH, HEIGHT, samples.collect()).unwrap()
}

/// What a network says at a fourth of the size: soft edges, no wire, half a guess about twigs.
fn guess() -> Mask {
    let (w, h) = (WIDTH / 4, HEIGHT / 4);
    let values = (0..w * h).map(|i| {
        let (x, y) = (4 * (i % w), 4 * (i / w));
        let around = (-4..=4).flat_map(|dy| (-4..=4).map(move |dx| (dx, dy)));
        let (mut sum, mut count) = (0.0, 0.0);
        for (dx, dy) in around {
            let at = |v: u32, d: i32, most: u32| (v as i32 + d * 2).clamp(0, most as i32 - 1);
            let (u, v) = (at(x, dx, WIDTH), at(y, dy, HEIGHT));
            sum += share_of(u as u32, v as u32, |x, y| is_sky(x, y) || is_wire(x, y));
            count += 1.0;
        }
        (sum / count * 255.0) as u8
    });
    Mask::new(w, h, values.collect()).unwrap()
}

fn clear(level: f32) -> NewSky {
    NewSky {
        kind: SkyKind::Clear,
        seed: 7,
        turbidity: 2.6,
        sun_elevation_degrees: 48.0,
        sun_azimuth_degrees: 120.0,
        focal_35mm: 26.0,
        horizon: 0.76,
        level,
        grain: 0.0,
        relight: [1.0; 3],
        share: 0.5,
        painted: None,
    }
}

fn pixel(pixels: &Pixels, x: u32, y: u32) -> [i32; 3] {
    pixels.unit(x, y).map(|v| (v * 255.0).round() as i32)
}

#[test]
fn the_matte_keeps_roofs_wires_and_twigs() {
    let photo = photo(overcast);
    let mask = Matte::refine(&photo, &guess()).mask(&photo);
    let guessed = Matte::refine(&photo, &guess());
    assert!(guessed.view.doubt < 0.01, "{:?}", guessed.view);
    let (mut off, mut worst_of_rows) = (0.0, 0.0_f64);
    for y in 0..HEIGHT {
        let row: f64 = (0..WIDTH)
            .map(|x| {
                let found = f64::from(mask.values()[(y * WIDTH + x) as usize]) / 255.0;
                (found - f64::from(share(x, y))).abs()
            })
            .sum();
        off += row;
        worst_of_rows = worst_of_rows.max(row / f64::from(WIDTH));
    }
    let off = off / f64::from(WIDTH * HEIGHT);
    assert!(off < 0.006, "the matte is off by {off:.4} in the mean");
    assert!(worst_of_rows < 0.03, "a row is off by {worst_of_rows:.4}");
    // The wire, in the middle of what the guess took for all sky.
    let wire = |x: u32| mask.values()[((150.0 + 0.08 * x as f32) as u32 * WIDTH + x) as usize];
    assert!((400..1000).all(|x| wire(x) < 140), "the wire has gone");
}

#[test]
fn a_new_sky_takes_the_old_ones_place_and_nothing_elses() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let after = replace(&before, before.clone(), &matte, &clear(0.4), None);
    let mut touched = 0;
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let (b, a) = (pixel(&before, x, y), pixel(&after, x, y));
            if share(x, y) == 0.0 && b != a {
                let off = (0..3).map(|c| (b[c] - a[c]).abs()).max().unwrap();
                touched += usize::from(off > 6);
            }
        }
    }
    // Of 800 000 pixels of ground.
    assert!(touched < 800, "{touched} pixels of the house were changed");
    let [r, _, b] = pixel(&after, 200, 100);
    assert!(b > r + 40, "it is blue now: {r} {b}");
}

#[test]
fn no_edge_keeps_a_rim_of_the_old_sky() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let after = replace(&before, before.clone(), &matte, &clear(0.35), None);
    let (mut rims, mut edges) = (0, 0);
    for y in 1..HEIGHT - 1 {
        for x in 1..WIDTH - 1 {
            let own = share(x, y);
            if own <= 0.2 || own >= 0.8 {
                continue;
            }
            edges += 1;
            // Between its darkest and brightest neighbours, but for a little.
            let near = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)];
            let brightest = near
                .iter()
                .map(|&(u, v)| pixel(&after, u, v)[0])
                .max()
                .unwrap();
            rims += usize::from(pixel(&after, x, y)[0] > brightest + 12);
        }
    }
    assert!(edges > 3000);
    assert!(
        rims * 50 < edges,
        "{rims} of {edges} pixels on the edge shine"
    );
}

#[test]
fn sixteen_bits_get_the_sky_that_eight_get() {
    let before = photo(overcast);
    let wide = before.rgb8().iter().map(|&v| u16::from(v) * 257).collect();
    let wide = Pixels::from_sixteen(WIDTH, HEIGHT, wide).unwrap();
    let on = |p: &Pixels| {
        let matte = Matte::refine(p, &guess());
        replace(p, p.clone(), &matte, &clear(0.4), None)
    };
    let (eight, sixteen) = (on(&before), on(&wide));
    assert_eq!(sixteen.bits(), 16);
    let far = |(a, b): (&u8, &u8)| a.abs_diff(*b) > 2;
    let (narrow, narrowed) = (eight.rgb8(), sixteen.rgb8());
    let off = narrow
        .iter()
        .zip(narrowed.iter())
        .filter(|p| far(*p))
        .count();
    assert!(off * 1000 < narrow.len(), "{off} samples differ");
    assert_eq!(on(&before), eight, "the same bytes again");
}

#[test]
fn a_picture_of_ones_own_is_hung_behind_the_house() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let pink = Pixels::from_eight(40, 20, [250, 120, 160].repeat(800)).unwrap();
    let new = NewSky {
        kind: SkyKind::Own,
        ..clear(0.35)
    };
    let after = replace(&before, before.clone(), &matte, &new, Some(&pink));
    let [r, g, _] = pixel(&after, 100, 60);
    assert!(r > g + 60, "the sky is pink");
    assert_eq!(pixel(&after, 700, 700), pixel(&before, 700, 700));
}

/// Paints everything it is given, the house as well.
struct Violet;

const VIOLET: [u8; 3] = [120, 60, 200];

impl GenerativeModel for Violet {
    fn correct(
        &self,
        small: &Pixels,
        _: &Scene,
        _: &Denoise,
        _: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        Ok(small.clone())
    }

    fn paints_skies(&self) -> bool {
        true
    }

    fn fill_sky(
        &self,
        small: &Pixels,
        mask: &Mask,
        denoise: &Denoise,
        words: &str,
        _: ProgressFn<'_>,
    ) -> Result<Pixels, GenerationError> {
        assert_eq!(
            (small.width(), small.height()),
            (mask.width(), mask.height())
        );
        assert!(mask.values().contains(&255) && mask.values().contains(&0));
        assert!(denoise.steps == 8 && words.contains("clouds"));
        let samples = VIOLET.repeat(mask.values().len());
        Ok(Pixels::from_eight(small.width(), small.height(), samples).unwrap())
    }

    fn name(&self) -> &str {
        "violet"
    }
}

#[test]
fn a_painted_sky_stays_behind_the_house() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let new = NewSky {
        kind: SkyKind::LightCloud,
        ..clear(0.35)
    };
    let plan = the_plan(Sky::New(new).painted_by(Some(&Violet)));
    let generation = Some(Generation::alone(&Violet));
    let sky = paint_sky(&before, &plan, Some(&matte), generation).unwrap();
    let after = repaint(&before, before.clone(), &plan, Some(&matte), sky.as_ref());
    let found = pixel(&after, 100, 60);
    let off = (0..3)
        .map(|c| (found[c] - i32::from(VIOLET[c])).abs())
        .max();
    assert!(off < Some(6), "{found:?}");
    assert_eq!(pixel(&after, 700, 700), pixel(&before, 700, 700));
    assert!(plan.describe().join(" ").contains("painted by AI"));
}

#[test]
fn a_sky_is_painted_only_by_who_can_and_only_if_nobody_chose_a_picture() {
    let painted = |kind, model: Option<&dyn GenerativeModel>| {
        let new = NewSky {
            kind,
            ..clear(0.35)
        };
        let sky = Sky::New(new).painted_by(model);
        let asked = sky.new_sky().unwrap().painted.is_some();
        assert!(sky.calculated().new_sky().unwrap().painted.is_none());
        asked
    };
    assert!(painted(SkyKind::Clear, Some(&Violet)));
    assert!(!painted(SkyKind::Own, Some(&Violet)));
    assert!(!painted(SkyKind::Clear, None));
    assert_eq!(Sky::Mine.painted_by(Some(&Violet)), Sky::Mine);
}

#[test]
fn quality_control_lets_a_good_new_sky_pass_and_sees_a_bad_one() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let after = replace(&before, before.clone(), &matte, &clear(0.4), None);
    let verdict = |result: &Pixels, mask: &Mask| judged(&before, result, mask).verdict;
    assert_eq!(verdict(&after, &matte.coarse_mask()), Verdict::Passed);
    // The same picture, of which it was said that the sky is elsewhere.
    let nowhere = Mask::new(3, 2, vec![0, 0, 255, 0, 0, 0]).unwrap();
    assert_eq!(verdict(&after, &nowhere), Verdict::Held);
    assert_eq!(
        inspect(&before, &after, &the_plan(Sky::Mine)).verdict,
        Verdict::Held
    );
}

fn judged(before: &Pixels, after: &Pixels, sky: &Mask) -> Report {
    let plan = the_plan(Sky::New(clear(0.4)));
    let terms = Terms {
        plan: Some(&plan),
        sky: Some(sky),
        ..Default::default()
    };
    judge(before, after, &terms).report
}

fn the_plan(sky: Sky) -> Plan {
    Plan {
        sky,
        ..Plan::identity()
    }
}

#[test]
fn a_plan_without_a_new_sky_returns_the_same_picture() {
    let before = photo(overcast);
    let matte = Matte::refine(&before, &guess());
    let plan = the_plan(Sky::Kept(Why::AlreadyBlue));
    assert_eq!(
        repaint(&before, before.clone(), &plan, Some(&matte), None),
        before
    );
    assert!(plan.is_identity());
    assert!(!the_plan(Sky::New(clear(0.4))).is_identity());
}
