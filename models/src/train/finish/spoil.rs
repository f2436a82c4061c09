//! Spoiling: a finished photo as a camera and a room would have given it. Drawn so that the copies cover
//! what the trade's inputs look like (one to two stops darker, flatter and warmer than the edit), and in
//! three strengths, because a network that only ever sees ruins pulls every photo towards an average.

use plumbline_enhance::{encoded, linear};

use crate::nets::finish::view::luma;
use crate::train::rng::Rng;

/// Shares of copies that stay as they are, nearly do, and have one fault; the rest have all of them.
const SHARES: [f32; 3] = [0.25, 0.08, 0.40];

/// Change of a copy: a function of a colour and its place, -1.0 to 1.0 across and down.
#[derive(Debug, Clone)]
pub struct Spoil {
    /// Stops of exposure.
    exposure: f32,
    /// Gains of the light, and of another one to the other side.
    lamp: [f32; 3],
    other_lamp: Option<([f32; 3], Ramp)>,
    /// Places with more or less light, and with warmer or cooler light, in stops.
    lit: Vec<Blob>,
    warm: Vec<Blob>,
    /// Stops lost in the corners, and the strength of a lens's falloff.
    corners: f32,
    falloff: f32,
    /// Gain before light is burnt in; `None`: it is not.
    burn: Option<f32>,
    /// A camera's shoulder.
    shoulder: bool,
    /// Share of light that is left, and light that is added.
    haze: [f32; 2],
    /// A power on encoded values; contrast around a grey; saturation.
    power: f32,
    contrast: f32,
    grey: f32,
    saturation: f32,
    /// Standard deviation of noise.
    grain: f32,
}

#[derive(Debug, Clone)]
struct Blob {
    across: f32,
    down: f32,
    reach: f32,
    strength: f32,
}

/// 0.0 to 1.0 along a direction.
#[derive(Debug, Clone)]
struct Ramp {
    sin: f32,
    cos: f32,
}

impl Default for Spoil {
    fn default() -> Self {
        Self {
            exposure: 0.0,
            lamp: [1.0; 3],
            other_lamp: None,
            lit: Vec::new(),
            warm: Vec::new(),
            corners: 0.0,
            falloff: 0.0,
            burn: None,
            shoulder: false,
            haze: [1.0, 0.0],
            power: 1.0,
            contrast: 1.0,
            grey: 0.0,
            saturation: 1.0,
            grain: 0.0,
        }
    }
}

impl Spoil {
    /// A random way to spoil a photo.
    pub fn draw(rng: &mut Rng) -> Self {
        let kind = rng.unit();
        let [as_it_is, nearly, one] = SHARES;
        let spoil = match kind {
            kind if kind < as_it_is => Self::default(),
            kind if kind < as_it_is + nearly => Self::nearly_nothing(rng),
            kind if kind < as_it_is + nearly + one => Self::one_fault(rng),
            _ => Self::unfinished(rng),
        };
        Self {
            grain: 0.004 * rng.normal().abs(),
            ..spoil
        }
    }

    fn nearly_nothing(rng: &mut Rng) -> Self {
        Self {
            exposure: 0.12 * rng.normal(),
            lamp: std::array::from_fn(|_| (0.06 * rng.normal()).exp2()),
            ..Self::default()
        }
    }

    /// One fault, with some lack of light where the fault leaves room for it.
    fn one_fault(rng: &mut Rng) -> Self {
        let dim = -0.9 * rng.normal().abs();
        let lamp = lamp(0.6 * rng.normal(), 0.25 * rng.normal());
        let dim_lamp = Self {
            exposure: dim,
            lamp,
            ..Self::default()
        };
        match rng.below(9) {
            0 => Self {
                exposure: rng.range(-3.0, 0.2),
                ..Self::default()
            },
            1 => dim_lamp,
            2 => Self {
                other_lamp: Some((
                    self::lamp(0.6 * rng.normal(), 0.12 * rng.normal()),
                    Ramp::draw(rng),
                )),
                ..dim_lamp
            },
            3 => Self {
                falloff: rng.range(0.0, 0.5),
                ..dim_lamp
            },
            4 => Self {
                haze: [rng.range(0.4, 1.0), rng.range(0.0, 0.15)],
                ..Self::default()
            },
            5 | 6 => Self {
                burn: Some(rng.range(1.2, 3.2)),
                ..Self::default()
            },
            7 => Self {
                falloff: rng.range(0.0, 0.25),
                haze: [rng.range(0.6, 1.0), rng.range(0.0, 0.015)],
                ..dim_lamp
            },
            _ => Self {
                exposure: 0.6 * rng.normal().abs(),
                ..Self::default()
            },
        }
    }

