//! Frames that were lit by a flash among frames that were not ("flambient"): their colour leads, the
//! others give their light and the window.
//!
//! The flash did not reach the places that have no more light than their exposure explains: the window
//! and its view. Everywhere else the other frames keep their luminance and take the flash
//! frame's colour, so that lamps of another colour leave no blotches.

mod light;

use crate::brackets::MOST_FRAMES;
use crate::brackets::flash::light::Light;
use crate::brackets::pyramid::Plane;
use crate::brackets::small::{Small, quantile};
use crate::math::interpolation::smoothstep;
use crate::math::light::LUMA;
use crate::shot::Shot;

/// Share of the flash in a pixel's light from which on, and up to which, it leads.
const LEADS: (f32, f32) = (0.35, 0.7);
/// Light that is noise, of one.
const NOISE: f32 = 0.0012;
/// Share of the places that the flash reached least.
const LEAST_LIT: f32 = 0.01;
/// Encoded value above which an ambient frame does not tell its light.
const CLIPPED: f32 = 0.96;
/// Weights where the flash leads: of its frame, of the brightest other, which gives its light, and of
/// those that are there for the window.
const LIT: f32 = 2.0;
const BRIGHTEST: f32 = 0.25;
const FOR_WINDOWS: f32 = 0.01;

/// The flash frames and what the others have of their exposures.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flash {
    lit: Vec<Lit>,
    /// Positions of the others, brightest first.
    ambient: Vec<usize>,
}

/// One flash frame.
#[derive(Debug, Clone, PartialEq)]
struct Lit {
    /// Position among the frames.
    frame: usize,
    /// Its light without the flash over that of each ambient frame, in their order.
    unlit: Vec<f32>,
}

/// Finds the flash frames among aligned frames, darkest first; `None`: all were lit alike.
pub(super) fn find(frames: &[Small], shots: &[Shot]) -> Option<Flash> {
    let lit = Light::of(frames, shots).flash_frames()?;
    let ambient = (0..frames.len()).rev().filter(|i| !lit.contains(i));
    let ambient: Vec<usize> = ambient.collect();
    let lit = lit.into_iter().map(|frame| Lit {
        frame,
        unlit: unlit_ratios(frames, shots, frame, &ambient),
    });
    Some(Flash {
        lit: lit.collect(),
        ambient,
    })
}

/// Light of a flash frame without its flash over that of each ambient one: by their exposures, or by
/// the places where the flash did least. Those may be clipped in one ambient frame and not in another;
/// the ambient frames stand to each other everywhere alike.
fn unlit_ratios(frames: &[Small], shots: &[Shot], lit: usize, ambient: &[usize]) -> Vec<f32> {
    let said = |i: usize| shots[i].exposure_value();
    let exposures = ambient
        .iter()
        .map(|&i| Some((said(lit)? - said(i)?).exp2()));
    if let Some(said) = exposures.collect::<Option<Vec<f32>>>() {
        return said;
    }
    let ratio = |one: usize, two: usize, share: f32| match one == two {
        true => Some(1.0),
        false => ratio_at(&frames[one], &frames[two], share),
    };
    let least_by =
        |&by: &usize, other: usize| Some(ratio(lit, by, LEAST_LIT)? * ratio(by, other, 0.5)?);
    let least = |&other: &usize| {
        let found = ambient.iter().filter_map(|by| least_by(by, other));
        found.reduce(f32::min).unwrap_or(0.0)
    };
    ambient.iter().map(least).collect()
}

/// Ratio of two frames' light below which it is in a share of the places that tell in both.
fn ratio_at(one: &Small, two: &Small, share: f32) -> Option<f32> {
    let tell = (0..one.rgb.len()).filter(|&i| one.tells(i) && two.tells(i));
    let mut ratios: Vec<f32> = tell.map(|i| one.luminance(i) / two.luminance(i)).collect();
    quantile(&mut ratios, share)
}

impl Flash {
    /// Positions of the flash frames.
    pub fn frames(&self) -> Vec<usize> {
        self.lit.iter().map(|lit| lit.frame).collect()
    }

