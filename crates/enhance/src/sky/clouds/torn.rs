//! Edges of heaps of cloud, torn: the coarse march is looked up a little aside, by noise.

use super::{Cloud, Clouds};

/// Periods of the noise that tears edges, per focal length.
const TEARS: f32 = 0.8;

/// Depth and cover of coarse pixels, and their light times cover.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub depth: f32,
    pub cover: f32,
    pub direct: f32,
    pub ambient: f32,
}

/// Heaps as the march found them.
pub(super) struct Rendered {
    pub width: usize,
    pub height: usize,
    pub seen: Vec<Seen>,
    /// Reach of torn edges, as the form has it, and its height.
    pub torn: f32,
    pub thick: f32,
}

impl Rendered {
    /// The clouds of a pixel of the view: looked up a little aside, so that edges are torn.
    pub fn at(
        &self,
        clouds: &Clouds<'_>,
        (x, y): (usize, usize),
        [u, v]: [f32; 2],
        reach: f32,
        out_of_haze: f32,
    ) -> Cloud {
        let [shift_x, shift_y] = clouds.place.offset;
        let (u, v) = (TEARS * u + shift_x, TEARS * v + shift_y);
        let rough = clouds.flat.at(u, v);
        let finer = clouds.flat.at(11.0 * u + 0.3, 11.0 * v + 0.7);
        let noise: [f32; 3] = std::array::from_fn(|c| rough[c] + 0.36 * finer[c]);
        let scale = self.width as f32 / clouds.view.width as f32;
        let aside = self.torn * clouds.view.focal * scale / reach;
        let seen = self.look(
            (x as f32 + 0.5) * scale - 0.5 + aside * noise[0],
            (y as f32 + 0.5) * scale - 0.5 + 0.7 * aside * noise[1],
        );
        if seen.cover < 1e-3 {
            return Cloud::default();
        }
        let depth = seen.depth * (1.6 * noise[2]).exp();
        let texture = (1.0 + 0.3 * noise[2]) / seen.cover;
        Cloud {
            cover: (1.0 - (-depth).exp()) * out_of_haze,
            direct: seen.direct * texture,
            ambient: seen.ambient * texture,
            distance: reach * (1.0 + 0.3 * self.thick),
        }
    }

    fn look(&self, x: f32, y: f32) -> Seen {
        let part = |v: f32, count: usize| {
            let v = v.clamp(0.0, (count - 1) as f32);
            let first = (v as usize).min(count.saturating_sub(2));
            (first, (first + 1).min(count - 1), v - first as f32)
        };
        let (left, right, u) = part(x, self.width);
        let (top, bottom, v) = part(y, self.height);
        let at = |x: usize, y: usize| self.seen[y * self.width + x];
        let above = at(left, top).mixed(at(right, top), u);
        above.mixed(at(left, bottom).mixed(at(right, bottom), u), v)
    }
}

impl Seen {
    fn mixed(self, other: Self, share: f32) -> Self {
        let mix = |a: f32, b: f32| a + (b - a) * share;
        Self {
            depth: mix(self.depth, other.depth),
            cover: mix(self.cover, other.cover),
            direct: mix(self.direct, other.direct),
            ambient: mix(self.ambient, other.ambient),
        }
    }
}
