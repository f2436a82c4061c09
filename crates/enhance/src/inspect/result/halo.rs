//! Halos: along strong upright and level edges, how much brighter or darker the result is near the edge than
//! farther off, beyond what the original's tones explain. Informs only: reflections and lamps look
//! the same.

use plumbline_documents::{Figure, Measure};

use crate::inspect::reported;
use crate::math::colour::luminance;
use crate::math::statistics::median;
use crate::pixels::Pixels;

/// Pixels of the copy from the edge to its rim, and to what lies beside the rim.
const NEAR: usize = 4;
const FAR: usize = 14;
/// Levels across an edge that count as strong, and across what is plain beside it.
const STRONG: f32 = 60.0;
const PLAIN: f32 = 8.0;
/// Edges below which nothing is said.
const FEWEST: usize = 40;

pub(super) fn measure(original: &Pixels, result: &Pixels) -> Option<Measure> {
    let (width, height) = (original.width() as usize, original.height() as usize);
    let (before, now) = (lumas(original), lumas(result));
    let mut rims = Vec::new();
    for y in (FAR..height.saturating_sub(FAR)).step_by(3) {
        for x in FAR..width.saturating_sub(FAR) {
            let at = y * width + x;
            rims.extend(rim(&before, &now, at, 1));
            rims.extend(rim(&before, &now, at, width));
        }
    }
    let found = (rims.len() >= FEWEST).then(|| median(rims)).flatten()?;
    let sentence =
        format!("Along strong edges there is a rim of {found:.1} levels that was not there.");
    Some(reported(
        Figure::ResultHalo,
        "Rims along edges",
        found.into(),
        "levels",
        sentence,
    ))
}

fn lumas(pixels: &Pixels) -> Vec<f32> {
    let luma = |p: &[u8; 3]| luminance(p.map(f32::from));
    pixels.rgb8().as_chunks::<3>().0.iter().map(luma).collect()
}

/// The larger rim of an edge between two plain sides; `None`: there is no such edge here.
fn rim(before: &[f32], now: &[f32], at: usize, step: usize) -> Option<f32> {
    let side = |of: &[f32], sign: isize, far: usize| {
        of[(at as isize + sign * (far * step) as isize) as usize]
    };
    let sides = [-1, 1].map(|sign| [NEAR, FAR].map(|far| side(before, sign, far)));
    let plain = sides.iter().all(|[near, far]| (near - far).abs() < PLAIN);
    let across = sides[1][0] - sides[0][0];
    let middle = side(before, 1, 1) - side(before, -1, 1);
    if !plain || across.abs() < STRONG || middle.abs() < across.abs() / 2.0 {
        return None;
    }
    let rims = [-1, 1].map(|sign| {
        let [near, far] = [NEAR, FAR].map(|far| side(now, sign, far));
        let [near_before, far_before] = [NEAR, FAR].map(|far| side(before, sign, far));
        ((near - far) - (near_before - far_before)).abs()
    });
    Some(rims[0].max(rims[1]))
}
