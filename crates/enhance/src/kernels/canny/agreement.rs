//! How far two edge maps agree, and where they do not.

use crate::kernels::canny::Edges;
use crate::kernels::canny::hysteresis::widened;

/// Edges of the original and of the result, and how many of each have no partner within two
/// pixels in the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Agreement {
    pub original: u64,
    pub result: u64,
    pub lost: u64,
    pub added: u64,
    /// Lost and added edge pixels of every 8 x 8 block, row by row.
    pub strangers: Vec<u8>,
}

impl Agreement {
    /// Share of the result's edges that were there before.
    pub fn precision(&self) -> f64 {
        1.0 - self.added as f64 / self.result.max(1) as f64
    }

    /// Share of the original's edges that are still there.
    pub fn recall(&self) -> f64 {
        1.0 - self.lost as f64 / self.original.max(1) as f64
    }

    /// Harmonic mean of both.
    pub fn f1(&self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        2.0 * p * r / (p + r).max(f64::MIN_POSITIVE)
    }
}

/// Compares two maps of one size; `columns` is the picture's width.
pub(crate) fn compare(original: &Edges, result: &Edges, columns: usize) -> Agreement {
    let (height, words) = (original.height(), original.words);
    let across = columns.div_ceil(8);
    let mut found = Agreement {
        strangers: vec![0; across * height.div_ceil(8)],
        ..Agreement::default()
    };
    let (mut near_original, mut near_result) = (Near::new(words), Near::new(words));
    for row in 0..height {
        near_original.look(original, row);
        near_result.look(result, row);
        let (one, two) = (original.certain(row), result.certain(row));
        let blocks = &mut found.strangers[row / 8 * across..][..across];
        for at in 0..words {
            let lost = one[at] & !near_result.wide[at];
            let added = two[at] & !near_original.wide[at];
            found.original += u64::from(one[at].count_ones());
            found.result += u64::from(two[at].count_ones());
            found.lost += u64::from(lost.count_ones());
            found.added += u64::from(added.count_ones());
            if lost | added != 0 {
                count(lost | added, blocks, at * 8);
            }
        }
    }
    found
}

/// Adds the bits of a word to its eight blocks.
fn count(word: u64, blocks: &mut [u8], first: usize) {
    for (block, byte) in blocks[first..].iter_mut().zip(word.to_le_bytes()) {
        *block += byte.count_ones() as u8;
    }
}

/// What lies within two pixels of an edge, for one row.
struct Near {
    tall: Vec<u64>,
    once: Vec<u64>,
    wide: Vec<u64>,
}

impl Near {
    fn new(words: usize) -> Self {
        let empty = || vec![0; words];
        Self {
            tall: empty(),
            once: empty(),
            wide: empty(),
        }
    }

    fn look(&mut self, edges: &Edges, row: usize) {
        self.tall.fill(0);
        for near in row.saturating_sub(2)..(row + 3).min(edges.height()) {
            let line = self.tall.iter_mut().zip(edges.certain(near));
            line.for_each(|(to, from)| *to |= from);
        }
        widen(&self.tall, &mut self.once);
        widen(&self.once, &mut self.wide);
    }
}

fn widen(from: &[u64], to: &mut [u64]) {
    to.iter_mut()
        .enumerate()
        .for_each(|(at, to)| *to = widened(from, at));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(column: usize) -> Edges {
        let mut edges = Edges::new(200, 40);
        for row in 0..40 {
            edges.rows[2 * row * 4 + column / 64] |= 1 << (column % 64);
        }
        edges
    }

    #[test]
    fn a_line_two_pixels_off_still_agrees_and_one_three_pixels_off_does_not() {
        for at in [5, 62, 63, 100, 126] {
            let near = compare(&line(at), &line(at + 2), 200);
            assert_eq!((near.lost, near.added, near.f1()), (0, 0, 1.0));
            let far = compare(&line(at), &line(at + 3), 200);
            assert_eq!((far.lost, far.added, far.precision()), (40, 40, 0.0));
        }
    }

    #[test]
    fn strangers_are_counted_in_their_block() {
        let found = compare(&Edges::new(200, 40), &line(70), 200);
        assert_eq!((found.added, found.recall()), (40, 1.0));
        let marked = |(i, n): (usize, &u8)| if i % 25 == 8 { *n == 8 } else { *n == 0 };
        assert!(found.strangers.iter().enumerate().all(marked));
    }
}
