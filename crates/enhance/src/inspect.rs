//! Automated quality control: compares a result with its original and says, in numbers and in
//! words, whether anything was added, lost, bent, tinted or clipped. It changes nothing.
//!
//! Structure and colour are judged on copies of about one megapixel; everything else on every
//! pixel, in one pass. The original is the straightened one: both pictures have one size.

use plumbline_documents::{
    Engine, Figure, Gate, Measure, MeasureVerdict, Report, TABLE_VERSION, Thresholds, rounded,
};

use crate::kernels::moments::SIDE;
use crate::pixels::{Mask, Pixels};
use crate::plan::Plan;
use crate::sky::trial::Witnesses;
use crate::steps::fitted::Fitted;

mod by_plan;
mod cells;
mod colour;
mod edge_mask;
mod expected;
mod full;
mod heatmap;
pub mod input;
mod lines;
mod moments;
mod pair;
pub mod refit;
mod result;
pub mod shadow;
mod size;
mod sky;
mod structure;

pub use edge_mask::edges;
pub use heatmap::Heatmap;

use colour::{clipping, difference, neutral};
pub use expected::rebuilt;

use expected::Leftover;
use full::Full;
use lines::{seams, straight, tile_borders};
use pair::Pair;
use sky::ground::Ground;
use structure::{edges as edge_agreement, fine, hairlines, noise, sharpness};

/// Terms of a judgement: facts about the pair of pictures, and thresholds.
#[derive(Debug, Clone, Default)]
pub struct Terms<'a> {
    /// The plan that made the result; `None`: it was edited elsewhere.
    pub plan: Option<&'a Plan>,
    /// The fit to a model's proposal; without it the plan of a model says too little of what
    /// the pixels must be.
    pub fitted: Option<&'a Fitted>,
    /// The replaced sky, of any size with the picture's shape: the only place where pixels may be
    /// new.
    pub sky: Option<&'a Mask>,
    /// Networks' likelihoods of sky in the original: witnesses at the replaced sky's trial.
    pub witnesses: Witnesses<'a>,
    /// Thresholds at which measures fail.
    pub thresholds: Thresholds,
}

/// The judgement and the picture that goes with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// The numbers.
    pub report: Report,
    /// The worst of all measures' heatmaps, one value for every 8 x 8 pixels; `None` when the sizes
    /// differ.
    pub heatmap: Option<Heatmap>,
    /// Heatmap of each gate that found something.
    pub heatmaps: Vec<(Gate, Heatmap)>,
}

/// Judges a result against its original and the plan that made it.
pub fn inspect(original: &Pixels, result: &Pixels, plan: &Plan) -> Report {
    inspect_with_heatmap(original, result, plan).report
}

/// Judges like [`inspect`], and shows where the pictures differ.
pub fn inspect_with_heatmap(original: &Pixels, result: &Pixels, plan: &Plan) -> Inspected {
    let terms = Terms {
        plan: Some(plan),
        ..Terms::default()
    };
    judge(original, result, &terms)
}

/// Judges any pair of pictures, whoever edited them.
pub fn judge(original: &Pixels, result: &Pixels, terms: &Terms) -> Inspected {
    let size = size::measure(original, result, &terms.thresholds);
    if size.verdict != MeasureVerdict::Passed {
        return Inspected {
            report: Report::new(TABLE_VERSION, vec![size]),
            heatmap: None,
            heatmaps: Vec::new(),
        };
    }
    // Side by side: each has moments that only one thread can work at.
    let (small, (full, leftover)) = rayon::join(
        || small(original, result, terms),
        || {
            rayon::join(
                || Full::measure(original, result),
                || Leftover::of(original, result, terms),
            )
        },
    );
    let house = house(&full, &small.ground);
    let (mut measures, mut maps) = full_size(&full, &house, terms);
    measures.extend(small.measures);
    measures.extend(result::measures(original, result, terms));
    maps.extend(small.maps);
    if let Some(leftover) = leftover {
        by_plan::judge(&leftover, &house, terms, &mut measures, &mut maps);
    }
    measures.push(size);
    maps.retain(|(_, map)| !map.is_empty());
    Inspected {
        report: Report::new(TABLE_VERSION, ordered(measures)),
        heatmap: Some(overview(&full, &maps)),
        heatmaps: maps,
    }
}

type Maps = Vec<(Gate, Heatmap)>;

/// Judgement on copies of about one megapixel. The copies themselves are gone by then.
struct Small {
    ground: Ground,
    measures: Vec<Measure>,
    maps: Maps,
}

impl Small {
    /// The plan says it all, and no sky is new.
    fn nothing(original: &Pixels) -> Self {
        Self {
            ground: Ground::new(None, original.width() as usize, original.height() as usize),
            measures: Vec::new(),
            maps: Maps::new(),
        }
    }
}

