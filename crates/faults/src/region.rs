//! Connected areas of a picture that belong together, found on a small copy.

use crate::canvas::{Area, Canvas};
use crate::plane::Plane;

/// Long side of the small copy.
const LONG: f32 = 400.0;

/// A picture small enough to look for surfaces in.
pub struct Small {
    /// The copy.
    pub canvas: Canvas,
    /// Pixels of the picture along a side of one of these.
    pub step: usize,
    full: (usize, usize),
}

/// Pixels of a small copy that touch each other.
pub struct Region {
    /// Indices into the small copy.
    pub members: Vec<usize>,
    /// Share of the picture.
    pub share: f32,
}

impl Small {
    /// A small copy.
    pub fn of(p: &Canvas) -> Self {
        let step = (p.long() / LONG).ceil().max(1.0) as usize;
        let [r, g, b] = [0, 1, 2].map(|c| p.plane(|rgb| rgb[c]).shrunk(step));
        let rgb = r.values.iter().zip(&g.values).zip(&b.values);
        Self {
            canvas: Canvas {
                width: r.width,
                height: r.height,
                pixels: rgb.map(|((r, g), b)| [*r, *g, *b]).collect(),
            },
            step,
            full: (p.width, p.height),
        }
    }

    /// Areas of pixels that satisfy a condition and touch, the largest first.
    pub fn regions(&self, belongs: impl Fn(usize, [f32; 3]) -> bool) -> Vec<Region> {
        let (w, h) = (self.canvas.width, self.canvas.height);
        let pixels = self.canvas.pixels.iter().enumerate();
        let mut open: Vec<bool> = pixels.map(|(i, rgb)| belongs(i, *rgb)).collect();
        let mut found = Vec::new();
        for start in 0..open.len() {
            if !open[start] {
                continue;
            }
            open[start] = false;
            let (mut members, mut next) = (vec![start], 0);
            while next < members.len() {
                let (x, y) = (members[next] % w, members[next] / w);
                next += 1;
                let around = [
                    (x > 0).then(|| y * w + x.wrapping_sub(1)),
                    (x + 1 < w).then(|| y * w + x + 1),
                    (y > 0).then(|| y.wrapping_sub(1) * w + x),
                    (y + 1 < h).then(|| (y + 1) * w + x),
                ];
                for at in around.into_iter().flatten() {
                    if std::mem::take(&mut open[at]) {
                        members.push(at);
                    }
                }
            }
            let share = members.len() as f32 / (w * h) as f32;
            found.push(Region { members, share });
        }
        found.sort_by(|a, b| b.share.total_cmp(&a.share));
        found
    }

    /// Cover of a region at full size, a little wider and soft.
    pub fn cover(&self, region: &Region) -> Plane {
        let mut plane = self.canvas.plane(|_| 0.0);
        for at in &region.members {
            plane.values[*at] = 1.0;
        }
        let wide = plane.extreme(2, f32::max);
        wide.enlarged(self.full.0, self.full.1, self.step)
    }

    /// Rectangle around a region, in the full picture.
    pub fn frame(&self, region: &Region) -> Area {
        let w = self.canvas.width;
        let (mut left, mut top, mut right, mut bottom) = (usize::MAX, usize::MAX, 0, 0);
        for at in &region.members {
            let (x, y) = (at % w, at / w);
            (left, right) = (left.min(x), right.max(x));
            (top, bottom) = (top.min(y), bottom.max(y));
        }
        let (right, bottom) = (
            ((right + 1) * self.step).min(self.full.0),
            ((bottom + 1) * self.step).min(self.full.1),
        );
        let (left, top) = (left * self.step, top * self.step);
        Area {
            left,
            top,
            width: right - left,
            height: bottom - top,
        }
    }

    /// Share of the rectangle around a region that the region fills.
    pub fn filled(&self, region: &Region) -> f32 {
        let frame = self.frame(region);
        let pixels = region.members.len() * self.step * self.step;
        pixels as f32 / (frame.width * frame.height) as f32
    }

    /// True if a region has pixels in the first row.
    pub fn touches_top(&self, region: &Region) -> bool {
        region.members.iter().any(|at| *at < self.canvas.width)
    }
}
