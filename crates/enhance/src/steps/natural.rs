//! The natural engine's one pass over the picture: white balance, tone and chroma, in linear
//! light, row by row, nothing full-size but the result.

use rayon::prelude::*;

use crate::colour::luminance;
use crate::light::{LUMA, Sample};
use crate::pixels::{Pixels, Samples};
use crate::steps::base::Base;
use crate::steps::tone::{Point, STEPS, Tone, shoulder};
use crate::steps::white_balance::WhiteBalance;

/// The edited picture; `None` never happens for a picture that keeps its own size.
pub(crate) fn apply(pixels: &Pixels, balance: WhiteBalance, tone: Tone) -> Option<Pixels> {
    let base = Base::fit(pixels);
    let (width, height) = (pixels.width(), pixels.height());
    let table = tone.table();
    let edit = Edit {
        columns: base.columns(width as usize),
        base,
        balance,
        table,
    };
    match pixels.samples() {
        Samples::Eight(v) => Pixels::from_eight(width, height, edit.rows(v, height)),
        Samples::Sixteen(v) => Pixels::from_sixteen(width, height, edit.rows(v, height)),
    }
}

struct Edit {
    base: Base,
    columns: Vec<(u32, f32)>,
    balance: WhiteBalance,
    table: Vec<Point>,
}

impl Edit {
    fn rows<S: Sample>(&self, samples: &[S], height: u32) -> Vec<S> {
        let row = self.columns.len() * 3;
        let mut out = vec![S::default(); samples.len()];
        let rows = out
            .par_chunks_mut(row)
            .zip(samples.par_chunks(row))
            .enumerate();
        rows.for_each_init(
            <(Vec<f32>, Vec<f32>)>::default,
            |(a, b), (y, (to, from))| {
                self.base.row(y, height as usize, a, b);
                self.row(from, to, a, b);
            },
        );
        out
    }

    fn row<S: Sample>(&self, from: &[S], to: &mut [S], a: &[f32], b: &[f32]) {
        let (linear, samples) = (S::linear_table(), S::sample_table());
        let weights = LUMA.map(|w| w / S::MAX);
        let pixels = from
            .as_chunks::<3>()
            .0
            .iter()
            .zip(to.as_chunks_mut::<3>().0);
        for ((from, to), &(left, share)) in pixels.zip(&self.columns) {
            let at = left as usize;
            let next = (at + 1).min(a.len() - 1);
            let slope = a[at] + (a[next] - a[at]) * share;
            let offset = b[at] + (b[next] - b[at]) * share;
            let luma = weights[0] * from[0].index() as f32
                + weights[1] * from[1].index() as f32
                + weights[2] * from[2].index() as f32;
            let step = ((slope * luma + offset) * (STEPS - 1) as f32 + 0.5) as usize;
            let light = self.balance.apply(from.map(|v| linear[v.index()]));
            let light = toned(&self.table[step.min(STEPS - 1)], light);
            *to = light.map(|v| S::from_linear(samples, v));
        }
    }
}

/// One pixel: gain with its shoulder, chroma around its own luminance.
#[inline(always)]
fn toned(point: &Point, light: [f32; 3]) -> [f32; 3] {
    let top = light[0].max(light[1]).max(light[2]).min(1.0);
    let factor = shoulder(point, top);
    let grey = luminance(light);
    light.map(|v| (grey + (v - grey) * point.chroma) * factor)
}
