//! The natural engine's one pass over the picture: sharpening, corners, white balance, tone and
//! chroma, in linear light, row by row, nothing full-size but the result.

use rayon::prelude::*;

use crate::kernels::grade::{self, Gains};
use crate::light::Sample;
use crate::pixels::{Pixels, Samples};
use crate::plan::Plan;
use crate::steps::base::Base;
use crate::steps::sharpen::Sharpening;
use crate::steps::tone::{Point, STEPS};
use crate::steps::white_balance::WhiteBalance;

/// The edited picture; `None` never happens for a picture that keeps its own size.
pub(crate) fn apply(pixels: &Pixels, plan: &Plan) -> Option<Pixels> {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let base = Base::fit(pixels);
    let corners = plan.corners.scaled(plan.strength);
    let edit = Edit {
        columns: base.columns(width),
        base,
        corners: [
            corners.factors(width, height),
            corners.factors(height, width),
        ],
        balance: plan.white_balance.scaled(plan.strength),
        sharpening: plan.sharpening.scaled(plan.strength),
        table: plan.tone.scaled(plan.strength).table(),
    };
    let (columns, rows) = (pixels.width(), pixels.height());
    match pixels.samples() {
        Samples::Eight(v) => Pixels::from_eight(columns, rows, edit.rows(v)),
        Samples::Sixteen(v) => Pixels::from_sixteen(columns, rows, edit.rows(v)),
    }
}

struct Edit {
    base: Base,
    columns: Vec<(u32, f32)>,
    corners: [Vec<f32>; 2],
    balance: WhiteBalance,
    sharpening: Sharpening,
    table: Vec<Point>,
}

/// Rows of intermediate numbers, one set a thread.
#[derive(Default)]
struct Rows {
    a: Vec<f32>,
    b: Vec<f32>,
    luma: [Vec<f32>; 3],
    before: Vec<f32>,
    points: Vec<Point>,
}

impl Edit {
    fn rows<S: Sample>(&self, samples: &[S]) -> Vec<S> {
        let row = self.columns.len() * 3;
        let mut out = vec![S::default(); samples.len()];
        let each = out.par_chunks_mut(row).enumerate();
        each.for_each_init(Rows::default, |rows, (y, to)| {
            self.prepare(samples, y, rows);
            let gains = Gains {
                before: &rows.before,
                points: &rows.points,
                balance: self.balance,
            };
            let from = &samples[y * row..(y + 1) * row];
            grade::row(from, to, &gains);
        });
        out
    }

    /// Lumas of the row and its neighbours, the factors before toning, and the points of tone.
    fn prepare<S: Sample>(&self, samples: &[S], y: usize, rows: &mut Rows) {
        let (width, height) = (self.columns.len(), self.corners[1].len());
        let near = [y.saturating_sub(1), y, (y + 1).min(height - 1)];
        let sharp = self.sharpening.amount > 0.0;
        for (i, &y) in near.iter().enumerate() {
            if i == 1 || sharp {
                rows.luma[i].resize(width, 0.0);
                grade::luma(
                    &samples[y * width * 3..(y + 1) * width * 3],
                    &mut rows.luma[i],
                );
            }
        }
        rows.before.resize(width, 1.0);
        if sharp {
            let [above, row, below] = &rows.luma;
            self.sharpening
                .factors([above, row, below], S::MAX, &mut rows.before);
        } else {
            rows.before.fill(1.0);
        }
        let down = self.corners[1][y];
        let lens = rows.before.iter_mut().zip(&self.corners[0]);
        lens.for_each(|(to, across)| *to *= across * down);
        self.base.row(y, height, &mut rows.a, &mut rows.b);
        self.points(S::MAX, rows);
    }

    fn points(&self, max: f32, rows: &mut Rows) {
        rows.points.clear();
        let (a, b) = (&rows.a, &rows.b);
        let point = |(&luma, &(left, share)): (&f32, &(u32, f32))| {
            let at = left as usize;
            let next = (at + 1).min(a.len() - 1);
            let slope = a[at] + (a[next] - a[at]) * share;
            let offset = b[at] + (b[next] - b[at]) * share;
            let step = ((slope * luma / max + offset) * (STEPS - 1) as f32 + 0.5) as usize;
            self.table[step.min(STEPS - 1)]
        };
        rows.points
            .extend(rows.luma[1].iter().zip(&self.columns).map(point));
    }
}
