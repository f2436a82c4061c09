//! Colour: did neutral surfaces take a tint, was a plain area repainted?
//!
//! The result is compared with what the plan promised (its white balance at the result's own
//! brightness), so that an intended correction is not blamed.

use rayon::prelude::*;

use crate::inspect::pair::{Pair, Tile};
use crate::inspect::thresholds::{
    NEUTRAL_CHROMA, NEUTRAL_DRIFT, TILE_CHROMA_FAIL, TILE_CHROMA_REVIEW,
};
use crate::inspect::{Limit, gate};
use crate::report::{Measure, MeasureVerdict};
use crate::steps::affine::{Affine, Normal};

/// Neutral drift and the worst tile.
pub(crate) fn measure(pair: &Pair) -> [Measure; 2] {
    [neutral(pair), worst_tile(pair)]
}

/// Length of the mean shift of pixels that were, and were promised to stay, near neutral.
fn neutral(pair: &Pair) -> Measure {
    let mut sum = [0.0_f64; 3];
    for (promised, result) in pair.promised.iter().zip(&pair.result) {
        let visible = result[0] > 12.0 && promised[0] < 98.0;
        if visible && promised[1].hypot(promised[2]) < NEUTRAL_CHROMA {
            sum[0] += f64::from(result[1] - promised[1]);
            sum[1] += f64::from(result[2] - promised[2]);
            sum[2] += 1.0;
        }
    }
    let enough = sum[2] >= 0.005 * pair.result.len() as f64;
    let drift = if enough {
        (sum[0] / sum[2]).hypot(sum[1] / sum[2])
    } else {
        0.0
    };
    let verdict = if drift > NEUTRAL_DRIFT {
        MeasureVerdict::Failed
    } else {
        MeasureVerdict::Passed
    };
    let words = (
        "Whites and greys kept their colour.",
        "Whites and greys took on a tint that was not intended.",
    );
    gate(
        ("neutral_drift", "Tint of neutral surfaces", "ΔC"),
        drift,
        Limit::AtMost(NEUTRAL_DRIFT),
        verdict,
        words,
    )
}

/// The colour change of the worst tile after the whole picture's own change is taken out.
fn worst_tile(pair: &Pair) -> Measure {
    let global = global_change(pair);
    let changes = pair
        .tiles()
        .into_par_iter()
        .map(|tile| tile_change(pair, &global, tile));
    let worst = changes.reduce(|| 0.0, f64::max);
    let verdict = match () {
        () if worst > TILE_CHROMA_FAIL => MeasureVerdict::Failed,
        () if worst > TILE_CHROMA_REVIEW => MeasureVerdict::Review,
        () => MeasureVerdict::Passed,
    };
    let words = (
        "No area was repainted in another colour.",
        "One area changed colour more than the rest of the picture.",
    );
    gate(
        ("tile_chroma", "Colour, worst spot", "ΔC"),
        worst,
        Limit::AtMost(TILE_CHROMA_FAIL),
        verdict,
        words,
    )
}

/// CIELAB divided by 100, so that the affine fit is well scaled.
fn unit(lab: [f32; 3]) -> [f32; 3] {
    lab.map(|v| v / 100.0)
}

/// One affine map of colours for the whole picture, from every fifth pixel.
fn global_change(pair: &Pair) -> Affine {
    let mut normal = Normal::default();
    let pairs = pair.promised.iter().zip(&pair.result).step_by(5);
    pairs.for_each(|(promised, result)| normal.add(unit(*promised), unit(*result), 1.0));
    normal.solve(&Affine::identity(), 10.0)
}

/// Mean unexplained shift in a* and b* of a tile, over 1 + 0.045 C* (CIE94: colourful surfaces
/// may move further before anyone sees it). Nearly black tiles have no visible colour.
fn tile_change(pair: &Pair, global: &Affine, tile: Tile) -> f64 {
    let mut sum = [0.0_f64; 4];
    for i in tile.pixels() {
        let (promised, result) = (pair.promised[i], pair.result[i]);
        let expected = global.of(unit(promised)).map(|v| v * 100.0);
        let seen = f64::from((result[0] / 20.0).clamp(0.0, 1.0));
        sum[0] += f64::from(result[1] - expected[1]) * seen;
        sum[1] += f64::from(result[2] - expected[2]) * seen;
        sum[2] += f64::from(promised[1].hypot(promised[2]));
        sum[3] += 1.0;
    }
    let [a, b, chroma] = [0, 1, 2].map(|k| sum[k] / sum[3]);
    a.hypot(b) / (1.0 + 0.045 * chroma)
}
