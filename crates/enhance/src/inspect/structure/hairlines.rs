//! Hairlines: a thin line on a plain surface that only one of the pictures has, for instance a crack
//! that was painted over.
//!
//! In every block of 8 x 8 pixels of a plain surface, the variance that the other picture does not
//! explain is compared with the surface's own, the median of the blocks around. Blocks that stand
//! out make a line where they touch. One block may be a speck; a line is as long as several.

use plumbline_documents::{Gate, Measure, Thresholds};
use rayon::prelude::*;

use crate::inspect::full::Full;
use crate::inspect::heatmap::Heatmap;
use crate::inspect::moments::Moments;
use crate::kernels::moments::SIDE;

/// Variance of gray, in squared levels, below which a surface is plain; of the result, which may
/// have more contrast.
const PLAIN: [f32; 2] = [64.0, 256.0];
/// Variances of the surface that a line begins with, and that it goes on with.
const STRONG: f32 = 2.5;
const WEAK: f32 = 1.5;
/// Share of a block's variance that the other picture does not have, in a line that is not in it: a
/// sharpened line is mostly the old one.
const NEW: f32 = 0.5;
/// Variances of the surface, beside rounding, up to which a block of the other picture is like it: where
/// there was something already, an edit may make it plainer.
const LIKE: f32 = 1.6;
/// Variances of the surface, and levels squared, of an edge.
const EDGE: f32 = 8.0;
/// Variance that rounding makes.
const ROUNDING: f32 = 1.5;
/// Levels of gray between which a block is neither drowned nor burnt.
const SEEN: std::ops::Range<f32> = 6.0..250.0;
/// Blocks whose variances are the surface's own: this far, in steps.
const AROUND: isize = 6;
const STEP: usize = 3;

/// The lines of a pair, block by block.
pub(crate) struct Hairlines {
    across: usize,
    /// Length in blocks of the line that a block belongs to.
    lengths: Vec<u16>,
}

/// Variances of a block, in squared levels: of original and result, and what they share.
#[derive(Debug, Clone, Copy)]
struct Block {
    variances: [f32; 2],
    shared: f32,
    is_seen: bool,
}

impl Hairlines {
    pub fn new(full: &Full, house: &[bool]) -> Self {
        let across = full.across.max(1);
        let pairs = full.blocks.par_iter().zip(house);
        let blocks: Vec<Block> = pairs
            .map(|(sums, house)| Block::of(&sums.into(), *house))
            .collect();
        let surface: Vec<[f32; 2]> = (0..blocks.len())
            .into_par_iter()
            .map(|at| [0, 1].map(|k| usual(&blocks, across, at, k)))
            .collect();
        let mut lengths = vec![0; blocks.len()];
        for k in [0, 1] {
            let beside_an_edge = |at: usize| {
                let is_edge = |at: usize| blocks[at].variances[1 - k] > edge(surface[at][1 - k]);
                beside(at, across, blocks.len()).any(is_edge)
            };
            let score = |at: usize| match blocks[at].stands_out(surface[at], k) {
                score if score >= WEAK && !beside_an_edge(at) => score,
                _ => 0.0,
            };
            let scores: Vec<f32> = (0..blocks.len()).map(score).collect();
            mark(&scores, across, &mut lengths);
        }
        Self { across, lengths }
    }

    /// The longest, in pixels.
    pub fn measure(&self, thresholds: &Thresholds) -> Measure {
        let longest = self.lengths.iter().copied().max().unwrap_or(0);
        thresholds.measure(Gate::Hairline, f64::from(longest) * SIDE as f64)
    }

    /// The heatmap: lines as bright as they are long, with the threshold in the middle of its scale.
    pub fn heatmap(&self, thresholds: &Thresholds) -> Heatmap {
        let limit = 2.0 * thresholds.of(Gate::Hairline).fail as f32;
        let of = |length: &u16| f32::from(*length) * SIDE as f32 / limit;
        Heatmap::new(
            self.across,
            &self.lengths.iter().map(of).collect::<Vec<_>>(),
        )
    }
}

impl Block {
    fn of(moments: &Moments, house: bool) -> Self {
        let levels = 255.0_f64.powi(2);
        let means = [moments.mean_x(), moments.mean_y()].map(|mean| mean as f32 * 255.0);
        Self {
            variances: [moments.variance_x(), moments.variance_y()].map(|v| (v * levels) as f32),
            shared: (moments.covariance() * levels) as f32,
            is_seen: house && means.iter().all(|mean| SEEN.contains(mean)),
        }
    }

    /// What one picture has of a line that the other has not, in variances of the surface.
    fn stands_out(&self, surface: [f32; 2], k: usize) -> f32 {
        let plain = surface[0] <= PLAIN[0] && surface[1] <= PLAIN[1];
        let (own, other) = (self.variances[k], self.variances[1 - k]);
        if !(plain && self.is_seen) || other > LIKE * surface[1 - k] + ROUNDING {
            return 0.0;
        }
        let unexplained = own - self.shared * self.shared / other.max(0.5);
        match unexplained >= NEW * own {
            true => unexplained / (surface[k] + ROUNDING),
            false => 0.0,
        }
    }
}

