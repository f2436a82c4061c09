//! Light by the light around it: a base is found on the logarithm of luminance, and moved.

use crate::canvas::Canvas;
use plumbline_enhance::linear;

use crate::colour::{shouldered, smooth_step, to_lab, to_rgb};
use crate::looks::Strength;
use crate::looks::tone::{bearable, filmic};
use crate::plane::Plane;
use crate::rng::Rng;

/// Every pixel lit by as many stops as its place in a plane says, with a shoulder.
pub fn by_stops(p: &Canvas, stops: &Plane) -> Canvas {
    p.relit(|at, y| shouldered(y, stops.values[at].exp2()))
}

/// Stops for dark surroundings: all of them five stops below white, none from one and a half on.
fn opening(base: &Plane, stops: f32) -> Plane {
    base.map(|v| stops * (1.0 - smooth_step(-5.0, -1.5, v)))
}

/// The base is a Gaussian of 2 to 6 % of the long side.
fn wide_base(p: &Canvas, rng: &mut Rng) -> Plane {
    p.log_luminance()
        .gaussian(p.long() * rng.within(0.02, 0.06))
}

fn guided_base(p: &Canvas, rng: &mut Rng) -> Plane {
    let reach = p.long() * rng.within(0.015, 0.04);
    p.log_luminance().guided(reach, rng.within(0.3, 0.7))
}

const OPENING: [f32; 3] = [0.6, 1.1, 1.7];

pub fn shadows_wide(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let base = wide_base(p, rng);
    by_stops(p, &opening(&base, s.of(OPENING, rng)))
}

pub fn shadows_guided(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let base = guided_base(p, rng);
    by_stops(p, &opening(&base, s.of(OPENING, rng)))
}

pub fn shadows_and_exposure(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let base = if rng.unit() < 0.5 {
        wide_base(p, rng)
    } else {
        guided_base(p, rng)
    };
    let open = by_stops(p, &opening(&base, s.of([0.5, 0.9, 1.4], rng)));
    let gain = bearable(&open, s.of([0.4, 0.8, 1.3], rng), filmic).exp2();
    open.lit(|_, light| light.map(|v| filmic(v, gain)))
}

/// Stops taken from bright surroundings.
pub fn highlights_recovered(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let by = s.of([0.2, 0.4, 0.65], rng);
    let base = guided_base(p, rng);
    p.relit(|at, y| {
        let stops = -by * smooth_step(-2.0, 0.0, base.values[at]);
        shouldered(y, stops.exp2())
    })
}

/// Local contrast of luma at 1 to 3 % of the long side, most in the middle tones.
pub fn clarity(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let amount = s.of([0.12, 0.25, 0.45], rng);
    let reach = p.long() * rng.within(0.01, 0.03);
    let own = p.luma();
    let base = if rng.unit() < 0.5 {
        own.gaussian(reach)
    } else {
        own.guided(reach, 0.12)
    };
    contrasted(p, &own, &base, amount)
}

/// Differences from a base raised, in encoded luma.
pub fn contrasted(p: &Canvas, own: &Plane, base: &Plane, amount: f32) -> Canvas {
    p.relit(|at, y| {
        let v = own.values[at];
        let middle = 1.0 - (2.0 * v - 1.0).powi(4);
        let by = amount * middle * (v - base.values[at]);
        // A gain, so that a pixel keeps its own luminance where nothing is raised.
        let to = linear((v + by).clamp(0.0, 1.0)) + 1e-5;
        y * to / (linear(v) + 1e-5)
    })
}

/// Contrast-limited adaptive histogram equalisation of L* in 8 x 8 tiles (Zuiderveld 1994), as a
/// layer of a fifth to two fifths.
pub fn clahe(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let (limit, share) = (s.of([2.0, 2.5, 3.0], rng), s.of([0.2, 0.3, 0.4], rng));
    let lightness = p.plane(|rgb| to_lab(rgb)[0] / 100.0);
    let curves: Vec<Vec<f32>> = (0..64)
        .map(|t| curve(&lightness, t % 8, t / 8, limit))
        .collect();
    let (w, h) = (p.width as f32 / 8.0, p.height as f32 / 8.0);
    p.map(|x, y, rgb| {
        let [l, a, b] = to_lab(rgb);
        let (u, v) = (x as f32 / w - 0.5, y as f32 / h - 0.5);
        let (left, top) = (u.floor(), v.floor());
        let (bin, part) = ((l * 2.55).floor(), (l * 2.55).fract());
        let at = |dx: f32, dy: f32| {
            let tile = |v: f32| v.clamp(0.0, 7.0) as usize;
            let curve = &curves[tile(top + dy) * 8 + tile(left + dx)];
            let level = |bin: f32| curve[bin.clamp(0.0, 255.0) as usize];
            level(bin - 1.0) * (1.0 - part) + level(bin) * part
        };
        let (u, v) = (u - left, v - top);
        let upper = at(0.0, 0.0) * (1.0 - u) + at(1.0, 0.0) * u;
        let lower = at(0.0, 1.0) * (1.0 - u) + at(1.0, 1.0) * u;
        let equal = 100.0 * (upper * (1.0 - v) + lower * v);
        to_rgb([l + share * (equal - l), a, b])
    })
}

/// The clipped and summed histogram of a tile.
fn curve(lightness: &Plane, column: usize, row: usize, limit: f32) -> Vec<f32> {
    let span = |i: usize, size: usize| i * size / 8..(i + 1) * size / 8;
    let mut counts = vec![0.0_f32; 256];
    for y in span(row, lightness.height) {
        for x in span(column, lightness.width) {
            let v = lightness.values[y * lightness.width + x];
            counts[(v * 255.0).clamp(0.0, 255.0) as usize] += 1.0;
        }
    }
    let all: f32 = counts.iter().sum::<f32>().max(1.0);
    let most = limit * all / 256.0;
    let excess: f32 = counts.iter().map(|n| (n - most).max(0.0)).sum();
    let mut sum = 0.0;
    counts
        .iter()
        .map(|n| {
            sum += n.min(most) + excess / 256.0;
            sum / all
        })
        .collect()
}

/// Dark channel prior (He, Sun and Tang 2009), the veil refined by a guided filter.
pub fn haze_removal(p: &Canvas, s: Strength, rng: &mut Rng) -> Canvas {
    let share = s.of([0.12, 0.22, 0.35], rng);
    let reach = (p.long() * 0.006).max(2.0);
    let dark = p.plane(|rgb| {
        let [r, g, b] = rgb.map(linear);
        r.min(g).min(b)
    });
    let air = dark.percentile(0.995).max(0.3);
    let veil = dark.extreme(reach as usize, f32::min);
    let veil = veil.guided_by(&p.luma(), reach * 4.0, 0.05);
    p.lit(|at, light| {
        let kept = (1.0 - share * veil.values[at] / air).clamp(0.35, 1.0);
        // Haze-free light, brought back to the air's brightness as editors do.
        let clear = light.map(|v| ((v - air) / kept + air).max(0.0));
        clear.map(|v| v.min(1.0))
    })
}
