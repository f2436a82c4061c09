//! What is seen of a straightened photo: the analyzer's scene, what a person told, the matte of its
//! sky; and how all of that is put on record.

use plumbline_documents::{
    self as documents, Engine, GeneratedLedger, Light, Place, Report, SkyFound, SkyKind, Verdict,
};
use plumbline_enhance::plan::sky;
use plumbline_enhance::plan::sky::Camera;
use plumbline_enhance::sky::{Matte, without_islands};
use plumbline_enhance::{
    AnalysisError, Change, GenerativeModel, Mask, Measured, Metadata, Overrides, Pixels, Plan,
    Preset, Scene, SceneAnalyzer, SkyChoice, small,
};

/// A scene, and where its sky is.
pub struct Seeing {
    pub scene: Scene,
    /// `None`: inside, or nothing that could be sky.
    pub matte: Option<Matte>,
    analyzer: String,
    sky_sha256: Option<String>,
    /// A person painted where the sky is.
    painted: bool,
    /// What was told and could not be followed, one sentence each.
    pub notes: Vec<String>,
}

/// A guess that is nowhere likelier than this sees no sky, of 255.
const LIKELY: u8 = 96;

const BELOW: &str = "All checks passed: below its new sky, nothing was added, lost or tinted.";

/// How far a painted mask's shape may be from the photo's, as a share.
const SHAPE: f32 = 0.02;
const OTHER_FRAME: &str = "Your sky mask was left out: it was painted over the photo when it was framed differently. Paint it again on the photo's page.";

/// Looks at a photo as it is framed. What a person told outranks the analyzer.
pub fn see(
    original: &Pixels,
    analyzer: &dyn SceneAnalyzer,
    overrides: &Overrides,
) -> Result<Seeing, AnalysisError> {
    let mut scene = analyzer.analyze(&small(original))?;
    if let Some(place) = overrides.place {
        (scene.place, scene.confidence) = (place, 1.0);
    }
    let painted = overrides
        .sky_mask
        .as_ref()
        .filter(|mask| fits(mask, original));
    // What a person painted is meant, islands and all.
    scene.sky = match painted {
        Some(painted) => Some(painted.clone()),
        None => scene.sky.as_ref().map(without_islands),
    };
    let likely = scene
        .sky
        .as_ref()
        .filter(|_| scene.place != Place::Interior);
    let likely = likely.filter(|sky| sky.values().iter().any(|&v| v >= LIKELY));
    Ok(Seeing {
        matte: likely.map(|sky| Matte::refine(original, sky)),
        scene,
        analyzer: analyzer.name().to_owned(),
        sky_sha256: analyzer.sky_sha256().map(str::to_owned),
        painted: painted.is_some(),
        notes: match (&overrides.sky_mask, painted) {
            (Some(_), None) => vec![OTHER_FRAME.to_owned()],
            _ => Vec::new(),
        },
    })
}

fn fits(mask: &Mask, photo: &Pixels) -> bool {
    let shape = |width: u32, height: u32| width as f32 / height as f32;
    let ratio = shape(mask.width(), mask.height()) / shape(photo.width(), photo.height());
    (ratio - 1.0).abs() <= SHAPE
}

impl Seeing {
    /// The sentence that stands out of a report, with its new sky in mind.
    pub fn headline(report: &Report, plan: &Plan) -> String {
        match (report.verdict, plan.sky.new_sky()) {
            (Verdict::Passed, Some(_)) => BELOW.to_owned(),
            _ => report.headline(),
        }
    }

    /// The edit of this photo's sky.
    pub fn sky(
        &self,
        measured: &Measured,
        preset: &Preset,
        overrides: &Overrides,
        metadata: &Metadata,
    ) -> sky::Sky {
        let view = self.matte.as_ref().map(|matte| &matte.view);
        let camera = Camera::of(metadata);
        sky::plan(view, &self.scene, measured, &preset.sky, overrides, &camera)
    }

    /// Where the plan puts pixels that are not the photo's own.
    pub fn repainted(&self, plan: &Plan) -> Option<Mask> {
        plan.sky.new_sky()?;
        self.matte.as_ref().map(Matte::coarse_mask)
    }

    /// The scene's record for the report.
    pub fn document(&self) -> documents::Scene {
        let view = self.matte.as_ref().map(|matte| matte.view);
        documents::Scene {
            place: Some(self.scene.place),
            confidence: Some(self.scene.confidence),
            room: self.scene.room,
            room_confidence: self.scene.room.map(|_| self.scene.room_confidence),
            network: Some(self.analyzer.clone()),
            sky: view.map(|view| SkyFound {
                share: Some(view.share),
                doubt: Some(view.doubt),
                corrected: self.painted,
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
            network: Some(self.analyzer.clone()),
            network_sha256: self.sky_sha256.clone(),
            mask_corrected: self.painted,
        })
    }
}

/// What the delivered file says of itself.
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

/// The picture of a sky that is wanted, where one is.
pub fn own<'a>(preset: &'a Preset, overrides: &'a Overrides) -> Option<&'a Pixels> {
    match overrides.sky.as_ref().unwrap_or(&preset.sky) {
        SkyChoice::Own(picture) => Some(picture),
        _ => None,
    }
}
