//! Edits that a customer may want: tone and colour move, the house does not.

use crate::injected::canvas::{Canvas, blurred, luma, softened};
use crate::injected::lab::{to_lab, to_rgb};
use crate::injected::rng::Rng;

/// A tone or colour edit.
pub type Edit = fn(&Canvas, &mut Rng) -> Canvas;

/// By name.
pub const EDITS: [(&str, Edit); 16] = [
    ("as it was", |p, _| p.clone()),
    ("brighter", brighter),
    ("darker", darker),
    ("contrast", contrast),
    ("flat", flat),
    ("shadows open", shadows_open),
    ("highlights calm", highlights_calm),
    ("warmer", warmer),
    ("cooler", cooler),
    ("vivid", vivid),
    ("muted", muted),
    ("split tones", split_tones),
    ("corners lit", corners_lit),
    ("dodge and burn", dodge_and_burn),
    ("clarity", clarity),
    ("sharpened", sharpened),
];

/// More or less light with a shoulder, as every editor has it: white stays white, and nothing else
/// becomes it.
fn lit(rgb: [f32; 3], gain: f32) -> [f32; 3] {
    rgb.map(|v| {
        let light = v.powf(2.2);
        (gain * light / (1.0 + (gain - 1.0) * light)).powf(1.0 / 2.2)
    })
}

fn brighter(p: &Canvas, rng: &mut Rng) -> Canvas {
    let gain = rng.within(0.3, 0.8).exp2();
    p.tinted(|rgb| lit(rgb, gain))
}

fn darker(p: &Canvas, rng: &mut Rng) -> Canvas {
    let gain = rng.within(0.7, 0.85);
    p.tinted(|rgb| rgb.map(|v| (v.powf(2.2) * gain).powf(1.0 / 2.2)))
}

fn contrast(p: &Canvas, rng: &mut Rng) -> Canvas {
    let share = rng.within(0.3, 0.6);
    let curve = |v: f32| v + share * (v * v * (3.0 - 2.0 * v) - v);
    p.tinted(|rgb| rgb.map(curve))
}

fn flat(p: &Canvas, rng: &mut Rng) -> Canvas {
    let share = rng.within(0.80, 0.92);
    p.tinted(|rgb| rgb.map(|v| 0.5 + (v - 0.5) * share))
}

fn shadows_open(p: &Canvas, rng: &mut Rng) -> Canvas {
    let lift = rng.within(0.3, 0.8);
    p.tinted(|rgb| {
        let y = luma(rgb);
        let gain = (1.0 + lift * (1.0 - y).powi(4)).min(1.8);
        rgb.map(|v| v * gain)
    })
}

fn highlights_calm(p: &Canvas, rng: &mut Rng) -> Canvas {
    let share = rng.within(0.1, 0.25);
    p.tinted(|rgb| {
        let y = luma(rgb);
        rgb.map(|v| v * (1.0 - share * y.powi(3)))
    })
}

/// Gains in linear light at constant luminance.
fn balanced(p: &Canvas, red: f32, blue: f32) -> Canvas {
    p.tinted(|rgb| {
        let [r, g, b] = rgb.map(|v| v.powf(2.2));
        let moved = [r * red, g, b * blue];
        let same = luma([r, g, b]) / luma(moved).max(1e-5);
        moved.map(|v| (v * same).powf(1.0 / 2.2))
    })
}

fn warmer(p: &Canvas, rng: &mut Rng) -> Canvas {
    let by = rng.within(0.02, 0.06);
    balanced(p, 1.0 + by, 1.0 - by)
}

fn cooler(p: &Canvas, rng: &mut Rng) -> Canvas {
    let by = rng.within(0.02, 0.06);
    balanced(p, 1.0 - by, 1.0 + by)
}

fn coloured(p: &Canvas, by: f32) -> Canvas {
    p.tinted(|rgb| {
        let [l, a, b] = to_lab(rgb);
        to_rgb([l, a * by, b * by])
    })
}

fn vivid(p: &Canvas, rng: &mut Rng) -> Canvas {
    coloured(p, rng.within(1.1, 1.3))
}

fn muted(p: &Canvas, rng: &mut Rng) -> Canvas {
    coloured(p, rng.within(0.75, 0.9))
}

fn split_tones(p: &Canvas, rng: &mut Rng) -> Canvas {
    let by = rng.within(1.5, 3.0);
    p.tinted(|rgb| {
        let [l, a, b] = to_lab(rgb);
        to_rgb([l, a, b + by * (l - 50.0) / 50.0])
    })
}

fn corners_lit(p: &Canvas, rng: &mut Rng) -> Canvas {
    let ev = rng.within(0.3, 0.7);
    let (cx, cy) = (p.width as f32 / 2.0, p.height as f32 / 2.0);
    p.map(|x, y, rgb| {
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        let square = (dx * dx + dy * dy) / (cx * cx + cy * cy);
        lit(rgb, (ev * square).exp2())
    })
}

/// Wide soft strokes, up to a third of a stop.
fn dodge_and_burn(p: &Canvas, rng: &mut Rng) -> Canvas {
    let stroke = |rng: &mut Rng| {
        let (x, y) = (rng.unit() * p.width as f32, rng.unit() * p.height as f32);
        let reach = p.long() * rng.within(0.15, 0.3);
        (x, y, reach, rng.within(-0.33, 0.33))
    };
    let strokes: Vec<_> = (0..4).map(|_| stroke(rng)).collect();
    p.map(|x, y, rgb| {
        let ev_of = |(bx, by, reach, ev): &(f32, f32, f32, f32)| {
            let square = ((x as f32 - bx).powi(2) + (y as f32 - by).powi(2)) / (reach * reach);
            ev * (-square).exp()
        };
        lit(rgb, strokes.iter().map(ev_of).sum::<f32>().exp2())
    })
}

/// Unsharp masking of luma.
fn unsharp(p: &Canvas, soft: &[f32], amount: f32) -> Canvas {
    p.map(|x, y, rgb| {
        let own = luma(rgb);
        let gain = ((own + amount * (own - soft[y * p.width + x])) / own.max(0.02)).max(0.6);
        lit(rgb, gain.powf(2.2))
    })
}

fn clarity(p: &Canvas, rng: &mut Rng) -> Canvas {
    let soft = softened(&p.luma(), p.width, p.height, p.long() * 0.02);
    unsharp(p, &soft, rng.within(0.1, 0.25))
}

fn sharpened(p: &Canvas, rng: &mut Rng) -> Canvas {
    let soft = blurred(&p.luma(), p.width, p.height, 1.0);
    unsharp(p, &soft, rng.within(0.3, 0.6))
}
