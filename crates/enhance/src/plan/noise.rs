//! Decides how much noise is taken out: at each brightness, what was measured there, as far as the rest of
//! the edit lifts it, dials included, and makes it visible. Nothing where nothing is lifted, and nothing
//! where nobody would see noise after the lift.

use crate::math::interpolation::smoothstep;
use crate::math::light::{encoded, linear};
use crate::measure::{LEVELS, Measured};
use crate::plan::Plan;
use crate::steps::natural::Natural;
use crate::steps::noise::NoiseReduction;

/// Deviation after the lift, in 8-bit levels, up to which noise is not seen, and from which on it is.
const VISIBLE: [f32; 2] = [1.2, 2.6];
/// Factor on the deviation of chroma: grain of colour is seen less than grain of light.
const OF_CHROMA: f32 = 0.65;
/// Lift of encoded luma up to which a brightness is left as it is, and from which on it is lifted.
const LIFTED: [f32; 2] = [1.08, 1.3];
/// Share of the deviation below which nothing is worth taking out: rounding to 8 bits alone makes that much in
/// the dark.
const LEAST: f32 = 0.2;
/// Luma of black that lifts are measured at.
const BLACK: f32 = 0.004;

impl Plan {
    /// The plan with the noise reduction that the rest of it calls for: to be asked for last.
    pub fn quieted(self, measured: &Measured) -> Self {
        let steps = Plan {
            strength: 1.0,
            ..self.clone()
        }
        .natural();
        Self {
            noise_reduction: plan(measured, &steps),
            ..self
        }
    }
}

fn plan(measured: &Measured, steps: &Natural) -> NoiseReduction {
    let lifts: [f32; LEVELS] = std::array::from_fn(|i| {
        let root = i as f32 / (LEVELS - 1) as f32;
        lift(steps, (root * root).max(BLACK))
    });
    let seen = |deviation: f32, lift: f32, weight: f32| {
        let seen = smoothstep(VISIBLE[0], VISIBLE[1], 255.0 * weight * deviation * lift);
        seen * smoothstep(LIFTED[0], LIFTED[1], lift)
    };
    let shares = |plane: &[f32; LEVELS], weight: f32| -> [f32; LEVELS] {
        std::array::from_fn(|i| seen(plane[i], lifts[i], weight))
    };
    let noise = &measured.noise_levels;
    let planes = [
        (&noise.luma, 1.0),
        (&noise.blue, OF_CHROMA),
        (&noise.red, OF_CHROMA),
    ];
    let shares = planes.map(|(plane, weight)| shares(plane, weight));
    if shares.as_flattened().iter().all(|share| *share < LEAST) {
        return NoiseReduction::default();
    }
    let [luma, blue, red] =
        [0, 1, 2].map(|k| std::array::from_fn(|i| planes[k].0[i] * shares[k][i]));
    NoiseReduction { luma, blue, red }
}

/// Factor on encoded luma where the surroundings have that luma, which is what the edit does to a deviation
/// there; the largest, if it differs over the picture.
fn lift(steps: &Natural, luma: f32) -> f32 {
    let light = match &steps.finish {
        Some(finish) => finish.most_light(linear(luma)),
        None => linear(luma) * steps.tone.gain_at(luma) * steps.corners.ev.max(0.0).exp2(),
    };
    let corrected = encoded(light.clamp(0.0, 1.0));
    let dials = steps.dials.as_ref();
    dials.map_or(corrected, |dials| dials.plain(corrected)) / luma
}

#[cfg(test)]
mod tests {
    use plumbline_documents::{Dial, Dials};

    use super::*;
    use crate::measure::{NoiseLevels, measure};
    use crate::pixels::Pixels;
    use crate::shot::Shot;
    use crate::steps::finish::Finish;

    fn of(levels: f32, stops: f32, dials: &Dials) -> NoiseReduction {
        let card = Pixels::from_eight(64, 64, vec![60; 64 * 64 * 3]).unwrap();
        let measured = Measured {
            noise_levels: NoiseLevels {
                luma: [levels / 255.0; LEVELS],
                ..NoiseLevels::default()
            },
            ..measure(&card, &Shot::default())
        };
        let plan = Plan {
            finish: Some(Finish::default().lit([stops; 3])),
            dials: *dials,
            ..Plan::identity()
        };
        plan.quieted(&measured).noise_reduction
    }

    #[test]
    fn what_is_neither_lifted_nor_seen_is_left() {
        let none = Dials::default();
        assert!(of(4.0, 0.0, &none).is_nothing(), "not lifted");
        assert!(of(4.0, -1.0, &none).is_nothing(), "darkened");
        assert!(of(0.25, 2.0, &none).is_nothing(), "not seen");
        let seen = of(2.0, 2.0, &none);
        assert!(seen.luma[2] > 1.9 / 255.0, "{seen:?}");
        assert_eq!(seen.luma[8], 0.0, "white is not lifted");
        assert_eq!(seen.blue, [0.0; LEVELS]);
    }

    #[test]
    fn what_a_person_lifts_is_quieted_too() {
        let mut dials = Dials::default();
        *dials.number(Dial::Brightness) = Some(1.5);
        let seen = of(3.0, 0.0, &dials);
        assert!(seen.luma[2] > 2.5 / 255.0, "{seen:?}");
    }
}
