//! Rows without their noise, rebuilt from the definition in `steps/noise.rs`.

use std::collections::VecDeque;

use crate::filters::box_mean::Sides;
use crate::inspect::expected::channels;
use crate::kernels::expected::Light;
use crate::kernels::expected::quiet::{self, Lines, Means, SIDE};
use crate::pixels::Pixels;
use crate::steps::noise::NoiseReduction;

/// Steps of brightness that noise is tabulated at.
const STEPS: usize = 2048;
/// Cells beyond either end of a row, and their columns.
const BEYOND: usize = 2;
const MARGIN: usize = BEYOND * SIDE;

/// The noise reduction of a picture.
pub(crate) struct Quiet {
    size: [usize; 2],
    sides: Sides,
    noise: Vec<[f32; 3]>,
}

/// Rows and cells around the current row, each with its place, which may lie beyond the picture.
#[derive(Default)]
pub(crate) struct Room {
    channels: Light,
    /// Luma, blue less luma, red less luma.
    rows: VecDeque<(i64, Light)>,
    means: VecDeque<(i64, Means)>,
    lines: VecDeque<(i64, Lines)>,
    scratch: quiet::Scratch,
}

impl Quiet {
    pub fn new(reduction: &NoiseReduction, original: &Pixels, sides: Sides) -> Self {
        let luma = |i: usize| i as f32 / (STEPS - 1) as f32;
        Self {
            size: [original.width() as usize, original.height() as usize],
            sides,
            noise: (0..STEPS).map(|i| noise(reduction, luma(i))).collect(),
        }
    }

    /// Row `y` without its noise, encoded, 0.0 to 1.0.
    pub fn row(&self, original: &Pixels, y: usize, room: &mut Room, to: &mut Light) {
        let y = y as i64;
        // The middle of a cell's rows is at its second and a half.
        let at = (y as f32 - 1.5) / SIDE as f32;
        let (cell, share) = (at.floor() as i64, at - at.floor());
        self.line(original, cell, room);
        self.line(original, cell + 1, room);
        (y - 2..=y + 2).for_each(|y| self.pixels(original, y, room));
        let row = |y: i64| found(&room.rows, y);
        let near = [y - 2, y - 1, y, y + 1, y + 2].map(|y| row(y)[0].as_slice());
        let lines = [cell, cell + 1].map(|cell| found(&room.lines, cell));
        to.iter_mut()
            .for_each(|channel| channel.resize(self.size[0], 0.0));
        quiet::lines_across(lines, share, BEYOND, &mut room.scratch, self.size[0]);
        quiet::cleaned(near, row(y), MARGIN, &mut room.scratch, to);
    }

    /// The pixels of a row with two cells more at either end.
    fn pixels(&self, original: &Pixels, y: i64, room: &mut Room) {
        if is_there(&room.rows, y) {
            return;
        }
        let inside = y.clamp(0, self.size[1] as i64 - 1) as usize;
        channels(
            original,
            inside,
            &mut room.channels,
            |v| f32::from(v) / 255.0,
            |v| f32::from(v) / 65535.0,
        );
        let mut row = recycled(&mut room.rows, 16);
        row.iter_mut()
            .for_each(|plane| plane.resize(self.cells() * SIDE, 0.0));
        quiet::planes(&room.channels, MARGIN, &mut row);
        for plane in &mut row {
            for x in (0..MARGIN).chain(MARGIN + self.size[0]..plane.len()) {
                plane[x] = plane[MARGIN + self.column(x as i64 - MARGIN as i64)];
            }
        }
        room.rows.push_back((y, row));
    }

    /// Cells in a row: those of the picture and two at either end.
    fn cells(&self) -> usize {
        self.size[0].div_ceil(SIDE) + 2 * BEYOND
    }

    /// The column of the picture that stands for one beyond its ends.
    fn column(&self, x: i64) -> usize {
        let width = self.size[0] as i64;
        match self.sides {
            Sides::Open => x.clamp(0, width - 1) as usize,
            Sides::Joined => x.rem_euclid(width) as usize,
        }
    }

    fn line(&self, original: &Pixels, cell: i64, room: &mut Room) {
        if is_there(&room.lines, cell) {
            return;
        }
        (cell - 1..=cell + 1).for_each(|cell| self.means(original, cell, room));
        let near = [cell - 1, cell, cell + 1].map(|cell| found(&room.means, cell));
        let mut lines = recycled(&mut room.lines, 3);
        quiet::lines(near, &self.noise, &mut room.scratch, &mut lines);
        room.lines.push_back((cell, lines));
    }

    fn means(&self, original: &Pixels, cell: i64, room: &mut Room) {
        if is_there(&room.means, cell) {
            return;
        }
        let top = cell * SIDE as i64;
        (top..top + SIDE as i64).for_each(|y| self.pixels(original, y, room));
        let rows = std::array::from_fn(|i| found(&room.rows, top + i as i64));
        let mut means = recycled(&mut room.means, 4);
        quiet::means(rows, &mut means);
        room.means.push_back((cell, means));
    }
}

fn is_there<T>(rows: &VecDeque<(i64, T)>, at: i64) -> bool {
    rows.iter().any(|(place, _)| *place == at)
}

/// The row at a place, which was made before.
fn found<T>(rows: &VecDeque<(i64, T)>, at: i64) -> &T {
    let row = rows.iter().find(|(place, _)| *place == at);
    &row.expect("rows come in order").1
}

/// Room for another row: that of the oldest, if there are so many.
fn recycled<T: Default>(rows: &mut VecDeque<(i64, T)>, most: usize) -> T {
    let oldest = (rows.len() >= most).then(|| rows.pop_front()).flatten();
    oldest.map_or_else(T::default, |(_, row)| row)
}

/// Variances of luma, blue and red that count as noise at a luma: three and a half and three times those that
/// the deviations make, which are given at every eighth of the square root of luma.
fn noise(reduction: &NoiseReduction, luma: f32) -> [f32; 3] {
    let at = 8.0 * luma.sqrt();
    let (low, share) = ((at as usize).min(7), at - at.floor().min(7.0));
    let planes = [
        (&reduction.luma, 3.5),
        (&reduction.blue, 3.0),
        (&reduction.red, 3.0),
    ];
    planes.map(|(levels, factor)| {
        let deviation = (1.0 - share) * levels[low] + share * levels[low + 1];
        factor * deviation.powi(2)
    })
}
