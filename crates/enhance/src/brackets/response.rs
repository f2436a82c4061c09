//! Response of two exposures of one view to the same light: the comparagram of Mann ("Comparametric
//! Equations with Practical Applications in Quantigraphic Image Processing", 2000), by channel.

use crate::brackets::small::Small;

/// Levels of one frame that learn together.
const POOL: usize = 2;
/// The largest spread that is believed: a mover before an even wall spreads the wall's own levels.
/// Frames many stops apart have little to do with each other's levels, and spread them as much.
const WIDEST: usize = 8;
/// Cells a level needs to be heard.
const HEARD: u32 = 6;

/// Expectation of a frame's level where another frame has a level: the median, and its spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Expected {
    pub middle: i32,
    pub spread: i32,
    /// Cells that say so.
    cells: u32,
}

/// For every level of a channel what another frame is expected to have, by the cells that both
/// reach, `but` for some.
pub(super) fn learned(
    from: &Small,
    to: &Small,
    c: usize,
    but: Option<&[bool]>,
) -> Vec<Option<Expected>> {
    let both = (0..from.rgb.len())
        .filter(|&i| from.known[i] && to.known[i] && !but.is_some_and(|but| but[i]));
    comparagram(both.map(|i| (from.rgb[i][c], to.rgb[i][c])))
}

/// For every first level what the second is expected to be.
fn comparagram(pairs: impl Iterator<Item = (u8, u8)>) -> Vec<Option<Expected>> {
    let mut counts = vec![[0_u32; 256]; 256];
    pairs.for_each(|(a, b)| counts[usize::from(a)][usize::from(b)] += 1);
    (0..256_usize)
        .map(|level| {
            let mut pooled = [0_u32; 256];
            for counts in &counts[level.saturating_sub(POOL)..(level + POOL + 1).min(256)] {
                pooled.iter_mut().zip(counts).for_each(|(to, c)| *to += c);
            }
            let known = pooled.iter().sum::<u32>() >= HEARD;
            known.then(|| expectation(&pooled))
        })
        .collect()
}

fn expectation(counts: &[u32; 256]) -> Expected {
    let [low, middle, high] = [1, 2, 3].map(|quarter| quantile(counts, quarter));
    let spread = middle.abs_diff(low).max(high.abs_diff(middle)).min(WIDEST);
    Expected {
        middle: middle as i32,
        spread: spread as i32,
        cells: counts.iter().sum(),
    }
}

/// The level below which so many quarters lie.
fn quantile(counts: &[u32; 256], quarters: u32) -> usize {
    let wanted = counts.iter().sum::<u32>() * quarters / 4;
    let mut sum = 0;
    let level = counts.iter().position(|c| {
        sum += c;
        sum > wanted
    });
    level.unwrap_or(0)
}

/// A rising curve over unit values, in 256 steps: what one frame's channel is in another frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve(Vec<f32>);

impl Curve {
    /// The curve through a comparagram, even where it knows nothing: straight between its
    /// neighbours, never falling, smoothed.
    pub fn through(expected: &[Option<Expected>]) -> Self {
        let known = rising(expected);
        let at = |level: usize| {
            let after = known.partition_point(|&(l, _)| l < level);
            match (after.checked_sub(1).map(|i| known[i]), known.get(after)) {
                (_, Some(&(l, v))) if l == level => v,
                (Some((l0, v0)), Some(&(l1, v1))) => {
                    v0 + (v1 - v0) * (level - l0) as f32 / (l1 - l0) as f32
                }
                (Some((_, v)), None) | (None, Some(&(_, v))) => v,
                (None, None) => level as f32 / 255.0,
            }
        };
        let rising: Vec<f32> = (0..256).map(at).collect();
        let smooth = |level: usize| {
            let window = &rising[level.saturating_sub(3)..(level + 4).min(256)];
            window.iter().sum::<f32>() / window.len() as f32
        };
        Self((0..256).map(smooth).collect())
    }

    /// The curve's value at a unit value.
    #[inline(always)]
    pub fn at(&self, unit: f32) -> f32 {
        let place = unit.clamp(0.0, 1.0) * 255.0;
        let left = (place as usize).min(254);
        self.0[left] + (self.0[left + 1] - self.0[left]) * (place - left as f32)
    }
}

/// Levels and their unit values, never falling: where the medians fall, the mean of all that are
/// concerned, so that a few odd cells lift nothing (pool adjacent violators: Barlow et al., 1972).
fn rising(expected: &[Option<Expected>]) -> Vec<(usize, f32)> {
    let mut pools: Vec<(Vec<usize>, f64, f64)> = Vec::new();
    for (level, known) in expected.iter().enumerate() {
        let Some(known) = known else { continue };
        let weight = f64::from(known.cells);
        pools.push((vec![level], f64::from(known.middle) * weight, weight));
        while let [.., (_, below, light), (_, above, heavy)] = &pools[..] {
            if below / light <= above / heavy {
                break;
            }
            let (levels, sum, weight) = pools.pop().expect("there are two");
            let last = pools.last_mut().expect("there are two");
            last.0.extend(levels);
            last.1 += sum;
            last.2 += weight;
        }
    }
    let values = pools.into_iter().flat_map(|(levels, sum, weight)| {
        let value = (sum / weight / 255.0) as f32;
        levels.into_iter().map(move |level| (level, value))
    });
    values.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_what_the_levels_of_a_brighter_frame_say_of_it() {
        let pairs = (0..=120_u8).flat_map(|v| std::iter::repeat_n((v, 2 * v), 10));
        let curve = Curve::through(&comparagram(pairs));
        assert!((curve.at(0.2) - 0.4).abs() < 0.01);
        assert!(curve.at(0.9) >= curve.at(0.45));
        assert!((curve.at(1.0) - 240.0 / 255.0).abs() < 0.02);
    }

    #[test]
    fn a_few_odd_cells_at_a_low_level_do_not_lift_the_rest() {
        let odd = std::iter::repeat_n((0_u8, 200_u8), 8);
        let room = (6..=120_u8).flat_map(|v| std::iter::repeat_n((v, 2 * v), 50));
        let curve = Curve::through(&comparagram(odd.chain(room)));
        assert!((curve.at(30.0 / 255.0) - 60.0 / 255.0).abs() < 0.02);
    }

    #[test]
    fn a_mover_does_not_bend_the_curve() {
        let wall = std::iter::repeat_n((100_u8, 180_u8), 900);
        let mover = std::iter::repeat_n((100_u8, 20_u8), 300);
        let found = comparagram(wall.chain(mover))[100].unwrap();
        assert_eq!(found.middle, 180);
    }
}
