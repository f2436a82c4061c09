//! Movers: places where something moved between the exposures: a curtain, a tree, a person.
//!
//! Frames are compared pair by pair and channel by channel. What a level of one frame becomes in
//! the other is learned from the pair itself, with its spread; where the other is far from that,
//! something moved. Cells that disagree are joined to places before anything is chosen, and each
//! place is taken whole from one frame, the one that most others agree with and that is exposed best
//! there, and from those that agree with it. Through the learned curves their pixels stand in for
//! the other frames', so that the place is fused like all the rest: Gallo et al., "Artifact-free
//! High Dynamic Range Imaging", 2009, and the exposure-mapped reference of Sen et al., 2012.

mod compared;

use std::collections::BTreeMap;

use crate::brackets::confidence::Confidence;
use crate::brackets::movers::compared::{Compared, compared};
use crate::brackets::places::{connected, filled, widened, window_count};
use crate::brackets::pyramid::{Plane, Size};
use crate::brackets::response::{Curve, learned};
use crate::brackets::small::Small;
use crate::math::interpolation::smoothstep;

/// Cells over which gaps close, by which a place is widened, and over which it fades.
const GAP: usize = 6;
const MARGIN: usize = 5;
const FADE: usize = 2;
/// Beyond this share of the picture the light itself changed, and no frame is more right.
const TOO_MUCH: f32 = 0.4;

/// Places where something moved.
pub(super) struct Movers {
    swaps: Vec<Swap>,
    /// Number of places.
    pub places: usize,
    /// Share of the picture, 0.0 to 1.0.
    pub share: f32,
}

/// Places where some frames stand in for another.
struct Swap {
    into: usize,
    /// Frames, and what their values are in the other, by channel.
    from: Vec<(usize, [Curve; 3])>,
    reach: Confidence,
}

/// Compares aligned frames, darkest first, but for those that are `lit` otherwise; `None` when
/// nothing moved.
pub(super) fn find(frames: &[Small], lit: &[usize]) -> Option<Movers> {
    let size = frames.first()?.size;
    let alike: Vec<usize> = (0..frames.len()).filter(|i| !lit.contains(i)).collect();
    let compared = compared(frames, &alike);
    let mut moved = vec![false; frames[0].rgb.len()];
    // Neighbours in exposure tell nearly everything; frames further apart only help to choose.
    let next = |pair: [usize; 2]| alike.windows(2).any(|two| two == pair);
    for pair in compared.iter().filter(|c| next(c.pair)) {
        let places = pair.moved(size);
        moved.iter_mut().zip(places).for_each(|(to, m)| *to |= m);
    }
    let moved = widened(&filled(&moved, size, GAP), size, MARGIN);
    let share = moved.iter().filter(|&&m| m).count() as f32 / moved.len() as f32;
    if share == 0.0 || share > TOO_MUCH {
        return None;
    }
    let places = connected(&moved, size);
    // Who stands in for whom, and where.
    let mut wanted: BTreeMap<(usize, Vec<usize>), Vec<usize>> = BTreeMap::new();
    for place in &places {
        let best = best_frame(frames, &alike, &compared, place);
        let agrees = |&frame: &usize| {
            frame == best
                || compared
                    .iter()
                    .any(|c| c.is_of(frame, best) && c.agrees(place))
        };
        let (own, others): (Vec<usize>, Vec<usize>) = alike.iter().partition(|i| agrees(i));
        for into in others {
            wanted.entry((into, own.clone())).or_default().extend(place);
        }
    }
    let swap = |((into, own), cells): ((usize, Vec<usize>), Vec<usize>)| {
        let curves = |from| [0, 1, 2].map(|c| curve(&frames[from], &frames[into], c, &moved));
        Swap {
            into,
            from: own.into_iter().map(|from| (from, curves(from))).collect(),
            reach: faded(&cells, size),
        }
    };
    Some(Movers {
        swaps: wanted.into_iter().map(swap).collect(),
        places: places.len(),
        share,
    })
}

