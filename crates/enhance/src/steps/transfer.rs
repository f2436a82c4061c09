//! Transfer: carries the colour change between a small original and a proposal to the full-size
//! picture, as a smooth, locally affine transform on a bilateral grid.
//!
//! Source: Chen, Adams, Wadhwa and Hasinoff, "Bilateral Guided Upsampling", 2016. Only what is a
//! smooth local colour map of the original survives: lines cannot move and objects cannot appear.
//! Pixels whose change fits no such map (something was pasted, removed or bent) lose their vote.

use rayon::prelude::*;

use crate::math::light::{LUMA, Sample};
use crate::math::statistics::median;
use crate::pixels::{Pixels, Samples};
use crate::steps::affine::{Affine, Normal};

/// Pixels of the proposal a cell spans; smoothing makes the effective sigma about this wide too.
pub(crate) const CELL: usize = 32;
/// Cells over luma.
const DEPTH: usize = 8;
/// Weight of the whole picture's transform in every cell, in pixels.
const PRIOR: f64 = 60.0;
/// Smallest scale, in unit values, at which a change counts as odd.
const ODD: f32 = 0.06;

/// A grid of affine colour transforms over columns, rows and luma.
#[derive(Debug)]
pub(crate) struct Transfer {
    pub columns: usize,
    pub rows: usize,
    cells: Vec<Affine>,
}

impl Transfer {
    /// Fits the transform from `before` to `after`, two 8-bit pictures of one size.
    pub fn fit(before: &Pixels, after: &Pixels) -> Self {
        let (width, height) = (before.width() as usize, before.height() as usize);
        let (from, to) = (units(before), units(after));
        let global = robust_global(&from, &to);
        let odd = ODD.max(2.5 * median_change(&from, &to, &global));
        let (columns, rows) = (width.div_ceil(CELL) + 1, height.div_ceil(CELL) + 1);
        let mut grid = vec![Normal::default(); columns * rows * DEPTH];
        for (i, (from, to)) in from.iter().zip(&to).enumerate() {
            let column = (i % width + CELL / 2) / CELL;
            let row = (i / width + CELL / 2) / CELL;
            let depth = (luma(*from) * (DEPTH - 1) as f32 + 0.5) as usize;
            let weight = vote(global.distance(*from, *to), odd);
            grid[(row * columns + column) * DEPTH + depth].add(*from, *to, weight);
        }
        smooth(&mut grid, columns, rows);
        let cells = grid
            .par_iter()
            .map(|normal| normal.solve(&global, PRIOR))
            .collect();
        Self {
            columns,
            rows,
            cells,
        }
    }

    /// The full-size picture under the transform, blended in by `strength` (0.0 to 1.0).
    pub fn apply(&self, pixels: &Pixels, strength: f32) -> Option<Pixels> {
        let (width, height) = (pixels.width(), pixels.height());
        match pixels.samples() {
            Samples::Eight(v) => {
                Pixels::from_eight(width, height, self.slice(v, width, height, strength))
            }
            Samples::Sixteen(v) => {
                Pixels::from_sixteen(width, height, self.slice(v, width, height, strength))
            }
        }
    }

    fn slice<S: Sample>(&self, samples: &[S], width: u32, height: u32, strength: f32) -> Vec<S> {
        let slicing = self.slicing(width, height);
        let row = width as usize * 3;
        let mut out = vec![S::default(); samples.len()];
        let rows = out.par_chunks_mut(row).zip(samples.par_chunks(row));
        rows.enumerate()
            .for_each_init(Vec::new, |line, (y, (to, from))| {
                slicing.row(y, from, to, line, |_, rgb, wanted| {
                    [0, 1, 2].map(|c| rgb[c] + (wanted[c] - rgb[c]) * strength)
                });
            });
        out
    }

    /// One cell of the grid.
    pub fn cell(&self, column: usize, row: usize, layer: usize) -> &Affine {
        &self.cells[(row * self.columns + column) * DEPTH + layer]
    }

