//! Light and colour of places: brushes, gradients, and what a person selects.

use crate::canvas::Canvas;
use crate::colour::{luma, relit, shouldered, smooth_step};
use crate::looks::Strength;
use crate::plane::Plane;
use crate::rng::Rng;

/// Every pixel lit by stops that depend on its place: across and down, 0.0 to 1.0.
fn lit_by(p: &Canvas, stops: impl Fn(f32, f32) -> f32 + Sync) -> Canvas {
    p.relit(|at, y| {
        let u = (at % p.width) as f32 / p.width as f32;
        let v = (at / p.width) as f32 / p.height as f32;
        shouldered(y, stops(u, v).exp2())
    })
}

/// Wide soft strokes.
pub fn dodge_and_burn(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let most = s.of([0.3, 0.5, 0.8], rng);
    let stroke = |rng: &mut Rng| {
        let (x, y) = (rng.unit(), rng.unit());
        let reach = rng.within(0.06, 0.25);
        (x, y, reach, most * rng.within(0.5, 1.0) * rng.sign())
    };
    let count = 4 + rng.below(5);
    let strokes: Vec<_> = (0..count).map(|_| stroke(rng)).collect();
    let (w, h) = (p.width as f32 / p.long(), p.height as f32 / p.long());
    lit_by(p, |u, v| {
        let of = |(x, y, reach, ev): &(f32, f32, f32, f32)| {
            let square = ((u - x) * w).powi(2) + ((v - y) * h).powi(2);
            ev * (-square / (reach * reach)).exp()
        };
        strokes.iter().map(of).sum::<f32>().clamp(-most, most)
    })
}

pub fn graduated(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let ev = s.of([0.35, 0.7, 1.1], rng) * rng.sign();
    let (turn, reach) = (rng.unit() * std::f32::consts::TAU, rng.within(0.3, 0.6));
    let (across, down) = (turn.cos(), turn.sin());
    lit_by(p, |u, v| {
        let along = (u - 0.5) * across + (v - 0.5) * down;
        ev * smooth_step(0.45 - reach, 0.45, along)
    })
}

/// An ellipse lit from within, or its outside darkened.
pub fn radial(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let ev = s.of([0.35, 0.65, 1.0], rng) * rng.sign();
    let (x, y) = (rng.within(0.25, 0.75), rng.within(0.25, 0.75));
    let (a, b) = (rng.within(0.2, 0.45), rng.within(0.2, 0.45));
    let feather = rng.within(0.6, 1.0);
    lit_by(p, |u, v| {
        let radius = ((u - x) / a).hypot((v - y) / b);
        let inside = 1.0 - smooth_step(1.0 - feather, 1.0 + feather * 0.5, radius);
        if ev > 0.0 {
            ev * inside
        } else {
            ev * (1.0 - inside)
        }
    })
}

/// Share of the way to a corner, squared.
fn corner(u: f32, v: f32) -> f32 {
    ((u - 0.5).powi(2) + (v - 0.5).powi(2)) * 2.0
}

pub fn vignette(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let ev = s.of([0.25, 0.5, 0.8], rng);
    lit_by(p, |u, v| -ev * corner(u, v))
}

pub fn corners_lit(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let ev = s.of([0.3, 0.55, 0.85], rng);
    lit_by(p, |u, v| ev * corner(u, v))
}

/// A soft selection of what is bright, as a brush leaves it.
fn bright(luma: &Plane, from: f32, to: f32, soft: f32) -> Plane {
    let selected = luma.map(|v| smooth_step(from, to, v));
    selected.gaussian(soft).map(|v| v.clamp(0.0, 1.0))
}

/// Warmth around what shines.
pub fn lights_warmed(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let by = s.of([0.03, 0.06, 0.1], rng);
    let soft = rng.within(0.01, 0.03);
    // A bright wall is not selected with its lamp.
    let own = p.luma();
    let (from, to) = (
        own.percentile(0.93).max(0.72),
        own.percentile(0.995).max(0.9),
    );
    let selected = bright(&own, from, to + 0.02, p.long() * soft);
    p.lit(|at, light| {
        let by = by * selected.values[at];
        let [r, g, b] = light;
        relit([r * (1.0 + by), g, b * (1.0 - by)], luma(light))
    })
}

/// Windows pulled down by a selection that follows their edges.
pub fn windows_darker(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let ev = s.of([0.25, 0.5, 0.8], rng);
    let own = p.luma();
    let rough = own
        .map(|v| smooth_step(0.75, 0.95, v))
        .gaussian(p.long() * 0.004);
    let selected = rough.guided_by(&own, p.long() * 0.02, 0.08);
    p.relit(|at, y| {
        let stops = -ev * selected.values[at].clamp(0.0, 1.0);
        shouldered(y, stops.exp2())
    })
}
