//! Composition: the new sky takes exactly the old one's place in a graded picture.
//!
//! A pixel on the edge is some of the ground and some of the old sky. The old sky's light is known
//! (the matte spread it), so its share is taken out and the new one's put in, in linear light: what
//! is left is the ground's own light, without a rim. Compare the compositing equation of Porter and
//! Duff 1984, solved for the foreground.

use rayon::prelude::*;

use crate::light::{Sample, place};
use crate::pixels::{Pixels, Samples};
use crate::plan::sky::NewSky;
use crate::sky::matte::{Matte, Row, columns, stretch};
use crate::sky::planes::Plane;

/// Share of a pixel below which it is not touched.
const LEAST: f32 = 1.0 / 255.0;
/// The old sky's grain stays, up to so many of its standard deviations.
const GRAINS: f32 = 2.5;

/// The graded picture with a new sky; `original` is the picture the matte was made from.
pub(crate) fn replace(
    original: &Pixels,
    graded: Pixels,
    matte: &Matte,
    new: &NewSky,
    light: &[Plane; 3],
) -> Pixels {
    let old = matte.sky_of(&graded);
    let composition = Composition {
        matte,
        new: light,
        old: &old,
        edit: new,
        width: graded.width() as usize,
        height: graded.height() as usize,
    };
    let (width, height) = (graded.width(), graded.height());
    match (original.samples(), graded.into_samples()) {
        (Samples::Eight(from), Samples::Eight(to)) => {
            Pixels::from_eight(width, height, composition.rows(from, to))
        }
        (Samples::Sixteen(from), Samples::Sixteen(to)) => {
            Pixels::from_sixteen(width, height, composition.rows(from, to))
        }
        _ => unreachable!("grading keeps the depth"),
    }
    .expect("every row keeps its length")
}

struct Composition<'a> {
    matte: &'a Matte,
    /// Light of the new sky and of the graded old one.
    new: &'a [Plane; 3],
    old: &'a [Plane; 3],
    edit: &'a NewSky,
    width: usize,
    height: usize,
}

/// A thread's rows.
#[derive(Default)]
struct Rows {
    matte: Row,
    new: [Vec<f32>; 3],
    old: [Vec<f32>; 3],
    coarse: Vec<f32>,
}

impl Composition<'_> {
    fn rows<S: Sample>(&self, original: &[S], mut graded: Vec<S>) -> Vec<S> {
        let relit = self.edit.relight.map(relit_table::<S>);
        let fine = columns(self.width, self.matte.share.width);
        let rough = columns(self.width, self.new[0].width);
        let row = 3 * self.width;
        let rows = graded.par_chunks_mut(row).zip(original.par_chunks(row));
        rows.enumerate()
            .for_each_init(Rows::default, |rows, (y, (to, from))| {
                rows.enter(self, y, &fine, &rough);
                let (first, last) = (3 * rows.matte.from, 3 * rows.matte.to);
                relight(&mut to[..first], &relit);
                self.row(rows, y, &from[first..last], &mut to[first..last], &relit);
                relight(&mut to[last..], &relit);
            });
        graded
    }

    fn row<S: Sample>(&self, rows: &Rows, y: usize, from: &[S], to: &mut [S], relit: &[Vec<S>; 3]) {
        let table = S::linear_table();
        let pixels = from
            .as_chunks::<3>()
            .0
            .iter()
            .zip(to.as_chunks_mut::<3>().0);
        for (at, (from, to)) in pixels.enumerate() {
            let share = rows.matte.share(at, from.map(|v| table[v.index()]));
            if share < LEAST {
                (0..3).for_each(|c| to[c] = relit[c][to[c].index()]);
                continue;
            }
            let x = rows.matte.from + at;
            let grain = self.grain(x, y);
            for c in 0..3 {
                let (old, new) = (rows.old[c][at], rows.new[c][at]);
                let light = table[to[c].index()];
                let ground = (light - share * old).clamp(0.0, 1.0 - share) * self.edit.relight[c];
                let own = (light - old).clamp(-self.limit(), self.limit());
                let kept = if old > 0.95 { grain } else { own };
                to[c] = sample(ground + share * (new + kept));
            }
        }
    }

    /// Largest change of light that counts as grain.
    fn limit(&self) -> f32 {
        GRAINS * self.sigma()
    }

    /// Grain in linear light at the new sky's level, where the curve's slope is about one.
    fn sigma(&self) -> f32 {
        self.edit.grain.max(0.0015)
    }

    /// Grain for a place where the old sky was too bright to have any: uniform, seeded.
    fn grain(&self, x: usize, y: usize) -> f32 {
        let mut bits = (x as u64) << 32 | y as u64;
        bits = (bits ^ self.edit.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let unit = (bits >> 40) as f32 / (1_u32 << 24) as f32 - 0.5;
        unit * 3.46 * self.sigma()
    }
}

impl Rows {
    fn enter(&mut self, of: &Composition<'_>, y: usize, fine: &[(u32, f32)], rough: &[(u32, f32)]) {
        self.matte.enter(of.matte, y, of.height, fine);
        let span = self.matte.from..self.matte.to;
        for c in 0..3 {
            of.old[c].row(y, of.height, &mut self.coarse);
            stretch(&self.coarse, &fine[span.clone()], &mut self.old[c]);
            of.new[c].row(y, of.height, &mut self.coarse);
            stretch(&self.coarse, &rough[span.clone()], &mut self.new[c]);
        }
    }
}

/// What becomes of every sample under a factor on its light.
fn relit_table<S: Sample>(factor: f32) -> Vec<S> {
    if factor == 1.0 {
        let top = S::linear_table().len() - 1;
        return (0..=top)
            .map(|v| S::from_unit(v as f32 / top as f32))
            .collect();
    }
    let light = S::linear_table().iter();
    light.map(|v| sample(v * factor)).collect()
}

fn relight<S: Sample>(to: &mut [S], relit: &[Vec<S>; 3]) {
    for pixel in to.as_chunks_mut::<3>().0 {
        (0..3).for_each(|c| pixel[c] = relit[c][pixel[c].index()]);
    }
}

#[inline(always)]
fn sample<S: Sample>(light: f32) -> S {
    let table = S::sample_table();
    table[place(light.clamp(0.0, 1.0), (table.len() - 1) as f32) as usize]
}
