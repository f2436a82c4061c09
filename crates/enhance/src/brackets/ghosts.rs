//! Ghosts: places where something moved between the exposures: a curtain, a tree, a person.
//!
//! Frames are compared with their neighbours in exposure. What a brightness of the darker frame
//! becomes in the brighter one is learned from the pair itself (the comparagram of Mann), with
//! its spread; where the brighter frame is far from that, something moved. Each such place is
//! taken from the one frame that shows it best, so that nothing is there twice or half: Pece and
//! Kautz, "Bitmap Movement Detection: HDR for Dynamic Scenes", 2010.

use crate::brackets::confidence::Confidence;
use crate::brackets::outline::grey;
use crate::brackets::pyramid::Size;
use crate::filters::scale::{self, Kernel};
use crate::pixels::Pixels;

/// Longest side of the copies that are compared.
const EDGE: u32 = 512;
/// Grey levels that never count as movement, and how many times the learned spread does.
const TOLERANCE: i32 = 20;
const SPREADS: i32 = 5;
/// The largest spread that is believed: a mover before an even wall spreads the wall's own levels.
const WIDEST: usize = 8;
/// Levels of the darker frame that learn together.
const POOL: usize = 2;
/// Half width of a place, and how many of its cells must disagree.
const CORE: usize = 2;
const CORE_CELLS: usize = 15;
/// Cells by which a place is widened, and over which it fades.
const MARGIN: usize = 6;
const FADE: usize = 3;
/// Beyond this share of the picture the light itself changed, and no frame is more right.
const TOO_MUCH: f32 = 0.3;
/// Weight left to a frame that is not believed: less than any believed frame's least.
const NEXT_TO_NOTHING: f32 = 1e-14;

/// Places where something moved, and what each frame is worth there.
pub(super) struct Ghosts {
    /// For every frame.
    pub confidence: Vec<Confidence>,
    /// Number of places.
    pub places: usize,
    /// Share of the picture, 0.0 to 1.0.
    pub share: f32,
}

/// Compares aligned frames, darkest first; `None` when nothing moved.
pub(super) fn find(frames: &[&Pixels]) -> Option<Ghosts> {
    let first = frames.first()?;
    let (width, height) = scale::fit(first.width(), first.height(), EDGE);
    let shrink = |p: &&Pixels| grey(&scale::shrink(p, width, height, Kernel::Area));
    let greys: Vec<Vec<u8>> = frames.iter().map(shrink).collect();
    let size = Size {
        width: width as usize,
        height: height as usize,
    };
    let mut moved = vec![false; greys[0].len()];
    for pair in greys.windows(2) {
        let disagrees = disagreement(&pair[0], &pair[1], size);
        let core = window_count(&disagrees, size, CORE);
        let places = moved.iter_mut().zip(core);
        places.for_each(|(moved, count)| *moved |= count >= CORE_CELLS);
    }
    let moved: Vec<bool> = window_count(&moved, size, MARGIN)
        .iter()
        .map(|&c| c > 0)
        .collect();
    let share = moved.iter().filter(|&&m| m).count() as f32 / moved.len() as f32;
    if share == 0.0 || share > TOO_MUCH {
        return None;
    }
    let places = places(&moved, size);
    let mut confidence = vec![vec![1.0_f32; moved.len()]; frames.len()];
    for place in &places {
        let best = best_frame(&greys, place);
        for (frame, confidence) in confidence.iter_mut().enumerate() {
            if frame != best {
                place.iter().for_each(|&i| confidence[i] = NEXT_TO_NOTHING);
            }
        }
    }
    let confidence = confidence
        .into_iter()
        .map(|values| fade(values, size))
        .collect();
    Some(Ghosts {
        confidence,
        places: places.len(),
        share,
    })
}

/// True where the brighter frame is not what the darker one or its neighbours predict.
fn disagreement(dark: &[u8], bright: &[u8], size: Size) -> Vec<bool> {
    let expected = comparagram(dark, bright);
    let at = |i: usize| {
        let (x, y) = (i % size.width, i / size.width);
        let (mut low, mut high) = (i32::MAX, i32::MIN);
        for y in y.saturating_sub(1)..(y + 2).min(size.height) {
            for x in x.saturating_sub(1)..(x + 2).min(size.width) {
                let (middle, spread) = expected[usize::from(dark[y * size.width + x])];
                let slack = TOLERANCE + SPREADS * spread;
                low = low.min(middle - slack);
                high = high.max(middle + slack);
            }
        }
        !(low..=high).contains(&i32::from(bright[i]))
    };
    (0..dark.len()).map(at).collect()
}

