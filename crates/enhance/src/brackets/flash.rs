//! A frame that was lit by a flash among frames that were not ("flambient"): its colour leads, the
//! others give their light and the window.
//!
//! Where the flash frame has no more light than its exposure explains, the flash did not reach: the
//! window and its view. Everywhere else the other frames keep their luminance and take the flash
//! frame's colour, so that lamps of another colour leave no blotches.

use crate::brackets::pyramid::Plane;
use crate::brackets::small::{Small, quantile};
use crate::math::interpolation::smoothstep;
use crate::math::light::LUMA;
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
/// Share of the flash in a pixel's light from which on, and up to which, it leads.
const LEADS: (f32, f32) = (0.35, 0.7);
/// Light that is noise, of one.
const NOISE: f32 = 0.0012;
/// Encoded value above which an ambient frame does not tell its light.
const CLIPPED: f32 = 0.96;
/// Weights where the flash leads: of its frame, of the brightest other, which gives its light, and of
/// those that are there for the window.
const LIT: f32 = 2.0;
const BRIGHTEST: f32 = 0.25;
const FOR_WINDOWS: f32 = 0.01;

/// The flash frame and what the others have of its exposure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flash {
    /// Position among the frames.
    pub frame: usize,
    /// Of the others, brightest first: position, and light of the flash frame without its flash
    /// over theirs.
    ambient: Vec<(usize, f32)>,
}

/// Finds the flash frame among aligned frames, darkest first; `None`: all were lit alike.
pub(super) fn find(frames: &[Small], shots: &[Shot]) -> Option<Flash> {
    if frames.len() < 2 {
        return None;
    }
    let frame = (0..frames.len()).find(|&i| is_lit(frames, shots, i))?;
    let others = (0..frames.len()).rev().filter(|&i| i != frame);
    let ambient = others.map(|i| (i, unlit_ratio(frames, shots, frame, i)));
    Some(Flash {
        frame,
        ambient: ambient.collect(),
    })
}

fn is_lit(frames: &[Small], shots: &[Shot], at: usize) -> bool {
    let others: Vec<usize> = (0..frames.len()).filter(|&i| i != at).collect();
    let spreads: Vec<Option<Spread>> = (others.iter())
        .map(|&i| spread(&frames[i], &frames[at]))
        .collect();
    let Some(least) = spreads.iter().flatten().map(|s| s.ev).reduce(f32::min) else {
        return false;
    };
    let fired = |i: usize| shots[i].flash_fired == Some(true);
    if fired(at) && !others.iter().any(|&i| fired(i)) {
        return least > SPREAD_SAID_EV;
    }
    let known = others.iter().zip(&spreads);
    let known = known.filter_map(|(&i, spread)| Some((i, spread.as_ref()?)));
    let beyond: Option<Vec<f32>> = known
        .map(|(i, spread)| {
            let stops = shots[at].exposure_value()? - shots[i].exposure_value()?;
            Some(spread.median_ev - stops - STEEPER * stops.abs())
        })
        .collect();
    match beyond {
        Some(beyond) => beyond.iter().all(|&ev| ev > BEYOND_EV) && least > SPREAD_SAID_EV,
        None => least > SPREAD_EV.max(ABOVE_OTHERS * most_alike(frames, &others)),
    }
}

/// The largest spread among frames; where they cannot be compared, more than any.
fn most_alike(frames: &[Small], among: &[usize]) -> f32 {
    let pairs = among.windows(2);
    let spreads = pairs.filter_map(|pair| spread(&frames[pair[0]], &frames[pair[1]]));
    spreads.map(|s| s.ev).reduce(f32::max).unwrap_or(f32::MAX)
}

/// How the light of one frame stands to another's.
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

