//! Tiles: a model paints the whole picture anew, piece by piece, and a middle band of what it
//! painted reaches the photo.
//!
//! Colour comes from a smooth transform of the original, fitted to what was painted (`transfer`),
//! never from a decoder. What is finer than a decoder resolves stays the original's; what is coarser
//! than the fit's window is the fit's. See `band` for the numbers.
//!
//! Parameters: the grid, in the plan; side 1024 or 768 pixels, overlap 64 to 128.

use serde::{Deserialize, Serialize};

use crate::generative_model::Tile;

pub(crate) mod band;
pub(crate) mod canvas;
pub(crate) mod coarse;

/// Grid of tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grid {
    /// Columns and rows of a tile, pixels.
    pub side: u32,
    /// Columns or rows that two neighbours share at least, and over which one fades into the
    /// other, pixels.
    pub overlap: u32,
}

impl Grid {
    /// A grid of tiles with a side: an eighth of it is shared, 128 pixels of 1024 and 96 of 768.
    /// From one tile to the next it is a multiple of 8 then, so latents lie on latents.
    pub fn of_side(side: u32) -> Self {
        let side = side.max(64);
        Self {
            side,
            overlap: side / 8,
        }
    }

    /// The tiles of a picture, row by row. All have the full size: the last of a row or column is
    /// moved in. A picture that is narrower or lower than a tile has narrower or lower ones.
    pub fn tiles(&self, width: u32, height: u32) -> Vec<Tile> {
        let columns = self.starts(width);
        let tile = |x: u32, y: u32| Tile {
            x,
            y,
            width: self.side.min(width),
            height: self.side.min(height),
        };
        let rows = self.starts(height).into_iter();
        rows.flat_map(|y| columns.iter().map(move |x| tile(*x, y)))
            .collect()
    }

    /// First pixels of the tiles along one side of the picture.
    pub(crate) fn starts(&self, length: u32) -> Vec<u32> {
        let Some(last) = length.checked_sub(self.side).filter(|last| *last > 0) else {
            return vec![0];
        };
        let step = (self.side - self.overlap.min(self.side / 2)).max(1);
        let before = (0..last).step_by(step as usize);
        before.chain([last]).collect()
    }

    /// Fades from one tile into another along one side of the picture: first pixel and end.
    pub(crate) fn fades(&self, length: u32) -> Vec<(u32, u32)> {
        let starts = self.starts(length);
        let overlap = self.overlap.min(self.side / 2);
        let beginnings = starts.iter().skip(1).copied();
        let ends = starts.iter().rev().skip(1);
        let ends = ends.map(|start| start + self.side - overlap);
        let mut fades: Vec<(u32, u32)> = beginnings
            .chain(ends)
            .map(|start| (start, start + overlap))
            .collect();
        fades.sort_unstable();
        fades.dedup();
        fades
    }

    /// Weights of every tile along one side of the picture, pixel by pixel of the tile: raised
    /// cosines over the overlap. The weights of all tiles at a place are one together, also where
    /// the last tile overlaps two others.
    pub(crate) fn weights(&self, length: u32) -> Vec<Vec<f32>> {
        let starts = self.starts(length);
        let mut raw: Vec<Vec<f32>> = (0..starts.len())
            .map(|at| self.raw(at, starts.len(), length))
            .collect();
        let mut sums = vec![0.0_f32; length as usize];
        for (start, raw) in starts.iter().zip(&raw) {
            let under = sums[*start as usize..].iter_mut();
            under.zip(raw).for_each(|(sum, raw)| *sum += raw);
        }
        for (start, raw) in starts.iter().zip(&mut raw) {
            let under = &sums[*start as usize..];
            raw.iter_mut().zip(under).for_each(|(raw, sum)| *raw /= sum);
        }
        raw
    }

    /// Rises at the beginning and falls at the end, but not at the picture's own borders.
    fn raw(&self, at: usize, of: usize, length: u32) -> Vec<f32> {
        let size = self.side.min(length);
        let overlap = self.overlap.clamp(1, (self.side / 2).max(1)) as f32;
        let rise = |into: f32| {
            let share = (into / overlap).min(1.0);
            (share * std::f32::consts::FRAC_PI_2).sin().powi(2)
        };
        let weight = |i: u32| {
            let before = if at == 0 { 1.0 } else { rise(i as f32 + 0.5) };
            let after = if at + 1 == of {
                1.0
            } else {
                rise((size - i) as f32 - 0.5)
            };
            before * after
        };
        (0..size).map(weight).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_photo_has_54_tiles_all_of_full_size() {
        let tiles = Grid::of_side(1024).tiles(8183, 5455);
        assert_eq!(tiles.len(), 54);
        assert!(tiles.iter().all(|t| (t.width, t.height) == (1024, 1024)));
        assert!(
            tiles
                .iter()
                .any(|t| (t.x + 1024, t.y + 1024) == (8183, 5455))
        );
        let aligned = tiles.iter().filter(|t| t.x % 8 == 0 && t.y % 8 == 0);
        assert_eq!(aligned.count(), 8 * 5, "all but the ones moved in");
    }

    #[test]
    fn a_picture_smaller_than_a_tile_is_one_tile() {
        let tile = |width, height| Tile {
            x: 0,
            y: 0,
            width,
            height,
        };
        let grid = Grid::of_side(1024);
        assert_eq!(grid.tiles(640, 480), [tile(640, 480)]);
        assert_eq!(grid.tiles(1024, 1024), [tile(1024, 1024)]);
        assert_eq!(grid.tiles(1030, 480).len(), 2);
    }

    #[test]
    fn weights_are_one_together_everywhere() {
        for side in [1024, 768, 64] {
            let grid = Grid::of_side(side);
            for length in [
                1, 7, 767, 768, 769, 1024, 1025, 1153, 1920, 1921, 5455, 8183,
            ] {
                let mut sums = vec![0.0_f32; length as usize];
                for (start, weights) in grid.starts(length).iter().zip(grid.weights(length)) {
                    for (i, weight) in weights.iter().enumerate() {
                        assert!((0.0..=1.0).contains(weight));
                        sums[*start as usize + i] += weight;
                    }
                }
                let off = sums.iter().map(|s| (s - 1.0).abs()).fold(0.0, f32::max);
                assert!(off < 1e-5, "{side} on {length}: off by {off}");
            }
        }
    }

    #[test]
    fn fades_are_where_weights_change() {
        let grid = Grid::of_side(768);
        let length = 2500;
        let fades = grid.fades(length);
        let inside = |x: u32| fades.iter().any(|(from, to)| (*from..*to).contains(&x));
        for (start, weights) in grid.starts(length).iter().zip(grid.weights(length)) {
            for (i, pair) in weights.windows(2).enumerate() {
                let x = start + i as u32;
                let still = (pair[0] - pair[1]).abs() < 1e-6;
                assert!(still || inside(x) || inside(x + 1), "{x}");
            }
        }
    }
}
