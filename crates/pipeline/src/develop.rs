//! Bytes in, a developed photo out: the one function that joins `enhance`, an
//! SceneAnalyzer, a GenerativeModel and the fallbacks of attempts. Runs on a blocking thread; knows no
//! database and no storage.

use std::sync::Arc;
use std::time::Instant;

use plumbline_documents::{
    self as documents, AttemptReport, Engine, Measure, MeasureVerdict, Report, Source, Stage, Step,
    Verdict,
};
use plumbline_domain::ids::RefitId;
use plumbline_enhance::brackets::{self, Frame};
use plumbline_enhance::plan::engine;
use plumbline_enhance::sky::Matte;
use plumbline_enhance::{
    Change, Decoded, GenerativeModel, Heatmap, Inspected, Limits, Mask, Measured, Metadata,
    Overrides, Pixels, Plan, Preset, Scene, SceneAnalyzer, decode, fallback, measure, plan,
    repaint, straighten,
};
use serde_json::Value;

use crate::failure::Failure;
use crate::painting::Painting;
use crate::seeing::{self, Seeing};
use crate::standard::Standard;

/// Who looks, who paints, what an organization likes, and what it is judged by.
pub struct Studio {
    pub analyzer: Arc<dyn SceneAnalyzer>,
    pub model: Option<Arc<dyn GenerativeModel>>,
    pub preset: Preset,
    pub standard: Standard,
}

impl Studio {
    /// The same studio for an organization with other taste and another standard.
    pub fn with(&self, preset: Preset, standard: Standard) -> Self {
        Self {
            analyzer: self.analyzer.clone(),
            model: self.model.clone(),
            preset,
            standard,
        }
    }
}

/// A photo as it came, and what was measured on it.
pub struct Seen {
    pixels: Pixels,
    source: Source,
    metadata: Metadata,
    pub measured: Measured,
    /// What the camera and the picture say of a single original; `None` for several.
    pub frame: Option<Frame>,
    /// Which of several exposures did not lie on the others, in the order they were given.
    pub left_out: Vec<usize>,
    /// What was done before the first attempt, one sentence each.
    notes: Vec<String>,
    since: Instant,
}

/// A photo that went through the pipeline, whatever quality control says.
pub struct Developed {
    /// In sRGB and straightened, otherwise as it was: what the result is compared with.
    pub original: Pixels,
    /// The last attempt's.
    pub picture: Pixels,
    /// The last attempt's; nothing when its size is wrong.
    pub heatmap: Option<Heatmap>,
    /// How much of every pixel is sky, as `original` is framed; `None`: no sky.
    pub matte: Option<Mask>,
    pub source: Source,
    pub metadata: Metadata,
    /// First to last; never empty. Only the last one can have passed.
    pub attempts: Vec<AttemptDone>,
}

/// One fallback level of the fallbacks.
pub struct AttemptDone {
    pub engine: Engine,
    pub strength: f32,
    pub plan: Value,
    /// Sentences about what was done.
    pub done: Vec<String>,
    pub report: AttemptReport,
    /// 0 when all measures passed, up to 1 when one asks for a look, and beyond
    /// by as much as the worst is beyond its threshold, as a share of it.
    pub severity: f32,
    pub took_ms: u64,
}

/// Overrides when a stage begins, and how far it is where it has parts; answers whether to go on.
pub type GoOn<'a> = dyn FnMut(Step) -> bool + Send + 'a;

/// Given the pixels of every attempt that is followed by another, before they go:
/// two results in full size would be one too many.
pub type Keep<'a> = dyn FnMut(&Pixels, Option<&Heatmap>) -> Result<(), Failure> + 'a;

pub fn enter(go_on: &mut GoOn<'_>, stage: Stage) -> Result<(), Failure> {
    if go_on(Step::entering(stage)) {
        Ok(())
    } else {
        Err(Failure::Stopped)
    }
}

/// Decodes and measures.
pub fn look(bytes: impl AsRef<[u8]>, go_on: &mut GoOn<'_>) -> Result<Seen, Failure> {
    let since = Instant::now();
    enter(go_on, Stage::Decoding)?;
    let decoded = decode(bytes.as_ref(), &Limits::default())?;
    drop(bytes);
    enter(go_on, Stage::Measuring)?;
    let frame = Frame::of("", &decoded.pixels, decoded.metadata.shot());
    Ok(Seen {
        frame: Some(frame),
        ..see(decoded, Vec::new(), since)
    })
}

/// Decodes several exposures of one view one after the other, and measures the
/// picture that they make together.
pub fn look_at_bracket(
    exposures: Vec<impl AsRef<[u8]>>,
    go_on: &mut GoOn<'_>,
) -> Result<Seen, Failure> {
    let since = Instant::now();
    enter(go_on, Stage::Decoding)?;
    let limits = Limits::default();
    let frames: Vec<Decoded> = exposures
        .into_iter()
        .map(|bytes| decode(bytes.as_ref(), &limits))
        .collect::<Result<_, _>>()?;
    let first = frames.first().map(|frame| frame.source.clone());
    let merged = brackets::merge(frames).map_err(|error| Failure::Final(error.to_string()))?;
    let source = Source {
        bits: merged.pixels.bits(),
        ..first.expect("an empty bracket is an error")
    };
    let (notes, left_out) = (merged.sentences, merged.left_out);
    let merged = Decoded {
        pixels: merged.pixels,
        source,
        metadata: merged.metadata,
    };
    enter(go_on, Stage::Measuring)?;
    Ok(Seen {
        left_out,
        ..see(merged, notes, since)
    })
}

