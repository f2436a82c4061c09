//! The result on its own: is it as good as it could be? The original says only what was possible.

use std::borrow::Cow;

use plumbline_documents::{Engine, Measure};

use crate::inspect::Terms;
use crate::measure::{Measured, about_a_megapixel, light};
use crate::pixels::{Mask, Pixels};
use crate::plan::Plan;
use crate::sky::planes::Plane;
use crate::steps::natural;

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
    let judged = Judged::of(&before, &now, plan);
    let mut measures = vec![grain::measure(&before, &judged, thresholds)];
    // Dusk is dark, and its colours are its own.
    if plan.asked_strength >= ALL_OF_IT && !plan.keeps_dusk && !judged.is_asked_of_a_model {
        let found: Vec<Measured> = judged.pictures.iter().map(|one| light(one)).collect();
        measures.push(lack::measure(&found, thresholds));
        measures.push(cast::measure(&judged, &found, plan, thresholds));
    }
    measures.push(blocking::measure(original, result));
    measures.extend(halo::measure(&before, &now));
    measures.extend(hue::measure(&before, &now, plan));
    measures
}

/// Pictures that taste is judged by: the result, and the same without what a person turned. The better one counts:
/// what was asked for is not held against anybody, and what it mends is mended.
struct Judged<'a> {
    pictures: Vec<Cow<'a, Pixels>>,
    /// Light or colour was turned on what a model made: nobody knows it without.
    is_asked_of_a_model: bool,
}

impl<'a> Judged<'a> {
    fn of(before: &Pixels, now: &'a Pixels, plan: &Plan) -> Self {
        let is_turned = plan.dialled().is_some();
        let is_natural = plan.engine == Engine::Natural;
        let without = (is_turned && is_natural).then(|| {
            natural::apply(before, &plan.undialled()).expect("every row keeps its length")
        });
        let without = without.into_iter().map(Cow::Owned);
        Self {
            pictures: [Cow::Borrowed(now)].into_iter().chain(without).collect(),
            is_asked_of_a_model: is_turned && !is_natural,
        }
    }

    /// The least of a number that is the worse the higher it is.
    fn least(&self, of: impl Fn(&Pixels) -> f32) -> f32 {
        let numbers = self.pictures.iter().map(|one| of(one));
        numbers.fold(f32::INFINITY, f32::min)
    }
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
