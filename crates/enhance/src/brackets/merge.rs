//! Frames of one view to one picture, and what was done in sentences.

use crate::brackets::align::{Motion, align};
use crate::brackets::confidence::Confidence;
use crate::brackets::fuse::{Layer, fuse};
use crate::brackets::ghosts::{self, Ghosts};
use crate::brackets::weights::FusionOptions;
use crate::brackets::{MOST_FRAMES, warp};
use crate::codec::{Decoded, Metadata};
use crate::filters::scale::{self, Kernel};
use crate::pixels::Pixels;

/// Half the paper's weight on good exposure: without it clipped walls turn grey inside a coloured
/// ring, with all of it the sky behind windows pales. Chosen on both real sets.
const FUSION: FusionOptions = FusionOptions {
    exposedness: 0.5,
    shoulder: true,
};

/// Frames that became one picture.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The picture: 16 bits when it was fused, the frame's own depth when a single frame stands.
    pub pixels: Pixels,
    /// Metadata of the middle frame's file.
    pub metadata: Metadata,
    /// Description of the merge, in sentences.
    pub sentences: Vec<String>,
    /// For every frame, darkest first, how it lay against the middle one; `None`: left out.
    pub motions: Vec<Option<Motion>>,
    /// Indices of the given frames that were left out, ascending.
    pub left_out: Vec<usize>,
}

/// Frames that cannot become one picture; `Display` is a sentence for the customer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There was none.
    #[error("There is no photo to merge.")]
    NoFrames,
    /// Not all of one size.
    #[error("The photos differ in size, so they are not exposures of one view.")]
    SizesDiffer,
    /// More than [`MOST_FRAMES`].
    #[error("These are {0} photos; at most {MOST_FRAMES} can be merged into one.")]
    TooMany(usize),
}

/// Aligns and fuses exposures of one view. Frames that cannot be aligned with confidence are left
/// out; when none is left beside it, the middle frame alone is the picture.
pub fn merge(frames: Vec<Decoded>) -> Result<Merged, MergeError> {
    let first = frames.first().ok_or(MergeError::NoFrames)?;
    let size = |d: &Decoded| (d.pixels.width(), d.pixels.height());
    let wanted = size(first);
    if frames.iter().any(|d| size(d) != wanted) {
        return Err(MergeError::SizesDiffer);
    }
    if frames.len() > MOST_FRAMES {
        return Err(MergeError::TooMany(frames.len()));
    }
    let mut frames: Vec<(usize, Decoded)> = frames.into_iter().enumerate().collect();
    frames.sort_by_cached_key(|(_, d)| brightness(&d.pixels));
    let (given, frames): (Vec<usize>, Vec<Decoded>) = frames.into_iter().unzip();
    let middle = middle(&frames);
    let motions = motions(&frames, middle);
    let mut left_out: Vec<usize> = std::iter::zip(given, &motions)
        .filter_map(|(at, motion)| motion.is_none().then_some(at))
        .collect();
    left_out.sort_unstable();
    let metadata = frames[middle].metadata.clone();
    let pixels: Vec<Pixels> = frames.into_iter().map(|d| d.pixels).collect();
    let mut sentences = describe(&motions, wanted);
    let pixels = if motions.iter().flatten().count() < 2 {
        let mut pixels = pixels;
        pixels.swap_remove(middle)
    } else {
        let (fused, ghosts) = fuse_aligned(pixels, &motions);
        sentences.extend(ghosts.as_ref().map(describe_ghosts));
        fused
    };
    Ok(Merged {
        pixels,
        metadata,
        sentences,
        motions,
        left_out,
    })
}

/// Mean 8-bit grey of a small copy, in thousandths.
fn brightness(pixels: &Pixels) -> u64 {
    let (width, height) = scale::fit(pixels.width(), pixels.height(), 256);
    let small = scale::shrink(pixels, width, height, Kernel::Area);
    let rgb = small.rgb8();
    let sum: u64 = rgb.iter().map(|&v| u64::from(v)).sum();
    sum * 1000 / rgb.len() as u64
}

/// The middle of frames sorted by brightness; of the two middle ones, the better exposed.
fn middle(frames: &[Decoded]) -> usize {
    let (low, high) = ((frames.len() - 1) / 2, frames.len() / 2);
    let off = |i: usize| brightness(&frames[i].pixels).abs_diff(115_000);
    if off(high) < off(low) { high } else { low }
}

/// The motion of every frame against the middle one, over its neighbours in exposure: frames many
/// stops apart have little in common.
fn motions(frames: &[Decoded], middle: usize) -> Vec<Option<Motion>> {
    let mut motions = vec![None; frames.len()];
    motions[middle] = Some(Motion::default());
    let outwards = (middle + 1..frames.len()).map(|i| (i, i - 1));
    for (frame, nearer) in outwards.chain((0..middle).rev().map(|i| (i, i + 1))) {
        let link = |to: usize| align(&frames[to].pixels, &frames[frame].pixels);
        let over = motions[nearer].and_then(|so_far: Motion| Some(so_far.then(&link(nearer)?)));
        motions[frame] = over.or_else(|| (nearer != middle).then(|| link(middle)).flatten());
    }
    motions
}

fn fuse_aligned(pixels: Vec<Pixels>, motions: &[Option<Motion>]) -> (Pixels, Option<Ghosts>) {
    let mut laid: Vec<(Pixels, Option<Confidence>)> = Vec::new();
    for (pixels, motion) in pixels.into_iter().zip(motions) {
        let Some(motion) = motion else { continue };
        if motion.is_still(pixels.width(), pixels.height()) {
            laid.push((pixels, None));
        } else {
            let border = warp::border(&pixels, motion);
            laid.push((warp::lay(&pixels, motion), Some(border)));
        }
    }
    let ghosts = ghosts::find(&laid.iter().map(|(pixels, _)| pixels).collect::<Vec<_>>());
    let layers: Vec<Layer> = (laid.iter().enumerate())
        .map(|(i, (pixels, border))| {
            let ghost = ghosts.as_ref().map(|g| &g.confidence[i]);
            Layer {
                pixels,
                confidence: border.iter().chain(ghost).collect(),
            }
        })
        .collect();
    let fused = fuse(&layers, FUSION);
    (fused, ghosts)
}

fn describe_ghosts(ghosts: &Ghosts) -> String {
    format!(
        "Something moved between the exposures ({} places, {:.1} % of the picture); each place is taken from one exposure.",
        ghosts.places,
        ghosts.share * 100.0
    )
}

fn describe(motions: &[Option<Motion>], (width, height): (u32, u32)) -> Vec<String> {
    let fused = motions.iter().flatten().count();
    if motions.len() == 1 {
        return vec!["There is only one exposure; it is left as it is.".to_owned()];
    }
    if fused < 2 {
        return vec![format!(
            "The {} exposures could not be aligned with confidence, so the middle one stands alone.",
            motions.len()
        )];
    }
    let moved = motions
        .iter()
        .flatten()
        .filter(|m| !m.is_still(width, height));
    let mut sentences = vec![format!(
        "{fused} exposures were fused into one 16-bit picture."
    )];
    sentences.extend(moved.map(|m| {
        format!(
            "One was moved by {:.1} pixels and turned by {:.2}° to lie on the middle one.",
            m.right.hypot(m.down),
            m.degrees.abs()
        )
    }));
    let left_out = motions.len() - fused;
    if left_out > 0 {
        sentences.push(format!(
            "{left_out} could not be aligned with confidence and was left out."
        ));
    }
    sentences
}
