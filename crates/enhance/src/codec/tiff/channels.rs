//! The channels of a TIFF's pixel: those that make its colour, its opacity, and what editors keep
//! beside them. Saved selections, masks and spot colours are no part of the picture.

use tiff::tags::Tag;

use crate::codec::Refusal;
use crate::codec::tiff::read::{TiffDecoder, number};
use crate::codec::tiff::source::Meaning;

const SAMPLES_PER_PIXEL: u16 = 277;
const EXTRA_SAMPLES: u16 = 338;
/// Photoshop's limit; more are no picture.
const MOST_CHANNELS: u32 = 64;

/// The channels of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Channels {
    /// All that are stored.
    pub stored: usize,
    /// The first so many are the colour.
    pub colours: usize,
    /// Position of the opacity among all.
    pub alpha: Option<usize>,
    /// The colour was multiplied by the opacity ("associated alpha").
    pub is_premultiplied: bool,
}

impl Channels {
    /// The tags of the first picture (TIFF 6.0, ExtraSamples): 0 is a channel without a
    /// stated meaning, 1 and 2 are opacity. A single extra channel that no tag speaks of is opacity:
    /// simple writers leave the tag out, editors that save selections never do.
    pub fn read(decoder: &mut TiffDecoder, meaning: Meaning) -> Result<Self, Refusal> {
        let colours = meaning.colours();
        let stored = number(decoder, SAMPLES_PER_PIXEL).unwrap_or(1);
        let usable = (colours as u32..=MOST_CHANNELS).contains(&stored);
        if !usable {
            return Err(Refusal::UnsupportedVariant {
                format: "TIFF",
                variant: format!("{stored} colour channels"),
            });
        }
        let stored = stored as usize;
        let said = extra_samples(decoder);
        let alpha = match &said[..] {
            [] => (stored == colours + 1).then_some(colours),
            said => said
                .iter()
                .position(|&word| matches!(word, 1 | 2))
                .map(|i| colours + i),
        };
        let alpha = alpha.filter(|&at| at < stored);
        let word = alpha.and_then(|at| said.get(at - colours));
        Ok(Self {
            stored,
            colours,
            alpha,
            is_premultiplied: word == Some(&1),
        })
    }

    /// Channels that make the picture.
    pub fn kept(&self) -> usize {
        self.colours + usize::from(self.alpha.is_some())
    }

    /// True when the file stores more than the colour.
    pub fn has_extra(&self) -> bool {
        self.stored > self.colours
    }

    /// Position of a kept channel among all.
    pub fn position(&self, kept: usize) -> usize {
        match self.alpha {
            Some(alpha) if kept == self.colours => alpha,
            _ => kept,
        }
    }
}

fn extra_samples(decoder: &mut TiffDecoder) -> Vec<u16> {
    let tag = Tag::from_u16_exhaustive(EXTRA_SAMPLES);
    decoder.get_tag_u16_vec(tag).unwrap_or_default()
}
