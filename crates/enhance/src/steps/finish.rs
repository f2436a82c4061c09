//! Finish: the whole correction as a network proposes it, in light: a veil taken off, gains of each
//! channel that vary slowly over the picture, one rising curve of brightness, and chroma.
//!
//! It is smooth over the picture and rises with brightness, whatever the numbers, but for a coloured veil
//! next to black: a veil and gains are positive, the curve is a sum of positive steps. So it can move no
//! line and add nothing, as the transform of a bilateral grid cannot (Gharbi et al. 2017, of which it is
//! the plainer kin: an illuminant field and a curve instead of free affine transforms, which a network
//! trained on few photos overfits).

use std::array::from_fn;

use serde::{Deserialize, Serialize};

use crate::kernels::finish::{CURVE, Point, STOPS};
use crate::math::light::{LUMA, encoded, linear};
use crate::steps::white_balance::WhiteBalance;

/// Nodes of the field of gains along each side.
pub const FIELD: usize = 4;
/// Steps of the curve.
pub const KNOTS: usize = 16;
/// Most light that a veil takes, and most that it takes more or less of one channel than of all.
const MOST_VEIL: f32 = 0.3;
const VEIL_TINT: f32 = 0.02;
/// Most stops of a node in the mean of its channels, and of a channel from that mean.
const MOST_STOPS: f32 = 5.0;
const MOST_TINT: f32 = 1.6;
/// Steepest and least steep part of the curve, as a factor on light's encoded value.
const SLOPES: [f32; 2] = [0.22, 4.5];
/// Factors on chroma.
const CHROMA: [f32; 2] = [0.7, 1.4];

/// A finish. The default changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Finish {
    /// Light of each channel that flare or haze added, 0.0 to 0.3, taken off first; nearly grey.
    pub veil: [f32; 3],
    /// Stops of each channel on nodes over the picture, row by row: -5.0 to 5.0 in the mean of the
    /// channels, and at most 1.6 from that.
    pub stops: [[f32; 3]; FIELD * FIELD],
    /// Encoded luma, at evenly spaced encoded lumas of 1/16 to 1, that becomes of it: ascending.
    pub curve: [f32; KNOTS],
    /// Share of it that is taken, 0.0 to 1.0, between the light as it came and as it is finished: halfway
    /// between the square roots, which is about halfway for who looks at it.
    #[serde(default = "all")]
    pub share: f32,
    /// Factors on chroma where it is dark, in the middle and bright, 0.7 to 1.4.
    pub chroma: [f32; 3],
}

impl Default for Finish {
    fn default() -> Self {
        Self {
            veil: [0.0; 3],
            stops: [[0.0; 3]; FIELD * FIELD],
            curve: from_fn(straight),
            chroma: [1.0; 3],
            share: all(),
        }
    }
}

fn all() -> f32 {
    1.0
}

/// The straight curve's value at a knot.
fn straight(knot: usize) -> f32 {
    (knot + 1) as f32 / KNOTS as f32
}

impl Finish {
    /// The same within the bounds of every number; what is no number becomes what changes nothing.
    pub fn bounded(&self) -> Self {
        let sound = |v: f32, usual: f32, [low, high]: [f32; 2]| match v.is_nan() {
            true => usual,
            false => v.clamp(low, high),
        };
        let mut last = 0.0;
        Self {
            veil: {
                let veil = self.veil.map(|v| sound(v, 0.0, [0.0, MOST_VEIL]));
                let mean = veil.iter().sum::<f32>() / 3.0;
                veil.map(|v| v.clamp((mean - VEIL_TINT).max(0.0), mean + VEIL_TINT))
            },
            stops: self.stops.map(|node| {
                let node = node.map(|v| sound(v, 0.0, [-2.0 * MOST_STOPS, 2.0 * MOST_STOPS]));
                let mean = node.iter().sum::<f32>() / 3.0;
                let whole = mean.clamp(-MOST_STOPS, MOST_STOPS);
                node.map(|v| whole + (v - mean).clamp(-MOST_TINT, MOST_TINT))
            }),
            curve: from_fn(|i| {
                let rise = self.curve[i] - i.checked_sub(1).map_or(0.0, |i| self.curve[i]);
                let step = SLOPES.map(|slope| slope / KNOTS as f32);
                last += sound(rise, 1.0 / KNOTS as f32, step);
                last
            }),
            chroma: self.chroma.map(|v| sound(v, 1.0, CHROMA)),
            share: sound(self.share, 0.0, [0.0, 1.0]),
        }
    }