    /// Gives the other frames the flash frames' colour where the flash reached. Answers the worth of
    /// every frame, pixel by pixel.
    pub fn relight(&self, layers: &mut [[Plane; 3]]) -> Vec<Plane> {
        let window = layers[0][0].window;
        let mut worths: Vec<Plane> = layers.iter().map(|_| Plane::zero(window)).collect();
        for i in 0..window.area() {
            let lead = self.lead(i, layers);
            let share = lead.most / lead.shares.iter().sum::<f32>().max(f32::MIN_POSITIVE);
            for (lit, leads) in self.lit.iter().zip(lead.shares) {
                worths[lit.frame].values[i] = LIT * leads * share;
            }
            for (k, &ambient) in self.ambient.iter().enumerate() {
                let with = if k == 0 { BRIGHTEST } else { FOR_WINDOWS };
                worths[ambient].values[i] = 1.0 + (with - 1.0) * lead.most;
                self.relit(&mut layers[ambient], i, &lead);
            }
        }
        worths
    }

    /// Lead of the flash frames at a pixel, and its colour.
    fn lead(&self, i: usize, layers: &[[Plane; 3]]) -> Lead {
        let mut lead = Lead {
            shares: [0.0; MOST_FRAMES],
            most: 0.0,
            colour: [0.0; 3],
        };
        let mut heard = 0.0;
        for (lit, to) in self.lit.iter().zip(&mut lead.shares) {
            let rgb = pixel(&layers[lit.frame], i);
            let own = rgb.map(light_of);
            let share = 1.0 - self.unlit(lit, i, layers) / (seen(own) + NOISE);
            *to = smoothstep(LEADS.0, LEADS.1, share);
            lead.most = lead.most.max(*to);
            // A clipped flash frame says little beside one that is not.
            let trust = *to * (1.001 - smoothstep(CLIPPED, 1.0, brightest(rgb)));
            heard += trust;
            (0..3).for_each(|c| lead.colour[c] += own[c] * trust);
        }
        lead.colour = lead.colour.map(|v| v / heard.max(f32::MIN_POSITIVE));
        lead
    }

    /// Gives a pixel of an ambient frame the colour that leads, and keeps its luminance.
    fn relit(&self, layer: &mut [Plane; 3], i: usize, lead: &Lead) {
        let luminance = seen(lead.colour);
        if lead.most == 0.0 || luminance <= NOISE {
            return;
        }
        let own = pixel(layer, i);
        let gain = seen(own.map(light_of)) / luminance;
        for c in 0..3 {
            let relit = encoded((lead.colour[c] * gain).min(1.0));
            layer[c].values[i] = own[c] + (relit - own[c]) * lead.most;
        }
    }

    /// Luminance that a flash frame would have without its flash, by the brightest frame that tells.
    fn unlit(&self, lit: &Lit, i: usize, layers: &[[Plane; 3]]) -> f32 {
        let of = |(&ambient, ratio): (&usize, &f32)| {
            let rgb = pixel(&layers[ambient], i);
            (brightest(rgb), seen(rgb.map(light_of)) * ratio)
        };
        let all = || self.ambient.iter().zip(&lit.unlit).map(of);
        let known = all().find(|&(top, _)| top < CLIPPED);
        // Where even the darkest frame is clipped it is at least this much.
        let least = || all().map(|(_, light)| light).fold(0.0, f32::max);
        known.map_or_else(least, |(_, light)| light)
    }
}

/// One pixel's flash.
struct Lead {
    /// By flash frame.
    shares: [f32; MOST_FRAMES],
    most: f32,
    /// Light.
    colour: [f32; 3],
}

fn pixel(layer: &[Plane; 3], i: usize) -> [f32; 3] {
    [0, 1, 2].map(|c| layer[c].values[i])
}

fn brightest([r, g, b]: [f32; 3]) -> f32 {
    r.max(g).max(b)
}

fn seen(light: [f32; 3]) -> f32 {
    LUMA[0] * light[0] + LUMA[1] * light[1] + LUMA[2] * light[2]
}

/// sRGB to light within 0.3 %, without a power.
#[inline(always)]
fn light_of(v: f32) -> f32 {
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
            assert!((light_of(unit) - exact).abs() < 0.003, "{unit}");
            assert!((encoded(exact) - unit).abs() < 0.008, "{unit}");
        }
    }
}
