//! Sums over small cells of a picture, and tiles of two by two cells that overlap by half: so no
//! tile's border hides what lies on it.

use rayon::prelude::*;

/// Something that adds up.
pub(crate) trait Sum: Default + Copy + Send + Sync {
    /// Both together.
    fn with(self, other: &Self) -> Self;
}

/// A grid of cells. Rests at the right and bottom belong to none.
pub(crate) struct Cells<S> {
    /// Cells in a row.
    pub across: usize,
    sums: Vec<S>,
}

impl<S: Sum> Cells<S> {
    /// Cells of a side in pixels; `add` takes a pixel's index in.
    pub fn new(
        (width, height): (usize, usize),
        side: usize,
        add: impl Fn(&mut S, usize) + Sync,
    ) -> Self {
        let across = width / side;
        let mut sums = vec![S::default(); across * (height / side)];
        if across > 0 {
            sums.par_chunks_mut(across)
                .enumerate()
                .for_each(|(row, cells)| {
                    for y in row * side..(row + 1) * side {
                        for (x, cell) in cells.iter_mut().enumerate() {
                            let first = y * width + x * side;
                            (first..first + side).for_each(|at| add(cell, at));
                        }
                    }
                });
        }
        Self { across, sums }
    }

    /// The tiles, row by row: one fewer than cells in both directions.
    pub fn tiles(&self) -> Tiles<S> {
        let across = self.across.saturating_sub(1);
        let rows: Vec<&[S]> = self.sums.chunks(self.across.max(1)).collect();
        let tile = |pair: &[&[S]], x: usize| {
            let upper = pair[0][x].with(&pair[0][x + 1]);
            upper.with(&pair[1][x].with(&pair[1][x + 1]))
        };
        let sums = rows
            .windows(2)
            .flat_map(|pair| (0..across).map(move |x| tile(pair, x)))
            .collect();
        Tiles { across, sums }
    }
}

/// Tiles of two by two cells.
pub(crate) struct Tiles<S> {
    /// Tiles in a row.
    pub across: usize,
    /// Row by row.
    pub sums: Vec<S>,
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Sum for u32 {
        fn with(self, other: &Self) -> Self {
            self + other
        }
    }

    #[test]
    fn tiles_overlap_by_half_and_rests_belong_to_none() {
        let cells = Cells::<u32>::new((7, 6), 2, |sum, at| *sum += at as u32);
        let tiles = cells.tiles();
        assert_eq!((cells.across, tiles.across, tiles.sums.len()), (3, 2, 4));
        let of = |x: usize, y: usize| {
            let rows = (y..y + 4).flat_map(|y| (x..x + 4).map(move |x| (y * 7 + x) as u32));
            rows.sum::<u32>()
        };
        assert_eq!(tiles.sums, [of(0, 0), of(2, 0), of(0, 2), of(2, 2)]);
    }

    #[test]
    fn a_picture_smaller_than_a_tile_has_none() {
        for size in [(1, 1), (3, 9), (9, 3)] {
            let cells = Cells::<u32>::new(size, 4, |sum, _| *sum += 1);
            assert!(cells.tiles().sums.is_empty());
        }
    }
}
