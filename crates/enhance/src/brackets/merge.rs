//! Frames of one view to one picture, and what was done in sentences.

use crate::brackets::align::align;
use crate::brackets::balance::{self, NO_GAINS};
use crate::brackets::flash::Flash;
use crate::brackets::fuse::fuse;
use crate::brackets::layers::{Layer, Layers};
use crate::brackets::motion::Motion;
use crate::brackets::movers::Movers;
use crate::brackets::outline::Outlines;
use crate::brackets::small::{Small, quantile};
use crate::brackets::{MOST_FRAMES, flash, movers, uprights, warp};
use crate::codec::{Decoded, Metadata};
use crate::filters::scale::{self, Kernel};
use crate::pixels::Pixels;
use crate::shot::Shot;

/// Median level of the exposure that was meant, and how far another may be from it, of one. Chosen,
/// as the weights' greyness, by the distance of made brackets to the finished photos they are of.
const MEANT: f32 = 0.6;
const MEANT_WIDTH: f32 = 0.25;

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
    /// Not all of one size, and for the flag of one of them.
    #[error(
        "The photos differ in size because the orientation flag of one ({flag}) differs from the others' ({common}), and its picture does not lie on theirs either way. Please give them one orientation, if they are exposures of one view."
    )]
    OrientationsDiffer {
        /// The odd one's.
        flag: u8,
        /// The others'.
        common: u8,
    },
    /// More than [`MOST_FRAMES`].
    #[error("These are {0} photos; at most {MOST_FRAMES} can be merged into one.")]
    TooMany(usize),
}

