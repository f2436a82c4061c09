//! A made-up camera: exposures of a finished photo in linear light, with a hand that moves, a white
//! balance that wanders, noise, and 8 bits that clip.

use plumbline_documents::{Format, Source};
use plumbline_enhance::{Decoded, Limits, Metadata, Pixels, decode, preview};
use plumbline_fixtures::photos;

/// Longest side of the made frames.
const EDGE: u32 = 840;
/// Standard deviation of the noise, in 8-bit levels.
const NOISE: f32 = 1.2;

/// Light of a view, 0.0 black, 1.0 what the middle exposure shows as white; beyond where it is brighter.
#[derive(Clone)]
pub struct View {
    pub width: usize,
    pub height: usize,
    pub light: Vec<[f32; 3]>,
}

/// How the camera is held, against how it was held for the middle frame.
#[derive(Clone, Copy, Default)]
pub struct Hand {
    pub yaw_degrees: f32,
    pub pitch_degrees: f32,
    pub roll_degrees: f32,
    /// Larger by this part: focus breathing.
    pub zoom: f32,
    pub right: f32,
    pub down: f32,
}

/// One exposure.
#[derive(Clone, Copy)]
pub struct Shot {
    pub ev: f32,
    pub hand: Hand,
    pub balance: [f32; 3],
    pub seed: u32,
}

/// Exposures of a bracket in stops: the middle one first, as cameras take them.
pub const STOPS: [f32; 3] = [0.0, -2.5, 2.2];

/// Still and steady exposures of a bracket.
pub fn bracket() -> [Shot; 3] {
    let mut seed = 0;
    STOPS.map(|ev| {
        seed += 1;
        Shot {
            ev,
            hand: Hand::default(),
            balance: [1.0; 3],
            seed,
        }
    })
}

impl View {
    /// The view that a finished photo shows, half a stop darker. `None`: there are no photos.
    pub fn of(photo: &str) -> Option<Self> {
        let path = photos(&format!("finished/{photo}"))?;
        let bytes = std::fs::read(path).unwrap();
        let photo = preview(&decode(&bytes, &Limits::default()).unwrap().pixels, EDGE);
        let rgb = photo.rgb8();
        let pixel = |p: &[u8; 3]| p.map(|v| linear(f32::from(v) / 255.0) * 0.7);
        Some(Self {
            width: photo.width() as usize,
            height: photo.height() as usize,
            light: rgb.as_chunks::<3>().0.iter().map(pixel).collect(),
        })
    }

    /// The view with every pixel's light changed by a function of its place.
    pub fn changed(&self, change: impl Fn(f32, f32, [f32; 3]) -> [f32; 3]) -> Self {
        let place = |i: usize| {
            let (x, y) = (i % self.width, i / self.width);
            (x as f32 / self.width as f32, y as f32 / self.height as f32)
        };
        let light = self.light.iter().enumerate().map(|(i, &light)| {
            let (x, y) = place(i);
            change(x, y, light)
        });
        Self {
            light: light.collect(),
            ..*self
        }
    }

    /// The frame that the camera takes.
    pub fn taken(&self, shot: Shot) -> Pixels {
        let gain = shot.ev.exp2();
        let mut noise = Noise(shot.seed.wrapping_mul(0x9e37_79b9) | 1);
        let mut samples = Vec::with_capacity(self.light.len() * 3);
        for y in 0..self.height {
            for x in 0..self.width {
                let light = self.seen(shot.hand, x as f32, y as f32);
                for (light, balance) in light.into_iter().zip(shot.balance) {
                    let value = encoded((light * gain * balance).clamp(0.0, 1.0));
                    let value = value * 255.0 + noise.next() * NOISE;
                    samples.push((value + 0.5).clamp(0.0, 255.0) as u8);
                }
            }
        }
        Pixels::from_eight(self.width as u32, self.height as u32, samples).unwrap()
    }

    /// Light where a pixel of the frame looks: a lens of 24 mm, turned.
    fn seen(&self, hand: Hand, x: f32, y: f32) -> [f32; 3] {
        if hand == Hand::default() {
            return self.light[y as usize * self.width + x as usize];
        }
        let middle = (
            (self.width - 1) as f32 / 2.0,
            (self.height - 1) as f32 / 2.0,
        );
        let focal = 24.0 / 36.0 * self.width.max(self.height) as f32;
        let (u, v) = (
            (x - middle.0 - hand.right) / (1.0 + hand.zoom) / focal,
            (y - middle.1 - hand.down) / (1.0 + hand.zoom) / focal,
        );
        let (u, v, depth) = {
            let (sin, cos) = hand.roll_degrees.to_radians().sin_cos();
            let (u, v) = (u * cos + v * sin, v * cos - u * sin);
            let (sin, cos) = hand.pitch_degrees.to_radians().sin_cos();
            let (v, depth) = (v * cos - sin, v * sin + cos);
            let (sin, cos) = hand.yaw_degrees.to_radians().sin_cos();
            (u * cos + depth * sin, v, depth * cos - u * sin)
        };
        self.between(u / depth * focal + middle.0, v / depth * focal + middle.1)
    }

    /// Light between pixels (Catmull and Rom), the border repeated.
    fn between(&self, x: f32, y: f32) -> [f32; 3] {
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (weights(x - left), weights(y - top));
        let mut sum = [0.0; 3];
        for (j, down) in down.iter().enumerate() {
            let row = (top as isize + j as isize - 1).clamp(0, self.height as isize - 1);
            for (i, across) in across.iter().enumerate() {
                let column = (left as isize + i as isize - 1).clamp(0, self.width as isize - 1);
                let light = self.light[row as usize * self.width + column as usize];
                (0..3).for_each(|c| sum[c] += light[c] * across * down);
            }
        }
        sum
    }
}

impl PartialEq for Hand {
    fn eq(&self, other: &Self) -> bool {
        let all = |h: &Self| {
            [
                h.yaw_degrees,
                h.pitch_degrees,
                h.roll_degrees,
                h.zoom,
                h.right,
                h.down,
            ]
        };
        all(self) == all(other)
    }
}

/// A decoded file of a frame, with the orientation its flag states.
pub fn decoded(pixels: Pixels, orientation: u8) -> Decoded {
    let source = Source {
        format: Format::Jpeg,
        width: pixels.width(),
        height: pixels.height(),
        bits: 8,
        orientation,
        profile: "none".to_owned(),
    };
    Decoded {
        pixels,
        source,
        metadata: Metadata::default(),
    }
}

/// Frames of shots of a view.
pub fn frames(view: &View, shots: &[Shot]) -> Vec<Decoded> {
    let frames = shots.iter().map(|&shot| decoded(view.taken(shot), 1));
    frames.collect()
}

/// About normal, by four uniform numbers; always the same.
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f32 {
        let mut sum = 0.0;
        for _ in 0..4 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 17;
            self.0 ^= self.0 << 5;
            sum += self.0 as f32 / u32::MAX as f32 - 0.5;
        }
        sum / 0.58
    }
}

pub fn linear(unit: f32) -> f32 {
    if unit <= 0.04045 {
        unit / 12.92
    } else {
        ((unit + 0.055) / 1.055).powf(2.4)
    }
}

fn encoded(light: f32) -> f32 {
    if light <= 0.003_130_8 {
        light * 12.92
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    }
}

fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [
        0.5 * (2.0 * t2 - t - t3),
        0.5 * (3.0 * t3 - 5.0 * t2 + 2.0),
        0.5 * (4.0 * t2 + t - 3.0 * t3),
        0.5 * (t3 - t2),
    ]
}
