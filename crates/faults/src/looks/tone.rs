//! One curve for the whole picture.

use crate::canvas::Canvas;
use plumbline_enhance::{encoded, linear};

use crate::colour::{luma, shouldered, smooth_step};
use crate::looks::Strength;
use crate::rng::Rng;

/// Stops that a picture bears: its mean stays below a bright listing's, and no more than a
/// hundredth of it gets nearly white.
pub fn bearable(p: &Canvas, ev: f32, curve: impl Fn(f32, f32) -> f32) -> f32 {
    let some: Vec<f32> = p
        .pixels
        .iter()
        .step_by(101)
        .map(|rgb| linear(luma(*rgb)))
        .collect();
    let bears = |ev: f32| {
        let after: Vec<f32> = some.iter().map(|v| encoded(curve(*v, ev.exp2()))).collect();
        let near_white = |all: &[f32]| all.iter().filter(|v| **v > 0.97).count();
        let before: Vec<f32> = some.iter().map(|v| encoded(*v)).collect();
        let mean = after.iter().sum::<f32>() / after.len() as f32;
        mean < 0.72 && near_white(&after) <= near_white(&before) + some.len() / 100
    };
    let mut stops = ev;
    while stops > 0.15 && !bears(stops) {
        stops -= 0.1;
    }
    stops.max(0.1)
}

pub fn brighter(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let gain = bearable(p, s.of([0.3, 0.55, 0.9], rng), shouldered).exp2();
    p.lit(|_, light| light.map(|v| shouldered(v, gain)))
}

pub fn darker(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let gain = 1.0 - s.of([0.1, 0.2, 0.3], rng);
    p.lit(|_, light| light.map(|v| v * gain))
}

/// Linear up to a quarter of white, and a shoulder that ends in white: a film's curve.
pub fn filmic(light: f32, gain: f32) -> f32 {
    let (foot, v) = (0.25, light * gain);
    if v <= foot {
        return v;
    }
    let (u, white) = (
        (v - foot) / (1.0 - foot),
        ((gain - foot) / (1.0 - foot)).max(1.0),
    );
    foot + (1.0 - foot) * u * (1.0 + u / (white * white)) / (1.0 + u)
}

/// Exposure on each channel, or on luminance with the hue kept, as editors differ.
pub fn exposure(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let gain = bearable(p, s.of([0.5, 1.1, 1.8], rng), filmic).exp2();
    if rng.unit() < 0.5 {
        p.lit(|_, light| light.map(|v| filmic(v, gain)))
    } else {
        p.relit(|_, y| filmic(y, gain))
    }
}

pub fn gamma(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let by = s.of([0.08, 0.16, 0.26], rng);
    p.tinted(|rgb| rgb.map(|v| v.max(0.0).powf(1.0 - by)))
}

pub fn contrast(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let share = s.of([0.2, 0.4, 0.6], rng);
    p.tinted(|rgb| rgb.map(|v| v + share * (v * v * (3.0 - 2.0 * v) - v)))
}

pub fn flat(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let share = 1.0 - s.of([0.05, 0.1, 0.15], rng);
    p.tinted(|rgb| rgb.map(|v| 0.5 + (v - 0.5) * share))
}

/// The three curves of an editor, each with its own slight bend.
pub fn channel_curves(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let share = s.of([0.15, 0.3, 0.5], rng);
    let bends = [0, 1, 2].map(|_| share * rng.within(0.75, 1.25));
    p.tinted(|rgb| {
        std::array::from_fn(|c| {
            let v = rgb[c];
            v + bends[c] * (v * v * (3.0 - 2.0 * v) - v)
        })
    })
}

pub fn matte(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let black = s.of([0.02, 0.045, 0.075], rng);
    p.tinted(|rgb| rgb.map(|v| v + black * (1.0 - v).powi(3)))
}

/// Black and white points moved in; hardly anything may reach them that was not there.
pub fn points(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let most = s.of([0.02, 0.04, 0.06], rng);
    let (lows, highs) = (
        p.plane(|[r, g, b]| r.min(g).min(b)),
        p.plane(|[r, g, b]| r.max(g).max(b)),
    );
    let black = lows.percentile(0.003).min(most);
    let white = highs.percentile(0.997).max(1.0 - most);
    p.tinted(|rgb| rgb.map(|v| (v - black) / (white - black)))
}

pub fn shadows_open(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let lift = s.of([0.25, 0.5, 0.8], rng);
    p.tinted(|rgb| {
        let gain = 1.0 + lift * (1.0 - luma(rgb)).powi(4);
        rgb.map(|v| v * gain)
    })
}

pub fn highlights_calm(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let share = s.of([0.05, 0.1, 0.15], rng);
    p.tinted(|rgb| {
        let hold = 1.0 - share * smooth_step(0.3, 1.0, luma(rgb));
        rgb.map(|v| v * hold)
    })
}
