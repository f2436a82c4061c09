//! The result on its own: is it as good as it could be? The original says only what was possible.

use plumbline_documents::Measure;

use crate::inspect::Terms;
use crate::measure::{about_a_megapixel, light};
use crate::pixels::{Mask, Pixels};
use crate::sky::planes::Plane;

mod blocking;
mod cast;
mod grain;
mod halo;
mod hue;
mod lack;

/// Strength below which somebody wanted less than was possible.
const ALL_OF_IT: f32 = 0.99;

/// The measures of a result that a plan made; none without a plan, or where the plan leaves the
/// picture as it came.
pub(crate) fn measures(original: &Pixels, result: &Pixels, terms: &Terms) -> Vec<Measure> {
    let Some(plan) = terms.plan.filter(|plan| plan.left.is_none()) else {
        return Vec::new();
    };
    let thresholds = &terms.thresholds;
    let (before, now) = rayon::join(|| about_a_megapixel(original), || about_a_megapixel(result));
    let now = match terms.sky {
        Some(sky) => below_sky(&before, &now, sky),
        None => now,
    };
    let mut measures = vec![grain::measure(&before, &now, thresholds)];
    // Dusk is dark, and its colours are its own.
    if plan.asked_strength >= ALL_OF_IT && !plan.keeps_dusk {
        let found = light(&now);
        measures.push(lack::measure(&found, thresholds));
        measures.push(cast::measure(&now, &found, plan, thresholds));
    }
    measures.push(blocking::measure(original, result));
    measures.extend(halo::measure(&before, &now));
    measures.extend(hue::measure(&before, &now, plan));
    measures
}

/// A result under its old sky: the blue of a new one is no cast.
fn below_sky(before: &Pixels, now: &Pixels, sky: &Mask) -> Pixels {
    let (width, height) = (now.width(), now.height());
    let sky = Plane::of_mask(sky, width as usize, height as usize);
    let (before, now) = (before.rgb8(), now.rgb8());
    let pairs = before.iter().zip(now.iter()).enumerate();
    let samples = pairs.map(|(i, (&before, &now))| {
        let share = sky.values[i / 3];
        (f32::from(now) + share * (f32::from(before) - f32::from(now))).round() as u8
    });
    Pixels::from_eight(width, height, samples.collect()).expect("as many samples as before")
}
