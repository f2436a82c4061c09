//! Pairs of frames, compared cell by cell.

use crate::brackets::places::{connected, window_count};
use crate::brackets::pyramid::Size;
use crate::brackets::response::learned;
use crate::brackets::small::Small;

/// Levels that never count as movement, and how many times the learned spread does.
const TOLERANCE: i32 = 20;
const SPREADS: i32 = 4;
/// Level from which on a frame predicts nothing.
const CLIPPED: u8 = 246;
/// Half width of a core, and how many of its cells must disagree; fewer where a core is near.
const CORE: usize = 2;
const CORE_CELLS: usize = 15;
const RIM_CELLS: usize = 7;
/// Share of the tolerance that is enough beside a core.
const RIM: f32 = 0.55;
/// Share of a place that may disagree between frames that agree.
const ODD: f32 = 0.1;

/// One pair of frames, compared.
pub(super) struct Compared {
    pub pair: [usize; 2],
    /// Distance from what was expected, in tolerances.
    off: Vec<f32>,
}

/// Every pair of the frames that are lit alike.
pub(super) fn compared(frames: &[Small], alike: &[usize]) -> Vec<Compared> {
    let pairs = alike.iter().enumerate();
    let pairs = pairs.flat_map(|(at, &i)| alike[at + 1..].iter().map(move |&j| [i, j]));
    pairs
        .map(|pair| Compared {
            pair,
            off: off(&frames[pair[0]], &frames[pair[1]]),
        })
        .collect()
}

/// For every cell how far the two frames are from what they predict of each other. Both ways: a dark
/// coat before a bright wall may be all that has its levels in one frame, and never in both.
fn off(dark: &Small, bright: &Small) -> Vec<f32> {
    let ways = std::iter::zip(off_one_way(dark, bright), off_one_way(bright, dark));
    ways.map(|(there, back)| there.max(back)).collect()
}

/// For every cell how far one frame is from what another and its neighbours predict.
fn off_one_way(from: &Small, to: &Small) -> Vec<f32> {
    let size = from.size;
    let expected = [0, 1, 2].map(|c| learned(from, to, c, None));
    let at = |i: usize| {
        if !from.known[i] || !to.known[i] {
            return 0.0;
        }
        let (x, y) = (i % size.width, i / size.width);
        let mut most = 0.0_f32;
        for (c, expected) in expected.iter().enumerate() {
            let (mut low, mut high, mut slack) = (i32::MAX, i32::MIN, TOLERANCE);
            for y in y.saturating_sub(1)..(y + 2).min(size.height) {
                for x in x.saturating_sub(1)..(x + 2).min(size.width) {
                    let level = from.rgb[y * size.width + x][c];
                    if level >= CLIPPED {
                        return 0.0;
                    }
                    let Some(known) = expected[usize::from(level)] else {
                        return 0.0;
                    };
                    low = low.min(known.middle);
                    high = high.max(known.middle);
                    slack = slack.max(TOLERANCE + SPREADS * known.spread);
                }
            }
            let found = i32::from(to.rgb[i][c]);
            let beyond = (low - found).max(found - high).max(0);
            most = most.max(beyond as f32 / slack as f32);
        }
        most
    };
    (0..from.rgb.len()).map(at).collect()
}

impl Compared {
    /// Cores where most cells disagree, and what is connected with them and disagrees a little.
    pub fn moved(&self, size: Size) -> Vec<bool> {
        let over = |least: f32| self.off.iter().map(|&off| off > least).collect::<Vec<_>>();
        let core = window_count(&over(1.0), size, CORE);
        let rim = window_count(&over(RIM), size, CORE);
        let near: Vec<bool> = rim.iter().map(|&count| count >= RIM_CELLS).collect();
        let mut moved = vec![false; near.len()];
        for place in connected(&near, size) {
            if place.iter().any(|&i| core[i] >= CORE_CELLS) {
                place.into_iter().for_each(|i| moved[i] = true);
            }
        }
        moved
    }

    pub fn is_of(&self, one: usize, two: usize) -> bool {
        self.pair == [one.min(two), one.max(two)]
    }

    /// True where hardly a cell of a place disagrees.
    pub fn agrees(&self, place: &[usize]) -> bool {
        let odd = place.iter().filter(|&&i| self.off[i] > RIM).count();
        (odd as f32) < ODD * place.len() as f32
    }

    pub fn disagreement(&self, place: &[usize]) -> f32 {
        let off = place.iter().map(|&i| self.off[i].min(1.0));
        off.sum::<f32>() / place.len() as f32
    }
}
