//! Place and room without training: CLIP is asked which of our sentences a picture lies nearest to.
//! Each answer is the mean of many sentences (prompt ensembling, Radford et al. 2021, section 3.1.4).
//! Reading the sentences takes longer than looking at a picture, so the means are kept in a file.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::{D, DType, Device, IndexOp, Tensor, safetensors};
use candle_nn::ops::softmax;
use plumbline_documents::{Place, Room};
use plumbline_enhance::Pixels;
use sha2::{Digest, Sha256};

use crate::nets::clip::{self, Clip, ClipTokenizer, TokenizerError};

const TEMPLATES: [&str; 6] = [
    "a photo of {}.",
    "a real estate photo of {}.",
    "a wide-angle photo of {}.",
    "a bright photo of {}.",
    "a dark photo of {}.",
    "a photo of {} for sale.",
];

const PLACES: [Place; 2] = [Place::Interior, Place::Exterior];
/// Below this neither place is said. A guess: the published weights could not be had to measure it.
const SURE: f32 = 0.6;

fn sorts_of_place(place: Place) -> &'static [&'static str] {
    match place {
        Place::Interior => &[
            "a room",
            "the inside of a house",
            "the interior of an apartment",
            "a furnished room with windows",
        ],
        Place::Exterior => &[
            "the outside of a house",
            "the facade of a building",
            "a garden or a terrace",
            "a house seen from the street",
            "a house seen from above",
        ],
        Place::Unknown => &[],
    }
}

fn sorts_of_room(room: Room) -> &'static [&'static str] {
    match room {
        Room::Bathroom => &["a bathroom", "a shower and a basin", "a toilet"],
        Room::Bedroom => &["a bedroom", "a children's bedroom"],
        Room::DiningRoom => &["a dining room", "a dining table with chairs"],
        Room::Hall => &["a hall", "a corridor", "an entrance inside a house"],
        Room::Kitchen => &["a kitchen", "a kitchen with a stove and a sink"],
        Room::LivingRoom => &["a living room", "a living room with a sofa"],
        Room::Stairs => &["a staircase", "stairs inside a house"],
        Room::Other => &["a home office", "a laundry", "a garage", "an empty room"],
    }
}

/// What a picture shows, and how sure that is, 0.0 to 1.0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// Inside or outside.
    pub place: Place,
    /// How sure of the place.
    pub place_confidence: f32,
    /// Which room, were it one.
    pub room: Room,
    /// How sure of the room.
    pub room_confidence: f32,
}

/// CLIP, and where our answers lie in its space.
pub struct ZeroShot {
    clip: Clip,
    /// 2 x 512.
    places: Tensor,
    /// 8 x 512.
    rooms: Tensor,
}

