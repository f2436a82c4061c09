//! The natural engine's one pass over the picture: noise reduction, sharpening, then a finish or else
//! corners, white balance, tone and chroma, and what a person turned on top, in linear light, row by row,
//! nothing full-size but the result.

use rayon::prelude::*;

use crate::filters::box_mean::Sides;
use crate::kernels::dials::Dialling;
use crate::kernels::finish;
use crate::kernels::grade::{Point, Row, STEPS};
use crate::kernels::sample::Graded;
use crate::pixels::{Pixels, Samples};
use crate::steps::base::{Base, Fine};
use crate::steps::corners::Corners;
use crate::steps::dials::Dialled;
use crate::steps::field::{Field, FieldRow};
use crate::steps::finish::Finish;
use crate::steps::noise::NoiseReduction;
use crate::steps::noise::stream::{Quiet, QuietRow, Stream};
use crate::steps::sharpen::Sharpening;
use crate::steps::tone::Tone;
use crate::steps::white_balance::WhiteBalance;

/// The steps of one pass, at the strength they are applied with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Natural {
    pub noise_reduction: NoiseReduction,
    pub corners: Corners,
    pub white_balance: WhiteBalance,
    pub sharpening: Sharpening,
    pub tone: Tone,
    /// Instead of corners, white balance and tone.
    pub finish: Option<Finish>,
    /// On top of all others; `None`: nobody turned one.
    pub dials: Option<Dialled>,
    /// Joined in a picture that shows a full turn.
    pub sides: Sides,
}

impl Natural {
    /// True when it changes nothing.
    pub fn is_still(&self) -> bool {
        self.white_balance.is_neutral()
            && self.tone.is_flat()
            && self.corners.ev == 0.0
            && self.sharpening.amount == 0.0
            && self.noise_reduction.is_nothing()
            && self.finish.is_none_or(|finish| finish.is_flat())
            && self.dials.is_none()
    }
}

/// The edited picture; `None` never happens for a picture that keeps its own size.
pub(crate) fn apply(pixels: &Pixels, steps: &Natural) -> Option<Pixels> {
    let (columns, rows) = (pixels.width(), pixels.height());
    match pixels.samples() {
        Samples::Eight(v) => Pixels::from_eight(columns, rows, edited(v, pixels, steps)),
        Samples::Sixteen(v) => Pixels::from_sixteen(columns, rows, edited(v, pixels, steps)),
    }
}

/// Room for the result is taken first: it fits where the picture lay before it was straightened, as
/// long as nothing smaller lies there.
fn edited<S: Graded>(samples: &[S], pixels: &Pixels, steps: &Natural) -> Vec<S> {
    let mut out = vec![S::default(); samples.len()];
    Edit::new(pixels, steps).rows(samples, &mut out);
    out
}

/// Rows a thread takes at once: the lumas of neighbours are then computed once.
const STRIP: usize = 32;
/// The same where noise is taken out, which looks farther around.
const QUIET_STRIP: usize = 96;

struct Edit {
    quiet: Option<Quiet>,
    base: Base,
    columns: Vec<(u32, f32)>,
    corners: [Vec<f32>; 2],
    balance: WhiteBalance,
    sharpening: Sharpening,
    table: Box<[Point; STEPS]>,
    finish: Option<Finishing>,
    dials: Option<Dialling>,
}

/// A finish, ready for rows.
struct Finishing {
    veil: [f32; 3],
    /// Luminance of the veil.
    dim: f32,
    share: f32,
    field: Field,
    table: Box<[finish::Point; finish::CURVE]>,
}

/// Rows of intermediate numbers, one set a thread.
#[derive(Default)]
struct Rows {
    base: Fine,
    /// Lumas of the row above, of the row, and of the row below.
    luma: [Vec<f32>; 3],
    before: Vec<f32>,
    field: FieldRow,
    noise: Stream,
    /// The same three rows without noise, where that is taken out.
    quiet: [QuietRow; 3],
}

impl Edit {
    fn new(pixels: &Pixels, steps: &Natural) -> Self {
        let (width, height) = (pixels.width() as usize, pixels.height() as usize);
        let base = Base::fit(pixels, steps.sides);
        let corners = steps.corners;
        let noise = &steps.noise_reduction;
        Self {
            quiet: (!noise.is_nothing()).then(|| Quiet::new(noise, width, height, steps.sides)),
            columns: base.columns(width),
            base,
            corners: [
                corners.factors(width, height),
                corners.factors(height, width),
            ],
            balance: steps.white_balance,
            sharpening: steps.sharpening,
            table: steps.tone.table(),
            finish: steps
                .finish
                .as_ref()
                .map(|finish| Finishing::new(finish, width)),
            dials: steps.dials.as_ref().map(Dialled::tables),
        }
    }

