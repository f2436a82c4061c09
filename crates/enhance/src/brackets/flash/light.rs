//! Evidence that a flash lit some frames of a set: their light against the others'.

use std::collections::BTreeMap;

use crate::brackets::small::{Small, quantile};
use crate::shot::Shot;

/// Stops of light beyond the exposure's word that only a lamp of one's own explains, and more by
/// this part of the word itself: cameras' curves are steeper than light.
const BEYOND_EV: f32 = 1.0;
const STEEPER: f32 = 0.4;
/// Spread of two frames' ratio at one brightness, in stops: one light leaves the grain of the file,
/// two lights leave the walls that they reach differently.
const SPREAD_EV: f32 = 0.15;
/// The same where the camera says it, too.
const SPREAD_SAID_EV: f32 = 0.08;
/// Share of the picture that has to tell in both frames: of a frame that is nearly all white, edges
/// and whoever walked by are left.
const COMMON: f32 = 0.3;
/// Times the spread of the frames that were lit alike.
const ABOVE_OTHERS: f32 = 2.5;
/// The frames' light against each other's: as their pictures have it, and as the camera says.
pub(super) struct Light<'a> {
    shots: &'a [Shot],
    /// By pairs, the darker one first; `None`: they have too little in common.
    spreads: BTreeMap<(usize, usize), Option<Spread>>,
}

impl<'a> Light<'a> {
    /// Compares all of them.
    pub fn of(frames: &[Small], shots: &'a [Shot]) -> Self {
        let pairs = (0..frames.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
        Self {
            shots,
            spreads: pairs
                .map(|(i, j)| ((i, j), spread(&frames[i], &frames[j])))
                .collect(),
        }
    }

    /// The fewest frames whose light the others' does not explain, the darkest of as many.
    pub fn flash_frames(&self) -> Option<Vec<usize>> {
        let count = self.shots.len();
        let mut sets: Vec<u32> = (1..(1_u32 << count) - 1).collect();
        sets.sort_by_key(|set| set.count_ones());
        sets.into_iter().find_map(|set| {
            let (lit, ambient): (Vec<usize>, Vec<usize>) =
                (0..count).partition(|i| set >> i & 1 == 1);
            lit.iter()
                .all(|&at| self.is_lit(at, &lit, &ambient))
                .then_some(lit)
        })
    }

    /// True when the light of a frame speaks for a flash, if these others had it and those had not.
    fn is_lit(&self, at: usize, lit: &[usize], ambient: &[usize]) -> bool {
        let known: Vec<(usize, Spread)> = ambient
            .iter()
            .filter_map(|&i| Some((i, self.spread(i, at)?)))
            .collect();
        let Some(least) = known.iter().map(|(_, s)| s.ev).reduce(f32::min) else {
            return false;
        };
        let fired = |i: usize| self.shots[i].flash_fired == Some(true);
        if fired(at) && !ambient.iter().any(|&i| fired(i)) {
            return least > SPREAD_SAID_EV;
        }
        // Without the camera's word on the flash, most frames are right about the room's light.
        if lit.len() > 1 && ambient.len() < 2 {
            return false;
        }
        let beyond = |(i, spread): &(usize, Spread)| {
            let said = |i: usize| self.shots[i].exposure_value();
            let stops = said(at)? - said(*i)?;
            Some(spread.median_ev - stops - STEEPER * stops.abs())
        };
        match known.iter().map(beyond).collect::<Option<Vec<f32>>>() {
            Some(beyond) => beyond.iter().all(|&ev| ev > BEYOND_EV) && least > SPREAD_SAID_EV,
            // Pictures alone do not say which of two groups had the flash.
            None => {
                lit.len() == 1 && least > SPREAD_EV.max(ABOVE_OTHERS * self.most_alike(ambient))
            }
        }
    }

    /// The largest spread among frames; where they cannot be compared, more than any.
    fn most_alike(&self, among: &[usize]) -> f32 {
        let pairs = among.windows(2);
        let spreads = pairs.filter_map(|pair| self.spread(pair[0], pair[1]));
        spreads.map(|s| s.ev).reduce(f32::max).unwrap_or(f32::MAX)
    }

    /// Ratio of the light of one frame to another's.
    fn spread(&self, one: usize, two: usize) -> Option<Spread> {
        let found = self.spreads.get(&(one.min(two), one.max(two)))?.as_ref()?;
        let sign = if one < two { 1.0 } else { -1.0 };
        Some(Spread {
            median_ev: sign * found.median_ev,
            ev: found.ev,
        })
    }
}

/// Ratio of the light of one frame to another's.
struct Spread {
    median_ev: f32,
    /// Half the distance of the quartiles at one brightness, in stops.
    ev: f32,
}

/// `None`: they have too little in common.
fn spread(one: &Small, two: &Small) -> Option<Spread> {
    let tell = (0..one.rgb.len()).filter(|&i| one.tells(i) && two.tells(i));
    let cells: Vec<usize> = tell.collect();
    if (cells.len() as f32) < COMMON * one.rgb.len() as f32 {
        return None;
    }
    let stops = |&i: &usize| (two.luminance(i) / one.luminance(i)).log2();
    let median_ev = quantile(&mut cells.iter().map(stops).collect::<Vec<_>>(), 0.5)?;
    let at_levels_of = |frame: &Small| {
        let mut by_level: Vec<Vec<f32>> = vec![Vec::new(); 32];
        for i in &cells {
            by_level[usize::from(frame.rgb[*i][1] / 8)].push(stops(i));
        }
        let half = |level: &mut Vec<f32>| {
            let (high, low) = (quantile(level, 0.75)?, quantile(level, 0.25)?);
            Some(((high - low) / 2.0, level.len()))
        };
        // The middle one: somebody who moved spreads a few levels, two lights spread them all.
        let mut halves: Vec<(f32, usize)> = by_level.iter_mut().filter_map(half).collect();
        halves.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut below = 0;
        let middle = halves.iter().find(|(_, count)| {
            below += count;
            2 * below >= cells.len()
        });
        middle.map_or(0.0, |&(half, _)| half)
    };
    Some(Spread {
        median_ev,
        ev: (at_levels_of(one) + at_levels_of(two)) / 2.0,
    })
}