fn small(original: &Pixels, result: &Pixels, terms: &Terms) -> Small {
    if terms.engine() == Some(Engine::Natural) && terms.sky.is_none() {
        return Small::nothing(original);
    }
    let (pair, limits) = (Pair::new(original, result, terms), &terms.thresholds);
    let (structure, repaint) = (
        structure::Structure::new(&pair),
        colour::Repaint::new(&pair),
    );
    let grid = terms.plan.and_then(|plan| plan.grid);
    let borders = grid.map(|grid| {
        let full = (original.width(), original.height());
        tile_borders::Borders::of(&grid, full, (pair.width, pair.height))
    });
    let (seams, sky) = (
        seams::Seams::new(&pair, borders.as_ref()),
        sky::Sky::new(&pair),
    );
    let surfaces = colour::surfaces::Surfaces::new(&pair);
    let lines = straight::Straight::new(&pair);
    let mut measures = vec![
        structure.measure(limits),
        repaint.measure(limits),
        surfaces.measure(limits),
        neutral::measure(&pair, terms.plan.is_some(), limits),
        seams.measure(limits),
    ];
    measures.extend(lines.measure(limits));
    let mut maps = vec![
        (Gate::Structure, structure.heatmap(limits)),
        (Gate::TileChroma, repaint.heatmap(limits)),
        (Gate::SurfaceColour, surfaces.heatmap(limits)),
        (Gate::Seams, seams.heatmap(limits)),
    ];
    maps.extend(lines.heatmaps(limits));
    if let Some(sky) = sky {
        measures.extend(sky.measure(limits));
        let [halo, leak] = sky.heatmaps(limits);
        maps.extend([(Gate::SkyHalo, halo), (Gate::SkyLeak, leak)]);
    }
    if let Some(trial) = sky::trial::PaintedTrial::new(&pair, terms) {
        measures.push(trial.measure(limits));
        maps.push((Gate::SkyTrial, trial.heatmap()));
    }
    Small {
        ground: pair.ground,
        measures,
        maps,
    }
}

/// Judgement on every pixel.
fn full_size(full: &Full, house: &[bool], terms: &Terms) -> (Vec<Measure>, Maps) {
    let limits = &terms.thresholds;
    let is_asked = |gate| !terms.outranks(gate);
    let (pattern, (noise, hairlines)) = rayon::join(
        || fine::Pattern::new(full, house),
        || {
            rayon::join(
                || is_asked(Gate::Noise).then(|| noise::Noise::new(full, house)),
                || is_asked(Gate::Hairline).then(|| hairlines::Hairlines::new(full, house)),
            )
        },
    );
    let mut measures: Vec<Measure> = pattern.measure(limits).into();
    measures.extend(noise.as_ref().map(|noise| noise.measure(limits)));
    measures.extend(hairlines.as_ref().map(|lines| lines.measure(limits)));
    let clipping = clipping::Clipping::new(full, house);
    measures.extend(clipping.measure(limits));
    measures.extend(difference::measure(full));
    measures.extend(edge_agreement::measure(full, house, limits));
    measures.extend(sharpness::measure(full, limits));
    let mut maps = vec![
        (Gate::StructureFine, pattern.heatmap(limits)),
        (Gate::LostHighlights, clipping.heatmap()),
        (Gate::EdgePrecision, edge_agreement::heatmap(full, house)),
    ];
    maps.extend(noise.map(|noise| (Gate::Noise, noise.heatmap(limits))));
    maps.extend(hairlines.map(|lines| (Gate::Hairline, lines.heatmap(limits))));
    (measures, maps)
}

/// For each block of 8 x 8 pixels, true when it and its neighbours are house.
fn house(full: &Full, ground: &Ground) -> Vec<bool> {
    let (width, height) = full.size;
    let share = |at: usize, size: usize| ((at * SIDE + SIDE / 2) as f64 / size as f64).min(1.0);
    let half = [width, height].map(|size| 1.5 * SIDE as f64 / size as f64);
    let of = |at: usize| {
        let middle = (
            share(at % full.across, width),
            share(at / full.across, height),
        );
        ground.holds_square(middle, (half[0], half[1]))
    };
    (0..full.blocks.len()).map(of).collect()
}

/// Gates first, as the table has them; then what only informs.
fn ordered(mut measures: Vec<Measure>) -> Vec<Measure> {
    let place = |m: &Measure| m.name.gate().map_or(usize::MAX, |gate| gate as usize);
    measures.sort_by_key(place);
    measures
}

/// The worst of the maps whose middle is a threshold. Single faint edges come and go with contrast
/// in every picture that passes: they have a map of their own.
fn overview(full: &Full, maps: &Maps) -> Heatmap {
    let down = full.blocks.len() / full.across;
    let gates = maps.iter().filter(|(gate, _)| *gate != Gate::EdgePrecision);
    Heatmap::worst(gates, full.across as u32, down as u32)
}

/// A share in tenths of a per cent, never rounded up: what is almost whole is not.
fn percent(share: f64) -> f64 {
    (share * 1000.0).floor() / 10.0
}

/// A measure that only informs.
fn reported(figure: Figure, label: &str, value: f64, unit: &str, sentence: String) -> Measure {
    Measure {
        name: figure.into(),
        label: label.to_owned(),
        value: rounded(value),
        threshold: None,
        at_least: false,
        unit: unit.to_owned(),
        verdict: MeasureVerdict::Reported,
        sentence,
    }
}