    /// The layer of cells below a luma of 0.0 to 1.0, which has a next one, and the share of that.
    pub fn layer(luma: f32) -> (usize, f32) {
        let at = luma * (DEPTH - 1) as f32;
        let layer = (at as usize).min(DEPTH - 2);
        (layer, at - layer as f32)
    }

    /// The transform over a picture of a size.
    pub fn slicing(&self, width: u32, height: u32) -> Slicing<'_> {
        let (columns, height) = (width as usize, height as usize);
        let last = self.columns - 1;
        Slicing {
            transfer: self,
            places: (0..columns).map(|x| place(x, columns, last)).collect(),
            height,
        }
    }

    /// The cells of one full-size row, interpolated down.
    fn line(&self, (top, share): (usize, f32), line: &mut Vec<Affine>) {
        let row = self.columns * DEPTH;
        let bottom = (top + 1).min(self.rows - 1);
        let (upper, lower) = (&self.cells[top * row..], &self.cells[bottom * row..]);
        line.clear();
        line.extend(
            upper
                .iter()
                .zip(lower)
                .take(row)
                .map(|(u, l)| u.mix(l, share)),
        );
    }
}

/// A transform, ready for the rows of a picture.
pub(crate) struct Slicing<'a> {
    transfer: &'a Transfer,
    places: Vec<(usize, f32)>,
    height: usize,
}

impl Slicing<'_> {
    /// Columns and rows of the picture.
    pub fn size(&self) -> (usize, usize) {
        (self.places.len(), self.height)
    }

    /// Makes row `y`: `becomes` gives the new colour of a pixel from its column, its colour and the
    /// colour that the transform gives it, neither clamped. `line` is room for cells.
    #[inline(always)]
    pub fn row<S: Sample>(
        &self,
        y: usize,
        from: &[S],
        to: &mut [S],
        line: &mut Vec<Affine>,
        becomes: impl Fn(usize, [f32; 3], [f32; 3]) -> [f32; 3],
    ) {
        let transfer = self.transfer;
        transfer.line(place(y, self.height, transfer.rows - 1), line);
        let last = line.len() / DEPTH - 1;
        let from = from.as_chunks::<3>().0.iter();
        let pixels = from.zip(to.as_chunks_mut::<3>().0).zip(&self.places);
        for (x, ((from, to), &(left, share))) in pixels.enumerate() {
            let rgb = from.map(Sample::unit);
            let depth = luma(rgb) * (DEPTH - 1) as f32;
            let shallow = (depth as usize).min(DEPTH - 2);
            let deeper = depth - shallow as f32;
            let right = (left + 1).min(last);
            let column = |c: usize| {
                let at = c * DEPTH + shallow;
                line[at].mix(&line[at + 1], deeper)
            };
            let wanted = column(left).mix(&column(right), share).of(rgb);
            *to = becomes(x, rgb, wanted).map(S::from_unit);
        }
    }
}

/// Place of a full-size coordinate on the grid, whose first and last nodes are the borders.
pub(crate) fn place(at: usize, count: usize, last: usize) -> (usize, f32) {
    let at = (at as f32 + 0.5) * last as f32 / count as f32;
    let left = (at as usize).min(last);
    (left, at - left as f32)
}

fn units(pixels: &Pixels) -> Vec<[f32; 3]> {
    pixels
        .rgb8()
        .as_chunks::<3>()
        .0
        .iter()
        .map(|p| p.map(|v| f32::from(v) / 255.0))
        .collect()
}

fn luma(rgb: [f32; 3]) -> f32 {
    (LUMA[0] * rgb[0] + LUMA[1] * rgb[1] + LUMA[2] * rgb[2]).clamp(0.0, 1.0)
}