/// Variance from which a block of a surface holds an edge. Sharpening draws a rim as far as the next block.
fn edge(surface: f32) -> f32 {
    EDGE * surface + EDGE
}

/// The median variance of the blocks around one, of every third.
fn usual(blocks: &[Block], across: usize, at: usize, k: usize) -> f32 {
    let (x, y) = ((at % across) as isize, (at / across) as isize);
    let down = (blocks.len() / across) as isize;
    let near = || (-AROUND..=AROUND).step_by(STEP);
    let mut found = [0.0; 25];
    let mut count = 0;
    for (dx, dy) in near().flat_map(|dy| near().map(move |dx| (dx, dy))) {
        let (x, y) = (x + dx, y + dy);
        if (0..across as isize).contains(&x) && (0..down).contains(&y) {
            found[count] = blocks[y as usize * across + x as usize].variances[k];
            count += 1;
        }
    }
    let found = &mut found[..count];
    let middle = count / 2;
    *found.select_nth_unstable_by(middle, f32::total_cmp).1
}

/// Writes the length of each line at its blocks, where it is longer than what is there.
fn mark(scores: &[f32], across: usize, lengths: &mut [u16]) {
    let mut seen = vec![false; scores.len()];
    for start in 0..scores.len() {
        if seen[start] || scores[start] < STRONG {
            continue;
        }
        let line = touching(scores, across, start, &mut seen);
        let extent = |of: fn(usize, usize) -> usize| {
            let places = line.iter().map(|&at| of(at, across));
            let (low, high) = places.fold((usize::MAX, 0), |(l, h), v| (l.min(v), h.max(v)));
            high - low + 1
        };
        let length = extent(|at, across| at % across).max(extent(|at, across| at / across));
        let length = u16::try_from(length).unwrap_or(u16::MAX);
        line.iter()
            .for_each(|&at| lengths[at] = lengths[at].max(length));
    }
}

/// All blocks that stand out and touch one another, from one of them on.
fn touching(scores: &[f32], across: usize, start: usize, seen: &mut [bool]) -> Vec<usize> {
    let (mut line, mut done) = (vec![start], 0);
    seen[start] = true;
    while let Some(&at) = line.get(done) {
        done += 1;
        for next in beside(at, across, scores.len()) {
            if !seen[next] && scores[next] >= WEAK {
                seen[next] = true;
                line.push(next);
            }
        }
    }
    line
}

/// The eight blocks around one.
fn beside(at: usize, across: usize, count: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (at % across, at / across);
    let columns = x.saturating_sub(1)..(x + 2).min(across);
    let rows = y.saturating_sub(1)..(y + 2).min(count / across);
    rows.flat_map(move |y| columns.clone().map(move |x| y * across + x))
        .filter(move |&next| next != at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::Pixels;

    const SIZE: (u32, u32) = (320, 256);

    /// A wall with grain, and whatever is drawn on it.
    fn wall(drawn: impl Fn(u32, u32) -> f32) -> Pixels {
        let value = |i: u32| {
            let (x, y) = (i / 3 % SIZE.0, i / 3 / SIZE.0);
            let grain = ((x * 7919 + y * 104_729) % 17) as f32 / 17.0 * 4.0 - 2.0;
            ((180.0 + grain) * drawn(x, y)) as u8
        };
        let samples = (0..SIZE.0 * SIZE.1 * 3).map(value).collect();
        Pixels::from_eight(SIZE.0, SIZE.1, samples).unwrap()
    }

    fn longest(original: &Pixels, result: &Pixels) -> f64 {
        let full = Full::measure(original, result);
        let house = vec![true; full.blocks.len()];
        let lines = Hairlines::new(&full, &house);
        lines.measure(&Thresholds::default()).value
    }

    fn crack(x: u32, y: u32) -> f32 {
        let on = (40..200).contains(&y) && x.abs_diff(100 + y / 3) < 1;
        if on { 0.92 } else { 1.0 }
    }

    #[test]
    fn a_crack_that_is_gone_and_one_that_came_are_as_long_as_they_were() {
        let (plain, cracked) = (wall(|_, _| 1.0), wall(crack));
        for (one, other) in [(&cracked, &plain), (&plain, &cracked)] {
            let found = longest(one, other);
            assert!((120.0..=184.0).contains(&found), "{found} px");
        }
    }

    #[test]
    fn a_crack_that_is_in_both_however_they_are_lit_is_none() {
        let lit = wall(|x, y| crack(x, y) * (0.8 + x as f32 * 0.001));
        assert!(longest(&wall(crack), &lit) < 24.0);
        assert!(longest(&lit, &wall(crack)) < 24.0);
    }
}
