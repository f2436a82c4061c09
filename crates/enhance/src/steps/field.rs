//! Field of gains: the few nodes of a finish enlarged smoothly to a fine grid, and that to rows.

use crate::kernels::finish::STEPS_A_STOP;
use crate::kernels::grade::mix;
use crate::math::light::LUMA;
use crate::steps::finish::Finish;

/// Nodes of the fine grid along each side, the outer ones on the picture's border.
const SIDE: usize = 97;

/// Gains of red, green and blue, and the stops that they make on luminance, in steps of the table.
pub(crate) struct Field {
    planes: [Vec<f32>; 4],
    columns: Vec<(usize, f32)>,
}

/// The planes of one full-size row.
#[derive(Default)]
pub(crate) struct FieldRow {
    pub planes: [Vec<f32>; 4],
    upper: Enlarged,
    lower: Enlarged,
}

#[derive(Default)]
struct Enlarged {
    at: Option<usize>,
    planes: [Vec<f32>; 4],
}

impl Field {
    /// The field of a finish over so many columns.
    pub fn new(finish: &Finish, columns: usize) -> Self {
        let place = |i: usize| i as f32 / (SIDE - 1) as f32;
        let mut planes = [const { Vec::new() }; 4];
        for (y, x) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (y, x))) {
            let gains = finish.stops_at(place(x), place(y)).map(f32::exp2);
            let luminance: f32 = (0..3).map(|c| LUMA[c] * gains[c]).sum();
            (0..3).for_each(|c| planes[c].push(gains[c]));
            planes[3].push(luminance.log2() * STEPS_A_STOP);
        }
        Self {
            planes,
            columns: (0..columns).map(|x| between(x, columns)).collect(),
        }
    }

    /// Row `y` of so many.
    pub fn row(&self, y: usize, rows: usize, to: &mut FieldRow) {
        let (top, share) = between(y, rows);
        let bottom = top + 1;
        if to.upper.at == Some(bottom) || to.lower.at == Some(top) {
            std::mem::swap(&mut to.upper, &mut to.lower);
        }
        for (at, row) in [(top, &mut to.upper), (bottom, &mut to.lower)] {
            if row.at != Some(at) {
                (0..4).for_each(|k| self.across(k, at, &mut row.planes[k]));
                row.at = Some(at);
            }
        }
        for (k, plane) in to.planes.iter_mut().enumerate() {
            plane.resize(self.columns.len(), 0.0);
            mix(&to.upper.planes[k], &to.lower.planes[k], share, plane);
        }
    }

    fn across(&self, plane: usize, row: usize, to: &mut Vec<f32>) {
        let coarse = &self.planes[plane][row * SIDE..][..SIDE];
        let value = |&(left, share): &(usize, f32)| {
            let (one, two) = (coarse[left], coarse[left + 1]);
            one + (two - one) * share
        };
        to.clear();
        to.extend(self.columns.iter().map(value));
    }
}

/// The node before the middle of a pixel, which has a next one, and the share of that.
fn between(pixel: usize, of: usize) -> (usize, f32) {
    let at = (pixel as f32 + 0.5) / of as f32 * (SIDE - 1) as f32;
    let before = (at as usize).min(SIDE - 2);
    (before, at - before as f32)
}