    /// A photo that nobody has edited: dim, warm, lit unevenly, through a camera's curve, flat.
    fn unfinished(rng: &mut Rng) -> Self {
        let sometimes =
            |probability, rng: &mut Rng, low, high, usual| match rng.random_bool(probability) {
                true => rng.range(low, high),
                false => usual,
            };
        Self {
            lit: (0..rng.below(4))
                .map(|_| Blob::draw(rng, -1.3, 0.35))
                .collect(),
            warm: (0..rng.below(3))
                .map(|_| Blob::draw(rng, -0.63, 0.9))
                .collect(),
            lamp: lamp(0.32 + 0.32 * rng.normal(), 0.11 * rng.normal()),
            corners: sometimes(0.5, rng, 0.0, 0.45, 0.0),
            exposure: (0.95 * rng.normal() - 1.25).clamp(-3.6, 0.8),
            shoulder: true,
            haze: [1.0, sometimes(0.34, rng, 0.0, 0.03, 0.0)],
            power: (0.15 + 0.27 * rng.normal()).exp(),
            contrast: sometimes(0.5, rng, 0.65, 1.0, 1.0),
            grey: rng.range(0.3, 0.55),
            saturation: 0.92 + 0.12 * rng.normal(),
            ..Self::default()
        }
    }

    /// The spoiled colour: encoded, rounded to 8 bits.
    pub fn of(&self, rgb: [f32; 3], at: [f32; 2], rng: &mut Rng) -> [f32; 3] {
        let light = self.light(rgb.map(linear), at);
        let mut rgb = light.map(|v| encoded(v.clamp(0.0, 1.0)));
        if self.power != 1.0 || self.contrast != 1.0 {
            rgb =
                rgb.map(|v| self.grey + (v.max(1e-4).powf(self.power) - self.grey) * self.contrast);
        }
        if self.saturation != 1.0 {
            let middle = luma(&rgb);
            rgb = rgb.map(|v| middle + (v - middle) * self.saturation);
        }
        rgb.map(|v| {
            let noisy = (v + self.grain * rng.normal()).clamp(0.0, 1.0);
            (noisy * 255.0).round() / 255.0
        })
    }

    fn light(&self, light: [f32; 3], at: [f32; 2]) -> [f32; 3] {
        let from_middle = at[0] * at[0] + at[1] * at[1];
        let sum = |blobs: &[Blob]| blobs.iter().map(|blob| blob.at(at)).sum::<f32>();
        let ev = self.exposure + sum(&self.lit) - self.corners * from_middle;
        let mut gains = self.lamp;
        if let Some((other, ramp)) = &self.other_lamp {
            let share = ramp.at(at);
            gains = std::array::from_fn(|c| gains[c] + (other[c] - gains[c]) * share);
        }
        if !self.warm.is_empty() {
            let warmer = lamp(sum(&self.warm), 0.0);
            gains = std::array::from_fn(|c| gains[c] * warmer[c]);
        }
        let dim = ev.exp2() / (1.0 + self.falloff * from_middle / 2.0).powi(2);
        let [left, veil] = self.haze;
        std::array::from_fn(|c| {
            let mut v = light[c] * gains[c] * dim;
            if let Some(gain) = self.burn {
                v = 1.0 - (-v * gain).exp();
            }
            if self.shoulder {
                v = shoulder(v);
            }
            v * left + veil
        })
    }
}

/// A light of so many stops of red over blue, and of green over both.
fn lamp(warm: f32, green: f32) -> [f32; 3] {
    [
        warm / 2.0 - green / 3.0,
        green / 1.5,
        -warm / 2.0 - green / 3.0,
    ]
    .map(f32::exp2)
}

fn shoulder(light: f32) -> f32 {
    match light - 0.8 {
        over if over > 0.0 => 0.8 + 0.2 * (1.0 - (-over / 0.2).exp()),
        _ => light,
    }
}

impl Blob {
    fn draw(rng: &mut Rng, low: f32, high: f32) -> Self {
        Self {
            across: rng.range(-1.1, 1.1),
            down: rng.range(-1.1, 1.1),
            reach: rng.range(0.35, 1.4),
            strength: rng.range(low, high),
        }
    }

    fn at(&self, [x, y]: [f32; 2]) -> f32 {
        let square = (x - self.across).powi(2) + (y - self.down).powi(2);
        self.strength * (-square / (2.0 * self.reach * self.reach)).exp()
    }
}

impl Ramp {
    fn draw(rng: &mut Rng) -> Self {
        let (sin, cos) = rng.range(0.0, std::f32::consts::TAU).sin_cos();
        Self { sin, cos }
    }

    fn at(&self, [x, y]: [f32; 2]) -> f32 {
        0.5 + 0.5 * (x * self.cos + y * self.sin).clamp(-1.0, 1.0)
    }
}