/// Aligns and fuses exposures of one view. Frames that cannot be aligned with confidence are left
/// out; when none is left beside it, the middle frame alone is the picture.
pub fn merge(frames: Vec<Decoded>) -> Result<Merged, MergeError> {
    if frames.is_empty() {
        return Err(MergeError::NoFrames);
    }
    if frames.len() > MOST_FRAMES {
        return Err(MergeError::TooMany(frames.len()));
    }
    let (frames, turned) = uprights::agree(frames)?;
    let size = |d: &Decoded| (d.pixels.width(), d.pixels.height());
    let wanted = size(&frames[0]);
    if frames.iter().any(|d| size(d) != wanted) {
        return Err(MergeError::SizesDiffer);
    }
    let levels: Vec<u64> = frames.iter().map(|d| brightness(&d.pixels)).collect();
    let mut frames: Vec<(usize, Decoded)> = frames.into_iter().enumerate().collect();
    frames.sort_by_key(|(at, _)| levels[*at]);
    let (given, mut frames): (Vec<usize>, Vec<Decoded>) = frames.into_iter().unzip();
    let middle = middle(&given.iter().map(|&at| levels[at]).collect::<Vec<_>>());
    let motions = motions(&frames, middle);
    let mut left_out: Vec<usize> = std::iter::zip(given, &motions)
        .filter_map(|(at, motion)| motion.is_none().then_some(at))
        .collect();
    left_out.sort_unstable();
    let mut sentences = describe(&motions, wanted);
    sentences.extend(turned);
    if motions.iter().flatten().count() < 2 {
        let Decoded {
            pixels, metadata, ..
        } = frames.swap_remove(middle);
        return Ok(Merged {
            pixels,
            metadata,
            sentences,
            motions,
            left_out,
        });
    }
    let metadata = frames[middle].metadata.clone();
    let layers = laid(frames, &motions, middle);
    sentences.extend(layers.describe());
    Ok(Merged {
        pixels: fuse(&layers),
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
fn middle(levels: &[u64]) -> usize {
    let (low, high) = ((levels.len() - 1) / 2, levels.len() / 2);
    let off = |at: usize| levels[at].abs_diff(115_000);
    if off(high) < off(low) { high } else { low }
}

/// The motion of every frame against the middle one, over its neighbours in exposure: frames many
/// stops apart have little in common.
fn motions(frames: &[Decoded], middle: usize) -> Vec<Option<Motion>> {
    let outlines = |at: usize| Outlines::of(&frames[at].pixels);
    let home = outlines(middle);
    let mut motions = vec![None; frames.len()];
    motions[middle] = Some(Motion::default());
    let ways: [Vec<usize>; 2] = [
        (middle + 1..frames.len()).collect(),
        (0..middle).rev().collect(),
    ];
    for way in ways {
        let mut nearer: Option<(usize, Outlines)> = None;
        for at in way {
            let own = outlines(at);
            motions[at] = match &nearer {
                None => align(&home, &own),
                Some((nearer, theirs)) => motions[*nearer]
                    .and_then(|so_far: Motion| Some(so_far.then(&align(theirs, &own)?)))
                    .or_else(|| align(&home, &own)),
            };
            nearer = Some((at, own));
        }
    }
    motions
}

/// The frames on the middle one, and what they say about each other there.
fn laid(frames: Vec<Decoded>, motions: &[Option<Motion>], middle: usize) -> Layers {
    let mut all = Vec::new();
    let mut shots = Vec::new();
    let mut reference = 0;
    for (at, (frame, motion)) in frames.into_iter().zip(motions).enumerate() {
        let Some(motion) = motion else { continue };
        if at == middle {
            reference = all.len();
        }
        shots.push(frame.metadata.shot());
        all.push(layer(frame.pixels, motion));
    }
    let small = |layer: &Layer| Small::of(&layer.pixels, layer.border.as_ref());
    let smalls: Vec<Small> = all.iter().map(small).collect();
    compared(all, smalls, &shots, reference)
}

fn layer(pixels: Pixels, motion: &Motion) -> Layer {
    let (pixels, border) = if motion.is_still(pixels.width(), pixels.height()) {
        (pixels, None)
    } else {
        let border = warp::border(&pixels, motion);
        (warp::lay(&pixels, motion), Some(border))
    };
    Layer {
        pixels,
        border,
        gains: NO_GAINS,
        merit: 1.0,
    }
}

fn compared(
    mut all: Vec<Layer>,
    mut smalls: Vec<Small>,
    shots: &[Shot],
    reference: usize,
) -> Layers {
    let flash = flash::find(&smalls, shots);
    let lit = flash.as_ref().map_or_else(Vec::new, Flash::frames);
    for (at, gains) in balance::gains(&smalls, reference, &lit)
        .into_iter()
        .enumerate()
    {
        if gains != NO_GAINS {
            all[at].gains = gains;
            smalls[at].balance(gains);
        }
    }
    for (layer, small) in all.iter_mut().zip(&smalls) {
        layer.merit = merit(small);
    }
    let movers = movers::find(&smalls, &lit);
    Layers { all, movers, flash }
}

/// The weight of a frame as a whole: most where its room is as bright as a finished picture's, so
/// that the exposure that was meant leads and its contrast stays.
fn merit(small: &Small) -> f32 {
    let mut levels: Vec<f32> = small
        .rgb
        .iter()
        .map(|&[r, g, b]| {
            (0.2126 * f32::from(r) + 0.7152 * f32::from(g) + 0.0722 * f32::from(b)) / 255.0
        })
        .collect();
    let off = quantile(&mut levels, 0.5).unwrap_or(MEANT) - MEANT;
    (-off * off / (2.0 * MEANT_WIDTH * MEANT_WIDTH)).exp()
}

impl Layers {
    fn describe(&self) -> impl Iterator<Item = String> {
        let wandered = self.all.iter().filter(|l| l.gains != NO_GAINS).count();
        let flash = self.flash.as_ref().map(|flash| match flash.frames().len() {
            1 => "One exposure was lit by a flash; its colour leads, the others give their light and the windows.".to_owned(),
            count => format!("{count} exposures were lit by a flash; their colour leads, the others give their light and the windows."),
        });
        let balance = (wandered > 0)
            .then(|| format!("The white balance of {wandered} wandered and was brought back."));
        let movers = self.movers.as_ref().map(describe_movers);
        flash.into_iter().chain(balance).chain(movers)
    }
}

fn describe_movers(movers: &Movers) -> String {
    format!(
        "Something moved between the exposures ({} places, {:.1} % of the picture); each place is taken from one exposure.",
        movers.places,
        movers.share * 100.0
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
            "One was moved by up to {:.1} pixels and turned by {:.2}° to lie on the middle one.",
            m.farthest(width, height),
            m.degrees().abs()
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
