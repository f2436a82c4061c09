//! An `SceneAnalyzer` made of whatever is here: one network for the sky, one for place and room. Where nothing
//! better is installed, what ships sees, and it is said so once, when the eye opens.

use plumbline_documents::Place;
use plumbline_enhance::{AnalysisError, Mask, Pixels, Scene, SceneAnalyzer};
use sha2::{Digest, Sha256};

use crate::manifest::{self, Weight};
use crate::nets::clip::{Clip, ClipTokenizer};
use crate::nets::sam2::{Sam2, Shape};
use crate::nets::scene::SceneNet;
use crate::nets::sky::SkyNet as OwnSkyNet;
use crate::refine_sky::RefineSky;
use crate::sky::{self, SkyNet};
use crate::weight_store::{self, WeightStore};
use crate::weights::Weights;
use crate::zero_shot::{Judged, ZeroShot};

/// Finds the sky in a picture.
pub trait FindsSky: Send + Sync {
    /// How likely every pixel is sky.
    fn sky(&self, small: &Pixels) -> Result<Mask, AnalysisError>;
}

/// Tells place and room.
pub trait KnowsPlaces: Send + Sync {
    /// What a picture shows.
    fn judge(&self, small: &Pixels) -> Result<Judged, AnalysisError>;
}

/// A network and the name it goes by in reports.
pub struct Named<N: ?Sized> {
    /// The id of its weights.
    pub name: &'static str,
    /// The hash of its weights, in hexadecimal digits.
    pub sha256: Option<String>,
    /// The network.
    pub network: Box<N>,
}

/// Sees by networks.
pub struct Sight {
    sky: Option<Named<dyn FindsSky>>,
    places: Option<Named<dyn KnowsPlaces>>,
    name: String,
}

const SKY: &str = "sky-u2netp";
const SAM: &str = "sam2.1-hiera-tiny";
const SKY_AND_SAM: &str = "sky-u2netp drawn by sam2.1-hiera-tiny";
/// File that `train sky` makes of a customer's photos, put into the folder of weights under this name.
pub const TUNED_FILE: &str = "own-sky.safetensors";
const TUNED: &str = "own-sky (tuned here)";
const OWN_SCENE: &str = "own-scene";
/// Of what our own scene network is at least so sure about it is right, with photographers left out, 71
/// times in 71, and about crops and other lights of theirs 99 in 100. Below it cannot tell.
const SURE: f32 = 0.9;
/// Rooms that are less sure than this are not named.
const SURE_ROOM: f32 = 0.5;
const CLIP: &str = "clip-vit-base-patch32";
/// The one we made first: it was checked against recorded ids.
const VOCABULARIES: [&str; 2] = ["clip-tokenizer", "clip-tokenizer-hub"];

impl Sight {
    /// Of the networks given.
    pub fn of(sky: Option<Named<dyn FindsSky>>, places: Option<Named<dyn KnowsPlaces>>) -> Self {
        let names = [
            sky.as_ref().map(|sky| sky.name),
            places.as_ref().map(|places| places.name),
        ];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        let name = if names.is_empty() {
            "plain".to_owned()
        } else {
            names.join(" + ")
        };
        Self { sky, places, name }
    }

    /// Of the best that is here, and a sentence about each network that would be better and is not.
    pub fn open(store: &WeightStore) -> (Self, Vec<String>) {
        let mut notes = Vec::new();
        let mut or_note =
            |note: String| notes.push(format!("{note} (Until then, what ships is used.)"));
        let sky = tuned_sky(store).or_else(|| sky_by_sam(store));
        let sky = sky.and_then(|sky| sky.map_err(&mut or_note).ok());
        let sky = sky.unwrap_or_else(shipped_sky);
        let places = open_places(store).map_err(&mut or_note);
        let places = places.unwrap_or_else(|()| own_places());
        (Self::of(Some(sky), Some(places)), notes)
    }

    /// Of the networks that are part of the program.
    pub fn shipped() -> Self {
        Self::of(Some(shipped_sky()), Some(own_places()))
    }
}