fn see(decoded: Decoded, notes: Vec<String>, since: Instant) -> Seen {
    let Decoded {
        pixels,
        source,
        metadata,
    } = decoded;
    let shot = metadata.shot();
    Seen {
        measured: measure(&pixels, &shot),
        frame: None,
        left_out: Vec::new(),
        pixels,
        source,
        metadata,
        notes,
        since,
    }
}

/// Decides, corrects and checks; when the check fails, again with less, until it
/// passes or there is nothing lower. The first attempt's time includes decoding
/// and measuring. What a person told outranks the analyzer.
pub fn develop(
    seen: Seen,
    overrides: &Overrides,
    studio: &Studio,
    keep: &mut Keep<'_>,
    go_on: &mut GoOn<'_>,
) -> Result<Developed, Failure> {
    let Seen {
        pixels,
        source,
        mut metadata,
        measured,
        mut notes,
        mut since,
        ..
    } = seen;
    enter(go_on, Stage::Correcting)?;
    let model = studio.model.as_deref();
    // How it is framed depends on nothing that is seen, and what is seen is framed.
    let framed = plan(&measured, &Scene::default(), &studio.preset, model);
    let original = straighten(pixels, &framed);
    let seeing = seeing::see(&original, &*studio.analyzer, overrides).map_err(trouble)?;
    let mut plan = plan(&measured, &seeing.scene, &studio.preset, model);
    let sky = seeing.sky(&measured, &studio.preset, overrides, &metadata);
    plan.sky = sky.painted_by(model);
    let own = seeing::own(&studio.preset, overrides);
    notes.extend_from_slice(&seeing.notes);
    let missed = engine::missed(studio.preset.engine, model);
    let mut remarks: Vec<String> = missed.into_iter().map(str::to_owned).collect();

    let painting = Painting {
        original: &original,
        scene: &seeing.scene,
        model,
    };
    let matte = seeing.matte.as_ref();
    let painted = painting.paint_sky(&mut plan, matte, &mut remarks, go_on)?;
    let own = painted.as_ref().or(own);
    let mut attempts = Vec::new();
    loop {
        enter(go_on, Stage::Correcting)?;
        let graded = painting.paint(&mut plan, &mut remarks, go_on)?;
        let picture = repaint(&original, graded, &plan, matte, own);
        enter(go_on, Stage::Checking)?;
        let repainted = seeing.repainted(&plan);
        let standard = &studio.standard;
        let Inspected {
            report, heatmap, ..
        } = standard.judge(&original, &picture, &plan, repainted.as_ref());
        let document = AttemptReport {
            headline: Seeing::headline(&report, &plan),
            scene: Some(documents::Scene {
                became: plan.sky.describe(),
                ..seeing.document()
            }),
            ledger: seeing.ledger(&plan, &original, model),
            ..document(&report, &source, standard.refit)
        };
        let said = [&notes[..], &remarks].concat();
        attempts.push(attempt(&plan, document, &said, since)?);
        let Some(lower) = next(&plan, &report, model) else {
            metadata.change = if plan.is_identity() && notes.is_empty() {
                Change::Nothing
            } else {
                seeing::change(&plan)
            };
            return Ok(Developed {
                original,
                picture,
                heatmap,
                matte: seeing.matte.as_ref().map(Matte::coarse_mask),
                source,
                metadata,
                attempts,
            });
        };
        keep(&picture, heatmap.as_ref())?;
        (plan, since) = (lower, Instant::now());
    }
}

/// `None`: this attempt is the last.
fn next(plan: &Plan, report: &Report, model: Option<&dyn GenerativeModel>) -> Option<Plan> {
    match report.verdict {
        Verdict::Passed => None,
        Verdict::Held => fallback::lower(plan, report, model),
    }
}

fn attempt(
    plan: &Plan,
    report: AttemptReport,
    notes: &[String],
    since: Instant,
) -> Result<AttemptDone, Failure> {
    Ok(AttemptDone {
        engine: plan.engine,
        strength: plan.strength,
        plan: serde_json::to_value(plan).map_err(trouble)?,
        done: [notes, &plan.describe()].concat(),
        severity: severity(&report.qc),
        report,
        took_ms: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// The stored form of a report, before the scene and the ledger are added.
pub fn document(report: &Report, source: &Source, refit: Option<RefitId>) -> AttemptReport {
    AttemptReport {
        qc: report.clone(),
        headline: report.headline(),
        source: Some(source.clone()),
        refit: refit.map(RefitId::uuid),
        ..AttemptReport::default()
    }
}

fn severity(report: &Report) -> f32 {
    report.measures.iter().map(badness).fold(0.0, f32::max)
}

/// A failed measure is always worse than one that only asks for a look, which is
/// the worse the closer it comes to failing.
fn badness(measure: &Measure) -> f32 {
    let Some(threshold) = measure.threshold else {
        return 0.0;
    };
    let distance = ((measure.value - threshold).abs() / threshold.abs().max(1e-9)) as f32;
    match measure.verdict {
        MeasureVerdict::Failed => 1.0 + distance,
        MeasureVerdict::Review => (1.0 - distance).max(0.0),
        MeasureVerdict::Passed | MeasureVerdict::Reported => 0.0,
    }
}

fn trouble(error: impl Into<anyhow::Error>) -> Failure {
    Failure::Retry(error.into())
}
