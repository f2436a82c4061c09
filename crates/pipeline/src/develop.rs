//! Development: an ingested photo straightened, analysed, corrected and checked, with less when the
//! check fails, until it passes or there is nothing less.

use std::time::Instant;

use plumbline_documents::{
    self as documents, AttemptReport, Evidence, Framing, Gate, InspectionReport, LookRecord,
    Measure, Report, Source, Stage, Verdict,
};
use plumbline_enhance::inspect::{Terms, input, judge};
use plumbline_enhance::plan::{engine, left};
use plumbline_enhance::sky::Matte;
use plumbline_enhance::steps::fitted::Fitted;
use plumbline_enhance::{
    Change, Heatmap, Inspected, Mask, Metadata, Overrides, Pixels, Plan, Preset, Scene, fallback,
    plan, repaint, straighten,
};

use crate::attempt::{self, Attempt};
use crate::config::PipelineConfig;
use crate::encoding::as_shown;
use crate::failure::Failure;
use crate::generation::Correction;
use crate::ingest::Ingested;
use crate::planning::{self, Plans};
use crate::scene_analysis::{self, SceneAnalysis};
use crate::step::{StepFn, enter};

/// A photo that went through the pipeline, whatever quality control says.
pub struct Developed {
    /// In sRGB and straightened, otherwise as it was: what the result is compared with.
    pub original: Pixels,
    /// The original before it was framed, as pages show it; `None`: `original` is framed as it came.
    pub as_it_came: Option<Pixels>,
    /// The last attempt's.
    pub picture: Pixels,
    /// The last attempt's; `None` when its size is wrong.
    pub heatmap: Option<Heatmap>,
    /// Share of sky in every pixel, as `original` is framed; `None`: no sky.
    pub matte: Option<Mask>,
    pub source: Source,
    pub metadata: Metadata,
    /// First to last; never empty. Only the last one can have passed.
    pub attempts: Vec<Attempt>,
    /// The file that was sent, where the picture is left as it came and the file shows it upright.
    pub sent_file: Option<Vec<u8>>,
}

/// Given the pixels of every attempt that is followed by another, before they go: two results in
/// full size would be one too many.
pub type KeepFn<'a> = dyn FnMut(&Pixels, Option<&Heatmap>) -> Result<(), Failure> + 'a;

/// A [`KeepFn`] that keeps nothing.
pub fn discard(_: &Pixels, _: Option<&Heatmap>) -> Result<(), Failure> {
    Ok(())
}

/// Develops a photo. The first attempt's time includes ingest. The overrides outrank the analyzer.
pub fn develop(
    ingested: Ingested,
    overrides: &Overrides,
    config: &PipelineConfig,
    keep: &mut KeepFn<'_>,
    on_step: &mut StepFn<'_>,
) -> Result<Developed, Failure> {
    let made_here = ingested.is_made_here();
    let Ingested {
        pixels,
        source,
        metadata,
        measured,
        first_exposure,
        mut notes,
        file,
        since,
        ..
    } = ingested;
    enter(on_step, Stage::Correcting)?;
    let model = config.model.as_deref();
    let preset = &Preset {
        dials: overrides.dials.over(&config.preset.dials),
        ..config.preset.clone()
    };
    let left = left::reason(&measured, made_here, overrides);
    let plan = |scene: &Scene| match left {
        Some(reason) => Plan::leaving(reason).with_only(&overrides.dials),
        None => plan(&measured, scene, preset, model),
    };
    // The framing depends on nothing in the scene, and the scene is analysed as it is framed.
    let framed = plan(&Scene::default());
    let framing = framed.verticals.framing(pixels.width(), pixels.height());
    let turned = framing.is_changed().then_some(&pixels);
    let as_it_came = first_exposure.or_else(|| turned.map(as_shown));
    let original = straighten(pixels, &framed);
    let analysis = scene_analysis::analyze(
        &original,
        &*config.analyzer,
        config.finish.as_deref().filter(|_| left.is_none()),
        overrides,
    );
    let analysis = analysis.map_err(Failure::retry)?;
    let plans = Plans::new(plan(&analysis.scene), &analysis, &measured, preset);
    let mut plans = plans.with_neutral(&original, framing)?;
    if left.is_none() {
        let sky = analysis.sky(&measured, preset, overrides, &metadata);
        plans.first.sky = sky.painted_by(model);
        notes.extend_from_slice(&analysis.notes);
    }
    let limits = &config.qc_policy.thresholds;
    let development = Development {
        fitness: match left {
            Some(_) => Vec::new(),
            None => input::measures(&measured, limits),
        },
        original,
        as_it_came,
        framing,
        analysis,
        source,
        notes,
        own_sky: scene_analysis::own_sky(preset, overrides),
        measured_plan: plans.measured,
        config,
    };
    let last = development.attempt_until_passed(plans.first, since, keep, on_step)?;
    let sent_file = file.filter(|_| last.plan.is_identity() && development.source.orientation == 1);
    development.finish(last, metadata, sent_file)
}

/// A straightened and analysed photo, ready for attempts.
struct Development<'a> {
    original: Pixels,
    as_it_came: Option<Pixels>,
    framing: Framing,
    analysis: SceneAnalysis,
    source: Source,
    /// Sentences about what was done before the first attempt.
    notes: Vec<String>,
    /// Measures of the photo as it came; none for one that is left as it is.
    fitness: Vec<Measure>,
    /// The picture of a sky that was chosen.
    own_sky: Option<&'a Pixels>,
    /// What a finish stands in for.
    measured_plan: Option<Plan>,
    config: &'a PipelineConfig,
}

