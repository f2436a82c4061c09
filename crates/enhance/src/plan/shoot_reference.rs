//! The shoot reference: what the photos of one shoot have in common, so that its rooms match.
//!
//! One photo cannot tell a yellow wall from a yellow lamp; thirty photos of one house can. The
//! shoot reference is a median, so that a few odd rooms do not move it.

use plumbline_documents::Place;
use serde::{Deserialize, Serialize};

use crate::measure::{Measured, Tint};
use crate::plan::exposure::stops_off;
use crate::plan::white_balance::light;

/// Photos below which a shoot has no common light.
const FEWEST: usize = 3;
/// Deviation of one photo's own estimate, in stops of tint: the error of the fit on photos that
/// were left out.
const ERROR: f32 = 0.22;

/// The common light and exposure of a shoot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShootReference {
    /// Median colour of the light.
    pub light: Tint,
    /// Spread of the photos' lights, in stops: 1.48 median absolute deviations.
    pub spread: f32,
    /// Median stops the photos are off.
    pub stops_off: f32,
}

impl ShootReference {
    /// The reference of a shoot; `None` for fewer than three photos. The order does not matter, and
    /// plans and documents do not count.
    pub fn of(shoot: &[Measured]) -> Option<Self> {
        let shoot: Vec<&Measured> = shoot.iter().filter(|m| m.is_photo()).collect();
        if shoot.len() < FEWEST {
            return None;
        }
        let lights: Vec<Tint> = shoot.iter().map(|m| light(&m.illuminant)).collect();
        let common = Tint {
            warm: median(lights.iter().map(|t| t.warm)),
            green: median(lights.iter().map(|t| t.green)),
        };
        let apart = |t: &Tint| (t.warm - common.warm).hypot(t.green - common.green);
        Some(Self {
            light: common,
            spread: 1.48 * median(lights.iter().map(apart)),
            stops_off: median(shoot.iter().map(|m| stops_off(m, Place::Unknown))),
        })
    }

    /// A photo's own light, pulled toward the shoot's by its own uncertainty: the mean of both,
    /// weighted by their inverse variances.
    pub(crate) fn pulled(&self, own: Tint) -> Tint {
        let share = ERROR * ERROR / (ERROR * ERROR + self.spread * self.spread + 1e-6);
        let mix = |own: f32, common: f32| own + (common - own) * share;
        Tint {
            warm: mix(own.warm, self.light.warm),
            green: mix(own.green, self.light.green),
        }
    }
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_unstable_by(f32::total_cmp);
    let middle = values.len() / 2;
    if values.len().is_multiple_of(2) {
        (values[middle - 1] + values[middle]) / 2.0
    } else {
        values[middle]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_pulled_most_toward_a_shoot_that_agrees_with_itself() {
        let own = Tint {
            warm: 0.6,
            green: 0.0,
        };
        let pulled = |spread| {
            let light = Tint {
                warm: 0.2,
                green: 0.0,
            };
            ShootReference {
                light,
                spread,
                stops_off: 0.0,
            }
            .pulled(own)
            .warm
        };
        assert!(pulled(0.02) < 0.21 && pulled(1.0) > 0.55);
        assert!((0.39..0.41).contains(&pulled(0.22)));
    }
}