    fn rows<S: Graded>(&self, samples: &[S], out: &mut [S]) {
        let row = self.columns.len() * 3;
        let height = match self.quiet {
            Some(_) => QUIET_STRIP,
            None => STRIP,
        };
        let strips = out.par_chunks_mut(row * height).enumerate();
        strips.for_each_init(Rows::default, |rows, (strip, to)| {
            rows.begin(self, samples, strip * height);
            for (i, to) in to.chunks_exact_mut(row).enumerate() {
                let y = strip * height + i;
                self.row(samples, y, rows, to);
                rows.step(self, samples, y);
            }
        });
    }

    fn row<S: Graded>(&self, samples: &[S], y: usize, rows: &mut Rows, to: &mut [S]) {
        let height = self.corners[1].len();
        self.base.row(y, height, &self.columns, &mut rows.base);
        let from = &samples[y * to.len()..][..to.len()];
        let [_, [red, green, blue, _], _] = &rows.quiet;
        let quiet = (self.quiet.as_ref()).map(|_| [red, green, blue].map(Vec::as_slice));
        if let Some(finishing) = &self.finish {
            finishing.field.row(y, height, &mut rows.field);
            let before = self.before(S::MAX, y, &rows.luma, &mut rows.before);
            let finished = finish::Row {
                quiet,
                before,
                dials: self.dials.as_ref(),
                ..finishing.row(&rows.luma[1], &rows.base, &rows.field)
            };
            S::finish(from, &finished, to);
            return;
        }
        let graded = Row {
            quiet,
            luma: &rows.luma[1],
            before: self.before(S::MAX, y, &rows.luma, &mut rows.before),
            slope: &rows.base.slope,
            offset: &rows.base.offset,
            table: &self.table,
            balance: (!self.balance.is_neutral()).then_some(self.balance.gains),
            dials: self.dials.as_ref(),
        };
        S::grade(from, &graded, to);
    }

    /// Factors of sharpening and of the lens; `None` when there are none.
    fn before<'a>(
        &self,
        max: f32,
        y: usize,
        [above, row, below]: &[Vec<f32>; 3],
        factors: &'a mut Vec<f32>,
    ) -> Option<&'a [f32]> {
        let sharp = self.sharpening.amount > 0.0;
        let [across, down] = &self.corners;
        // A factor of one in the corner is one everywhere.
        let lens = across[0] * down[0] != 1.0;
        if !sharp && !lens {
            return None;
        }
        factors.resize(row.len(), 1.0);
        if sharp {
            self.sharpening.factors([above, row, below], max, factors);
        } else {
            factors.fill(1.0);
        }
        if lens {
            let lost = factors.iter_mut().zip(across);
            lost.for_each(|(to, across)| *to *= across * down[y]);
        }
        Some(factors)
    }
}

impl Finishing {
    fn new(finish: &Finish, columns: usize) -> Self {
        Self {
            veil: finish.veil,
            share: finish.share,
            field: Field::new(finish, columns),
            dim: finish.veil_luma(),
            table: finish.table(),
        }
    }

    fn row<'a>(&'a self, luma: &'a [f32], base: &'a Fine, field: &'a FieldRow) -> finish::Row<'a> {
        let [red, green, blue, stops] = &field.planes;
        finish::Row {
            quiet: None,
            luma,
            before: None,
            slope: &base.slope,
            offset: &base.offset,
            veil: self.veil,
            gains: [red, green, blue],
            stops,
            dim: self.dim,
            table: &self.table,
            share: self.share,
            dials: None,
        }
    }
}

impl Rows {
    /// Lumas around the first row of a strip; beyond the picture its border is repeated.
    fn begin<S: Graded>(&mut self, edit: &Edit, samples: &[S], y: usize) {
        self.noise.begin(y);
        let last = edit.corners[1].len() - 1;
        let rows = [y.saturating_sub(1), y, (y + 1).min(last)];
        for (i, y) in rows.into_iter().enumerate() {
            match i > 0 && rows[i - 1] == y {
                true => self.repeat(i),
                false => self.read(edit, samples, y, i),
            }
        }
    }

    /// From row `y` to the one below.
    fn step<S: Graded>(&mut self, edit: &Edit, samples: &[S], y: usize) {
        let last = edit.corners[1].len() - 1;
        self.luma.rotate_left(1);
        self.quiet.rotate_left(1);
        match y + 2 > last {
            true => self.repeat(2),
            false => self.read(edit, samples, y + 2, 2),
        }
    }

    fn read<S: Graded>(&mut self, edit: &Edit, samples: &[S], y: usize, to: usize) {
        let columns = edit.columns.len();
        self.luma[to].resize(columns, 0.0);
        if let Some(quiet) = &edit.quiet {
            self.noise.row(quiet, samples, y, &mut self.quiet[to]);
            self.luma[to].copy_from_slice(&self.quiet[to][3][..columns]);
        } else {
            S::luma(
                &samples[y * columns * 3..][..columns * 3],
                &mut self.luma[to],
            );
        }
    }

    /// The row before once more, at the border.
    fn repeat(&mut self, to: usize) {
        let (before, here) = self.luma.split_at_mut(to);
        here[0].clone_from(&before[to - 1]);
        let (before, here) = self.quiet.split_at_mut(to);
        here[0].clone_from(&before[to - 1]);
    }
}