impl SceneAnalyzer for Sight {
    fn analyze(&self, small: &Pixels) -> Result<Scene, AnalysisError> {
        let mut scene = Scene::default();
        if let Some(sky) = &self.sky {
            scene.sky = Some(sky.network.sky(small)?);
        }
        if let Some(places) = &self.places {
            let judged = places.network.judge(small)?;
            (scene.place, scene.confidence) = (judged.place, judged.place_confidence);
            if judged.place == Place::Interior && judged.room_confidence >= SURE_ROOM {
                scene.room = Some(judged.room);
                scene.room_confidence = judged.room_confidence;
            }
        }
        Ok(scene)
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn sky_sha256(&self) -> Option<&str> {
        self.sky.as_ref()?.sha256.as_deref()
    }
}

impl FindsSky for SkyNet {
    fn sky(&self, small: &Pixels) -> Result<Mask, AnalysisError> {
        self.mask(small).map_err(in_words)
    }
}

impl KnowsPlaces for ZeroShot {
    fn judge(&self, small: &Pixels) -> Result<Judged, AnalysisError> {
        ZeroShot::judge(self, small).map_err(in_words)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is a map_err")]
fn in_words(error: candle_core::Error) -> AnalysisError {
    AnalysisError(error.to_string())
}

impl FindsSky for OwnSkyNet {
    fn sky(&self, small: &Pixels) -> Result<Mask, AnalysisError> {
        self.probability(small).map_err(in_words)
    }
}

impl KnowsPlaces for SceneNet {
    fn judge(&self, small: &Pixels) -> Result<Judged, AnalysisError> {
        let judged = self.look(small).map_err(in_words)?;
        let sure = judged.place_confidence >= SURE;
        Ok(Judged {
            place: if sure { judged.place } else { Place::Unknown },
            // Right about rooms less often than not.
            room_confidence: 0.0,
            ..judged
        })
    }
}

fn shipped_sky() -> Named<dyn FindsSky> {
    Named {
        name: SKY,
        sha256: Some(hex::encode(Sha256::digest(sky::SHIPPED))),
        network: Box::new(SkyNet::shipped().expect("a test opens it")),
    }
}

fn own_places() -> Named<dyn KnowsPlaces> {
    Named {
        name: OWN_SCENE,
        sha256: None,
        network: Box::new(SceneNet::shipped().expect("a test opens it")),
    }
}

/// `None`: nobody tuned one. Whoever did wants it, whatever else is here.
fn tuned_sky(store: &WeightStore) -> Option<Result<Named<dyn FindsSky>, String>> {
    let path = store.folder().join(TUNED_FILE);
    if !path.exists() {
        return None;
    }
    let opened = OwnSkyNet::from_file(&path).map(|net| Named::<dyn FindsSky> {
        name: TUNED,
        sha256: weight_store::sha256_of(&path).ok(),
        network: Box::new(net),
    });
    Some(opened.map_err(|error| format!("{TUNED_FILE}: {error}.")))
}

/// `None`: nobody fetched SAM. Whoever did, by name, wants it.
fn sky_by_sam(store: &WeightStore) -> Option<Result<Named<dyn FindsSky>, String>> {
    let path = store.find(weight(SAM)).ok()?;
    let opened = Sam2::open(&path, &Shape::TINY).map(|sam| {
        let shipped = SkyNet::shipped().expect("a test opens it");
        Named::<dyn FindsSky> {
            name: SKY_AND_SAM,
            sha256: Some(hex::encode(Sha256::digest(sky::SHIPPED))),
            network: Box::new(DrawnAnew(shipped, RefineSky::new(sam))),
        }
    });
    Some(opened.map_err(|error| format!("{SAM}: {error}.")))
}

/// A sky found by one network, its border drawn by another.
struct DrawnAnew(SkyNet, RefineSky);

impl FindsSky for DrawnAnew {
    fn sky(&self, small: &Pixels) -> Result<Mask, AnalysisError> {
        let found = self.0.sky(small)?;
        let refined = self.1.refine(small, &found).map_err(in_words)?;
        Ok(refined.mask)
    }
}

/// CLIP, which needs its vocabulary.
fn open_places(store: &WeightStore) -> Result<Named<dyn KnowsPlaces>, String> {
    let clip = weight(CLIP);
    let path = store.find(clip).map_err(|absent| absent.to_string())?;
    let found = VOCABULARIES.map(|id| store.find(weight(id)));
    let vocabulary = match found {
        [Ok(path), _] | [_, Ok(path)] => path,
        [Err(absent), _] => return Err(absent.to_string()),
    };
    let wrong = |error: &dyn std::error::Error| format!("{CLIP}: {error}");
    let tokenizer = ClipTokenizer::open(&vocabulary).map_err(|error| wrong(&error))?;
    let weights = Weights::map(&path).map_err(|error| wrong(&error))?;
    let net = weights.build(Clip::base_patch32);
    let net = net.map_err(|error| wrong(&error))?;
    let (memory, fingerprint) = (
        path.parent().unwrap_or(store.folder()),
        store.sha256(clip).unwrap_or_default(),
    );
    let places = ZeroShot::new(net, &tokenizer, memory, &fingerprint);
    Ok(Named {
        name: CLIP,
        sha256: Some(fingerprint),
        network: Box::new(places.map_err(|error| wrong(&error))?),
    })
}

fn weight(id: &str) -> &'static Weight {
    manifest::find(id).expect("a test looks all of them up")
}

#[cfg(test)]
mod tests {

