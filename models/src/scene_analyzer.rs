//! Scene analyzer made of the networks that are installed: one for the sky, one for place and room.
//! Where nothing better is installed the shipped ones are used, and a note says so when it opens.

use plumbline_documents::Place;
use plumbline_enhance::{AnalysisError, Mask, Pixels, Scene, SceneAnalyzer};
use sha2::{Digest, Sha256};

use crate::manifest;
use crate::nets::clip::{Clip, ClipTokenizer};
use crate::nets::sam2::{Sam2, Shape};
use crate::nets::scene::SceneNet;
use crate::nets::sky::SkyNet as OwnSkyNet;
use crate::refine_sky::RefineSky;
use crate::sky::{self, SkyNet};
use crate::weight_store::{self, WeightStore};
use crate::weights::Weights;
use crate::zero_shot::{PlacePrediction, ZeroShot};

/// Segmentation of the sky in a picture.
pub trait SkySegmenter: Send + Sync {
    /// Probability of sky of every pixel.
    fn segment(&self, small: &Pixels) -> Result<Mask, AnalysisError>;
}

/// Classification of place and room.
pub trait PlaceClassifier: Send + Sync {
    /// Place and room of a picture.
    fn classify(&self, small: &Pixels) -> Result<PlacePrediction, AnalysisError>;
}

/// Network and its name in reports.
pub struct NamedNetwork<N: ?Sized> {
    /// Id of its weights.
    pub name: &'static str,
    /// SHA-256 of its weights, as lower-case hex.
    pub sha256: Option<String>,
    /// Network.
    pub network: Box<N>,
}

/// Scene analyzer made of networks.
pub struct NetworkSceneAnalyzer {
    sky: Option<NamedNetwork<dyn SkySegmenter>>,
    /// A network of another kind that looks for the sky, too.
    second_sky: Option<Box<dyn SkySegmenter>>,
    places: Option<NamedNetwork<dyn PlaceClassifier>>,
    name: String,
}

const SKY: &str = "sky-u2netp";
const SAM: &str = "sam2.1-hiera-tiny";
const SKY_AND_SAM: &str = "sky-u2netp drawn by sam2.1-hiera-tiny";
/// File that `train sky` makes of a customer's photos, put into the folder of weights under this name.
pub const TUNED_FILE: &str = "own-sky.safetensors";
const TUNED: &str = "own-sky (tuned here)";
const OWN_SCENE: &str = "own-scene";
/// Confidence from which our own scene network's answer counts: with photographers left out it is right
/// 71 times in 71, and on crops and other lights of theirs 99 in 100. Below, the place is unknown.
const SURE: f32 = 0.9;
/// Confidence from which a room is named.
const SURE_ROOM: f32 = 0.5;
const CLIP: &str = "clip-vit-base-patch32";

impl NetworkSceneAnalyzer {
    /// Analyzer of given networks.
    pub fn new(
        sky: Option<NamedNetwork<dyn SkySegmenter>>,
        places: Option<NamedNetwork<dyn PlaceClassifier>>,
    ) -> Self {
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
        Self {
            sky,
            second_sky: None,
            places,
            name,
        }
    }

    /// The same analyzer with a second network that looks for the sky.
    pub fn with_second_sky(self, second_sky: Box<dyn SkySegmenter>) -> Self {
        Self {
            second_sky: Some(second_sky),
            ..self
        }
    }

    /// Analyzer of the best networks that are installed, and a sentence about each better one that is not.
    pub fn open(store: &WeightStore) -> (Self, Vec<String>) {
        let mut notes = Vec::new();
        let mut or_note =
            |note: String| notes.push(format!("{note} (Until then, what ships is used.)"));
        let sky = tuned_sky(store).or_else(|| sky_by_sam(store));
        let sky = sky.and_then(|sky| sky.map_err(&mut or_note).ok());
        let sky = sky.unwrap_or_else(shipped_sky);
        let second_sky = second_to(&sky);
        let places = open_places(store).map_err(&mut or_note);
        let places = places.unwrap_or_else(|()| shipped_places());
        (
            Self::new(Some(sky), Some(places)).with_second_sky(second_sky),
            notes,
        )
    }

