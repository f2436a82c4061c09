//! Dynamic range brought down: large differences of light shrink, small ones stay.

use rayon::prelude::*;

use crate::canvas::Canvas;
use plumbline_enhance::{encoded, linear};

use crate::colour::{relit, shouldered, smooth_step};
use crate::looks::Strength;
use crate::plane::Plane;
use crate::pyramid::Pyramid;
use crate::rng::Rng;

/// Bilateral base of log luminance, compressed about its bright middle (Durand and Dorsey 2002).
pub fn bilateral_base(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let taken = s.of([0.15, 0.28, 0.4], rng);
    let base = bilateral(&p.log_luminance(), p.long() * 0.02, 1.2);
    let middle = base.percentile(0.7).max(-2.5);
    p.relit(|at, y| shouldered(y, ((middle - base.values[at]) * taken).exp2()))
}

/// Bilateral filter by a grid of places and values (Paris and Durand 2006).
fn bilateral(plane: &Plane, space: f32, range: f32) -> Plane {
    let low = plane.values.iter().copied().fold(f32::MAX, f32::min);
    let high = plane.values.iter().copied().fold(f32::MIN, f32::max);
    let levels = ((high - low) / range) as usize + 2;
    let place = |i: usize| {
        let (x, y) = (i % plane.width, i / plane.width);
        let value = (plane.values[i] - low) / range;
        (x as f32 / space, y as f32 / space, value)
    };
    let empty = || Plane {
        width: (plane.width as f32 / space) as usize + 2,
        height: (plane.height as f32 / space) as usize + 2,
        values: vec![
            0.0;
            ((plane.width as f32 / space) as usize + 2)
                * ((plane.height as f32 / space) as usize + 2)
        ],
    };
    let mut layers: Vec<[Plane; 2]> = (0..levels).map(|_| [empty(), empty()]).collect();
    for (i, value) in plane.values.iter().enumerate() {
        let (x, y, z) = place(i);
        let [sum, count] = &mut layers[z.round() as usize];
        let at = y.round() as usize * sum.width + x.round() as usize;
        sum.values[at] += value;
        count.values[at] += 1.0;
    }
    let soft = |[sum, count]: &[Plane; 2]| [sum.gaussian(1.0), count.gaussian(1.0)];
    let soft: Vec<[Plane; 2]> = layers.iter().map(soft).collect();
    let value = |i: usize| {
        let (x, y, z) = place(i);
        let (mut sum, mut count) = (0.0, 1e-9);
        for (at, [sums, counts]) in soft.iter().enumerate() {
            let weight = (-(at as f32 - z).powi(2) / 2.0).exp();
            sum += weight * sums.between(x, y);
            count += weight * counts.between(x, y);
        }
        sum / count
    };
    Plane {
        values: (0..plane.values.len()).into_par_iter().map(value).collect(),
        ..*plane
    }
}

/// Each pixel under a curve of its surroundings' light (Reinhard et al. 2002), the surroundings
/// by a guided filter; so much of it that the picture stays itself.
pub fn local_operator(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let key = s.of([1.25, 1.5, 1.85], rng);
    let around = p.log_luminance().guided(p.long() * 0.02, 0.5);
    p.relit(|at, y| {
        // What is bright is its own surroundings: no detail of a window becomes white.
        let around = around.values[at].exp2().min(1.0);
        let around = around.max(y * smooth_step(0.2, 0.6, y));
        let (own, around) = (key * y, key * around);
        own * (1.0 + own / (key * key)) / (1.0 + around)
    })
}

/// Differences of light squeezed above a step and small ones raised (Paris, Hasinoff and Kautz
/// 2011).
pub fn local_laplacian(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let (raised, kept) = (
        s.of([0.15, 0.3, 0.5], rng),
        1.0 - s.of([0.1, 0.2, 0.3], rng),
    );
    let own = p.luma();
    let step = 0.15;
    let remap = |v: f32, grey: f32| {
        let (d, sign) = ((v - grey).abs(), (v - grey).signum());
        let to = if d < step {
            // As a power below one, but with a finite slope at zero, where noise is.
            d * (1.0 + raised * (1.0 - d / step))
        } else {
            step + (d - step) * kept
        };
        grey + sign * to
    };
    let greys: Vec<f32> = (0..9).map(|i| i as f32 / 8.0).collect();
    let out = Pyramid::local(&own, &greys, remap);
    p.relit(|at, y| {
        let to = linear(out.values[at].clamp(0.0, 1.0));
        y * (to + 1e-4) / (linear(own.values[at]) + 1e-4)
    })
}

/// Virtual exposures fused by their well-exposedness (Mertens, Kautz and Van Reeth 2007).
pub fn fusion(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let reach = s.of([0.5, 0.9, 1.4], rng);
    let own = p.luma();
    let depth = Pyramid::depth(p.width, p.height);
    let exposed = |ev: f32| own.map(|v| encoded(shouldered(linear(v), ev.exp2())));
    let exposures = [-0.8 * reach, 0.0, reach, 1.6 * reach].map(exposed);
    let good = |v: f32| (-(v - 0.5).powi(2) / 0.08).exp() + 1e-4;
    let goods = exposures.each_ref().map(|plane| plane.map(good));
    let sum = |i: usize| goods.iter().map(|plane| plane.values[i]).sum::<f32>();
    let total = Plane {
        values: (0..own.values.len()).into_par_iter().map(sum).collect(),
        ..own
    };
    let mut fused = Pyramid::empty(&own, depth);
    for (exposure, good) in exposures.iter().zip(&goods) {
        let weights = Pyramid::gaussian(&good.zip(&total, |g, t| g / t), depth);
        fused.add(&Pyramid::laplacian(exposure, depth), &weights);
    }
    let fused = fused.collapsed();
    p.lit(|at, light| relit(light, linear(fused.values[at].clamp(0.0, 1.0))))
}
