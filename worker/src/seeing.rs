//! What is seen of a straightened photo: the analyzer's scene, what a person told, the matte of its
//! sky; and how all of that is put on record.

use plumbline_documents::{Engine, Place, Report, SkyKind, Verdict};
use plumbline_enhance::plan::sky;
use plumbline_enhance::plan::sky::Camera;
use plumbline_enhance::sky::{Matte, without_islands};
use plumbline_enhance::{
    AnalysisError, Change, GenerativeModel, Mask, Measured, Metadata, Overrides, Pixels, Plan,
    Preset, Scene, SceneAnalyzer, SkyChoice, small,
};
use serde_json::{Value, json};

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
        let camera = Camera::of(&metadata.shot(), metadata.gps_fix().as_ref());
        sky::plan(view, &self.scene, measured, &preset.sky, overrides, &camera)
    }

    /// Where the plan puts pixels that are not the photo's own.
    pub fn repainted(&self, plan: &Plan) -> Option<Mask> {
        plan.sky.new_sky()?;
        self.matte.as_ref().map(Matte::coarse_mask)
    }

    /// For the report: what was seen, by whom, and how sure.
    pub fn document(&self) -> Value {
        let view = self.matte.as_ref().map(|matte| matte.view);
        json!({
            "place": self.scene.place,
            "confidence": self.scene.confidence,
            "room": self.scene.room,
            "room_confidence": self.scene.room.map(|_| self.scene.room_confidence),
            "network": self.analyzer,
            "sky": view.map(|view| json!({
                "share": view.share,
                "doubt": view.doubt,
                "corrected": self.painted,
            })),
            "light": view.filter(|view| view.share > 0.0).map(|view| json!({
                "brighter_side": view.brighter_side,
                "sky_light": view.light,
                "ground_luminance": view.ground,
            })),
        })
    }

    /// For the report: which pixels are not the photo's own, and where they come from. Null where
    /// there are none.
    pub fn ledger(
        &self,
        plan: &Plan,
        original: &Pixels,
        model: Option<&dyn GenerativeModel>,
    ) -> Value {
        let Some(new) = plan.sky.new_sky() else {
            return Value::Null;
        };
        let operation = match new.kind {
            SkyKind::Own => "sky replaced with a picture",
            _ if new.painted.is_some() => "sky replaced with one painted by a network",
            _ => "sky replaced with a calculated one",
        };
        json!({
            "operation": operation,
            "kind": new.kind,
            "share": new.share,
            "pixels": (f64::from(new.share) * original.pixel_count() as f64).round() as u64,
            "seed": new.seed,
            "model": model.filter(|_| new.painted.is_some()).map(GenerativeModel::name),
            "network": self.analyzer,
            "network_sha256": self.sky_sha256,
            "mask_corrected": self.painted,
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
