//! Rows without their noise, rebuilt from the definition in `steps/noise.rs`: pixel by pixel, cell by cell.

use std::collections::VecDeque;

use multiversion::multiversion;

use crate::filters::box_mean::Sides;
use crate::inspect::expected::channels;
use crate::kernels::expected::Light;
use crate::pixels::Pixels;
use crate::steps::noise::NoiseReduction;

/// Columns and rows of a cell.
const SIDE: i64 = 4;
/// Steps of brightness that noise is tabulated at.
const STEPS: usize = 2048;

/// The noise reduction of a picture.
pub(crate) struct Quiet {
    size: [i64; 2],
    sides: Sides,
    noise: Vec<[f32; 3]>,
}

/// Luma, blue and red less luma of one pixel.
type Pixel = [f32; 3];

/// Means over the 16 pixels of a cell: luma, blue, red, and the products y·y, y·u, y·v, u·u, v·v.
type Means = [f32; 8];

/// Noise of luma; slope, offset and kept share of blue over luma; the same of red.
type Line = [f32; 7];

/// Rows and cells around the current row, each with its place, which may lie beyond the picture.
#[derive(Default)]
pub(crate) struct Room {
    channels: Light,
    rows: VecDeque<(i64, Vec<Pixel>)>,
    means: VecDeque<(i64, Vec<Means>)>,
    lines: VecDeque<(i64, Vec<Line>)>,
    sums: Vec<[f32; 2]>,
}

