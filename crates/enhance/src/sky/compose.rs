//! Composition: the new sky takes exactly the old one's place in a graded picture.
//!
//! A pixel on the edge is some of the ground and some of the old sky. The old sky's light is known
//! (the matte spread it), so its share is taken out and the new one's put in, in linear light: what
//! is left is the ground's own light, without a rim. Compare the compositing equation of Porter and
//! Duff 1984, solved for the foreground.

use rayon::prelude::*;

use crate::kernels::sky::{Blend, blend, grain, relit};
use crate::math::interpolation::columns_of;
use crate::math::light::{Sample, place};
use crate::pixels::{Pixels, Samples};
use crate::sky::matte::Matte;
use crate::sky::new_sky::NewSky;
use crate::sky::planes::Plane;
use crate::sky::row::{Row, lights, stretch};

/// Share of a pixel below which it is not touched.
const LEAST: f32 = 1.0 / 255.0;
/// Keeps a smooth sky of 8 bits from showing steps.
const LEAST_GRAIN: f32 = 0.0015;
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
            Pixels::from_eight(width, height, composition.rows(from, to.into()))
        }
        (Samples::Sixteen(from), Samples::Sixteen(to)) => {
            Pixels::from_sixteen(width, height, composition.rows(from, to.into()))
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
    /// The graded pixels' light, and then the composition's.
    light: [Vec<f32>; 3],
    grain: Vec<f32>,
    coarse: Vec<f32>,
}

impl Composition<'_> {
    fn rows<S: Sample>(&self, original: &[S], mut graded: Vec<S>) -> Vec<S> {
        let relit = self.edit.relight.map(relit_table::<S>);
        let fine = columns_of(self.width, self.matte.share.width);
        let rough = columns_of(self.width, self.new[0].width);
        let row = 3 * self.width;
        let rows = graded.par_chunks_mut(row).zip(original.par_chunks(row));
        rows.enumerate()
            .for_each_init(Rows::default, |rows, (y, (to, from))| {
                rows.enter(self, y, &fine, &rough);
                let (first, last) = (3 * rows.matte.from, 3 * rows.matte.to);
                relight(&mut to[..first], &relit);
                relight(&mut to[last..], &relit);
                rows.matte.share(&from[first..last]);
                self.row(rows, y, &mut to[first..last], &relit);
            });
        graded
    }

    fn row<S: Sample>(&self, rows: &mut Rows, y: usize, to: &mut [S], relit: &[Vec<S>; 3]) {
        lights(to, &mut rows.light);
        rows.grain.resize(rows.matte.share.len(), 0.0);
        let (from, sigma) = (rows.matte.from, self.sigma());
        grain(from, y, self.edit.seed, sigma, &mut rows.grain);
        for c in 0..3 {
            let with = Blend {
                relight: self.edit.relight[c],
                limit: GRAINS * sigma,
            };
            let (share, old, new) = (&rows.matte.share, &rows.old[c], &rows.new[c]);
            blend(&mut rows.light[c], share, old, new, &rows.grain, with);
        }
        let table = S::sample_table();
        let last = (table.len() - 1) as f32;
        for (at, to) in to.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let untouched = rows.matte.share[at] < LEAST;
            for c in 0..3 {
                to[c] = if untouched {
                    relit[c][to[c].index()]
                } else {
                    table[place(rows.light[c][at], last) as usize]
                };
            }
        }
    }

    /// Grain in linear light at the new sky's level, where the curve's slope is about one.
    fn sigma(&self) -> f32 {
        self.edit.grain.max(LEAST_GRAIN)
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

/// Every sample with its light under a gain.
fn relit_table<S: Sample>(gain: f32) -> Vec<S> {
    if gain == 1.0 {
        let top = S::linear_table().len() - 1;
        return (0..=top)
            .map(|v| S::from_unit(v as f32 / top as f32))
            .collect();
    }
    let light = S::linear_table().iter();
    light.map(|v| sample(relit(*v, gain))).collect()
}

fn relight<S: Sample>(to: &mut [S], relit: &[Vec<S>; 3]) {
    for pixel in to.as_chunks_mut::<3>().0 {
        (0..3).for_each(|c| pixel[c] = relit[c][pixel[c].index()]);
    }
}

fn sample<S: Sample>(light: f32) -> S {
    let table = S::sample_table();
    table[place(light.clamp(0.0, 1.0), (table.len() - 1) as f32) as usize]
}
