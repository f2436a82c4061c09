//! Decides the white balance: which part of the measured tint is the light's, and how much of
//! that is a fault.
//!
//! Every cue errs by what is in the picture: wood is warm, lawns are green. The weights come
//! from a ridge regression over photos under known casts (the `fit` example), which lets the
//! cues' errors cancel. What remains on balanced photos, about a fifth of a stop, is left alone;
//! a cast twice that is taken out whole. So a room keeps the last warmth of its lamps.

use plumbline_documents::Look;

use crate::math::colour::luminance;
use crate::math::interpolation::smoothstep;
use crate::measure::{Illuminant, Measured, Tint};
use crate::plan::shoot_reference::ShootReference;
use crate::steps::white_balance::WhiteBalance;

/// Weights of shades of grey, grey edge, brightest and plain surfaces, and a constant, for warmth.
pub const WARM: [f32; 5] = [0.496, 0.480, 0.072, -0.101, -0.112];
/// The same for green.
pub const GREEN: [f32; 5] = [0.119, 0.293, 0.004, -0.039, 0.016];
/// Length of a tint, in stops, that is left alone, and from which all of it is taken out.
const BAND: [f32; 2] = [0.35, 0.75];
/// Green and pink light is rarer and uglier than warm light: it counts more.
const GREEN_WEIGHT: f32 = 1.6;
/// Warmth that the warm look leaves in, in stops of red over blue.
const WARMTH: f32 = 0.16;

/// The colour of the light, from all cues.
pub fn light(illuminant: &Illuminant) -> Tint {
    if illuminant.share < 0.02 {
        return Tint::default();
    }
    let sum = |weights: [f32; 5], of: fn(&Tint) -> f32| {
        let cues = illuminant.cues.iter().zip(weights);
        weights[4] + cues.map(|(cue, weight)| weight * of(cue)).sum::<f32>()
    };
    Tint {
        warm: sum(WARM, |t| t.warm),
        green: sum(GREEN, |t| t.green),
    }
}

/// The gains for a picture; neutral when there is no visible cast.
pub(crate) fn plan(
    measured: &Measured,
    look: Look,
    shoot_reference: Option<&ShootReference>,
) -> WhiteBalance {
    let light = light(&measured.illuminant);
    let light = shoot_reference.map_or(light, |shoot_reference| shoot_reference.pulled(light));
    let length = light.warm.hypot(light.green * GREEN_WEIGHT);
    let share = smoothstep(BAND[0], BAND[1], length);
    let left = if look == Look::Warm { WARMTH } else { 0.0 };
    let out = Tint {
        warm: light.warm.clamp(-2.2, 2.2) * share - left,
        green: light.green.clamp(-0.8, 0.8) * share,
    };
    if out.warm.abs() < 0.03 && out.green.abs() < 0.03 {
        return WhiteBalance::default();
    }
    gains(out)
}

/// Gains that make a light of that tint grey, at its own luminance.
fn gains(tint: Tint) -> WhiteBalance {
    let stops = [
        (tint.warm - tint.green) / 2.0,
        0.0,
        (-tint.warm - tint.green) / 2.0,
    ];
    let light = stops.map(f32::exp2);
    let level = luminance(light);
    WhiteBalance {
        gains: light.map(|v| level / v),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gains_make_grey_of_the_light_and_keep_its_luminance() {
        let tint = Tint {
            warm: 1.2,
            green: 0.3,
        };
        let gains = gains(tint).gains;
        let [r, g, b] = gains.map(|v| v.log2());
        assert!((b - r - 1.2).abs() < 1e-5 && (r + b - 2.0 * g - 0.3).abs() < 1e-5);
        assert!((luminance(gains.map(|v| 1.0 / v)) - 1.0).abs() < 1e-5);
    }
}
