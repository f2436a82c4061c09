//! Photos as a sensor takes them in the dark, with noise.

use std::path::Path;

use plumbline_enhance::{Pixels, encoded, linear};

use crate::support::{files, open, room};
use crate::unusable::rng::Rng;

const PHOTOGRAPHERS: [&str; 4] = ["katja", "sidekix-media-1vM", "steven-ungermann-aRT", "tina"];
/// Light that is left of two stops less.
const DARK: f32 = 0.25;

/// Noise of a sensor: variance of light is a constant and a share of the light.
#[derive(Clone, Copy)]
pub struct Sensor {
    pub read: f32,
    pub shot: f32,
}

pub const NOISY: Sensor = Sensor {
    read: 0.0008,
    shot: 0.0002,
};
pub const CLEAN: Sensor = Sensor {
    read: 0.0,
    shot: 0.0,
};

pub fn photos() -> Vec<(String, Pixels)> {
    let wanted = |name: &str| {
        PHOTOGRAPHERS
            .iter()
            .any(|photographer| name.starts_with(photographer))
    };
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let found = files("interior")
        .into_iter()
        .filter(|path| wanted(&name(path)));
    found
        .map(|path| (name(&path), halved(&open(&path).pixels)))
        .collect()
}

/// Means of light over squares of 2 x 2 pixels, darkened, 16 bits.
pub fn halved(pixels: &Pixels) -> Pixels {
    let (width, height) = (pixels.width() / 2, pixels.height() / 2);
    let light = |x: u32, y: u32, c: usize| {
        let of = |dx: u32, dy: u32| linear(pixels.unit(2 * x + dx, 2 * y + dy)[c]);
        DARK * (of(0, 0) + of(1, 0) + of(0, 1) + of(1, 1)) / 4.0
    };
    sixteen(width, height, light)
}

pub fn sixteen(width: u32, height: u32, mut light: impl FnMut(u32, u32, usize) -> f32) -> Pixels {
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            samples.extend([0, 1, 2].map(|c| {
                let unit = encoded(light(x, y, c).clamp(0.0, 1.0));
                (unit * 65535.0 + 0.5) as u16
            }));
        }
    }
    Pixels::from_sixteen(width, height, samples).unwrap()
}

pub fn taken_by(sensor: Sensor, pixels: &Pixels, seed: &str) -> Pixels {
    let mut rng = Rng::of(&["noise", seed]);
    sixteen(pixels.width(), pixels.height(), |x, y, c| {
        let light = linear(pixels.unit(x, y)[c]);
        light + rng.normal() * (sensor.read.powi(2) + sensor.shot * light).sqrt()
    })
}

pub fn eight(pixels: &Pixels) -> Pixels {
    let samples = pixels.rgb8().into_owned();
    Pixels::from_eight(pixels.width(), pixels.height(), samples).unwrap()
}

pub fn made(width: u32, height: u32) -> Pixels {
    let room = room(width, height);
    let dark = sixteen(width, height, |x, y, c| DARK * linear(room.unit(x, y)[c]));
    taken_by(NOISY, &dark, "made")
}