impl Quiet {
    pub fn new(reduction: &NoiseReduction, original: &Pixels, sides: Sides) -> Self {
        let luma = |i: usize| i as f32 / (STEPS - 1) as f32;
        Self {
            size: [original.width(), original.height()].map(i64::from),
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
        let rows: [&[Pixel]; 5] = std::array::from_fn(|i| found(&room.rows, y - 2 + i as i64));
        let [above, below] = [cell, cell + 1].map(|cell| found(&room.lines, cell));
        let width = self.size[0] as usize;
        to.iter_mut().for_each(|channel| channel.resize(width, 0.0));
        cleaned(rows, [above, below], share, &mut room.sums, to);
    }

    /// The pixels of a row with two cells more at either end.
    fn pixels(&self, original: &Pixels, y: i64, room: &mut Room) {
        if room.rows.iter().any(|(at, _)| *at == y) {
            return;
        }
        let inside = y.clamp(0, self.size[1] - 1) as usize;
        channels(
            original,
            inside,
            &mut room.channels,
            |v| f32::from(v) / 255.0,
            |v| f32::from(v) / 65535.0,
        );
        let [r, g, b] = &room.channels;
        let mut row = recycled(&mut room.rows, 16);
        let across = (-2 * SIDE)..self.cells() * SIDE - 2 * SIDE;
        row.extend(across.map(|x| {
            let x = self.column(x);
            let luma = 0.2126 * r[x] + 0.7152 * g[x] + 0.0722 * b[x];
            [luma, b[x] - luma, r[x] - luma]
        }));
        room.rows.push_back((y, row));
    }

    /// Cells in a row: those of the picture and two at either end.
    fn cells(&self) -> i64 {
        (self.size[0] + SIDE - 1) / SIDE + 4
    }

    /// The column of the picture that stands for one beyond its ends.
    fn column(&self, x: i64) -> usize {
        match self.sides {
            Sides::Open => x.clamp(0, self.size[0] - 1) as usize,
            Sides::Joined => x.rem_euclid(self.size[0]) as usize,
        }
    }

    fn line(&self, original: &Pixels, cell: i64, room: &mut Room) {
        if room.lines.iter().any(|(at, _)| *at == cell) {
            return;
        }
        (cell - 1..=cell + 1).for_each(|cell| self.means(original, cell, room));
        let near = room.means.iter().filter(|(at, _)| (at - cell).abs() <= 1);
        let near: Vec<&[Means]> = near.map(|(_, row)| row.as_slice()).collect();
        let mut row = recycled(&mut room.lines, 3);
        let last = near[0].len() - 1;
        row.extend(
            (0..=last).map(|x| self.line_of(around(&near, x.saturating_sub(1), (x + 1).min(last)))),
        );
        room.lines.push_back((cell, row));
    }

    fn means(&self, original: &Pixels, cell: i64, room: &mut Room) {
        if room.means.iter().any(|(at, _)| *at == cell) {
            return;
        }
        let top = cell * SIDE;
        (top..top + SIDE).for_each(|y| self.pixels(original, y, room));
        let mut row = recycled(&mut room.means, 4);
        row.resize(self.cells() as usize, [0.0; 8]);
        let inside = |y: &i64| (top..top + SIDE).contains(y);
        for (_, pixels) in room.rows.iter().filter(|(y, _)| inside(y)) {
            added(pixels, &mut row);
        }
        room.means.push_back((cell, row));
    }

    fn line_of(&self, means: Means) -> Line {
        let [y, u, v, yy, yu, yv, uu, vv] = means;
        let step = (y * (STEPS - 1) as f32 + 0.5) as usize;
        let [luma, blue, red] = self.noise[step.min(STEPS - 1)];
        let spread = (yy - y * y).max(0.0);
        let fit = |u: f32, yu: f32, uu: f32, noise: f32| {
            let slope = (yu - y * u) / (spread + luma + 1e-5);
            let own = (uu - u * u).max(0.0);
            let rest = own - 2.0 * slope * (yu - y * u) + slope * slope * spread;
            let kept = 1.0 - (noise / rest.max(1e-12)).min(1.0);
            [slope, u - slope * y, kept]
        };
        let [a, b, c] = fit(u, yu, uu, blue);
        let [d, e, f] = fit(v, yv, vv, red);
        [luma, a, b, c, d, e, f]
    }
}

/// The row at a place, which was made before.
fn found<T>(rows: &VecDeque<(i64, Vec<T>)>, at: i64) -> &[T] {
    let row = rows.iter().find(|(place, _)| *place == at);
    row.map_or(&[], |(_, row)| row)
}

/// Room for another row: that of the oldest, if there are so many.
fn recycled<T>(rows: &mut VecDeque<(i64, Vec<T>)>, most: usize) -> Vec<T> {
    if rows.len() < most {
        return Vec::new();
    }
    let mut row = rows.pop_front().map_or(Vec::new(), |(_, row)| row);
    row.clear();
    row
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

/// Means over neighbouring cells.
fn around(rows: &[&[Means]], from: usize, to: usize) -> Means {
    let mut sum = [0.0; 8];
    for row in rows {
        for means in &row[from..=to] {
            (0..8).for_each(|k| sum[k] += means[k]);
        }
    }
    let count = (rows.len() * (to - from + 1)) as f32;
    sum.map(|v| v / count)
}

/// Adds a row of pixels to the means of its cells.
#[multiversion(targets("x86_64+avx2+bmi2+fma"))]
fn added(pixels: &[Pixel], means: &mut [Means]) {
    for (cell, of) in means
        .iter_mut()
        .zip(pixels.as_chunks::<{ SIDE as usize }>().0)
    {
        for [y, u, v] in of {
            let products = [*y, *u, *v, y * y, y * u, y * v, u * u, v * v];
            for k in 0..8 {
                cell[k] += products[k] * 0.0625;
            }
        }
    }
}

/// The middle one of five rows.
#[multiversion(targets("x86_64+avx2+bmi2+fma"))]
fn cleaned(
    rows: [&[Pixel]; 5],
    lines: [&[Line]; 2],
    share: f32,
    sums: &mut Vec<[f32; 2]>,
    to: &mut Light,
) {
    let margin = 2 * SIDE as usize;
    sums.clear();
    sums.resize(rows[0].len(), [0.0; 2]);
    for row in rows {
        for x in 0..row.len() {
            let y = row[x][0];
            sums[x][0] += y;
            sums[x][1] += y * y;
        }
    }
    let [r, g, b] = to;
    let mut between = [[0.0; 7]; SIDE as usize];
    for x in 0..r.len() {
        if x % between.len() == 0 {
            spread(lines, x / between.len() + 2, share, &mut between);
        }
        let [noise, blue_slope, blue, blue_kept, red_slope, red, red_kept] =
            between[x % between.len()];
        let [y, u, v] = rows[2][x + margin];
        let (mut mean, mut square) = (0.0, 0.0);
        for i in 0..5 {
            mean += sums[x + margin - 2 + i][0] / 25.0;
            square += sums[x + margin - 2 + i][1] / 25.0;
        }
        let variance = square - mean * mean + 1.5 * line(rows, x + margin, mean);
        let part = (noise / variance.max(1e-12)).min(1.0).powi(2);
        let luma = (1.0 - part) * y + part * mean;
        let u = blue + blue_slope * luma + blue_kept * (u - blue - blue_slope * y);
        let v = red + red_slope * luma + red_kept * (v - red - red_slope * y);
        r[x] = (luma + v).clamp(0.0, 1.0);
        g[x] = (luma - (0.2126 * v + 0.0722 * u) / 0.7152).clamp(0.0, 1.0);
        b[x] = (luma + u).clamp(0.0, 1.0);
    }
}

/// The largest square difference from a mean of the means along four lines of five pixels.
#[inline(always)]
fn line(rows: [&[Pixel]; 5], x: usize, mean: f32) -> f32 {
    let mut sums = [0.0; 4];
    for i in 0..5 {
        sums[0] += rows[i][x][0];
        sums[1] += rows[2][x + i - 2][0];
        sums[2] += rows[i][x + i - 2][0];
        sums[3] += rows[i][x + 2 - i][0];
    }
    let mut most = 0.0_f32;
    for sum in sums {
        let off = sum / 5.0 - mean;
        most = most.max(off * off);
    }
    most
}

/// The lines of the four columns of a cell: straight between the middles of cells, across and down.
#[inline(always)]
fn spread(lines: [&[Line]; 2], cell: usize, share: f32, to: &mut [Line; SIDE as usize]) {
    for k in 0..7 {
        let mut down = [0.0; 3];
        for i in 0..3 {
            down[i] = (1.0 - share) * lines[0][cell + i - 1][k] + share * lines[1][cell + i - 1][k];
        }
        to[0][k] = 0.375 * down[0] + 0.625 * down[1];
        to[1][k] = 0.125 * down[0] + 0.875 * down[1];
        to[2][k] = 0.875 * down[1] + 0.125 * down[2];
        to[3][k] = 0.625 * down[1] + 0.375 * down[2];
    }
}