    /// A share of it, 0.0 (nothing) to 1.0 (all).
    pub fn scaled(&self, strength: f32) -> Self {
        let whole = self.bounded();
        Self {
            share: whole.share * strength,
            ..whole
        }
    }

    /// True when it changes nothing.
    pub fn is_flat(&self) -> bool {
        let whole = Self {
            share: all(),
            ..*self
        };
        self.share <= 0.0 || whole == Self::default()
    }

    /// Stops of a channel at a place, both of 0.0 to 1.0 over the picture: a cubic B-spline through
    /// the nodes, whose outer ones are repeated.
    pub(crate) fn stops_at(&self, x: f32, y: f32) -> [f32; 3] {
        let mut stops = [0.0; 3];
        for (weight, node) in nodes(x, y).iter().zip(&self.stops) {
            (0..3).for_each(|c| stops[c] += node[c] * weight);
        }
        stops
    }

    /// Luma that becomes of a luma, both encoded: straight between knots, and beyond white as before it.
    pub(crate) fn curved(&self, luma: f32) -> f32 {
        let at = luma.max(0.0) * KNOTS as f32;
        let knot = (at as usize).min(KNOTS - 1);
        let from = knot.checked_sub(1).map_or(0.0, |i| self.curve[i]);
        from + (self.curve[knot] - from) * (at - knot as f32)
    }

    /// Factor on chroma for a luma after the curve: thirds of brightness, straight between them.
    pub(crate) fn chroma_at(&self, luma: f32) -> f32 {
        let at = luma.clamp(0.0, 1.0) * 2.0;
        let [dark, middle, bright] = self.chroma;
        if at < 1.0 {
            dark + (middle - dark) * at
        } else {
            middle + (bright - middle) * (at - 1.0)
        }
    }

    /// The finish with so many more stops of each channel everywhere.
    pub fn lit(&self, stops: [f32; 3]) -> Self {
        let more = |node: [f32; 3]| from_fn(|c| node[c] + stops[c]);
        Self {
            stops: self.stops.map(more),
            ..*self
        }
    }

    /// The finish with a share of its tint, 0.0 (all channels alike) to 1.0, and as bright as it was.
    pub fn tinted(&self, share: f32) -> Self {
        let towards = |of: [f32; 3]| {
            let grey: f32 = (0..3).map(|c| LUMA[c] * of[c]).sum();
            of.map(|v| grey + (v - grey) * share)
        };
        Self {
            veil: towards(self.veil),
            stops: self.stops.map(towards),
            ..*self
        }
    }

    /// Stops between the channel that gains most and the one that gains least, in the mean over the picture.
    pub fn tint(&self) -> f32 {
        let mean = self.mean_stops();
        let most = mean.into_iter().fold(f32::MIN, f32::max);
        most - mean.into_iter().fold(f32::MAX, f32::min)
    }

    /// The finish with gains that are the same all along each row of nodes, for a picture whose left side
    /// goes on at its right.
    pub fn joined(&self) -> Self {
        let mean = |row: usize, c: usize| {
            let nodes = &self.stops[row * FIELD..][..FIELD];
            nodes.iter().map(|node| node[c]).sum::<f32>() / FIELD as f32
        };
        Self {
            stops: from_fn(|i| from_fn(|c| mean(i / FIELD, c))),
            ..*self
        }
    }

    /// The finish for the mirror image.
    pub fn mirrored(&self) -> Self {
        let mut stops = self.stops;
        stops.chunks_exact_mut(FIELD).for_each(<[_]>::reverse);
        Self { stops, ..*self }
    }

    /// Halfway between two finishes, number by number.
    pub fn mean(&self, other: &Self) -> Self {
        let mean = |one: f32, other: f32| (one + other) / 2.0;
        Self {
            veil: from_fn(|c| mean(self.veil[c], other.veil[c])),
            stops: from_fn(|i| from_fn(|c| mean(self.stops[i][c], other.stops[i][c]))),
            curve: from_fn(|i| mean(self.curve[i], other.curve[i])),
            chroma: from_fn(|i| mean(self.chroma[i], other.chroma[i])),
            share: mean(self.share, other.share),
        }
    }

