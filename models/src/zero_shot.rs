//! Zero-shot classification of place and room by CLIP: a picture gets the class whose sentences are
//! nearest. Each class is the mean of many sentences (prompt ensembling, Radford et al. 2021, section
//! 3.1.4). Embedding the sentences takes longer than a picture, so the means are cached in a file.

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
/// Confidence from which a place is named. A guess: the published weights could not be had to measure it.
const SURE: f32 = 0.6;

fn captions_of_place(place: Place) -> &'static [&'static str] {
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

fn captions_of_room(room: Room) -> &'static [&'static str] {
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

/// Predicted place and room of a picture, with confidences of 0.0 to 1.0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacePrediction {
    /// Inside or outside.
    pub place: Place,
    /// Confidence of the place.
    pub place_confidence: f32,
    /// Most likely room, if it is an interior.
    pub room: Room,
    /// Confidence of the room.
    pub room_confidence: f32,
}

/// CLIP, and the embeddings of our classes.
pub struct ZeroShot {
    clip: Clip,
    /// 2 x 512.
    places: Tensor,
    /// 8 x 512.
    rooms: Tensor,
}

/// The sentences could not be embedded.
#[derive(Debug, thiserror::Error)]
pub enum ZeroShotError {
    /// The vocabulary.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The network.
    #[error("the network could not read the sentences: {0}")]
    Network(#[from] candle_core::Error),
}

impl ZeroShot {
    /// Embeds the sentences, or loads the cached means: `cache` is the folder, and `fingerprint` tells one
    /// file of weights from another. A folder that cannot be written only costs the time to embed them
    /// again.
    pub fn new(
        clip: Clip,
        tokenizer: &ClipTokenizer,
        cache: &Path,
        fingerprint: &str,
    ) -> Result<Self, ZeroShotError> {
        let file = cache_file(cache, fingerprint);
        if let Some([places, rooms]) = load(&file) {
            return Ok(Self {
                clip,
                places,
                rooms,
            });
        }
        let [places, rooms] = classes().map(|captions| embed(&clip, tokenizer, &captions));
        let (places, rooms) = (places?, rooms?);
        store(&file, &places, &rooms);
        Ok(Self {
            clip,
            places,
            rooms,
        })
    }

    /// Place and room of a picture.
    pub fn classify(&self, pixels: &Pixels) -> candle_core::Result<PlacePrediction> {
        let picture = self.clip.picture(&clip::input(pixels)?)?;
        let (place, place_confidence) = self.nearest(&picture, &self.places)?;
        let (room, room_confidence) = self.nearest(&picture, &self.rooms)?;
        let sure = place_confidence >= SURE;
        Ok(PlacePrediction {
            place: if sure { PLACES[place] } else { Place::Unknown },
            place_confidence,
            room: Room::ALL[room],
            room_confidence,
        })
    }

    /// Index of the nearest class, and its probability.
    fn nearest(&self, picture: &Tensor, classes: &Tensor) -> candle_core::Result<(usize, f32)> {
        let logits = self.clip.logits(picture, classes)?;
        let likely: Vec<f32> = softmax(&logits, D::Minus1)?.i(0)?.to_vec1()?;
        let best = (0..likely.len()).max_by(|&a, &b| likely[a].total_cmp(&likely[b]));
        let best = best.unwrap_or(0);
        Ok((best, likely[best]))
    }
}

/// Sentences of every class: places, then rooms.
fn classes() -> [Vec<Vec<String>>; 2] {
    let with_templates = |captions: &[&str]| -> Vec<String> {
        let all = |caption: &&str| TEMPLATES.map(|template| template.replace("{}", caption));
        captions.iter().flat_map(all).collect()
    };
    [
        PLACES
            .map(|place| with_templates(captions_of_place(place)))
            .to_vec(),
        Room::ALL
            .map(|room| with_templates(captions_of_room(room)))
            .to_vec(),
    ]
}

/// Row for each class: the mean of its sentences, of length one.
fn embed(
    clip: &Clip,
    tokenizer: &ClipTokenizer,
    classes: &[Vec<String>],
) -> Result<Tensor, ZeroShotError> {
    let mut rows = Vec::with_capacity(classes.len());
    for sentences in classes {
        let mean = clip.sentences(&tokenizer.ids(sentences)?)?.mean(0)?;
        let length = mean.sqr()?.sum_all()?.sqrt()?;
        rows.push(mean.broadcast_div(&length)?);
    }
    Ok(Tensor::stack(&rows, 0)?)
}

/// File of the means: other sentences or other weights have another name.
fn cache_file(folder: &Path, fingerprint: &str) -> PathBuf {
    let mut hash = Sha256::new();
    hash.update(fingerprint);
    for sentence in classes().iter().flatten().flatten() {
        hash.update([0]);
        hash.update(sentence);
    }
    let name = hex::encode(&hash.finalize()[..8]);
    folder.join(format!("sentences-{name}.safetensors"))
}

/// Loads the means. `None`: not there, or not what `store` writes.
fn load(file: &Path) -> Option<[Tensor; 2]> {
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
fn store(file: &Path, places: &Tensor, rooms: &Tensor) {
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
        for sentences in classes().iter().flatten() {
            assert!(sentences.len() >= 2 * TEMPLATES.len());
            for sentence in sentences {
                assert!(!sentence.contains('{'), "{sentence}");
                assert!(seen.insert(sentence.clone()), "{sentence} is there twice");
            }
        }
    }

    #[test]
    fn other_weights_are_remembered_apart() {
        let file = |print| cache_file(Path::new("/models"), print);
        assert_eq!(file("a"), file("a"));
        assert_ne!(file("a"), file("b"));
    }

    #[test]
    fn a_broken_memory_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sentences.safetensors");
        assert!(load(&file).is_none());
        fs::write(&file, b"{}").unwrap();
        assert!(load(&file).is_none());
        let rows = |n| Tensor::zeros((n, 4), DType::F32, &Device::Cpu).unwrap();
        store(&file, &rows(2), &rows(7));
        assert!(load(&file).is_none());
        store(&file, &rows(2), &rows(8));
        assert!(load(&file).is_some());
    }
}
