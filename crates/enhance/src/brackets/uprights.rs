//! Orientation flags that differ inside a set: a camera that points down guesses, and may guess
//! otherwise for one exposure. The pictures decide which way a frame was held.

use crate::brackets::group::Signature;
use crate::brackets::merge::MergeError;
use crate::codec::{Decoded, Heap, orientation};
use crate::filters::scale::{self, Kernel};
use crate::pixels::Pixels;

/// Agreement from which on a turned frame lies on the others: as for frames without a camera's word.
const LIES_ON: f32 = 0.42;
/// Longest side of the copies that are turned and compared.
const EDGE: u32 = 384;

/// Turns frames whose flag differs from the others' and whose picture says that it should not.
/// Answers a sentence for each.
pub(super) fn agree(frames: Vec<Decoded>) -> Result<(Vec<Decoded>, Vec<String>), MergeError> {
    let flags: Vec<u8> = frames.iter().map(flag).collect();
    let common = most_common(&flags);
    let Some(reference) = flags.iter().position(|&flag| flag == common) else {
        return Ok((frames, Vec::new()));
    };
    let signature = Signature::of(&frames[reference].pixels);
    let wanted = size(&frames[reference].pixels);
    let mut sentences = Vec::new();
    let mut agreed = Vec::new();
    for (mut frame, flag) in frames.into_iter().zip(flags) {
        let pair = [flag, common];
        if flag != common && is_misled(&frame.pixels, pair, &signature) {
            frame.pixels = turned(frame.pixels, pair);
            sentences.push(format!(
                "The orientation flag of one exposure ({flag}) differs from the others' ({common}), but its picture lies on theirs, so it was turned like them."
            ));
        } else if flag != common && size(&frame.pixels) != wanted {
            return Err(MergeError::OrientationsDiffer { flag, common });
        }
        agreed.push(frame);
    }
    Ok((agreed, sentences))
}

/// True when a frame lies on the others as their flag would have it, and better than as its own has it.
fn is_misled(pixels: &Pixels, flags: [u8; 2], others: &Signature) -> bool {
    let (width, height) = scale::fit(pixels.width(), pixels.height(), EDGE);
    let small = scale::shrink(pixels, width, height, Kernel::Area);
    let likeness = |pixels: &Pixels| Signature::of(pixels).likeness(others).unwrap_or(-1.0);
    let as_flagged = likeness(&small);
    let like_others = likeness(&turned(small, flags));
    like_others >= LIES_ON && like_others > as_flagged
}

/// From the way that one flag turned a picture to the way that another would have.
fn turned(pixels: Pixels, [from, to]: [u8; 2]) -> Pixels {
    // A quarter turn is undone by the other quarter turn; all the rest undo themselves.
    let back = match from {
        6 => 8,
        8 => 6,
        same => same,
    };
    orientation::upright(pixels, back, &Heap)
        .and_then(|stored| orientation::upright(stored, to, &Heap))
        .expect("a turned picture keeps its pixels")
}

fn flag(frame: &Decoded) -> u8 {
    match frame.source.orientation {
        flag @ 1..=8 => flag,
        _ => 1,
    }
}

fn size(pixels: &Pixels) -> (u32, u32) {
    (pixels.width(), pixels.height())
}

/// The flag of most frames; of two, the one that turns less.
fn most_common(flags: &[u8]) -> u8 {
    let count = |flag: &u8| flags.iter().filter(|&f| f == flag).count();
    let most = (1..=8).max_by_key(|flag| (count(flag), std::cmp::Reverse(*flag)));
    most.unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turning_from_one_flag_to_another_is_what_the_other_would_have_done() {
        let samples = (0..8 * 5 * 3).map(|v| v as u8).collect();
        let stored = Pixels::from_eight(8, 5, samples).unwrap();
        for from in 1..=8 {
            for to in 1..=8 {
                let flagged = orientation::upright(stored.clone(), from, &Heap).unwrap();
                let wanted = orientation::upright(stored.clone(), to, &Heap).unwrap();
                assert!(turned(flagged, [from, to]) == wanted, "{from} to {to}");
            }
        }
    }

    #[test]
    fn most_flags_win_and_of_two_the_upright_one() {
        assert_eq!(most_common(&[1, 6, 1]), 1);
        assert_eq!(most_common(&[8, 8, 1]), 8);
        assert_eq!(most_common(&[6, 1]), 1);
    }
}
