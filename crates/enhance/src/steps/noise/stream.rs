//! Rows without their noise, one after the other, from a few rows around them.

use crate::filters::box_mean::Sides;
use crate::kernels::noise::quiet::{self, Row};
use crate::kernels::noise::{self, BLOCK, CELL, MARGIN, Model, Planar, STEPS, Sums, WINDOW};
use crate::kernels::sample::Graded;
use crate::steps::noise::NoiseReduction;

/// Rows that are kept: those of three rows of cells, and some above.
const KEPT: isize = 16;
/// Rows of a cell.
const STEP: isize = CELL as isize;

/// A noise reduction, ready for the rows of a picture.
pub(crate) struct Quiet {
    width: usize,
    height: usize,
    sides: Sides,
    noise: Box<[[f32; 3]; STEPS]>,
}

/// Red, green, blue and luma of a row, in samples.
pub(crate) type QuietRow = [Vec<f32>; 4];

/// The rows around the next one. Rows and cells above the picture have negative places.
#[derive(Default)]
pub(crate) struct Stream {
    rows: [Planar; KEPT as usize],
    next_row: isize,
    sums: [Sums; 3],
    next_sums: isize,
    models: [Model; 2],
    next_model: isize,
    means: Sums,
    down: [Vec<f32>; 2],
}

impl Quiet {
    pub fn new(reduction: &NoiseReduction, width: usize, height: usize, sides: Sides) -> Self {
        let luma = |i: usize| i as f32 / (STEPS - 1) as f32;
        Self {
            width,
            height,
            sides,
            noise: Box::new(std::array::from_fn(|i| reduction.variances(luma(i)))),
        }
    }

    /// Columns of a row in whole blocks.
    fn columns(&self) -> usize {
        self.width.next_multiple_of(BLOCK)
    }

    /// A row of the picture, or of its border beyond it.
    fn read<S: Graded>(&self, samples: &[S], y: isize, to: &mut Planar) {
        let y = y.clamp(0, self.height as isize - 1) as usize;
        let length = self.columns() + 2 * MARGIN;
        to.iter_mut().for_each(|plane| plane.resize(length, 0.0));
        S::apart(&samples[y * self.width * 3..][..self.width * 3], to);
        for plane in to {
            self.carry_on(plane);
        }
    }

    /// Beyond the ends of a row its border goes on, or the other end.
    fn carry_on(&self, plane: &mut [f32]) {
        let end = MARGIN + self.width;
        match self.sides {
            Sides::Open => {
                let (first, last) = (plane[MARGIN], plane[end - 1]);
                plane[..MARGIN].fill(first);
                plane[end..].fill(last);
            }
            Sides::Joined => {
                for i in 0..MARGIN {
                    plane[MARGIN - 1 - i] = plane[end - 1 - i % self.width];
                }
                for i in end..plane.len() {
                    plane[i] = plane[i - self.width];
                }
            }
        }
    }
}

impl Stream {
    /// Before the rows from `top` on, and the one above, which come in order. `top`: a multiple of 4.
    pub fn begin(&mut self, top: usize) {
        let cell = top as isize / STEP;
        self.next_sums = cell - 2;
        self.next_model = cell - 1;
        self.next_row = STEP * self.next_sums;
    }

    /// Row `y` without its noise.
    pub fn row<S: Graded>(&mut self, quiet: &Quiet, samples: &[S], y: usize, to: &mut QuietRow) {
        let y = y as isize;
        // Middles of rows of cells are two rows below where they begin.
        let above = (2 * y + 1 - STEP).div_euclid(2 * STEP);
        let share = (y as f32 + 0.5) / STEP as f32 - 0.5 - above as f32;
        self.model(quiet, samples, above + 1);
        self.read(quiet, samples, y + 2);
        let rows: [&Planar; WINDOW] =
            std::array::from_fn(|i| &self.rows[place(y + i as isize - 2)]);
        let length = quiet.columns() + 2 * MARGIN;
        self.down.iter_mut().for_each(|row| row.resize(length, 0.0));
        let near = rows.map(|row| row[0].as_slice());
        quiet::down(near, &mut self.down);
        to.iter_mut()
            .for_each(|row| row.resize(quiet.columns(), 0.0));
        let row = Row {
            own: &self.rows[place(y)],
            near,
            down: &self.down,
            models: [above, above + 1].map(|at| &self.models[at.rem_euclid(2) as usize]),
            share,
            max: S::MAX,
        };
        quiet::quiet(&row, to);
    }

    fn read<S: Graded>(&mut self, quiet: &Quiet, samples: &[S], last: isize) {
        while self.next_row <= last {
            quiet.read(samples, self.next_row, &mut self.rows[place(self.next_row)]);
            self.next_row += 1;
        }
    }

    fn model<S: Graded>(&mut self, quiet: &Quiet, samples: &[S], last: isize) {
        let cells = (quiet.columns() + 2 * MARGIN) / CELL;
        while self.next_model <= last {
            let at = self.next_model;
            self.sums(quiet, samples, at + 1, cells);
            let rows = [at - 1, at, at + 1].map(|at| &self.sums[at.rem_euclid(3) as usize]);
            let model = &mut self.models[at.rem_euclid(2) as usize];
            model.iter_mut().for_each(|row| row.resize(cells, 0.0));
            self.means.iter_mut().for_each(|row| row.resize(cells, 0.0));
            noise::model(rows, &quiet.noise, &mut self.means, model);
            self.next_model += 1;
        }
    }

    fn sums<S: Graded>(&mut self, quiet: &Quiet, samples: &[S], last: isize, cells: usize) {
        while self.next_sums <= last {
            let at = self.next_sums;
            self.read(quiet, samples, STEP * at + STEP - 1);
            let rows: [&Planar; CELL] =
                std::array::from_fn(|i| &self.rows[place(STEP * at + i as isize)]);
            let sums = &mut self.sums[at.rem_euclid(3) as usize];
            sums.iter_mut().for_each(|row| row.resize(cells, 0.0));
            noise::sums(rows, sums);
            self.next_sums += 1;
        }
    }
}

fn place(row: isize) -> usize {
    row.rem_euclid(KEPT) as usize
}
