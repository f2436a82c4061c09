//! Blending of tiles as they come: in linear light by the grid's weights, at a quarter of their
//! size, because nothing finer of them is used. A photo of 45 megapixels takes 34 MB.
//!
//! Sums are whole numbers, so no order of tiles and no number of threads changes a bit of them.

use rayon::prelude::*;

use crate::generative_model::Tile;
use crate::math::light::{Sample, encoded};
use crate::pixels::{Pixels, Samples};
use crate::steps::tiles::Grid;
use crate::steps::tiles::coarse::{BLOCK, Coarse, size};

/// White of one pixel in the sums: a block of them still fits.
const WHITE: f32 = (1_u32 << 27) as f32;

/// Blend of the tiles of a picture that have come so far.
pub(crate) struct Canvas {
    full: (u32, u32),
    size: (usize, usize),
    tiles: Vec<Tile>,
    laid: Vec<bool>,
    /// Weights of a tile's column or row on the grid, pixel by pixel.
    across: Vec<Vec<f32>>,
    down: Vec<Vec<f32>>,
    /// Weighted light of every block.
    sums: Vec<[u32; 3]>,
}

/// A tile that does not fit: of another size, of no such index, or there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Misfit;

impl Canvas {
    /// For a picture of a size, still empty.
    pub fn new(grid: &Grid, width: u32, height: u32) -> Self {
        let tiles = grid.tiles(width, height);
        let size = size(width, height);
        Self {
            full: (width, height),
            size,
            laid: vec![false; tiles.len()],
            tiles,
            across: grid.weights(width),
            down: grid.weights(height),
            sums: vec![[0; 3]; size.0 * size.1],
        }
    }

    /// The tiles that belong here.
    pub fn tiles(&self) -> &[Tile] {
        &self.tiles
    }

    /// Number of missing tiles.
    pub fn missing(&self) -> usize {
        self.laid.iter().filter(|laid| !**laid).count()
    }

    /// Lays a tile.
    pub fn lay(&mut self, index: usize, pixels: &Pixels) -> Result<(), Misfit> {
        let tile = *self.tiles.get(index).ok_or(Misfit)?;
        let fits = (pixels.width(), pixels.height()) == (tile.width, tile.height);
        if !fits || self.laid[index] {
            return Err(Misfit);
        }
        self.laid[index] = true;
        match pixels.samples() {
            Samples::Eight(v) => self.add(index, tile, v),
            Samples::Sixteen(v) => self.add(index, tile, v),
        }
        Ok(())
    }

    fn add<S: Sample>(&mut self, index: usize, tile: Tile, samples: &[S]) {
        let columns = self.across.len();
        let (across, down) = (&self.across[index % columns], &self.down[index / columns]);
        let (x, y) = (tile.x as usize, tile.y as usize);
        let (width, bottom) = (tile.width as usize, y + tile.height as usize);
        let (left, right) = (x / BLOCK, (x + width).div_ceil(BLOCK));
        let rows = self.sums.par_chunks_mut(self.size.0).enumerate();
        let rows = rows
            .skip(y / BLOCK)
            .take(bottom.div_ceil(BLOCK) - y / BLOCK);
        rows.for_each_init(Vec::new, |light: &mut Vec<[f32; 3]>, (at, sums)| {
            light.clear();
            light.resize(right - left, [0.0; 3]);
            for row in (at * BLOCK).max(y)..((at + 1) * BLOCK).min(bottom) {
                let from = &samples[(row - y) * width * 3..][..width * 3];
                weigh(from, across, down[row - y], x % BLOCK, light);
            }
            for (sum, light) in sums[left..right].iter_mut().zip(light) {
                (0..3).for_each(|c| sum[c] += (light[c] * WHITE + 0.5) as u32);
            }
        });
    }

    /// The blend of all tiles.
    pub fn blended(self) -> Coarse {
        let ((width, height), (across, down)) = (self.full, self.size);
        let span = |at: usize, of: u32| BLOCK.min(of as usize - at * BLOCK);
        let unit = |(i, sum): (usize, &[u32; 3])| {
            let pixels = span(i % across, width) * span(i / across, height);
            let white = WHITE * pixels as f32;
            sum.map(|sum| encoded(sum as f32 / white))
        };
        Coarse {
            width: across,
            height: down,
            unit: self.sums.par_iter().enumerate().map(unit).collect(),
        }
    }
}

/// Adds the light of a tile's row to the blocks that it lies in; `into` is where it begins in the
/// first of them.
fn weigh<S: Sample>(from: &[S], across: &[f32], down: f32, into: usize, light: &mut [[f32; 3]]) {
    let table = S::linear_table();
    for (i, (pixel, across)) in from.as_chunks::<3>().0.iter().zip(across).enumerate() {
        let (to, weight) = (&mut light[(into + i) / BLOCK], across * down);
        (0..3).for_each(|c| to[c] += table[pixel[c].index()] * weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> Pixels {
        let sample = |i: u32| (i * 7919 % 251) as u8;
        let samples = (0..width * height * 3).map(sample).collect();
        Pixels::from_eight(width, height, samples).unwrap()
    }

    fn cut(pixels: &Pixels, tile: &Tile) -> Pixels {
        let places = (tile.y..tile.y + tile.height)
            .flat_map(|y| (tile.x..tile.x + tile.width).map(move |x| (x, y)));
        let samples = places.flat_map(|(x, y)| pixels.unit(x, y).map(u8::from_unit));
        Pixels::from_eight(tile.width, tile.height, samples.collect()).unwrap()
    }

    fn laid(pixels: &Pixels, order: impl Iterator<Item = usize>) -> Coarse {
        let mut canvas = Canvas::new(&Grid::of_side(64), pixels.width(), pixels.height());
        for index in order {
            let tile = cut(pixels, &canvas.tiles()[index].clone());
            canvas.lay(index, &tile).unwrap();
        }
        assert_eq!(canvas.missing(), 0);
        canvas.blended()
    }

    #[test]
    fn tiles_cut_from_a_picture_are_the_picture_in_any_order() {
        let pixels = picture(203, 151);
        let tiles = Grid::of_side(64).tiles(203, 151).len();
        let forth = laid(&pixels, 0..tiles);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(5)
            .build()
            .unwrap();
        let back = pool.install(|| laid(&pixels, (0..tiles).rev()));
        assert!(forth == back, "the order shows");
        let whole = Coarse::of(&pixels);
        let pairs = forth.unit.iter().zip(&whole.unit);
        let off = pairs.map(|(a, b)| (a[1] - b[1]).abs()).fold(0.0, f32::max);
        assert!(off < 1e-5, "off by {off}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let pixels = picture(100, 100);
        let mut canvas = Canvas::new(&Grid::of_side(64), 100, 100);
        let tile = cut(&pixels, &canvas.tiles()[1].clone());
        assert_eq!(canvas.lay(1, &picture(64, 63)), Err(Misfit), "size");
        assert_eq!(canvas.lay(4, &tile), Err(Misfit), "index");
        assert_eq!(canvas.lay(1, &tile), Ok(()));
        assert_eq!(canvas.lay(1, &tile), Err(Misfit), "twice");
        assert_eq!(canvas.missing(), 3);
    }
}
