//! Scene analysis of a straightened photo: the analyzer's scene, a person's overrides, the matte of
//! its sky; and the record of all of that.

use plumbline_documents::{
    self as documents, Engine, GeneratedLedger, Light, Place, SkyFound, SkyKind,
};
use plumbline_enhance::plan::dusk;
use plumbline_enhance::plan::sky::{self, Camera, Sky};
use plumbline_enhance::sky::trial::{Oddity, Witnesses, trial};
use plumbline_enhance::sky::{Matte, without_islands};
use plumbline_enhance::{
    AnalysisError, Change, FinishModel, GenerativeModel, Mask, Measured, Metadata, Overrides,
    Pixels, Plan, Preset, Proposal, Scene, SceneAnalyzer, SkyChoice, finish_model, small,
};

/// A scene, the matte of its sky, and the finish that is proposed for it.
pub struct SceneAnalysis {
    pub scene: Scene,
    /// With the copy that it was proposed for; `None`: there is no model of finishes.
    pub proposal: Option<(Proposal, Pixels)>,
    /// `None`: inside, or nothing that could be sky.
    pub matte: Option<Matte>,
    /// Likelihoods of sky as the networks gave them, whatever a person painted.
    likelihoods: [Option<Mask>; 2],
    /// Oddity of the parts that were cut out of the mask.
    cut: Option<Oddity>,
    network: Network,
    /// A person painted the mask of the sky.
    mask_corrected: bool,
    /// Sentences about overrides that could not be followed.
    pub notes: Vec<String>,
}

/// The network that a scene is from.
#[derive(Debug, Clone, Default)]
pub struct Network {
    pub name: String,
    /// SHA-256 of the weights that find skies, in hexadecimal digits.
    pub sky_sha256: Option<String>,
}

/// A likelihood that is nowhere higher than this is no sky, of 255.
const LIKELY: u8 = 96;

/// Largest difference between the shapes of a painted mask and the photo, as a share.
const SHAPE: f32 = 0.02;
const OTHER_FRAME: &str = "Your sky mask was left out: it was painted over the photo when it was framed differently. Paint it again on the photo's page.";

/// Analyses a photo as it is framed. The overrides outrank the analyzer.
pub fn analyze(
    original: &Pixels,
    analyzer: &dyn SceneAnalyzer,
    finish: Option<&dyn FinishModel>,
    overrides: &Overrides,
) -> Result<SceneAnalysis, AnalysisError> {
    let small = small(original);
    let scene = analyzer.analyze(&small)?;
    let place = overrides.place.unwrap_or(scene.place);
    let propose = |model: &dyn FinishModel| {
        let copy = finish_model::small(&small);
        model.propose(&copy, place).map(|proposal| (proposal, copy))
    };
    let proposal = finish.map(propose).transpose()?;
    drop(small);
    let network = Network {
        name: analyzer.name().to_owned(),
        sky_sha256: analyzer.sky_sha256().map(str::to_owned),
    };
    Ok(SceneAnalysis {
        proposal,
        ..SceneAnalysis::of_scene(original, scene, network, overrides)
    })
}

const LEFT_OUT: &str = "A part of what was found was left as it is:";

fn witnesses(likelihoods: &[Option<Mask>; 2]) -> Witnesses<'_> {
    Witnesses {
        first: likelihoods[0].as_ref(),
        second: likelihoods[1].as_ref(),
    }
}

/// The matte after its trial, and what was odd about the parts that were cut out.
fn tried(
    original: &Pixels,
    matte: Matte,
    witnesses: Witnesses<'_>,
) -> (Option<Matte>, Option<Oddity>) {
    let trial = trial(original, &matte.coarse_mask(), &witnesses);
    let cut = trial.oddities().first().copied();
    let cut = cut.filter(|_| trial.doubt().is_none());
    (Some(matte.tried(&trial)), cut)
}

fn fits(mask: &Mask, photo: &Pixels) -> bool {
    let shape = |width: u32, height: u32| width as f32 / height as f32;
    let ratio = shape(mask.width(), mask.height()) / shape(photo.width(), photo.height());
    (ratio - 1.0).abs() <= SHAPE
}

fn likely_sky(scene: &Scene) -> Option<&Mask> {
    let sky = scene.sky.as_ref();
    let sky = sky.filter(|_| scene.place != Place::Interior);
    sky.filter(|sky| sky.values().iter().any(|&v| v >= LIKELY))
}

impl SceneAnalysis {
    /// Completes a scene that an analyzer found.
    pub fn of_scene(
        original: &Pixels,
        mut scene: Scene,
        network: Network,
        overrides: &Overrides,
    ) -> Self {
        if let Some(place) = overrides.place {
            (scene.place, scene.confidence) = (place, 1.0);
        }
        let painted = overrides.sky_mask.as_ref();
        let painted = painted.filter(|mask| fits(mask, original));
        let likelihoods = [scene.sky.take(), scene.second_sky.take()];
        // What a person painted is meant, islands and all: quality control says what is odd.
        scene.sky = match painted {
            Some(painted) => Some(painted.clone()),
            None => likelihoods[0].as_ref().map(without_islands),
        };
        let matte = likely_sky(&scene).map(|sky| Matte::refine(original, sky));
        let (matte, cut) = match (matte, painted) {
            (Some(matte), None) => tried(original, matte, witnesses(&likelihoods)),
            (matte, _) => (matte, None),
        };
        let outside = matte.as_ref().filter(|_| scene.place == Place::Exterior);
        scene.dusk = outside.and_then(|matte| dusk::sky_light(&matte.view));
        Self {
            matte,
            proposal: None,
            likelihoods,
            cut,
            scene,
            network,
            mask_corrected: painted.is_some(),
            notes: match (&overrides.sky_mask, painted) {
                (Some(_), None) => vec![OTHER_FRAME.to_owned()],
                _ => Vec::new(),
            },
        }
    }

