//! Agreement of two edge maps, block by block.

use crate::kernels::canny::Edges;
use crate::kernels::canny::hysteresis::widened;

/// Edge pixels of one 8 x 8 block: of the original and of the result, and how many of each have no
/// partner within two pixels in the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count<N> {
    pub original: N,
    pub result: N,
    pub lost: N,
    pub added: N,
}

/// Counts of every block, row by row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Agreement {
    pub blocks: Vec<Count<u8>>,
}

impl Agreement {
    /// The sums over the blocks that count.
    pub fn over(&self, counts: impl Fn(usize) -> bool) -> Count<u64> {
        let mut sum = Count::default();
        let blocks = self.blocks.iter().enumerate();
        for (_, block) in blocks.filter(|(at, _)| counts(*at)) {
            sum.original += u64::from(block.original);
            sum.result += u64::from(block.result);
            sum.lost += u64::from(block.lost);
            sum.added += u64::from(block.added);
        }
        sum
    }
}

impl Count<u64> {
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
    let mut all = vec![Count::default(); across * height.div_ceil(8)];
    let (mut near_original, mut near_result) = (Near::new(words), Near::new(words));
    for row in 0..height {
        near_original.look(original, row);
        near_result.look(result, row);
        let (one, two) = (original.certain(row), result.certain(row));
        let blocks = &mut all[row / 8 * across..][..across];
        for at in 0..words {
            if one[at] | two[at] != 0 {
                let lost = one[at] & !near_result.wide[at];
                let added = two[at] & !near_original.wide[at];
                count([one[at], two[at], lost, added], &mut blocks[at * 8..]);
            }
        }
    }
    Agreement { blocks: all }
}

/// Adds the bits of words to their eight blocks.
fn count(words: [u64; 4], blocks: &mut [Count<u8>]) {
    let [original, result, lost, added] = words.map(u64::to_le_bytes);
    for (k, block) in blocks.iter_mut().take(8).enumerate() {
        block.original += original[k].count_ones() as u8;
        block.result += result[k].count_ones() as u8;
        block.lost += lost[k].count_ones() as u8;
        block.added += added[k].count_ones() as u8;
    }
}

/// Pixels within two pixels of an edge, for one row.
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

    fn all(original: &Edges, result: &Edges) -> Count<u64> {
        compare(original, result, 200).over(|_| true)
    }

    #[test]
    fn a_line_two_pixels_off_still_agrees_and_one_three_pixels_off_does_not() {
        for at in [5, 62, 63, 100, 126] {
            let near = all(&line(at), &line(at + 2));
            assert_eq!((near.lost, near.added, near.f1()), (0, 0, 1.0));
            let far = all(&line(at), &line(at + 3));
            assert_eq!((far.lost, far.added, far.precision()), (40, 40, 0.0));
        }
    }

    #[test]
    fn edges_are_counted_in_their_block() {
        let found = compare(&Edges::new(200, 40), &line(70), 200);
        let sum = found.over(|_| true);
        assert_eq!((sum.added, sum.result, sum.recall()), (40, 40, 1.0));
        let marked = |(i, block): (usize, &Count<u8>)| {
            let wanted = if i % 25 == 8 { 8 } else { 0 };
            (block.added, block.result, block.lost) == (wanted, wanted, 0)
        };
        assert!(found.blocks.iter().enumerate().all(marked));
        assert_eq!(found.over(|at| at % 25 != 8).added, 0);
    }
}
