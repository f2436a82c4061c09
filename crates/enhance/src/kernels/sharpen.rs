//! Sharpening factors along a row: unsharp masking over 3 x 3 pixels that never leaves the range
//! of its neighbours.

use multiversion::multiversion;

/// Factors on light for the inner row of three rows of luma in samples. `amount` of the difference
/// to the surroundings is added, less `grain`; `floor` keeps black from exploding.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512dq+avx512vl+bmi2+fma",
    "x86_64+avx2+bmi2+fma"
))]
pub(crate) fn factors(rows: [&[f32]; 3], [amount, grain, floor]: [f32; 3], to: &mut [f32]) {
    let inner = to.len().saturating_sub(2);
    to.fill(1.0);
    let Some(to) = to.get_mut(1..=inner) else {
        return;
    };
    let shifted = |row: usize, by: usize| &rows[row][by..by + inner];
    let above = [0, 1, 2].map(|by| shifted(0, by));
    let row = [0, 1, 2].map(|by| shifted(1, by));
    let below = [0, 1, 2].map(|by| shifted(2, by));
    for i in 0..inner {
        let down = |x: usize| above[x][i] + 2.0 * row[x][i] + below[x][i];
        let soft = (down(0) + 2.0 * down(1) + down(2)) / 16.0;
        let here = row[1][i];
        let beside = (row[0][i].max(row[2][i]), row[0][i].min(row[2][i]));
        let around = (above[1][i].max(below[1][i]), above[1][i].min(below[1][i]));
        let (high, low) = (
            beside.0.max(around.0).max(here),
            beside.1.min(around.1).min(here),
        );
        let detail = here - soft;
        let kept = (detail.abs() - grain).max(0.0) * amount;
        let sharp = (here + kept.copysign(detail)).max(low).min(high);
        // Light goes with about the square of samples.
        let ratio = (sharp + floor) / (here + floor);
        to[i] = (ratio * ratio).clamp(0.7, 1.4);
    }
}
