//! Edge points of near-vertical lines: where brightness changes most along a row, to a fraction
//! of a pixel (gradient, orientation and non-maximum suppression as in Canny 1986).

use rayon::prelude::*;

use crate::pixels::Pixels;

/// A step of brightness along a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Edge {
    /// Column, with its fraction, of the steepest place.
    pub x: f32,
    /// Brighter on the right.
    pub rising: bool,
}

/// Smallest step that counts: five of 255, in units of the gradient's filter (48 a step).
const WEAKEST: i16 = 5 * 48;

/// Rows at the top and bottom that the filter cannot reach.
const RIM: usize = 2;

/// The edge points of every row, from left to right.
pub(crate) fn rows(picture: &Pixels) -> Vec<Vec<Edge>> {
    let width = picture.width() as usize;
    let grey = grey(&picture.rgb8());
    let height = picture.height() as usize;
    let row = |y: usize| {
        if width <= 2 * RIM || y < RIM || y + RIM >= height {
            return Vec::new();
        }
        let lines: [&[u8]; 5] = std::array::from_fn(|i| &grey[(y + i - RIM) * width..][..width]);
        peaks(&Gradient::of(lines))
    };
    (0..height).into_par_iter().map(row).collect()
}

fn grey(rgb: &[u8]) -> Vec<u8> {
    let luma = |p: &[u8; 3]| {
        let [r, g, b] = p.map(u32::from);
        ((77 * r + 150 * g + 29 * b) >> 8) as u8
    };
    rgb.as_chunks::<3>().0.iter().map(luma).collect()
}

/// Brightness change of one row: along it and across it, both smoothed by the binomial 1 4 6 4 1
/// and differentiated by -1 -2 0 2 1. A step of one gives 48; all of it fits 16 bits.
struct Gradient {
    along: Vec<i16>,
    across: Vec<i16>,
}

impl Gradient {
    fn of(lines: [&[u8]; 5]) -> Self {
        let width = lines[0].len();
        let at = |i: usize, x: usize| i16::from(lines[i][x]);
        let smooth = |x: usize| at(0, x) + at(4, x) + 4 * (at(1, x) + at(3, x)) + 6 * at(2, x);
        let change = |x: usize| at(4, x) - at(0, x) + 2 * (at(3, x) - at(1, x));
        let smooth: Vec<i16> = (0..width).map(smooth).collect();
        let change: Vec<i16> = (0..width).map(change).collect();
        let along = |v: &[i16]| v[4] - v[0] + 2 * (v[3] - v[1]);
        let across = |v: &[i16]| v[0] + v[4] + 4 * (v[1] + v[3]) + 6 * v[2];
        Self {
            along: smooth.windows(5).map(along).collect(),
            across: change.windows(5).map(across).collect(),
        }
    }
}

/// Local maxima along the row of edges within 22 degrees of upright. The peak of the parabola
/// through three values is where the edge is.
fn peaks(gradient: &Gradient) -> Vec<Edge> {
    let along = &gradient.along;
    let mut found = Vec::new();
    for x in 1..along.len().saturating_sub(1) {
        let [left, here, right] = [along[x - 1], along[x], along[x + 1]].map(i16::abs);
        let steepest = here >= WEAKEST && here > left && here >= right;
        let upright = i32::from(gradient.across[x].abs()) * 5 <= i32::from(here) * 2;
        if steepest && upright {
            let [left, here, right] = [left, here, right].map(f32::from);
            let shift = 0.5 * (left - right) / (left - 2.0 * here + right);
            found.push(Edge {
                x: (x + RIM) as f32 + 0.5 + shift,
                rising: along[x] > 0,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_is_found_to_a_twentieth_of_a_pixel() {
        for tenth in 0..10 {
            let at = 20.0 + tenth as f32 / 10.0;
            let value = |x: u32| (40.0 + 160.0 * (x as f32 + 1.0 - at).clamp(0.0, 1.0)) as u8;
            let samples = (0..40 * 9).flat_map(|i| [value(i % 40); 3]).collect();
            let found = rows(&Pixels::from_eight(40, 9, samples).unwrap());
            assert!(found[0].is_empty() && found[4].len() == 1);
            assert!(found[4][0].rising && (found[4][0].x - at).abs() < 0.05);
        }
    }
}
