//! Pictures drawn by arithmetic.

use plumbline_enhance::{Mask, Pixels};
use plumbline_faults::photo::Photo;

/// A picture by a function of the place of each pixel.
pub fn picture(width: u32, height: u32, colour: impl Fn(u32, u32) -> [u8; 3]) -> Pixels {
    let places = (0..width * height).map(|i| (i % width, i / width));
    let samples = places.flat_map(|(x, y)| colour(x, y)).collect();
    Pixels::from_eight(width, height, samples).unwrap()
}

/// Shaded walls, a window, furniture edges and a little texture.
pub fn room() -> Photo {
    let pixels = picture(960, 640, |x, y| {
        room_colour(x as f32 / 960.0, y as f32 / 640.0, x, y)
    });
    Photo {
        name: "drawn room".to_owned(),
        pixels,
        sky: None,
        seen: [None, None],
        is_exterior: false,
    }
}

fn room_colour(u: f32, v: f32, x: u32, y: u32) -> [u8; 3] {
    let grain = ((x * 7919 + y * 104_729) % 17) as f32 / 17.0 * 6.0 - 3.0;
    let window = (0.6..0.85).contains(&u) && (0.15..0.5).contains(&v);
    let sofa = (0.1..0.5).contains(&u) && (0.6..0.85).contains(&v);
    let boards = v > 0.85 && (x / 23).is_multiple_of(2);
    let wire = (0.3..0.302).contains(&u) && v < 0.35;
    let [r, g, b] = match () {
        () if wire => [40.0, 40.0, 42.0],
        () if window => [235.0, 240.0, 245.0],
        () if sofa => [120.0 + 30.0 * (u * 40.0).sin(), 62.0, 50.0],
        () if boards => [120.0, 95.0, 70.0],
        () if v > 0.85 => [105.0, 82.0, 60.0],
        () => [150.0 - 40.0 * u, 148.0 - 40.0 * u, 144.0 - 40.0 * u],
    };
    [r, g, b].map(|c: f32| (c + grain).clamp(0.0, 255.0) as u8)
}

/// A grey sky over a house with windows and a dry lawn; the sky has its mask.
pub fn house() -> Photo {
    let pixels = picture(960, 640, house_colour);
    let sky = (0..960 * 640).map(|i| if is_sky(i % 960, i / 960) { 255 } else { 0 });
    Photo {
        name: "drawn house".to_owned(),
        pixels,
        sky: Mask::new(960, 640, sky.collect()),
        seen: [None, None],
        is_exterior: true,
    }
}

fn is_sky(x: u32, y: u32) -> bool {
    let roof = 180 + x.abs_diff(480) / 4;
    y < if (240..720).contains(&x) { roof } else { 330 }
}

fn house_colour(x: u32, y: u32) -> [u8; 3] {
    let grain = ((x * 7919 + y * 104_729) % 61) as i32;
    let [r, g, b] = match () {
        () if is_sky(x, y) => [196, 200, 205],
        () if y > 440 => [128 + grain, 112 + grain, 60 + grain / 2],
        () if !(240..720).contains(&x) => [70, 74, 66],
        () if x % 80 < 40 && y % 90 < 45 => [60, 66, 74],
        () => [178, 170, 160],
    };
    [r, g, b].map(|c: i32| (c + grain / 12) as u8)
}
