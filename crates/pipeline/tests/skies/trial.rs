//! The outcome for a photo's sky when a clear one is asked for.

use std::sync::{Arc, LazyLock};

use plumbline_documents::{Gate, Measure, Place};
use plumbline_enhance::inspect::{Terms, judge};
use plumbline_enhance::plan::sky::{KeptReason, Sky};
use plumbline_enhance::sky::trial::Oddity;
use plumbline_enhance::{
    Inspected, Mask, Metadata, Overrides, Pixels, Plan, Preset, Scene, SceneAnalyzer, Shot,
    SkyChoice, measure, repaint,
};
use plumbline_pipeline::analyzers;
use plumbline_pipeline::scene_analysis::{Network, SceneAnalysis};

/// Pixels beside the truth's edge that count for neither side.
const EDGE: usize = 3;

pub struct Outcome {
    pub sky: Sky,
    /// Gates that held the result.
    pub held: Vec<Gate>,
    /// Sentences of what was held, or of what became of the sky.
    pub said: String,
    /// Share of sky that the result has painted; 0 when nothing was.
    pub painted: Option<Mask>,
}

/// The scene of an exterior that the shipped networks see.
pub fn seen(photo: &Pixels) -> Scene {
    static SHIPPED: LazyLock<Arc<dyn SceneAnalyzer>> = LazyLock::new(analyzers::shipped);
    let scene = SHIPPED.analyze(photo).unwrap();
    Scene {
        place: Place::Exterior,
        confidence: 1.0,
        ..scene
    }
}

/// An exterior whose two networks see these skies.
pub fn scene_of(first: &Mask, second: Option<&Mask>) -> Scene {
    Scene {
        place: Place::Exterior,
        confidence: 1.0,
        sky: Some(first.clone()),
        second_sky: second.cloned(),
        ..Scene::default()
    }
}

/// Asks for a clear sky. `drawn` is a person's mask.
pub fn outcome(photo: &Pixels, scene: Scene, drawn: Option<Mask>) -> Outcome {
    let overrides = Overrides {
        sky: Some(SkyChoice::Clear),
        sky_mask: drawn,
        ..Overrides::default()
    };
    let analysis = SceneAnalysis::of_scene(photo, scene, Network::default(), &overrides);
    let measured = measure(photo, &Shot::default());
    let preset = Preset::default();
    let sky = analysis.sky(&measured, &preset, &overrides, &Metadata::default());
    let plan = Plan {
        sky: sky.clone(),
        ..Plan::identity()
    };
    if sky.new_sky().is_none() {
        return Outcome {
            said: analysis.became(&plan).unwrap_or_default(),
            sky,
            held: Vec::new(),
            painted: None,
        };
    }
    let matte = analysis.matte.as_ref();
    let result = repaint(photo, photo.clone(), &plan, matte, None);
    let mask = analysis.replaced_sky(&plan);
    let terms = Terms {
        plan: Some(&plan),
        sky: mask.as_ref(),
        witnesses: analysis.witnesses(),
        ..Terms::default()
    };
    let Inspected { report, .. } = judge(photo, &result, &terms);
    // Nothing but the sky is edited here: light and cast stay as they were.
    let of_sky = |measure: &&Measure| !measure.name.gate().is_some_and(Gate::is_of_too_little);
    let held: Vec<_> = (report.held().filter(of_sky))
        .filter_map(|m| m.name.gate())
        .collect();
    let said: Vec<_> = report
        .held()
        .filter(of_sky)
        .map(|m| m.sentence.clone())
        .collect();
    Outcome {
        sky,
        held,
        said: said.join(" "),
        painted: Some(analysis.sky_mask(photo)),
    }
}

impl Outcome {
    /// Percent of the picture that went out painted although it is no sky.
    pub fn wrong(&self, truth: &Mask) -> f64 {
        match &self.painted {
            Some(painted) if self.held.is_empty() => painted_outside(painted, truth),
            _ => 0.0,
        }
    }

    /// Share of the true sky that was replaced and went out.
    pub fn replaced(&self, truth: &Mask) -> f64 {
        let Some(painted) = self.painted.as_ref().filter(|_| self.held.is_empty()) else {
            return 0.0;
        };
        let pairs = || truth.values().iter().zip(painted.values());
        let sky = pairs().filter(|(truth, _)| **truth > 127).count();
        let both = pairs().filter(|(truth, painted)| **truth > 127 && **painted > 127);
        both.count() as f64 / sky.max(1) as f64
    }

    pub fn oddity(&self) -> Option<Oddity> {
        match self.sky {
            Sky::Kept(KeptReason::Odd(oddity)) => Some(oddity),
            _ => None,
        }
    }
}

/// Percent of the picture that is at least half painted and no sky, a few pixels off its edge.
pub fn painted_outside(painted: &Mask, truth: &Mask) -> f64 {
    let (width, height) = (truth.width() as usize, truth.height() as usize);
    assert_eq!(painted.values().len(), truth.values().len());
    let sky = |x: usize, y: usize| truth.values()[y * width + x] > 127;
    let near_sky = |i: usize| {
        let (x, y) = (i % width, i / width);
        let rows = y.saturating_sub(EDGE)..=(y + EDGE).min(height - 1);
        let columns = x.saturating_sub(EDGE)..=(x + EDGE).min(width - 1);
        rows.into_iter().any(|v| columns.clone().any(|u| sky(u, v)))
    };
    let wrong = (0..width * height).filter(|&i| painted.values()[i] > 127 && !near_sky(i));
    100.0 * wrong.count() as f64 / (width * height) as f64
}

/// A mask as a network answers: softer.
pub fn softly(mask: &Mask) -> Mask {
    let (width, height) = (mask.width() as usize, mask.height() as usize);
    let at = |x: usize, y: usize| u32::from(mask.values()[y * width + x]);
    let values = (0..width * height).map(|i| {
        let (x, y) = (i % width, i / width);
        let (mut sum, mut count) = (0, 0);
        for v in (y.saturating_sub(3)..=(y + 3).min(height - 1)).step_by(3) {
            for u in (x.saturating_sub(3)..=(x + 3).min(width - 1)).step_by(3) {
                (sum, count) = (sum + at(u, v), count + 1);
            }
        }
        (sum / count) as u8
    });
    Mask::new(mask.width(), mask.height(), values.collect()).unwrap()
}