/// The last attempt's picture, and the records of all.
struct Last {
    plan: Plan,
    picture: Pixels,
    heatmap: Option<Heatmap>,
    attempts: Vec<Attempt>,
}

impl Development<'_> {
    fn attempt_until_passed(
        &self,
        mut plan: Plan,
        mut since: Instant,
        keep: &mut KeepFn<'_>,
        on_step: &mut StepFn<'_>,
    ) -> Result<Last, Failure> {
        let (correction, matte) = (self.correction(), self.analysis.matte.as_ref());
        let missed = engine::missed(self.config.preset.engine, correction.model);
        let missed = missed.filter(|_| plan.left.is_none());
        let mut remarks: Vec<String> = missed.into_iter().map(str::to_owned).collect();
        let generated = correction.generate_sky(&mut plan, matte, &mut remarks, on_step)?;
        let new_sky = generated.as_ref().or(self.own_sky);
        let mut attempts = Vec::new();
        loop {
            enter(on_step, Stage::Correcting)?;
            let (corrected, fitted) = correction.apply(&mut plan, &mut remarks, on_step)?;
            let picture = repaint(&self.original, corrected, &plan, matte, new_sky);
            enter(on_step, Stage::Checking)?;
            let Inspected {
                report, heatmap, ..
            } = self.inspect(&picture, &plan, fitted.as_ref());
            let (said, lower) = (
                [&self.notes[..], &remarks].concat(),
                self.next(&plan, &report),
            );
            let document = self.document(&report, &plan);
            attempts.push(Attempt::new(&plan, document, &said, since)?);
            let Some(lower) = lower else {
                return Ok(Last {
                    plan,
                    picture,
                    heatmap,
                    attempts,
                });
            };
            keep(&picture, heatmap.as_ref())?;
            (plan, since) = (lower, Instant::now());
        }
    }

    fn correction(&self) -> Correction<'_> {
        Correction {
            original: &self.original,
            scene: &self.analysis.scene,
            model: self.config.model.as_deref(),
        }
    }

    fn inspect(&self, picture: &Pixels, plan: &Plan, fitted: Option<&Fitted>) -> Inspected {
        let sky = self.analysis.replaced_sky(plan);
        let terms = Terms {
            plan: Some(plan),
            fitted,
            sky: sky.as_ref(),
            witnesses: self.analysis.witnesses(),
            thresholds: self.config.qc_policy.thresholds.clone(),
        };
        let result = judge(&self.original, picture, &terms);
        Inspected {
            report: result.report.joined(&self.fitness),
            ..result
        }
    }

    /// `None`: this attempt is the last. A mask that a person painted is not taken back: a person
    /// decides about its result.
    fn next(&self, plan: &Plan, report: &Report) -> Option<Plan> {
        let tried = report.gate(Gate::SkyTrial);
        let odd = tried.is_some_and(|tried| tried.verdict.is_bad());
        let meant = self.analysis.is_mask_corrected() && odd && fallback::only_the_sky(report);
        match report.verdict {
            Verdict::Held if !meant => {
                let (measured, model) = (self.measured_plan.as_ref(), self.config.model.as_deref());
                planning::lower(plan, report, measured, model)
            }
            _ => None,
        }
    }

    fn document(&self, report: &Report, plan: &Plan) -> AttemptReport {
        let (policy, model) = (&self.config.qc_policy, self.config.model.as_deref());
        let ledger = self.analysis.ledger(plan, &self.original, model);
        let evidence = Evidence {
            qc: report,
            engine: Some(plan.engine),
            ledger: ledger.as_ref(),
            framing: Some(&self.framing),
        };
        AttemptReport {
            inspection: InspectionReport::new(&evidence, Some(self.source.clone()), policy.refit),
            scene: Some(documents::Scene {
                became: self.analysis.became(plan),
                ..self.analysis.document()
            }),
            ledger,
            engine: Some(plan.engine),
            framing: Some(self.framing),
            personal_look: self.personal_look().cloned(),
        }
    }

    fn personal_look(&self) -> Option<&LookRecord> {
        let finish = self.config.finish.as_deref();
        finish.and_then(|model| model.personal_look())
    }

    fn finish(
        self,
        last: Last,
        metadata: Metadata,
        sent_file: Option<Vec<u8>>,
    ) -> Result<Developed, Failure> {
        let change = match last.plan.is_identity() && self.notes.is_empty() {
            true => Change::Nothing,
            false => scene_analysis::change(&last.plan),
        };
        let note = last.attempts.last().and_then(Attempt::note);
        let is_kept = last.plan.left.is_some() && last.plan.is_identity();
        let asked = !is_kept && last.plan.strength > 0.0;
        let record = asked.then(|| attempt::record(&last.plan)).transpose();
        Ok(Developed {
            original: self.original,
            as_it_came: self.as_it_came,
            picture: last.picture,
            heatmap: last.heatmap,
            matte: self.analysis.matte.as_ref().map(Matte::coarse_mask),
            source: self.source,
            metadata: Metadata {
                change,
                note,
                record: record.map_err(Failure::retry)?,
                frame: metadata.frame.filter(|_| !self.framing.is_changed()),
                ..metadata
            },
            attempts: last.attempts,
            sent_file,
        })
    }
}