    use super::*;
    use plumbline_documents::Room;

    struct Says(Judged);

    impl KnowsPlaces for Says {
        fn judge(&self, _small: &Pixels) -> Result<Judged, AnalysisError> {
            Ok(self.0)
        }
    }

    fn scene(place: Place) -> Scene {
        let judged = Judged {
            place,
            place_confidence: 0.9,
            room: Room::Kitchen,
            room_confidence: 0.7,
        };
        let analyzer = Sight::of(
            None,
            Some(Named {
                name: "says",
                sha256: None,
                network: Box::new(Says(judged)),
            }),
        );
        assert_eq!(analyzer.name(), "says");
        analyzer
            .analyze(&Pixels::from_eight(1, 1, vec![0; 3]).unwrap())
            .unwrap()
    }

    #[test]
    fn a_room_is_named_only_inside() {
        assert_eq!(scene(Place::Interior).room, Some(Room::Kitchen));
        assert_eq!(scene(Place::Exterior).room, None);
        assert_eq!(scene(Place::Unknown).room, None);
        assert_eq!(scene(Place::Exterior).sky, None);
    }

    #[test]
    fn an_empty_store_sees_by_what_ships_and_says_what_to_run() {
        let (analyzer, notes) = Sight::open(&WeightStore::new("/nowhere"));
        assert_eq!(analyzer.name(), "sky-u2netp + own-scene");
        assert_eq!(analyzer.name(), Sight::shipped().name());
        assert_eq!(analyzer.sky_sha256().map(str::len), Some(64));
        assert_eq!(notes.len(), 1);
        for note in notes {
            assert!(note.contains("plumbline models pull"), "{note}");
        }
    }

    #[test]
    fn a_file_that_is_no_network_is_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(TUNED_FILE), b"no weights").unwrap();
        let (analyzer, notes) = Sight::open(&WeightStore::new(folder.path()));
        assert_eq!(analyzer.name(), "sky-u2netp + own-scene");
        let sentence = "own-sky.safetensors: the weights cannot be used";
        assert!(notes[0].starts_with(sentence), "{}", notes[0]);
    }

    #[test]
    fn all_networks_are_in_the_manifest() {
        for id in [SKY, SAM] {
            assert_eq!(weight(id).used_by, manifest::Use::Asked);
        }
        for id in [CLIP].iter().chain(&VOCABULARIES) {
            assert_eq!(weight(id).used_by, manifest::Use::Product);
        }
    }
}
