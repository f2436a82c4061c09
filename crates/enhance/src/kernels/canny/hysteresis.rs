//! Hysteresis: possible edges that touch a certain one become certain, as far as they reach.
//!
//! 64 pixels at once: certainty spreads along a row inside the words, and from row to row in
//! sweeps down and up, until a sweep finds nothing new.

use multiversion::multiversion;

use crate::kernels::canny::Edges;

/// Makes every possible edge that is joined to a certain one certain.
pub(crate) fn grow(edges: &mut Edges) {
    let height = edges.height();
    let mut touched = vec![0; edges.words];
    let mut fresh = vec![true; height];
    while fresh.contains(&true) {
        let mut woken = std::mem::replace(&mut fresh, vec![false; height]);
        for row in (0..height).chain((0..height).rev()) {
            let near = row.saturating_sub(1)..(row + 2).min(height);
            if woken[near].contains(&true) && take_over(edges, row, &mut touched) {
                (woken[row], fresh[row]) = (true, true);
            }
        }
    }
}

/// Spreads certainty into one row, from above, below and along it. Whether anything was new.
fn take_over(edges: &mut Edges, row: usize, touched: &mut [u64]) -> bool {
    let words = edges.words;
    let start = 2 * row * words;
    let (upper, rest) = edges.rows.split_at_mut(start);
    let (own, lower) = rest.split_at_mut(2 * words);
    let (certain, possible) = own.split_at_mut(words);
    // A row at the border is its own neighbour.
    let upper = upper.get(start.wrapping_sub(2 * words)..);
    let upper = upper.map_or(&*certain, |row| &row[..words]);
    let lower = lower.get(..words).unwrap_or(certain);
    if !touch([upper, certain, lower], possible, touched) {
        return false;
    }
    for at in (0..words).chain((0..words.saturating_sub(1)).rev()) {
        let open = possible[at] & !certain[at];
        if open != 0 {
            let seeds = (touched[at] | widened(certain, at)) & open;
            certain[at] = flood(certain[at] | seeds, possible[at]);
        }
    }
    true
}

/// Marks the possible, not yet certain pixels of a row that touch a certain one. True when any
/// does.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
fn touch(certain: [&[u64]; 3], possible: &[u64], touched: &mut [u64]) -> bool {
    let words = touched.len();
    let (certain, possible) = (certain.map(|row| &row[..words]), &possible[..words]);
    let mut any = 0;
    for at in [0, words - 1] {
        touched[at] = certain.iter().fold(0, |all, row| all | widened(row, at));
        touched[at] &= possible[at] & !certain[1][at];
        any |= touched[at];
    }
    for at in 1..words - 1 {
        let mut near = 0;
        for row in certain {
            near |= row[at] | row[at] << 1 | row[at] >> 1 | row[at - 1] >> 63 | row[at + 1] << 63;
        }
        touched[at] = near & possible[at] & !certain[1][at];
        any |= touched[at];
    }
    any != 0
}

/// A word of a row and its pixels' neighbours left and right.
#[inline(always)]
pub(crate) fn widened(row: &[u64], at: usize) -> u64 {
    let word = row[at];
    let left = if at > 0 { row[at - 1] >> 63 } else { 0 };
    let right = row.get(at + 1).map_or(0, |next| next << 63);
    word | word << 1 | word >> 1 | left | right
}

/// Spreads seeds inside a word as far as the mask goes.
fn flood(mut seeds: u64, mask: u64) -> u64 {
    loop {
        let next = (seeds | seeds << 1 | seeds >> 1) & mask;
        if next == seeds {
            return seeds;
        }
        seeds = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Flood fill by a stack, pixel by pixel.
    fn reference(certain: &[bool], possible: &[bool], width: usize) -> Vec<bool> {
        let mut found = certain.to_vec();
        let mut waiting: Vec<usize> = (0..found.len()).filter(|&i| found[i]).collect();
        while let Some(i) = waiting.pop() {
            let (x, y) = ((i % width) as i64, (i / width) as i64);
            for (dx, dy) in (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy))) {
                let (x, y) = (x + dx, y + dy);
                let inside = x >= 0 && y >= 0 && x < width as i64;
                let at = (y * width as i64 + x) as usize;
                if inside && at < found.len() && possible[at] && !found[at] {
                    found[at] = true;
                    waiting.push(at);
                }
            }
        }
        found
    }

    #[test]
    fn certainty_spreads_exactly_as_a_flood_fill_does() {
        let (width, height) = (200, 150);
        let mut state = 7_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 16
        };
        let possible: Vec<bool> = (0..width * height).map(|_| random() % 100 < 42).collect();
        let certain: Vec<bool> = possible.iter().map(|&p| p && random() % 200 == 0).collect();
        let mut edges = Edges::new(width, height);
        for i in 0..width * height {
            let (at, bit) = (
                2 * (i / width) * edges.words + i % width / 64,
                i % width % 64,
            );
            edges.rows[at] |= u64::from(certain[i]) << bit;
            edges.rows[at + width.div_ceil(64)] |= u64::from(possible[i]) << bit;
        }
        grow(&mut edges);
        let wanted = reference(&certain, &possible, width);
        let bit = |i: usize| edges.certain(i / width)[i % width / 64] >> (i % width % 64) & 1 == 1;
        assert!((0..wanted.len()).all(|i| bit(i) == wanted[i]));
        let count = |v: &[bool]| v.iter().filter(|&&b| b).count();
        assert!(count(&wanted) > 10 * count(&certain));
    }
}