    /// Analyzer of the networks that are part of the program.
    pub fn shipped() -> Self {
        let sky = shipped_sky();
        let second_sky = second_to(&sky);
        Self::new(Some(sky), Some(shipped_places())).with_second_sky(second_sky)
    }
}

impl SceneAnalyzer for NetworkSceneAnalyzer {
    fn analyze(&self, small: &Pixels) -> Result<Scene, AnalysisError> {
        let mut scene = Scene::default();
        if let Some(sky) = &self.sky {
            scene.sky = Some(sky.network.segment(small)?);
        }
        if let Some(second) = &self.second_sky {
            scene.second_sky = Some(second.segment(small)?);
        }
        if let Some(places) = &self.places {
            let prediction = places.network.classify(small)?;
            (scene.place, scene.confidence) = (prediction.place, prediction.place_confidence);
            if prediction.place == Place::Interior && prediction.room_confidence >= SURE_ROOM {
                scene.room = Some(prediction.room);
                scene.room_confidence = prediction.room_confidence;
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

impl SkySegmenter for SkyNet {
    fn segment(&self, small: &Pixels) -> Result<Mask, AnalysisError> {
        self.mask(small).map_err(to_error)
    }
}

impl PlaceClassifier for ZeroShot {
    fn classify(&self, small: &Pixels) -> Result<PlacePrediction, AnalysisError> {
        ZeroShot::classify(self, small).map_err(to_error)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is a map_err")]
fn to_error(error: candle_core::Error) -> AnalysisError {
    AnalysisError(error.to_string())
}

impl SkySegmenter for OwnSkyNet {
    fn segment(&self, small: &Pixels) -> Result<Mask, AnalysisError> {
        self.probability(small).map_err(to_error)
    }
}

impl PlaceClassifier for SceneNet {
    fn classify(&self, small: &Pixels) -> Result<PlacePrediction, AnalysisError> {
        let prediction = self.predict(small).map_err(to_error)?;
        let sure = prediction.place_confidence >= SURE;
        Ok(PlacePrediction {
            place: if sure {
                prediction.place
            } else {
                Place::Unknown
            },
            // Its rooms are wrong more often than not.
            room_confidence: 0.0,
            ..prediction
        })
    }
}

fn shipped_sky() -> NamedNetwork<dyn SkySegmenter> {
    NamedNetwork {
        name: SKY,
        sha256: Some(hex::encode(Sha256::digest(sky::SHIPPED))),
        network: Box::new(SkyNet::shipped().expect("a test opens it")),
    }
}

/// The shipped network of the other kind: they fail differently.
fn second_to(sky: &NamedNetwork<dyn SkySegmenter>) -> Box<dyn SkySegmenter> {
    match sky.name {
        TUNED => Box::new(SkyNet::shipped().expect("a test opens it")),
        _ => Box::new(OwnSkyNet::shipped().expect("a test opens it")),
    }
}

fn shipped_places() -> NamedNetwork<dyn PlaceClassifier> {
    NamedNetwork {
        name: OWN_SCENE,
        sha256: None,
        network: Box::new(SceneNet::shipped().expect("a test opens it")),
    }
}

/// Fine-tuned network. `None`: nobody tuned one. It comes before all others: whoever tuned it wants
/// it.
fn tuned_sky(store: &WeightStore) -> Option<Result<NamedNetwork<dyn SkySegmenter>, String>> {
    let path = store.folder().join(TUNED_FILE);
    if !path.exists() {
        return None;
    }
    let opened = OwnSkyNet::from_file(&path).map(|net| NamedNetwork::<dyn SkySegmenter> {
        name: TUNED,
        sha256: weight_store::sha256_of(&path).ok(),
        network: Box::new(net),
    });
    Some(opened.map_err(|error| format!("{TUNED_FILE}: {error}.")))
}

/// Shipped network refined by SAM. `None`: SAM is not installed; it is pulled by name only.
fn sky_by_sam(store: &WeightStore) -> Option<Result<NamedNetwork<dyn SkySegmenter>, String>> {
    let path = store.find(manifest::named(SAM)).ok()?;
    let opened = Sam2::open(&path, &Shape::TINY).map(|sam| {
        let shipped = SkyNet::shipped().expect("a test opens it");
        NamedNetwork::<dyn SkySegmenter> {
            name: SKY_AND_SAM,
            sha256: Some(hex::encode(Sha256::digest(sky::SHIPPED))),
            network: Box::new(RefinedSky(shipped, RefineSky::new(sam))),
        }
    });
    Some(opened.map_err(|error| format!("{SAM}: {error}.")))
}

/// Sky of one network, with its border refined by another.
struct RefinedSky(SkyNet, RefineSky);

impl SkySegmenter for RefinedSky {
    fn segment(&self, small: &Pixels) -> Result<Mask, AnalysisError> {
        let found = self.0.segment(small)?;
        let refined = self.1.refine(small, &found).map_err(to_error)?;
        Ok(refined.mask)
    }
}

/// CLIP, with its vocabulary.
fn open_places(store: &WeightStore) -> Result<NamedNetwork<dyn PlaceClassifier>, String> {
    let clip = manifest::named(CLIP);
    let path = store.find(clip).map_err(|absent| absent.to_string())?;
    let vocabulary = store
        .find_vocabulary()
        .map_err(|absent| absent.to_string())?;
    let wrong = |error: &dyn std::error::Error| format!("{CLIP}: {error}");
    let tokenizer = ClipTokenizer::open(&vocabulary).map_err(|error| wrong(&error))?;
    let weights = Weights::map(&path).map_err(|error| wrong(&error))?;
    let net = weights.build(Clip::base_patch32);
    let net = net.map_err(|error| wrong(&error))?;
    let (cache, fingerprint) = (
        path.parent().unwrap_or(store.folder()),
        store.sha256(clip).unwrap_or_default(),
    );
    let places = ZeroShot::new(net, &tokenizer, cache, &fingerprint);
    Ok(NamedNetwork {
        name: CLIP,
        sha256: Some(fingerprint),
        network: Box::new(places.map_err(|error| wrong(&error))?),
    })
}

#[cfg(test)]
mod tests {
    use plumbline_documents::Room;

    use super::*;

    struct Fixed(PlacePrediction);

    impl PlaceClassifier for Fixed {
        fn classify(&self, _small: &Pixels) -> Result<PlacePrediction, AnalysisError> {
            Ok(self.0)
        }
    }

    fn scene(place: Place) -> Scene {
        let prediction = PlacePrediction {
            place,
            place_confidence: 0.9,
            room: Room::Kitchen,
            room_confidence: 0.7,
        };
        let analyzer = NetworkSceneAnalyzer::new(
            None,
            Some(NamedNetwork {
                name: "fixed",
                sha256: None,
                network: Box::new(Fixed(prediction)),
            }),
        );
        assert_eq!(analyzer.name(), "fixed");
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
    fn with_an_empty_store_shipped_networks_are_used_and_a_note_says_what_to_run() {
        let (analyzer, notes) = NetworkSceneAnalyzer::open(&WeightStore::new("/nowhere"));
        assert_eq!(analyzer.name(), "sky-u2netp + own-scene");
        assert_eq!(analyzer.name(), NetworkSceneAnalyzer::shipped().name());
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
        let (analyzer, notes) = NetworkSceneAnalyzer::open(&WeightStore::new(folder.path()));
        assert_eq!(analyzer.name(), "sky-u2netp + own-scene");
        let sentence = "own-sky.safetensors: the weights cannot be used";
        assert!(notes[0].starts_with(sentence), "{}", notes[0]);
    }

    #[test]
    fn all_networks_are_in_the_manifest() {
        for id in [SKY, SAM] {
            assert_eq!(manifest::named(id).used_by, manifest::Use::Asked);
        }
        assert_eq!(manifest::named(CLIP).used_by, manifest::Use::Product);
    }
}
