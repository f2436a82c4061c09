//! White balance that wandered between the exposures: what every frame's channels are against the
//! reference's, where both tell.
//!
//! The camera's automatic white balance may decide anew for every exposure. What it multiplies one
//! channel by shows at every level of that channel.

use crate::brackets::pyramid::Plane;
use crate::brackets::response::learned;
use crate::brackets::small::{Small, quantile};
use crate::math::interpolation::smoothstep;
use crate::math::light::{LUMA, linear};

/// Factors of a frame's light, by channel.
pub(super) type Gains = [f32; 3];
pub(super) const NO_GAINS: Gains = [1.0; 3];

/// Levels that say how much light there was.
const TELLING: std::ops::RangeInclusive<i32> = 20..=236;
/// Levels that have to be known in all channels.
const ENOUGH: usize = 12;
/// Stops from red to blue, and of any one channel, below which nothing wandered between two frames:
/// cameras' curves are not quite the same for all channels.
const WARMER_EV: f32 = 0.12;
const STEADY_EV: f32 = 0.2;
/// Encoded values between which gains fade out.
const NEAR_WHITE: (f32, f32) = (0.93, 1.0);
/// Stops beyond which it was no white balance that wandered.
const MOST_EV: f32 = 1.0;

/// The gains that bring every frame but a `lit` one to the reference, by their neighbours in exposure: frames many
/// stops apart have few cells where both tell.
pub(super) fn gains(frames: &[Small], reference: usize, lit: &[usize]) -> Vec<Gains> {
    let mut wandered = vec![[0.0_f32; 3]; frames.len()];
    let alike: Vec<usize> = (0..frames.len()).filter(|i| !lit.contains(i)).collect();
    // A flash frame is no reference: it has light of its own.
    let middle = alike.iter().position(|&i| i >= reference);
    let middle = middle.unwrap_or(alike.len().saturating_sub(1));
    let outwards = (middle + 1..alike.len()).map(|i| (i, i - 1));
    for (frame, nearer) in outwards.chain((0..middle).rev().map(|i| (i, i + 1))) {
        let (frame, nearer) = (alike[frame], alike[nearer]);
        let step = wander(&frames[frame], &frames[nearer]);
        wandered[frame] = [0, 1, 2].map(|c| wandered[nearer][c] + step[c]);
    }
    wandered.into_iter().map(taken_out).collect()
}

/// Multiplies light by gains, on encoded unit values. What is near white stays: nobody knows how
/// much light it had, and a coloured white is worse than none.
pub(super) fn apply(rgb: &mut [Plane; 3], gains: Gains) {
    // Encoded values go with the 2.2nd root of light, within a hundredth.
    let factors = gains.map(|g| g.powf(1.0 / 2.2));
    for i in 0..rgb[0].values.len() {
        let own = [0, 1, 2].map(|c| rgb[c].values[i]);
        let balanced = balanced(own, factors);
        (0..3).for_each(|c| rgb[c].values[i] = balanced[c]);
    }
}

/// One encoded pixel multiplied by encoded factors.
#[inline(always)]
fn balanced(rgb: [f32; 3], factors: [f32; 3]) -> [f32; 3] {
    let top = rgb[0].max(rgb[1]).max(rgb[2]);
    let keeps = smoothstep(NEAR_WHITE.0, NEAR_WHITE.1, top);
    let factor = |c: usize| factors[c] + (1.0 - factors[c]) * keeps;
    [0, 1, 2].map(|c| (rgb[c] * factor(c)).min(1.0))
}

impl Small {
    /// The same for a small copy.
    pub fn balance(&mut self, gains: Gains) {
        let factors = gains.map(|g| g.powf(1.0 / 2.2));
        for rgb in &mut self.rgb {
            let unit = rgb.map(|v| f32::from(v) / 255.0);
            *rgb = balanced(unit, factors).map(|v| (v * 255.0 + 0.5) as u8);
        }
    }
}

fn taken_out(wandered: [f32; 3]) -> Gains {
    match wandered.iter().any(|ev| ev.abs() > MOST_EV) {
        true => NO_GAINS,
        false => wandered.map(|ev| (-ev).exp2()),
    }
}

/// Stops by which the channels of a frame differ from another's beyond what all three do. They are
/// compared where they have one level, not at one place: so the camera's curve, which is the same
/// for all three, does not count.
fn wander(frame: &Small, other: &Small) -> [f32; 3] {
    let curves = [0, 1, 2].map(|c| learned(other, frame, c, None));
    let stops = |level: usize| -> Option<[f32; 3]> {
        let mut stops = [0.0; 3];
        for (stops, curve) in stops.iter_mut().zip(&curves) {
            let found = curve[level].map(|e| e.middle)?;
            *stops = TELLING
                .contains(&found)
                .then(|| linear(found as f32 / 255.0).log2())?;
        }
        Some(stops)
    };
    let levels = TELLING.filter_map(|level| stops(level as usize));
    let levels: Vec<[f32; 3]> = levels.collect();
    if levels.len() < ENOUGH {
        return [0.0; 3];
    }
    let beyond = |s: &[f32; 3]| {
        let all: f32 = std::iter::zip(LUMA, s).map(|(w, v)| w * v).sum();
        s.map(|v| v - all)
    };
    let off: Vec<[f32; 3]> = levels.iter().map(beyond).collect();
    let quartiles = |of: &dyn Fn(&[f32; 3]) -> f32| {
        let mut values: Vec<f32> = off.iter().map(of).collect();
        [0.25, 0.5, 0.75].map(|share| quantile(&mut values, share).unwrap_or(0.0))
    };
    // What wandered did so at all levels alike; curves that differ do not.
    let wandered = |least: f32, of: &dyn Fn(&[f32; 3]) -> f32| {
        let [low, middle, high] = quartiles(of);
        middle.abs() > least && high - low < middle.abs()
    };
    let warmer = wandered(WARMER_EV, &|s| s[0] - s[2]);
    let steady = !warmer && !(0..3).any(|c| wandered(STEADY_EV, &|s| s[c]));
    match steady {
        true => [0.0; 3],
        false => [0, 1, 2].map(|c| quartiles(&|s| s[c])[1]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brackets::pyramid::Size;
    use crate::math::light::encoded;

    fn wall(light: f32, gains: [f32; 3]) -> Small {
        let size = Size {
            width: 40,
            height: 40,
        };
        let cell = |i: usize| {
            let grey = linear(0.2 + 0.5 * i as f32 / 1600.0) * light;
            gains.map(|g| (encoded((grey * g).min(1.0)) * 255.0 + 0.5) as u8)
        };
        Small {
            size,
            rgb: (0..1600).map(cell).collect(),
            known: vec![true; 1600],
        }
    }

    #[test]
    fn a_frame_that_wandered_is_brought_back_and_a_steady_one_is_left() {
        let frames = [
            wall(0.4, [1.15, 1.0, 0.85]),
            wall(1.0, [1.0; 3]),
            wall(1.6, [1.0; 3]),
        ];
        let found = gains(&frames, 1, &[]);
        assert_eq!(found[1..], [NO_GAINS, NO_GAINS]);
        let [r, g, b] = found[0];
        assert!(((r / g) - 1.0 / 1.15).abs() < 0.01 && ((b / g) - 1.0 / 0.85).abs() < 0.01);
    }
}
