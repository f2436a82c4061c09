//! Focus: blur of the sharpest edges, and of the sharpest edges in each direction.
//!
//! The blur of a step follows from its gradient at two scales (Zhuo and Sim 2011, "Defocus map
//! estimation from a single image"), whatever its contrast. A lens out of focus blurs every edge; a
//! camera that moved blurs those across its way and leaves those along it.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Plane;
use crate::math::statistics::ranked;

/// Deviations of the two Gaussians, pixels of the copy.
const FINE: f32 = 1.0;
const COARSE: f32 = 2.5;
/// Directions that are told apart, over half a turn.
const DIRECTIONS: usize = 8;
/// Gradient of an edge at the coarse scale, levels a pixel, at least.
const EDGE: f32 = 1.5;
/// Share of all edges, and of those of one direction, that are the sharpest.
const SHARPEST: f32 = 0.05;
const SHARPER: f32 = 0.2;
/// Share of the copy's pixels that are edges of a direction, at least, to speak of it.
const ENOUGH: f32 = 0.0004;
/// Blur of a picture without any edge, pixels.
const NO_EDGE: f32 = 9.0;

/// Deviations of the blur in pixels of a copy of one megapixel; below zero, edges are sharper than
/// that of a plain step in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Focus {
    /// Blur of the sharpest twentieth of the edges.
    pub blur: f32,
    /// Blur of the sharpest fifth of the edges in the direction that is blurred most.
    pub shake: f32,
}

impl Focus {
    pub(super) fn measure(plane: &Plane) -> Self {
        let (fine, coarse) = rayon::join(|| blurred(plane, FINE), || blurred(plane, COARSE));
        let edges = edges(plane, &fine, &coarse);
        let enough = ((ENOUGH * plane.values.len() as f32) as usize).max(20);
        let all: Vec<f32> = edges.iter().flatten().copied().collect();
        if all.len() < enough {
            return Self {
                blur: NO_EDGE,
                shake: 0.0,
            };
        }
        let found = edges.into_iter().filter(|of| of.len() >= enough);
        let found = found.map(|of| blur(sharpest(of, SHARPER)));
        Self {
            blur: blur(sharpest(all, SHARPEST)),
            shake: found.fold(-NO_EDGE, f32::max),
        }
    }
}

/// The ratio that only a share of the edges exceeds.
fn sharpest(ratios: Vec<f32>, share: f32) -> f32 {
    let rank = ((1.0 - share) * ratios.len() as f32) as usize;
    ranked(ratios, rank)
}

/// Blur of a step whose gradient is `ratio` times as steep at the fine scale as at the coarse one.
fn blur(ratio: f32) -> f32 {
    let square = ratio * ratio;
    if square <= 1.01 {
        return NO_EDGE;
    }
    let variance = (COARSE * COARSE - square * FINE * FINE) / (square - 1.0);
    variance.abs().sqrt().copysign(variance).min(NO_EDGE)
}

/// For each direction, the ratios of the gradients at the crests of the coarse one.
fn edges(plane: &Plane, fine: &[f32], coarse: &[f32]) -> Vec<Vec<f32>> {
    let (w, h) = (plane.width, plane.height);
    if w < 16 || h < 16 {
        return vec![Vec::new(); DIRECTIONS];
    }
    let rows = (6..h - 6).into_par_iter().map(|y| {
        let mut found = vec![Vec::new(); DIRECTIONS];
        for x in 6..w - 6 {
            let at = y * w + x;
            let (gx, gy) = gradient(coarse, w, at);
            let steep = gx.hypot(gy);
            if steep < EDGE || !is_crest(coarse, w, at, (gx / steep, gy / steep), steep) {
                continue;
            }
            let (fx, fy) = gradient(fine, w, at);
            let across = (fx * gx + fy * gy).abs() / steep;
            found[direction(gx, gy)].push(across / steep);
        }
        found
    });
    rows.reduce(
        || vec![Vec::new(); DIRECTIONS],
        |mut all, row| {
            all.iter_mut().zip(row).for_each(|(a, r)| a.extend(r));
            all
        },
    )
}

fn direction(gx: f32, gy: f32) -> usize {
    let turn = gy.atan2(gx) / std::f32::consts::PI;
    ((turn.rem_euclid(1.0) * DIRECTIONS as f32 + 0.5) as usize) % DIRECTIONS
}

fn gradient(of: &[f32], width: usize, at: usize) -> (f32, f32) {
    (
        (of[at + 1] - of[at - 1]) / 2.0,
        (of[at + width] - of[at - width]) / 2.0,
    )
}

/// True where the gradient is steepest along its own direction.
fn is_crest(of: &[f32], width: usize, at: usize, (ux, uy): (f32, f32), steep: f32) -> bool {
    let step = |sign: f32| {
        let (dx, dy) = ((sign * ux).round() as isize, (sign * uy).round() as isize);
        let next = at as isize + dy * width as isize + dx;
        let (gx, gy) = gradient(of, width, next as usize);
        gx.hypot(gy)
    };
    steep >= step(1.0) && steep > step(-1.0)
}

/// The plane under a Gaussian.
fn blurred(plane: &Plane, deviation: f32) -> Vec<f32> {
    let radius = (3.0 * deviation).ceil() as usize;
    let weight = |i: usize| (-0.5 * (i as f32 / deviation).powi(2)).exp();
    let sum = weight(0) + 2.0 * (1..=radius).map(weight).sum::<f32>();
    let taps: Vec<f32> = (0..=radius).map(|i| weight(i) / sum).collect();
    let (w, h) = (plane.width, plane.height);
    let mut across = vec![0.0_f32; w * h];
    across.par_chunks_mut(w).enumerate().for_each(|(y, to)| {
        let row = &plane.values[y * w..][..w];
        for x in 0..w {
            let inside = x >= radius && x + radius < w;
            let mut sum = taps[0] * row[x];
            for (i, tap) in taps.iter().enumerate().skip(1) {
                let (left, right) = match inside {
                    true => (x - i, x + i),
                    false => (x.saturating_sub(i), (x + i).min(w - 1)),
                };
                sum += tap * (row[left] + row[right]);
            }
            to[x] = sum;
        }
    });
    let mut out = vec![0.0_f32; w * h];
    out.par_chunks_mut(w).enumerate().for_each(|(y, to)| {
        let row = |y: usize| &across[y * w..][..w];
        to.iter_mut()
            .zip(row(y))
            .for_each(|(t, v)| *t = taps[0] * v);
        for (i, tap) in taps.iter().enumerate().skip(1) {
            let (above, below) = (row(y.saturating_sub(i)), row((y + i).min(h - 1)));
            for ((t, a), b) in to.iter_mut().zip(above).zip(below) {
                *t += tap * (a + b);
            }
        }
    });
    out
}