/// The frame that most others agree with in a place, and that is exposed best there.
fn best_frame(frames: &[Small], alike: &[usize], pairs: &[Compared], place: &[usize]) -> usize {
    let cost = |&&frame: &&usize| {
        let own = pairs.iter().filter(|c| c.pair.contains(&frame));
        let odd: f32 = own.map(|c| c.disagreement(place)).sum();
        let odd = odd / (alike.len() - 1).max(1) as f32;
        let cells = place.iter().map(|&i| cell_cost(&frames[frame], i));
        2.0 * odd + cells.sum::<f32>() / place.len() as f32
    };
    let costs = alike.iter().map(|frame| (frame, cost(&frame)));
    let best = costs.min_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(0, |(&frame, _)| frame)
}

/// 0.0 in the middle of the range, 1.0 where nothing is left of the light.
fn cell_cost(frame: &Small, cell: usize) -> f32 {
    if !frame.known[cell] {
        return 4.0;
    }
    let rgb = frame.rgb[cell].map(f32::from);
    let (top, grey) = (
        rgb[0].max(rgb[1]).max(rgb[2]),
        (rgb[0] + 2.0 * rgb[1] + rgb[2]) / 4.0,
    );
    if top >= 250.0 {
        return 1.0;
    }
    ((grey - 135.0) / 135.0).powi(2)
}

fn curve(from: &Small, to: &Small, c: usize, moved: &[bool]) -> Curve {
    Curve::through(&learned(from, to, c, Some(moved)))
}

/// One inside the cells, falling to zero at their border.
fn faded(cells: &[usize], size: Size) -> Confidence {
    let mut inside = vec![false; size.width * size.height];
    cells.iter().for_each(|&i| inside[i] = true);
    let all = ((2 * FADE + 1) * (2 * FADE + 1)) as f32;
    let near = window_count(&inside, size, FADE);
    // Half of the window is set at the very border of a place; there it begins.
    let soft = |near: usize| ((near as f32 / all - 0.5) * 2.0).clamp(0.0, 1.0);
    Confidence {
        values: near.into_iter().map(soft).collect(),
        size,
    }
}

impl Movers {
    /// Puts what agrees, as the others would have taken it, into the others.
    pub fn settle(&self, layers: &mut [[Plane; 3]], full: Size) {
        let window = layers[0][0].window;
        let settled: Vec<(usize, [Plane; 3])> = (self.swaps.iter())
            .filter_map(|swap| {
                let share = swap.reach.over(window, full)?;
                Some((swap.into, swap.settled(layers, &share)))
            })
            .collect();
        for (into, planes) in settled {
            for (layer, plane) in layers[into].iter_mut().zip(planes) {
                layer
                    .values
                    .iter_mut()
                    .zip(plane.values)
                    .for_each(|(to, by)| *to += by);
            }
        }
    }
}

impl Swap {
    /// Differences to be added to the frame where others stand in for it.
    fn settled(&self, layers: &[[Plane; 3]], share: &Plane) -> [Plane; 3] {
        let mut change = [(); 3].map(|()| Plane::zero(share.window));
        for (i, &share) in share.values.iter().enumerate() {
            if share == 0.0 {
                continue;
            }
            let (mut sum, mut weights) = ([0.0_f32; 3], 0.0_f32);
            for (from, curves) in &self.from {
                let rgb = [0, 1, 2].map(|c| layers[*from][c].values[i]);
                let weight = trust(rgb);
                (0..3).for_each(|c| sum[c] += curves[c].at(rgb[c]) * weight);
                weights += weight;
            }
            for c in 0..3 {
                let own = layers[self.into][c].values[i];
                change[c].values[i] = (sum[c] / weights - own) * share;
            }
        }
        change
    }
}

/// Worth of a pixel for what another frame would have seen: the more light the better, until it clips.
#[inline(always)]
fn trust([r, g, b]: [f32; 3]) -> f32 {
    let grey = (r + 2.0 * g + b) / 4.0;
    grey * grey * (1.0 - smoothstep(0.88, 0.98, r.max(g).max(b))) + 1e-4
}
