//! Decides the corners: only what the quarters of the picture agree on is the lens's doing, for a
//! dark corner of a room is in one or two of them.

use crate::measure::Falloff;
use crate::plan::smooth;
use crate::steps::corners::Corners;

/// Stops in a corner that nobody sees, and from which all of it is given back.
const BAND: [f32; 2] = [0.20, 0.45];

/// At most 0.7 stops: beyond, noise and guesses grow faster than the gain.
pub(crate) fn plan(falloff: &Falloff) -> Corners {
    let mut corners = falloff.corners_ev;
    corners.sort_unstable_by(f32::total_cmp);
    let agreed = (corners[0] + 2.0 * corners[1]) / 3.0;
    let ev = agreed.clamp(0.0, 0.7) * smooth(BAND[0], BAND[1], agreed);
    Corners {
        ev: if ev < 0.1 { 0.0 } else { ev },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_dark_corner_is_a_room_and_four_are_a_lens() {
        let ev = |corners_ev| plan(&Falloff { corners_ev }).ev;
        assert_eq!(ev([0.0, 0.1, 1.5, 1.4]), 0.0);
        assert_eq!(ev([1.0, 1.1, 0.9, 0.8]), 0.7);
        assert_eq!(ev([0.1; 4]), 0.0);
    }
}
