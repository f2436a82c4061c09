//! Colour of the whole picture.

use crate::canvas::Canvas;
use crate::colour::{hue_chroma, hue_distance, luma, relit, smooth_step, to_lab, to_rgb};
use crate::looks::Strength;
use crate::rng::Rng;

/// Gains in linear light at constant luminance: what a slider of temperature and tint does.
pub fn balanced(p: &Canvas, gains: [f32; 3]) -> Canvas {
    p.lit(|_, light| {
        let moved = std::array::from_fn(|c| light[c] * gains[c]);
        relit(moved, luma(light))
    })
}

pub fn warmer(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let by = s.of([0.02, 0.045, 0.075], rng);
    balanced(p, [1.0 + by, 1.0, 1.0 - by])
}

pub fn cooler(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let by = s.of([0.02, 0.045, 0.075], rng);
    balanced(p, [1.0 - by, 1.0, 1.0 + by])
}

pub fn tint(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let by = s.of([0.008, 0.016, 0.028], rng) * rng.sign();
    balanced(p, [1.0, 1.0 + by, 1.0])
}

fn coloured(p: &Canvas, by: impl Fn(f32, f32) -> f32 + Sync) -> Canvas {
    p.tinted(|rgb| {
        let lab = to_lab(rgb);
        let (hue, chroma) = hue_chroma(lab);
        let by = by(hue, chroma);
        to_rgb([lab[0], lab[1] * by, lab[2] * by])
    })
}

pub fn vivid(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let by = s.of([0.08, 0.16, 0.28], rng);
    coloured(p, |_, _| 1.0 + by)
}

pub fn muted(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let by = s.of([0.08, 0.16, 0.26], rng);
    coloured(p, |_, _| 1.0 - by)
}

/// Saturation for what has little.
pub fn vibrance(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let by = s.of([0.12, 0.25, 0.4], rng);
    coloured(p, |_, chroma| {
        1.0 + by * (1.0 - smooth_step(10.0, 60.0, chroma))
    })
}

pub fn split_tones(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let by = s.of([1.2, 2.2, 3.5], rng) * rng.sign();
    p.tinted(|rgb| {
        let [l, a, b] = to_lab(rgb);
        to_rgb([l, a, b + by * (l - 50.0) / 50.0])
    })
}

/// The colour mixer's yellows with less saturation: light of old bulbs on white walls.
pub fn yellows_calmed(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let by = s.of([0.1, 0.2, 0.3], rng);
    coloured(p, |hue, _| {
        1.0 - by * (1.0 - smooth_step(15.0, 45.0, hue_distance(hue, 85.0)))
    })
}

/// Chroma smoothed, lightness kept.
pub fn smooth_chroma(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let reach = s.of([2.0, 4.0, 6.0], rng);
    let lightness = p.luma();
    let channel = |c: usize| {
        let own = p.plane(|rgb| to_lab(rgb)[c]);
        own.guided_by(&lightness, reach, 0.03)
    };
    let (a, b) = (channel(1), channel(2));
    p.map(|x, y, rgb| {
        let at = y * p.width + x;
        let lab = to_lab(rgb);
        let soft = |own: f32, soft: f32| own + 0.7 * (soft - own).clamp(-6.0, 6.0);
        to_rgb([
            lab[0],
            soft(lab[1], a.values[at]),
            soft(lab[2], b.values[at]),
        ])
    })
}