/// One affine transform for the whole picture, fitted twice: the second time without the pixels
/// that the first could not explain.
fn robust_global(from: &[[f32; 3]], to: &[[f32; 3]]) -> Affine {
    let fit = |weight: &dyn Fn([f32; 3], [f32; 3]) -> f32| {
        let mut normal = Normal::default();
        from.iter()
            .zip(to)
            .for_each(|(f, t)| normal.add(*f, *t, weight(*f, *t)));
        normal.solve(&Affine::identity(), 1.0)
    };
    let first = fit(&|_, _| 1.0);
    let odd = ODD.max(2.5 * median_change(from, to, &first));
    fit(&|f, t| vote(first.distance(f, t), odd))
}

/// Median distance between the proposal and the whole picture's transform, from every 7th pixel.
fn median_change(from: &[[f32; 3]], to: &[[f32; 3]], global: &Affine) -> f32 {
    let pairs = from.iter().zip(to).step_by(7);
    let distances = pairs.map(|(f, t)| global.distance(*f, *t));
    median(distances.collect()).expect("a picture has pixels")
}

/// Full for what fits, fading to almost nothing for what does not (Geman and McClure).
fn vote(distance: f32, odd: f32) -> f32 {
    let share = distance / odd;
    (1.0 / (1.0 + share * share)).powi(2)
}

/// Binomial smoothing of the normal equations: twice over columns and rows, once over luma.
fn smooth(grid: &mut [Normal], columns: usize, rows: usize) {
    let row = columns * DEPTH;
    for _ in 0..2 {
        for start in (0..rows).flat_map(|y| (0..DEPTH).map(move |z| y * row + z)) {
            smooth_line(grid, start, DEPTH, columns);
        }
        for start in 0..row {
            smooth_line(grid, start, row, rows);
        }
    }
    for cell in 0..columns * rows {
        smooth_line(grid, cell * DEPTH, 1, DEPTH);
    }
}

/// Each node becomes a quarter of both neighbours and a half of itself; ends repeat.
fn smooth_line(grid: &mut [Normal], start: usize, stride: usize, count: usize) {
    let at = |i: usize| start + i * stride;
    let mut before = grid[at(0)].clone();
    for i in 0..count {
        let after = grid[at((i + 1).min(count - 1))].clone();
        let here = grid[at(i)].clone();
        grid[at(i)] = Normal::blend(&before, &here, &after);
        before = here;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(of: impl Fn(usize, usize) -> [u8; 3]) -> Pixels {
        let v = (0..200 * 300).flat_map(|i| of(i % 300, i / 300)).collect();
        Pixels::from_eight(300, 200, v).unwrap()
    }

    fn scene(x: usize, y: usize) -> [u8; 3] {
        let wave = ((x / 9 + y / 7) % 5 * 12) as u8;
        [
            40 + (x / 3) as u8 + wave,
            60 + (y / 3) as u8 + wave,
            90 + wave,
        ]
    }

    #[test]
    fn the_same_picture_twice_is_the_identity_within_one_step() {
        let before = picture(scene);
        let after = Transfer::fit(&before, &before).apply(&before, 1.0).unwrap();
        let pairs = before
            .rgb8()
            .iter()
            .zip(after.rgb8().iter())
            .map(|(a, b)| a.abs_diff(*b))
            .max();
        assert!(pairs <= Some(1), "off by {pairs:?}");
    }

    #[test]
    fn a_brighter_proposal_arrives_and_a_pasted_box_does_not() {
        let before = picture(scene);
        let bright = |x: usize, y: usize| scene(x, y).map(|v| v + 30);
        let after = picture(|x, y| {
            let boxed = (120..150).contains(&x) && (80..110).contains(&y);
            if boxed { [250, 10, 10] } else { bright(x, y) }
        });
        let result = Transfer::fit(&before, &after).apply(&before, 1.0).unwrap();
        let off = |x: usize, y: usize| {
            let found = result.unit(x as u32, y as u32).map(|v| v * 255.0);
            (0..3)
                .map(|c| (found[c] - f32::from(bright(x, y)[c])).abs())
                .fold(0.0, f32::max)
        };
        assert!(off(20, 20) < 4.0, "the look is off by {}", off(20, 20));
        assert!(
            off(135, 95) < 14.0,
            "the box came through by {}",
            off(135, 95)
        );
    }
}