/// Light of the flash frame without its flash over that of another: by their exposures, or by the
/// places where the flash did least.
fn unlit_ratio(frames: &[Small], shots: &[Shot], lit: usize, other: usize) -> f32 {
    let said = shots[lit]
        .exposure_value()
        .zip(shots[other].exposure_value());
    if let Some((lit, other)) = said {
        return (lit - other).exp2();
    }
    let (lit, other) = (&frames[lit], &frames[other]);
    let tell = (0..lit.rgb.len()).filter(|&i| lit.tells(i) && other.tells(i));
    let mut ratios: Vec<f32> = tell
        .map(|i| lit.luminance(i) / other.luminance(i))
        .collect();
    quantile(&mut ratios, 0.01).unwrap_or(0.0)
}

impl Flash {
    /// Gives the other frames the flash frame's colour where the flash reached. Answers how much it
    /// leads, pixel by pixel.
    pub fn relight(&self, layers: &mut [[Plane; 3]]) -> Plane {
        let mut all = Plane::zero(layers[0][0].window);
        for (i, to) in all.values.iter_mut().enumerate() {
            let pixel = |layer: &[Plane; 3]| [0, 1, 2].map(|c| layer[c].values[i]);
            let lit = pixel(&layers[self.frame]).map(light);
            let luminance = seen(lit);
            let share = 1.0 - self.unlit(i, layers) / (luminance + NOISE);
            let leads = smoothstep(LEADS.0, LEADS.1, share);
            *to = leads;
            if leads == 0.0 || luminance <= NOISE {
                continue;
            }
            for &(ambient, _) in &self.ambient {
                let own = pixel(&layers[ambient]);
                let gain = seen(own.map(light)) / luminance;
                for c in 0..3 {
                    let relit = encoded((lit[c] * gain).min(1.0));
                    layers[ambient][c].values[i] = own[c] + (relit - own[c]) * leads;
                }
            }
        }
        all
    }

    /// The weight of a frame where the flash leads by so much.
    pub fn worth(&self, frame: usize, leads: f32) -> f32 {
        let (without, with) = match frame {
            _ if frame == self.frame => (0.0, LIT),
            _ if frame == self.ambient[0].0 => (1.0, BRIGHTEST),
            _ => (1.0, FOR_WINDOWS),
        };
        without + (with - without) * leads
    }

    /// Luminance that the flash frame would have without its flash, by the brightest frame that tells.
    fn unlit(&self, i: usize, layers: &[[Plane; 3]]) -> f32 {
        let of = |&(layer, ratio): &(usize, f32)| {
            let rgb = [0, 1, 2].map(|c| layers[layer][c].values[i]);
            let top = rgb[0].max(rgb[1]).max(rgb[2]);
            (top, seen(rgb.map(light)) * ratio)
        };
        let known = self.ambient.iter().map(of).find(|&(top, _)| top < CLIPPED);
        // Where even the darkest frame is clipped it is at least this much.
        let least = || self.ambient.iter().map(|a| of(a).1).fold(0.0, f32::max);
        known.map_or_else(least, |(_, light)| light)
    }
}

fn seen(light: [f32; 3]) -> f32 {
    LUMA[0] * light[0] + LUMA[1] * light[1] + LUMA[2] * light[2]
}

/// sRGB to light within 0.3 %, without a power.
#[inline(always)]
fn light(v: f32) -> f32 {
    v * (v * (v * 0.305_306_02 + 0.682_171_1) + 0.012_522_878)
}

/// Light to sRGB within half an 8-bit level, by roots only.
#[inline(always)]
fn encoded(light: f32) -> f32 {
    let s1 = light.sqrt();
    let s2 = s1.sqrt();
    let s3 = s2.sqrt();
    (0.662_002_7 * s1 + 0.684_122 * s2 - 0.323_583_6 * s3 - 0.022_541_147 * light).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_without_powers_is_light() {
        for step in 0..=255 {
            let unit = step as f32 / 255.0;
            let exact = crate::math::light::linear(unit);
            assert!((light(unit) - exact).abs() < 0.003, "{unit}");
            assert!((encoded(exact) - unit).abs() < 0.008, "{unit}");
        }
    }
}
