//! Islands: patches that look like sky and lie far from all of it. A round window in a gable that
//! mirrors the sky is one; gaps in a tree are not, because the next gap is always near.

use crate::pixels::Mask;
use crate::sky::planes::Plane;

/// Likelihood that counts as sky here, and how near the next such place must be, as a share of the
/// longer side.
const SKY: f32 = 0.25;
const NEAR: f32 = 0.03;

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
        let (x, y) = (at % width, at / width);
        let near = [
            (x > 0).then(|| at - 1),
            (x + 1 < width).then(|| at + 1),
            (y > 0).then(|| at - width),
            (y + 1 < height).then(|| at + width),
        ];
        edge.extend(near.into_iter().flatten());
    }
    let kept = values.iter().zip(&reached);
    let kept = kept.map(|(&v, &reached)| if reached { v } else { 0 });
    Mask::new(likely.width(), likely.height(), kept.collect()).expect("as many as before")
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
}
