//! Full-size rows of the matte's fields, and of any coarse field.

use crate::kernels::sky::{Fields, shares};
use crate::math::light::Sample;
use crate::sky::matte::Matte;
use crate::sky::planes::Plane;

/// One full-size row of the fields, where there is any sky at all.
#[derive(Default)]
pub(crate) struct Row {
    /// First full-size column with sky, and the one after the last.
    pub from: usize,
    pub to: usize,
    /// Share of sky of each of them.
    pub share: Vec<f32>,
    fields: Fields,
    light: [Vec<f32>; 3],
    coarse: Vec<f32>,
}

impl Row {
    pub fn enter(&mut self, matte: &Matte, y: usize, height: usize, columns: &[(u32, f32)]) {
        (self.from, self.to) = (0, 0);
        let mut any = |plane: &Plane| {
            plane.row(y, height, &mut self.coarse);
            let first = self.coarse.iter().position(|&v| v > 0.0)?;
            let last = self.coarse.iter().rposition(|&v| v > 0.0)?;
            Some((first, last))
        };
        let spans = [any(&matte.trust), any(&matte.base)];
        if let Some(first) = spans.iter().flatten().map(|span| span.0).min() {
            let last = spans.iter().flatten().map(|span| span.1).max();
            let last = last.unwrap_or(first);
            self.from = columns.partition_point(|&(left, _)| (left as usize + 1) < first);
            self.to = columns.partition_point(|&(left, _)| left as usize <= last);
        }
        let Fields {
            sky: [r, g, b],
            near,
            slope,
            base,
            trust,
            certain,
        } = &mut self.fields;
        let pairs = [
            (&matte.sky[0], r),
            (&matte.sky[1], g),
            (&matte.sky[2], b),
            (&matte.near, near),
            (&matte.slope, slope),
            (&matte.base, base),
            (&matte.trust, trust),
            (&matte.certain, certain),
        ];
        for (plane, field) in pairs {
            plane.row(y, height, &mut self.coarse);
            stretch(&self.coarse, &columns[self.from..self.to], field);
        }
    }

    /// Compares the row's pixels, from the first with sky to the last.
    pub fn share<S: Sample>(&mut self, pixels: &[S]) {
        lights(pixels, &mut self.light);
        self.share.resize(self.to - self.from, 0.0);
        shares(&self.light, &self.fields, &mut self.share);
    }
}

/// Light of a row of pixels, channel by channel.
pub(crate) fn lights<S: Sample>(pixels: &[S], to: &mut [Vec<f32>; 3]) {
    let table = S::linear_table();
    for (c, to) in to.iter_mut().enumerate() {
        to.clear();
        let pixels = pixels.as_chunks::<3>().0.iter();
        to.extend(pixels.map(|pixel| table[pixel[c].index()]));
    }
}

/// A coarse row along finer columns.
pub(crate) fn stretch(coarse: &[f32], columns: &[(u32, f32)], to: &mut Vec<f32>) {
    to.clear();
    let last = coarse.len() - 1;
    to.extend(columns.iter().map(|&(left, share)| {
        let (l, r) = (coarse[left as usize], coarse[(left as usize + 1).min(last)]);
        l + (r - l) * share
    }));
}
