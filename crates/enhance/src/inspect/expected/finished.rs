//! A finish, rebuilt from its definition in `steps/finish.rs`: veil, gains, curve, chroma.

use std::array::from_fn;
use std::sync::LazyLock;

use crate::kernels::expected::tables::{self, Curve};
use crate::kernels::expected::{self, Light};
use crate::math::light::{encoded, linear};
use crate::steps::finish::{FIELD, Finish};

/// Places across the picture between which gains are straight, at least; and most columns between them.
const PLACES: usize = 256;
const STEP: usize = 16;

/// Light over encoded brightness.
static LIGHTS: LazyLock<Box<[f32; tables::STEPS]>> =
    LazyLock::new(|| Box::new(from_fn(|i| linear(i as f32 / (tables::STEPS - 1) as f32))));

/// The part of a natural result that a finish makes.
pub(crate) struct Finished {
    finish: Finish,
    size: [usize; 2],
    step: usize,
    /// Weights of the nodes at every so many columns, and one beyond.
    across: Vec<[f32; FIELD]>,
    curve: Curve,
}

/// Intermediate rows.
#[derive(Default)]
pub(crate) struct Room {
    gains: Light,
    points: Vec<[f32; 2]>,
}

impl Room {
    /// Factors on the light of each pixel's surroundings: of the gains, and of the curve.
    pub fn surroundings(&self) -> impl Iterator<Item = (f32, f32)> {
        let [red, green, blue] = &self.gains;
        let points = self.points.iter().enumerate();
        points.map(|(x, [gain, _])| {
            let lit = 0.2126 * red[x] + 0.7152 * green[x] + 0.0722 * blue[x];
            (lit, *gain)
        })
    }
}

impl Finished {
    pub fn new(finish: Finish, width: usize, height: usize) -> Self {
        let step = (width / PLACES).clamp(1, STEP);
        let columns = (0..=width.div_ceil(step)).map(|i| weights((i * step) as f32, width));
        let point = |i: usize| {
            let root = i as f32 / (tables::STEPS - 1) as f32 * tables::BRIGHTEST.sqrt();
            let light = (root * root).max(1e-6);
            let luma = bent(&finish.curve, encoded(light));
            [linear(luma) / light, chroma(finish.chroma, luma)]
        };
        Self {
            finish,
            size: [width, height],
            step,
            across: columns.collect(),
            curve: Curve {
                gain: Box::new(from_fn(|i| point(i)[0])),
                chroma: Box::new(from_fn(|i| point(i)[1])),
            },
        }
    }

    /// Finishes the light of row `y`. `own`: its light as it came; `around`: the encoded brightness
    /// of each pixel's surroundings.
    pub fn row(&self, y: usize, own: &Light, around: &[f32], room: &mut Room, to: &mut Light) {
        self.gains(y, &mut room.gains);
        let veil = self.finish.veil;
        let [dim, share] = self.terms();
        room.points.resize(around.len(), [0.0; 2]);
        let (gains, points) = (&room.gains, &mut room.points);
        tables::points(around, gains, dim, &LIGHTS, &self.curve, points);
        expected::unveiled(to, veil, &room.gains);
        expected::curved(to, own, &room.points);
        for (light, own) in to.iter_mut().zip(own) {
            expected::halfway(light, own, share);
        }
    }

    /// Light that the veil takes off, and share of the finish.
    pub fn terms(&self) -> [f32; 2] {
        let [red, green, blue] = self.finish.veil;
        let dim = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        [dim, self.finish.share]
    }

    fn gains(&self, y: usize, to: &mut Light) {
        let down = weights(y as f32, self.size[1]);
        let stops: Vec<[f32; 3]> = (self.across.iter())
            .map(|across| self.node(across, &down).map(f32::exp2))
            .collect();
        for (c, plane) in to.iter_mut().enumerate() {
            plane.resize(self.size[0], 0.0);
            for (cell, ends) in plane.chunks_mut(self.step).zip(stops.windows(2)) {
                let rise = (ends[1][c] - ends[0][c]) / self.step as f32;
                for (i, gain) in cell.iter_mut().enumerate() {
                    *gain = ends[0][c] + rise * i as f32;
                }
            }
        }
    }

    fn node(&self, across: &[f32; FIELD], down: &[f32; FIELD]) -> [f32; 3] {
        let mut sum = [0.0; 3];
        for (i, stops) in self.finish.stops.iter().enumerate() {
            let weight = across[i % FIELD] * down[i / FIELD];
            (0..3).for_each(|c| sum[c] += weight * stops[c]);
        }
        sum
    }
}

/// Weights of the nodes for the middle of pixel `at` of so many: the uniform cubic B-spline.
fn weights(at: f32, of: usize) -> [f32; FIELD] {
    let place = (at + 0.5) / of as f32 * FIELD as f32 - 0.5;
    let mut weights = [0.0; FIELD];
    for node in -3..FIELD as i32 + 3 {
        let off = (place - node as f32).abs();
        let weight = match off {
            off if off < 1.0 => 2.0 / 3.0 - off * off + off * off * off / 2.0,
            off if off < 2.0 => (2.0 - off).powi(3) / 6.0,
            _ => 0.0,
        };
        weights[node.clamp(0, FIELD as i32 - 1) as usize] += weight;
    }
    weights
}

/// A luma on the curve, which begins at nought and is straight between its values.
fn bent(curve: &[f32], luma: f32) -> f32 {
    let steps = curve.len() as f32;
    let step = ((luma * steps).floor() as usize).min(curve.len() - 1);
    let low = if step == 0 { 0.0 } else { curve[step - 1] };
    low + (curve[step] - low) * (luma * steps - step as f32)
}

fn chroma([dark, middle, bright]: [f32; 3], luma: f32) -> f32 {
    match luma.clamp(0.0, 1.0) {
        luma if luma < 0.5 => dark * (1.0 - 2.0 * luma) + middle * 2.0 * luma,
        luma => middle * (2.0 - 2.0 * luma) + bright * (2.0 * luma - 1.0),
    }
}
