//! Islands: patches that look like sky and are none, because they lie apart from all of it. A round
//! window in a gable that mirrors the sky is one, and the white face of a clock under a white sky;
//! gaps in a tree are not, because the next gap is always near.

use crate::pixels::Mask;
use crate::sky::planes::Plane;

/// Likelihood that counts as sky here, and how near the next such place must be, as a share of the
/// longer side.
const SKY: f32 = 0.25;
const NEAR: f32 = 0.03;

/// Share of the picture from which likely places are a sky behind an arch or a window frame, when
/// nothing reaches the border.
const FRAMED: f32 = 0.04;

/// Share of sky that a patch has at least, and how near the next patch must be to belong to it, as
/// a share of the longer side.
const PATCH: f32 = 0.3;
const NEXT: f32 = 0.008;
/// Likelihood that vouches for a patch.
const SEEN: f32 = 0.5;
/// Share of the picture below which a patch is rather a gap in a crown than a window.
const GAP: f32 = 1e-4;

/// The likelihood of sky without what cannot be reached from the picture's upper, left or right
/// border in short leaps from one likely place to the next.
pub fn without_islands(likely: &Mask) -> Mask {
    let (width, height) = (likely.width() as usize, likely.height() as usize);
    let values = likely.values();
    let leap = (NEAR / 2.0 * width.max(height) as f32).round() as usize;
    let near_sky = Plane::of_mask(likely, width, height).largest(leap);
    let mut reached = vec![false; values.len()];
    let top = 0..width;
    let sides = (0..height).flat_map(|y| [y * width, y * width + width - 1]);
    let mut edge: Vec<usize> = top.chain(sides).collect();
    while let Some(at) = edge.pop() {
        if reached[at] || near_sky.values[at] < SKY {
            continue;
        }
        reached[at] = true;
        edge.extend(beside(at, width, height));
    }
    let many = values
        .iter()
        .filter(|&&v| f32::from(v) >= SKY * 255.0)
        .count();
    if !reached.contains(&true) && many as f32 >= FRAMED * values.len() as f32 {
        return likely.clone();
    }
    let kept = values.iter().zip(&reached);
    let kept = kept.map(|(&v, &reached)| if reached { v } else { 0 });
    Mask::new(likely.width(), likely.height(), kept.collect()).expect("as many as before")
}

/// 0.0 at patches of sky which nothing but their colour speaks for, and a few pixels around; 1.0
/// everywhere else.
pub(crate) fn vouched(share: &Plane, likely: &Plane) -> Plane {
    let (width, height) = (share.width, share.height);
    let leap = ((NEXT / 2.0 * width.max(height) as f32).round() as usize).max(1);
    let near_patch = share.largest(leap);
    let least = GAP * share.values.len() as f32;
    let mut vouched = vec![1.0; share.values.len()];
    let mut seen = vec![false; share.values.len()];
    for start in 0..seen.len() {
        if seen[start] || near_patch.values[start] < PATCH {
            continue;
        }
        let patches = together(&near_patch, start, &mut seen);
        let places = || patches.iter().map(|&at| at as usize);
        let area = places().filter(|&at| share.values[at] >= PATCH).count();
        if area as f32 >= least && !places().any(|at| likely.values[at] >= SEEN) {
            places().for_each(|at| vouched[at] = 0.0);
        }
    }
    Plane::new(width, height, vouched)
}

/// All places near patches that hang together with one, which has not been seen yet.
fn together(near_patch: &Plane, start: usize, seen: &mut [bool]) -> Vec<u32> {
    let (mut places, mut done) = (vec![start as u32], 0);
    seen[start] = true;
    while let Some(&at) = places.get(done) {
        done += 1;
        for next in beside(at as usize, near_patch.width, near_patch.height) {
            if !seen[next] && near_patch.values[next] >= PATCH {
                seen[next] = true;
                places.push(next as u32);
            }
        }
    }
    places
}

/// The places that touch a place by a side.
fn beside(at: usize, width: usize, height: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (at % width, at / width);
    let places = [
        (x > 0).then(|| at - 1),
        (x + 1 < width).then(|| at + 1),
        (y > 0).then(|| at - width),
        (y + 1 < height).then(|| at + width),
    ];
    places.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_that_mirrors_the_sky_is_an_island_and_gaps_in_a_tree_are_not() {
        let (w, h) = (200_usize, 120_usize);
        let of = |i: usize| match (i % w, i / w) {
            (_, 0..=39) => 255,
            (40..=45, 80..=85) => 250,
            // Gaps, five pixels apart, down a crown.
            (140..=150, y @ 40..=90) if y % 7 < 2 => 240,
            _ => 3,
        };
        let likely = Mask::new(w as u32, h as u32, (0..w * h).map(of).collect()).unwrap();
        let kept = without_islands(&likely);
        assert_eq!(kept.values()[82 * w + 42], 0, "the window");
        assert_eq!(kept.values()[84 * w + 145], 240, "the lowest gap");
        assert_eq!(kept.values()[..40 * w], likely.values()[..40 * w]);
    }

    #[test]
    fn a_clocks_face_is_no_sky_and_a_small_gap_in_a_crown_is() {
        let (w, h) = (400_usize, 240_usize);
        let clock = |x, y| (90..=105).contains(&x) && (160..=175).contains(&y);
        let gap = |x, y| x == 300 && (160..=163).contains(&y);
        let plane = |of: &dyn Fn(usize, usize) -> f32| {
            Plane::new(w, h, (0..w * h).map(|i| of(i % w, i / w)).collect())
        };
        let of = |sky: bool| f32::from(u8::from(sky));
        let share = plane(&|x, y| of(y < 80 || clock(x, y) || gap(x, y)));
        let likely = plane(&|_, y| if y < 80 { 0.9 } else { 0.2 });
        let kept = vouched(&share, &likely);
        assert_eq!(kept.values[168 * w + 98], 0.0, "the clock");
        assert_eq!(kept.values[161 * w + 300], 1.0, "the gap");
        assert!(kept.values[..80 * w].iter().all(|&kept| kept == 1.0));

        let likely = plane(&|x, y| if y < 80 || clock(x, y) { 0.9 } else { 0.2 });
        let kept = vouched(&share, &likely);
        assert!(kept.values.iter().all(|&kept| kept == 1.0), "seen or told");
    }
}
