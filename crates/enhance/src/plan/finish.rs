//! Decides on a proposed finish: all of it, a share, or none, by how sure its model is.
//!
//! The model foretells how far the photo is from a finished one as it came and under the finish; the
//! more of that distance it takes away, the more of the finish is taken. A photo that is nearly finished
//! stays as it is, and where the model is no help the measured correction answers.

use plumbline_documents::{Look, Place};

use crate::finish_model::Proposal;
use crate::math::interpolation::smoothstep;
use crate::measure::{Measured, light};
use crate::pixels::Pixels;
use crate::plan::{Plan, Preset, exposure, sharpening};
use crate::scene::Scene;
use crate::shot::Panorama;
use crate::steps::corners::Corners;
use crate::steps::finish::Finish;
use crate::steps::natural;
use crate::steps::sharpen::Sharpening;
use crate::steps::tone::Tone;
use crate::steps::white_balance::WhiteBalance;

/// Difference (CIE76) from a finished photo that is taste: a photo this near stays as it is.
const TASTE: f32 = 2.5;
/// Share of the difference that is left, from which on less of a finish is taken, and none.
const UNSURE: [f32; 2] = [0.55, 0.95];
/// Stops that may be missing after more light was given, and before.
const MISSING: [f32; 2] = [0.3, 0.6];
/// Tint, in stops between channels, that is left as it came outside, and from which on all of it is taken off:
/// a camera knows daylight, and what differs this little from it is the paint of a house.
const DAYLIGHT: [f32; 2] = [0.15, 0.45];
/// Stops that the bright look adds, and stops of red over blue that the warm look adds.
const BRIGHTER: f32 = 0.25;
const WARMER: f32 = 0.16;

impl Plan {
    /// The plan with a proposed finish in the place of the measured correction, where the model is sure
    /// enough of it, and at the preset's look. `small`: the copy that it was proposed for.
    pub fn finished_by(
        self,
        proposal: &Proposal,
        small: &Pixels,
        scene: &Scene,
        measured: &Measured,
        preset: &Preset,
    ) -> Self {
        let Some(finish) = taken(proposal).filter(|_| !self.keeps_dusk) else {
            return self;
        };
        let finish = match scene.place {
            Place::Exterior => in_daylight(finish),
            Place::Interior | Place::Unknown => finish,
        };
        let finish = looked(with_enough_light(finish, small), preset.look);
        let finish = match self.panorama {
            Some(Panorama::FullTurn) => finish.joined(),
            _ => finish,
        };
        let flat = finish.is_flat();
        Self {
            white_balance: WhiteBalance::default(),
            tone: Tone::default(),
            corners: Corners::default(),
            sharpening: match flat {
                true => Sharpening::default(),
                false => sharpening::plan(measured),
            },
            finish: (!flat).then_some(finish),
            ..self
        }
        .quieted(measured)
    }
}

/// The part of a proposal that is taken, at the neutral look; `None`: the model is no help.
pub fn taken(proposal: &Proposal) -> Option<Finish> {
    let (before, after) = (proposal.off_before, proposal.off_after);
    if before <= TASTE {
        return Some(Finish::default());
    }
    let share = smoothstep(UNSURE[1], UNSURE[0], after / before.max(1e-3));
    (share > 0.0).then(|| proposal.finish.scaled(share))
}

/// The finish outside: with nothing of a small tint, and all of a large one.
fn in_daylight(finish: Finish) -> Finish {
    finish.tinted(smoothstep(DAYLIGHT[0], DAYLIGHT[1], finish.tint()))
}

/// The finish with more light where the measured correction would still miss some: what nobody has trained
/// the model on may look finished to it, and is dark.
fn with_enough_light(finish: Finish, small: &Pixels) -> Finish {
    let plan = Plan {
        finish: Some(finish),
        ..Plan::identity()
    };
    let result = natural::apply(small, &plan.natural()).expect("every row keeps its length");
    let tone = exposure::plan(&light(&result), &Scene::default(), Look::Neutral, None);
    let missing = tone.exposure_ev.max(0.0) + tone.room_ev;
    if missing <= MISSING[1] {
        return finish;
    }
    finish.lit([(missing - MISSING[0]) / finish.share.max(0.5); 3])
}

/// The finish at a look.
fn looked(finish: Finish, look: Look) -> Finish {
    match look {
        Look::Neutral => finish,
        Look::Bright => finish.lit([BRIGHTER; 3]),
        Look::Warm => finish.lit([WARMER / 2.0, 0.0, -WARMER / 2.0]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_a_small_tint_is_left_and_a_cast_is_not() {
        let of = |tint: f32| Finish::default().lit([0.3 + tint / 2.0, 0.3, 0.3 - tint / 2.0]);
        assert!(in_daylight(of(0.12)).tint() < 1e-4);
        assert_eq!(in_daylight(of(0.9)), of(0.9));
        let between = in_daylight(of(0.3)).tint();
        assert!((0.1..0.2).contains(&between), "{between}");
        let [brighter, before] = [in_daylight(of(0.12)), of(0.12)].map(|f| f.middle_stops());
        assert!((brighter - before).abs() < 0.02, "{brighter} {before}");
    }
}