    /// The edit of this photo's sky.
    pub fn sky(
        &self,
        measured: &Measured,
        preset: &Preset,
        overrides: &Overrides,
        metadata: &Metadata,
    ) -> Sky {
        let view = self.matte.as_ref().map(|matte| &matte.view);
        let camera = Camera::of(&metadata.shot(), metadata.gps_fix().as_ref());
        sky::plan(view, &self.scene, measured, &preset.sky, overrides, &camera)
    }

    /// Mask of the pixels that are not the photo's own under the plan.
    pub fn replaced_sky(&self, plan: &Plan) -> Option<Mask> {
        plan.sky.new_sky()?;
        self.matte.as_ref().map(Matte::coarse_mask)
    }

    /// Networks' likelihoods of sky.
    pub fn witnesses(&self) -> Witnesses<'_> {
        witnesses(&self.likelihoods)
    }

    /// True when a person painted the mask.
    pub fn is_mask_corrected(&self) -> bool {
        self.mask_corrected
    }

    /// A sentence for people about what became of the sky; `None` where nobody asked.
    pub fn became(&self, plan: &Plan) -> Option<String> {
        let became = plan.sky.describe()?;
        Some(match (plan.sky.new_sky(), self.cut) {
            (Some(_), Some(oddity)) => format!("{became} {LEFT_OUT} {}.", oddity.clause()),
            _ => became,
        })
    }

    /// Share of sky in every pixel: zero where no sky was found.
    pub fn sky_mask(&self, pixels: &Pixels) -> Mask {
        let (width, height) = (pixels.width(), pixels.height());
        let none = || {
            let none = vec![0; width as usize * height as usize];
            Mask::new(width, height, none).expect("one value for every pixel")
        };
        let matte = self.matte.as_ref();
        matte.map_or_else(none, |matte| matte.mask(pixels))
    }

    /// The scene's record for the report.
    pub fn document(&self) -> documents::Scene {
        let view = self.matte.as_ref().map(|matte| matte.view);
        documents::Scene {
            place: Some(self.scene.place),
            confidence: Some(self.scene.confidence),
            room: self.scene.room,
            room_confidence: self.scene.room.map(|_| self.scene.room_confidence),
            network: Some(self.network.name.clone()),
            sky: view.map(|view| SkyFound {
                share: Some(view.share),
                doubt: Some(view.doubt),
                corrected: self.mask_corrected,
            }),
            light: view.filter(|view| view.share > 0.0).map(|view| Light {
                brighter_side: view.brighter_side,
                sky_light: view.light,
                ground_luminance: view.ground,
            }),
            became: None,
        }
    }

    /// Ledger of the pixels that are not the photo's own; `None`: there are none.
    pub fn ledger(
        &self,
        plan: &Plan,
        original: &Pixels,
        model: Option<&dyn GenerativeModel>,
    ) -> Option<GeneratedLedger> {
        let new = plan.sky.new_sky()?;
        let operation = match new.kind {
            SkyKind::Own => "sky replaced with a picture",
            _ if new.painted.is_some() => "sky replaced with one painted by a network",
            _ => "sky replaced with a calculated one",
        };
        let pixels = (f64::from(new.share) * original.pixel_count() as f64).round();
        let painted_by = model.filter(|_| new.painted.is_some());
        Some(GeneratedLedger {
            operation: Some(operation.to_owned()),
            kind: Some(new.kind),
            share: Some(new.share),
            pixels: Some(pixels as u64),
            seed: Some(new.seed),
            model: painted_by.map(|model| model.name().to_owned()),
            network: Some(self.network.name.clone()),
            network_sha256: self.network.sky_sha256.clone(),
            mask_corrected: self.mask_corrected,
        })
    }
}

/// The kind of change that the delivered file declares.
pub fn change(plan: &Plan) -> Change {
    let redrawn = plan.engine == Engine::Tiled && !plan.is_colour_identity();
    match plan.sky.new_sky() {
        _ if redrawn => Change::Composited,
        None => Change::Enhanced,
        Some(new) if new.painted.is_some() => Change::Composited,
        Some(new) if new.kind == SkyKind::Own => Change::Collaged,
        Some(_) => Change::Synthesised,
    }
}

/// The picture of a sky that was chosen, where one was.
pub fn own_sky<'a>(preset: &'a Preset, overrides: &'a Overrides) -> Option<&'a Pixels> {
    match overrides.sky.as_ref().unwrap_or(&preset.sky) {
        SkyChoice::Own(picture) => Some(picture),
        _ => None,
    }
}
