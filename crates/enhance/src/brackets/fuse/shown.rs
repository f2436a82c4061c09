//! The light and colour that the frames show at a pixel: the fusion does not leave it.
//!
//! A fused pyramid adds the steep details of a bright frame to the dark ground of another, and so
//! falls below both: blacks are crushed, and what is taken from all three channels alike leaves
//! dark colours too strong. Here no pixel is darker than in its darkest frame, nor much more
//! colourful for its brightness than the frames are.

use crate::brackets::pyramid::{Plane, Window};
use crate::math::light::LUMA;

/// Times the frames' own colourfulness that remains. Chosen by the distance of made brackets to the
/// finished photos they are of.
const STRONGER: f32 = 1.3;

/// Light and colour that the frames show on a window.
pub(super) struct Shown {
    /// Mean by the frames' weights.
    mean: [Plane; 3],
    /// Grey of the darkest.
    least: Plane,
}

impl Shown {
    pub fn nothing(window: Window) -> Self {
        let mut least = Plane::zero(window);
        least.values.fill(f32::MAX);
        Self {
            mean: [0, 1, 2].map(|_| Plane::zero(window)),
            least,
        }
    }

    /// Takes in a frame on the window or more, with its share of the whole weight.
    pub fn add(&mut self, rgb: &[Plane; 3], weight: &Plane) {
        let Window { across, down } = self.least.window;
        let columns = across.len();
        for (i, y) in (down.start..down.end).enumerate() {
            let row = |plane| Plane::row(plane, y, across);
            let (r, g, b) = (row(&rgb[0]), row(&rgb[1]), row(&rgb[2]));
            let weight = row(weight);
            for x in 0..columns {
                let to = i * columns + x;
                let colour = [r[x], g[x], b[x]];
                self.least.values[to] = self.least.values[to].min(grey(colour));
                (0..3).for_each(|c| self.mean[c].values[to] += colour[c] * weight[x]);
            }
        }
    }

    /// Brings the fusion back to it.
    pub fn limit(&self, fused: &mut [Plane; 3]) {
        for i in 0..self.least.values.len() {
            let at = |planes: &[Plane; 3]| [0, 1, 2].map(|c| planes[c].values[i]);
            let limited = limited(at(fused), at(&self.mean), self.least.values[i]);
            (0..3).for_each(|c| fused[c].values[i] = limited[c]);
        }
    }
}

#[inline(always)]
fn limited(fused: [f32; 3], shown: [f32; 3], least: f32) -> [f32; 3] {
    let fused = lifted(fused, shown, least);
    let (level, shown_level) = (grey(fused), grey(shown));
    let (own, natural) = (range(fused), range(shown) * level * STRONGER);
    if own * shown_level <= natural {
        return fused;
    }
    let keeps = natural / (own * shown_level);
    fused.map(|v| level + (v - level) * keeps)
}

/// A pixel at least as bright as in its darkest frame; the farther it was below, the more it has the
/// frames' colour.
#[inline(always)]
fn lifted(fused: [f32; 3], shown: [f32; 3], least: f32) -> [f32; 3] {
    let level = grey(fused);
    if level >= least {
        return fused;
    }
    let keeps = (2.0 * level / least - 1.0).clamp(0.0, 1.0);
    let (own, others) = (
        keeps * least / level.max(0.5 * least),
        (1.0 - keeps) * least / grey(shown).max(least),
    );
    [0, 1, 2].map(|c| fused[c] * own + shown[c] * others)
}

#[inline(always)]
fn grey([r, g, b]: [f32; 3]) -> f32 {
    LUMA[0] * r + LUMA[1] * g + LUMA[2] * b
}

#[inline(always)]
fn range([r, g, b]: [f32; 3]) -> f32 {
    r.max(g).max(b) - r.min(g).min(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_what_the_frames_show_nothing_changes() {
        let pixel = [0.5, 0.4, 0.35];
        assert_eq!(limited(pixel, pixel, 0.1), pixel);
    }

    #[test]
    fn a_crushed_pixel_has_the_darkest_frames_light_and_the_frames_colour() {
        let [r, g, b] = limited([0.02, -0.05, -0.08], [0.2, 0.15, 0.1], 0.08);
        assert!((grey([r, g, b]) - 0.08).abs() < 0.002);
        assert!((r / g - 0.2 / 0.15).abs() < 0.01 && (b / g - 0.1 / 0.15).abs() < 0.01);
    }

    #[test]
    fn a_colour_made_too_strong_keeps_its_light() {
        let found = limited([0.2, 0.1, 0.0], [0.4, 0.35, 0.3], 0.0);
        assert!((grey(found) - grey([0.2, 0.1, 0.0])).abs() < 1e-5);
        assert!(range(found) < 0.05);
    }
}