    /// Stops that a surface of mid-grey gains in luminance, in the mean over the picture.
    pub fn middle_stops(&self) -> f32 {
        const GREY: f32 = 0.18;
        let mean = self.mean_stops();
        let lit = |c: usize| LUMA[c] * (GREY - self.veil[c]).max(0.0) * mean[c].exp2();
        let luminance: f32 = (0..3).map(lit).sum();
        let now = linear(self.curved(encoded(luminance)));
        self.share * (now.max(1e-4) / GREY).log2()
    }

    /// The most light that becomes of grey light anywhere in the picture.
    pub(crate) fn most_light(&self, light: f32) -> f32 {
        let lit = |node: &[f32; 3]| -> f32 {
            let channel = |c: usize| (light - self.veil[c]).max(0.0) * node[c].exp2();
            (0..3).map(|c| LUMA[c] * channel(c)).sum()
        };
        let lit = self.stops.iter().map(lit).fold(1e-4, f32::max);
        let finished = lit * self.point(lit).gain;
        (light.sqrt() + (finished.sqrt() - light.sqrt()) * self.share).powi(2)
    }

    /// The gains in the mean over the picture, as a white balance that keeps luminance.
    pub fn balance(&self) -> WhiteBalance {
        let gains = self.mean_stops().map(|stops| (self.share * stops).exp2());
        let luminance: f32 = (0..3).map(|c| LUMA[c] * gains[c]).sum();
        WhiteBalance {
            gains: gains.map(|gain| gain / luminance),
        }
    }

    /// The veil in plain words; `None` when it is not visible.
    pub(crate) fn describe_veil(&self) -> Option<String> {
        (self.share * self.veil_luma() >= 0.008).then(|| "Took haze or flare off.".to_owned())
    }

    fn mean_stops(&self) -> [f32; 3] {
        let count = (FIELD * FIELD) as f32;
        [0, 1, 2].map(|c| self.stops.iter().map(|node| node[c]).sum::<f32>() / count)
    }

    /// Luma of every channel's veil.
    pub(crate) fn veil_luma(&self) -> f32 {
        (0..3).map(|c| LUMA[c] * self.veil[c]).sum()
    }

    /// Points over the light of the surroundings after veil and gains, `STOPS` of stops, evenly spaced.
    pub(crate) fn table(&self) -> Box<[Point; CURVE]> {
        let light = |i: usize| {
            let share = i as f32 / (CURVE - 1) as f32;
            (STOPS[0] + (STOPS[1] - STOPS[0]) * share).exp2()
        };
        Box::new(from_fn(|i| self.point(light(i))))
    }

    pub(crate) fn point(&self, light: f32) -> Point {
        let luma = self.curved(encoded(light));
        Point {
            gain: linear(luma) / light,
            chroma: self.chroma_at(luma),
        }
    }
}

/// Weights of all nodes, row by row, at a place of 0.0 to 1.0 across and down the picture.
pub fn nodes(x: f32, y: f32) -> [f32; FIELD * FIELD] {
    let mut weights = [0.0; FIELD * FIELD];
    for (row, down) in spline(y) {
        for (column, across) in spline(x) {
            weights[row * FIELD + column] += down * across;
        }
    }
    weights
}

/// Nodes and weights of a cubic B-spline at a place of 0.0 to 1.0.
fn spline(place: f32) -> [(usize, f32); 4] {
    let at = place * FIELD as f32 - 0.5;
    let first = at.floor();
    let t = at - first;
    let weights = [
        (1.0 - t).powi(3) / 6.0,
        (3.0 * t.powi(3) - 6.0 * t * t + 4.0) / 6.0,
        (-3.0 * t.powi(3) + 3.0 * t * t + 3.0 * t + 1.0) / 6.0,
        t.powi(3) / 6.0,
    ];
    from_fn(|k| {
        let node = (first as i32 + k as i32 - 1).clamp(0, FIELD as i32 - 1);
        (node as usize, weights[k])
    })
}