/// The sentences could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ZeroShotError {
    /// The vocabulary.
    #[error(transparent)]
    ClipTokenizer(#[from] TokenizerError),
    /// The network.
    #[error("the network could not read the sentences: {0}")]
    Unread(#[from] candle_core::Error),
}

impl ZeroShot {
    /// Reads the sentences, or what is remembered of them: `memory` is the folder, and
    /// `fingerprint` tells one file of weights from another. A folder that cannot be written only
    /// costs the time to read them again.
    pub fn new(
        clip: Clip,
        tokenizer: &ClipTokenizer,
        memory: &Path,
        fingerprint: &str,
    ) -> Result<Self, ZeroShotError> {
        let file = memory_file(memory, fingerprint);
        if let Some([places, rooms]) = recall(&file) {
            return Ok(Self {
                clip,
                places,
                rooms,
            });
        }
        let [places, rooms] = answers().map(|sorts| read(&clip, tokenizer, &sorts));
        let (places, rooms) = (places?, rooms?);
        remember(&file, &places, &rooms);
        Ok(Self {
            clip,
            places,
            rooms,
        })
    }

    /// What a picture shows.
    pub fn judge(&self, pixels: &Pixels) -> candle_core::Result<Judged> {
        let picture = self.clip.picture(&clip::input(pixels)?)?;
        let (place, place_confidence) = self.nearest(&picture, &self.places)?;
        let (room, room_confidence) = self.nearest(&picture, &self.rooms)?;
        let sure = place_confidence >= SURE;
        Ok(Judged {
            place: if sure { PLACES[place] } else { Place::Unknown },
            place_confidence,
            room: Room::ALL[room],
            room_confidence,
        })
    }

    /// Which answer, and its probability among them.
    fn nearest(&self, picture: &Tensor, answers: &Tensor) -> candle_core::Result<(usize, f32)> {
        let logits = self.clip.logits(picture, answers)?;
        let likely: Vec<f32> = softmax(&logits, D::Minus1)?.i(0)?.to_vec1()?;
        let best = (0..likely.len()).max_by(|&a, &b| likely[a].total_cmp(&likely[b]));
        let best = best.unwrap_or(0);
        Ok((best, likely[best]))
    }
}

/// Places, then rooms: for every answer its sentences.
fn answers() -> [Vec<Vec<String>>; 2] {
    let told = |sorts: &[&str]| -> Vec<String> {
        let all = |sort: &&str| TEMPLATES.map(|template| template.replace("{}", sort));
        sorts.iter().flat_map(all).collect()
    };
    [
        PLACES.map(|place| told(sorts_of_place(place))).to_vec(),
        Room::ALL.map(|room| told(sorts_of_room(room))).to_vec(),
    ]
}

/// A row for each answer: the mean of its sentences, of length one.
fn read(
    clip: &Clip,
    tokenizer: &ClipTokenizer,
    answers: &[Vec<String>],
) -> Result<Tensor, ZeroShotError> {
    let mut rows = Vec::with_capacity(answers.len());
    for sentences in answers {
        let mean = clip.sentences(&tokenizer.ids(sentences)?)?.mean(0)?;
        let length = mean.sqr()?.sum_all()?.sqrt()?;
        rows.push(mean.broadcast_div(&length)?);
    }
    Ok(Tensor::stack(&rows, 0)?)
}

/// Other sentences or other weights have another name.
fn memory_file(folder: &Path, fingerprint: &str) -> PathBuf {
    let mut hash = Sha256::new();
    hash.update(fingerprint);
    for sentence in answers().iter().flatten().flatten() {
        hash.update([0]);
        hash.update(sentence);
    }
    let name = hex::encode(&hash.finalize()[..8]);
    folder.join(format!("sentences-{name}.safetensors"))
}

/// `None`: not there, or not what `remember` writes.
fn recall(file: &Path) -> Option<[Tensor; 2]> {
    let mut kept = safetensors::load(file, &Device::Cpu).ok()?;
    let mut rows = |name: &str, count: usize| {
        let rows = kept.remove(name)?;
        let fits = rows.dims2().ok()?.0 == count && rows.dtype() == DType::F32;
        fits.then_some(rows)
    };
    let (places, rooms) = (
        rows("places", PLACES.len())?,
        rows("rooms", Room::ALL.len())?,
    );
    (places.dims()[1] == rooms.dims()[1]).then_some([places, rooms])
}

/// Written under another name first, for a second worker may be reading.
fn remember(file: &Path, places: &Tensor, rooms: &Tensor) {
    let rows = HashMap::from([("places", places.clone()), ("rooms", rooms.clone())]);
    let unfinished = file.with_extension(format!("{}.part", std::process::id()));
    let written = safetensors::save(&rows, &unfinished).is_ok();
    if !written || fs::rename(&unfinished, file).is_err() {
        let _ = fs::remove_file(&unfinished);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_sentences_and_no_two_share_one() {
        let mut seen = std::collections::BTreeSet::new();
        for sentences in answers().iter().flatten() {
            assert!(sentences.len() >= 2 * TEMPLATES.len());
            for sentence in sentences {
                assert!(!sentence.contains('{'), "{sentence}");
                assert!(seen.insert(sentence.clone()), "{sentence} is there twice");
            }
        }
    }

    #[test]
    fn other_weights_are_remembered_apart() {
        let file = |print| memory_file(Path::new("/store"), print);
        assert_eq!(file("a"), file("a"));
        assert_ne!(file("a"), file("b"));
    }

    #[test]
    fn a_broken_memory_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sentences.safetensors");
        assert!(recall(&file).is_none());
        fs::write(&file, b"{}").unwrap();
        assert!(recall(&file).is_none());
        let rows = |n| Tensor::zeros((n, 4), DType::F32, &Device::Cpu).unwrap();
        remember(&file, &rows(2), &rows(7));
        assert!(recall(&file).is_none());
        remember(&file, &rows(2), &rows(8));
        assert!(recall(&file).is_some());
    }
}
