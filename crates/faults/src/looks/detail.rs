//! Detail: sharpened, and noise taken out.use plumbline_enhance::{linear};

use plumbline_enhance::linear;
use rayon::prelude::*;

use crate::canvas::Canvas;
use crate::looks::Strength;
use crate::looks::light::contrasted;
use crate::plane::Plane;
use crate::rng::Rng;

/// Fine local contrast, between sharpening and clarity.
pub fn texture(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let amount = s.of([0.15, 0.3, 0.5], rng);
    let own = p.luma();
    let (fine, wide) = (own.gaussian(0.8), own.gaussian(p.long() * 0.0025));
    // Noise below a hundredth is left as it was.
    let band = fine.zip(&wide, |fine, wide| {
        let d = fine - wide;
        d.signum() * (d.abs() - 0.004).max(0.0)
    });
    contrasted(p, &own, &own.zip(&band, |own, band| own - band), amount)
}

/// Unsharp mask of luma, with a threshold as its dialogs have.
pub fn sharpened(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let (amount, radius) = (s.of([0.5, 0.9, 1.4], rng), rng.within(0.8, 1.6));
    let own = p.luma();
    let soft = own.gaussian(radius * 0.6);
    raised(p, &own, &soft.zip(&own, |soft, own| own - soft), amount)
}

/// A high-pass layer in overlay, radius up to two pixels.
pub fn high_pass(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let (amount, radius) = (s.of([0.3, 0.5, 0.8], rng), rng.within(1.2, 2.0));
    let own = p.luma();
    let layer = own.zip(&own.gaussian(radius), |own, soft| {
        (own - soft) * 2.0 * own.min(1.0 - own).max(0.1)
    });
    raised(p, &own, &layer, amount)
}

fn raised(p: &Canvas, own: &Plane, layer: &Plane, amount: f32) -> Canvas {
    p.relit(|at, y| {
        let v = own.values[at];
        let by = (amount * layer.values[at]).clamp(-0.12, 0.12);
        let to = linear((v + by).clamp(0.0, 1.0)) + 1e-5;
        y * to / (linear(v) + 1e-5)
    })
}

/// Luma smoothed where differences are small.
pub fn bilateral(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let (space, range) = (s.of([1.0, 1.5, 2.2], rng), s.of([0.015, 0.025, 0.045], rng));
    let own = p.luma();
    let reach = (2.0 * space).ceil() as i64;
    let value = |i: usize| {
        let (x, y, v) = ((i % p.width) as i64, (i / p.width) as i64, own.values[i]);
        let (mut sum, mut total) = (0.0, 0.0);
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                let near = own.near(x + dx, y + dy);
                let square = (dx * dx + dy * dy) as f32 / (space * space);
                let weight = (-0.5 * (square + ((near - v) / range).powi(2))).exp();
                sum += weight * near;
                total += weight;
            }
        }
        sum / total
    };
    let soft = (0..own.values.len()).into_par_iter().map(value).collect();
    brought(
        p,
        &own,
        &Plane {
            values: soft,
            ..own
        },
    )
}

/// Luma averaged over similar patches (Buades, Coll and Morel 2005).
pub fn patches(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let strength = s.of([0.012, 0.02, 0.035], rng);
    let own = p.luma();
    let (mut sum, mut total) = (own.clone(), own.map(|_| 1.0));
    for (dx, dy) in (-3..=3).flat_map(|dy| (-3..=3).map(move |dx| (dx, dy))) {
        if (dx, dy) == (0, 0) {
            continue;
        }
        let moved = shifted(&own, dx, dy);
        let apart = own.zip(&moved, |a, b| (a - b).powi(2)).box_mean(1);
        let weight = apart.map(|d| (-d / (strength * strength)).exp());
        let part = weight.zip(&moved, |w, v| w * v);
        sum = sum.zip(&part, |a, b| a + b);
        total = total.zip(&weight, |a, b| a + b);
    }
    brought(p, &own, &sum.zip(&total, |s, t| s / t))
}

fn shifted(plane: &Plane, dx: i64, dy: i64) -> Plane {
    let value = |i: usize| plane.near((i % plane.width) as i64 + dx, (i / plane.width) as i64 + dy);
    Plane {
        values: (0..plane.values.len()).into_par_iter().map(value).collect(),
        ..*plane
    }
}

/// The picture with another luma, by ratio of light.
fn brought(p: &Canvas, own: &Plane, to: &Plane) -> Canvas {
    p.relit(|at, y| {
        let ratio =
            (linear(to.values[at].clamp(0.0, 1.0)) + 1e-5) / (linear(own.values[at]) + 1e-5);
        y * ratio
    })
}
