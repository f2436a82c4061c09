//! Hue of likely skin and wood: its turn from what the plan's white balance makes of the original. Informs
//! only: what has these colours may be a wall.

use plumbline_documents::{Engine, Figure, Measure};

use crate::inspect::reported;
use crate::kernels::balance::balanced;
use crate::math::colour::lab;
use crate::math::light::{Sample, linear};
use crate::math::statistics::median;
use crate::pixels::Pixels;
use crate::plan::Plan;

/// Hue, in degrees of a* and b*, and chroma of skin and wood; lightness at which both are seen.
const HUE: std::ops::Range<f32> = 30.0..80.0;
const CHROMA: std::ops::Range<f32> = 12.0..48.0;
const LIGHTNESS: std::ops::Range<f32> = 25.0..88.0;
/// Share of the picture that has to look like it.
const ENOUGH: f32 = 0.01;
/// Every so many pixels one is looked at.
const EVERY: usize = 7;

pub(super) fn measure(original: &Pixels, result: &Pixels, plan: &Plan) -> Option<Measure> {
    let gains = match plan.engine {
        Engine::Natural => plan.balance().gains,
        Engine::Guided | Engine::Tiled => [1.0; 3],
    };
    let (before, now) = (original.rgb8(), result.rgb8());
    let pairs = before.as_chunks::<3>().0.iter().zip(now.as_chunks::<3>().0);
    let turns: Vec<f32> = pairs
        .step_by(EVERY)
        .filter_map(|(a, b)| turn(*a, *b, gains))
        .collect();
    let all = original.pixel_count() as f32 / EVERY as f32;
    let found = (turns.len() as f32 >= ENOUGH * all)
        .then(|| median(turns))
        .flatten()?;
    let sentence = format!("The colours of skin and wood turned by {found:.1}°.");
    Some(reported(
        Figure::ResultHue,
        "Hue of skin and wood",
        found.abs().into(),
        "°",
        sentence,
    ))
}

/// Degrees that a pixel's hue turned; `None`: it looks like neither skin nor wood.
fn turn(before: [u8; 3], now: [u8; 3], gains: [f32; 3]) -> Option<f32> {
    let light = |p: [u8; 3]| p.map(|v| linear(v.unit()));
    let of = |light: [f32; 3]| {
        let [l, a, b] = lab(light);
        (l, a.hypot(b), b.atan2(a).to_degrees())
    };
    let (before, now) = (of(balanced(gains, light(before))), of(light(now)));
    let is_it = |(l, c, h): (f32, f32, f32)| {
        LIGHTNESS.contains(&l) && CHROMA.contains(&c) && HUE.contains(&h)
    };
    let turn = (now.2 - before.2 + 540.0).rem_euclid(360.0) - 180.0;
    (is_it(before) && now.1 > 4.0).then_some(turn)
}