/// For every level of the darker frame: the median level of the brighter, and its spread.
fn comparagram(dark: &[u8], bright: &[u8]) -> Vec<(i32, i32)> {
    let mut counts = vec![[0_u32; 256]; 256];
    for (&d, &b) in dark.iter().zip(bright) {
        counts[usize::from(d)][usize::from(b)] += 1;
    }
    (0..256_usize)
        .map(|level| {
            let pool = level.saturating_sub(POOL)..(level + POOL + 1).min(256);
            let mut pooled = [0_u32; 256];
            for counts in &counts[pool] {
                pooled.iter_mut().zip(counts).for_each(|(to, c)| *to += c);
            }
            let middle = quantile(&pooled, 2);
            let spread = quantile(&pooled, 4).abs_diff(middle);
            let upper = 255 - quantile(&pooled.iter().rev().copied().collect::<Vec<_>>(), 4);
            let spread = spread.max(upper.abs_diff(middle)).min(WIDEST);
            (middle as i32, spread as i32)
        })
        .collect()
}

/// The level below which one part in `parts` lies.
fn quantile(counts: &[u32], parts: u32) -> usize {
    let wanted = counts.iter().sum::<u32>() / parts;
    let mut sum = 0;
    let level = counts.iter().position(|c| {
        sum += c;
        sum > wanted
    });
    level.unwrap_or(0)
}

/// Number of cells that are set in the square around each.
fn window_count(set: &[bool], size: Size, radius: usize) -> Vec<usize> {
    let mut across = vec![0_usize; set.len()];
    for (to, row) in across
        .chunks_exact_mut(size.width)
        .zip(set.chunks_exact(size.width))
    {
        for (x, to) in to.iter_mut().enumerate() {
            let window = x.saturating_sub(radius)..(x + radius + 1).min(size.width);
            *to = row[window].iter().filter(|&&v| v).count();
        }
    }
    (0..set.len())
        .map(|i| {
            let (x, y) = (i % size.width, i / size.width);
            let window = y.saturating_sub(radius)..(y + radius + 1).min(size.height);
            window.map(|y| across[y * size.width + x]).sum()
        })
        .collect()
}

/// Connected cells.
fn places(moved: &[bool], size: Size) -> Vec<Vec<usize>> {
    let mut left = moved.to_vec();
    let mut found = Vec::new();
    for start in 0..left.len() {
        if !std::mem::take(&mut left[start]) {
            continue;
        }
        let mut place = vec![start];
        let mut next = 0;
        while let Some(&i) = place.get(next) {
            next += 1;
            let (x, y) = (i % size.width, i / size.width);
            let beside = [
                (x > 0).then(|| i - 1),
                (x + 1 < size.width).then_some(i + 1),
                (y > 0).then(|| i - size.width),
                (y + 1 < size.height).then_some(i + size.width),
            ];
            for beside in beside.into_iter().flatten() {
                if std::mem::take(&mut left[beside]) {
                    place.push(beside);
                }
            }
        }
        found.push(place);
    }
    found
}

/// The frame whose levels in a place lie nearest the middle.
fn best_frame(greys: &[Vec<u8>], place: &[usize]) -> usize {
    let off = |frame: &usize| -> u64 {
        let levels = place
            .iter()
            .map(|&i| u64::from(greys[*frame][i].abs_diff(128)));
        levels.map(|off| off * off).sum()
    };
    (0..greys.len()).min_by_key(off).unwrap_or(0)
}

/// A soft rim around places, outwards only half a cell's worth of belief at a time.
fn fade(values: Vec<f32>, size: Size) -> Confidence {
    let lost: Vec<bool> = values.iter().map(|&v| v < 0.5).collect();
    let near = window_count(&lost, size, FADE);
    let all = ((2 * FADE + 1) * (2 * FADE + 1)) as f32;
    let soft =
        |(value, near): (f32, usize)| value.min(1.0 - near as f32 / all).max(NEXT_TO_NOTHING);
    Confidence {
        values: values.into_iter().zip(near).map(soft).collect(),
        size,
    }
}
