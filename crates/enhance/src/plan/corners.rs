//! Decides the corners: how much of their darkness is the lens's doing.
//!
//! The stops come from a ridge regression over finished photos whose corners were darkened on
//! purpose (the `fit` example). A finished photo reads as a third of a stop by itself, so that much
//! is left alone: a dark corner of a room is not a fault.

use crate::measure::Falloff;
use crate::steps::corners::{Corners, MOST_EV};

/// Weights of strictly and generously plain surfaces, of their direction, of the second most
/// cautious quarter, and a constant.
pub const STOPS: [f32; 5] = [0.628, -0.346, 0.072, 0.181, 0.191];
/// Stops that every photo seems to lack.
const USUAL: f32 = 0.33;
/// The regression shrinks what it finds toward the usual; this stretches it again.
const STRETCH: f32 = 2.6;
/// Stops in a corner that are not visible.
const UNSEEN: f32 = 0.12;

/// Features of the regression. One quarter may be a dark corner of the room, two hardly.
pub fn features(falloff: &Falloff) -> [f32; 5] {
    let sane = |ev: f32| ev.clamp(-0.3, 1.5);
    let mut quarters = falloff.corners_ev;
    quarters.sort_unstable_by(f32::total_cmp);
    let [strictly, generously] = falloff.plain_ev.map(sane);
    [
        strictly,
        generously,
        falloff.outward,
        sane(quarters[1]),
        1.0,
    ]
}

pub(crate) fn plan(falloff: &Falloff) -> Corners {
    let known = STOPS.iter().zip(features(falloff));
    let stops: f32 = known.map(|(k, v)| k * v).sum();
    let ev = (STRETCH * (stops - USUAL)).clamp(0.0, MOST_EV);
    Corners {
        ev: if ev < UNSEEN { 0.0 } else { ev },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dark_corner_is_a_room_and_an_even_falloff_is_a_lens() {
        let ev = |corners_ev, plain: f32, outward| {
            let plain_ev = [plain; 2];
            plan(&Falloff {
                corners_ev,
                plain_ev,
                outward,
            })
            .ev
        };
        assert_eq!(ev([0.0, 0.1, 1.5, 1.4], 0.0, 0.0), 0.0);
        assert_eq!(ev([0.1; 4], 0.1, 0.1), 0.0);
        assert!(ev([1.0, 1.1, 0.9, 0.8], 1.0, 0.7) > 0.5);
    }
}
