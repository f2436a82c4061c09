//! A house under an overcast sky, drawn by arithmetic so that the truth is known: the share of sky of
//! every pixel, and the photo under another one.

use plumbline_documents::SkyKind;
use plumbline_enhance::plan::sky::Sky;
use plumbline_enhance::sky::NewSky;
use plumbline_enhance::{Mask, Pixels, Plan};

pub const WIDTH: u32 = 1500;
pub const HEIGHT: u32 = 1000;

/// True where a point is sky; points have fractions of pixels.
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
pub fn share(x: u32, y: u32) -> f32 {
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

pub fn overcast(_: u32, y: u32) -> [f32; 3] {
    let v = 0.78 - 0.10 * y as f32 / 760.0;
    [v * 0.99, v, v * 1.01]
}

pub fn photo(sky: impl Fn(u32, u32) -> [f32; 3]) -> Pixels {
    let samples = (0..WIDTH * HEIGHT).flat_map(|i| {
        let (x, y) = (i % WIDTH, i / WIDTH);
        let (share, ground, sky) = (share(x, y), ground(x, y), sky(x, y));
        [0, 1, 2].map(|c| encoded(share * sky[c] + (1.0 - share) * ground[c]))
    });
    Pixels::from_eight(WIDTH, HEIGHT, samples.collect()).unwrap()
}

/// A network's answer at a fourth of the size: soft edges, no wire, half a guess about twigs.
pub fn guess() -> Mask {
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

pub fn clear(level: f32) -> NewSky {
    NewSky {
        kind: SkyKind::Clear,
        seed: 7,
        cloudscape: 0,
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

pub fn pixel(pixels: &Pixels, x: u32, y: u32) -> [i32; 3] {
    pixels.unit(x, y).map(|v| (v * 255.0).round() as i32)
}

/// A plan that does nothing else to a photo.
pub fn the_plan(sky: Sky) -> Plan {
    Plan {
        sky,
        ..Plan::identity()
    }
}
