//! Heaps of cloud: a march through billows along each ray, coarse.
//!
//! Source of the march and its light: Schneider, as for the noise; of the light that is scattered many
//! times: Wrenninge, Kulla and Lundqvist, "Oz: The Great and Volumetric", 2013.

use rayon::prelude::*;

use super::forms::HeapForm;
use super::noise::{Billows, Flat, unit};
use super::torn::{Rendered, Seen};
use super::{CURVE, Place};
use crate::math::interpolation::smoothstep;
use crate::sky::directions::Directions;
use crate::sky::planes::Plane;

/// Longer side of what is marched.
const LONG_EDGE: usize = 560;
/// Groups of clouds in a period of the smooth noise.
const GROUPS: f32 = 16.0;
/// Points of a ray where its cover is looked up; it is straight between them.
const KNOTS: usize = 7;
/// Length of a step, and the fewest and most along a ray.
const STEP: f32 = 0.045;
const STEPS: (f32, f32) = (12.0, 28.0);
/// Distance beyond which the finest billows are too small to see, and from which clouds get fewer.
const FAR: f32 = 6.0;
const THINNING: (f32, f32) = (3.0, 0.012);
/// First step toward the sun, growth of the next ones, and their number.
const SUNWARD: (f32, f32, usize) = (0.06, 2.0, 3);
/// Cover of most places that have cloud.
const LIKELY: f32 = 0.52;
/// Density of a body that nothing bites into.
const SOLID: f32 = 0.7;
/// Share of what is seen for which the sun's light is found anew.
const ENOUGH: f32 = 0.06;
/// Share of light below which a march ends, and the depth that is as good as opaque.
const OPAQUE: f32 = 0.01;
const DEEPEST: f32 = 5.5;

/// Heaps in one form above one camera.
pub(super) struct Heaps<'a> {
    billows: Billows,
    flat: Flat,
    form: &'a HeapForm,
    place: Place,
    sun: [f32; 3],
    /// The sun as the ceiling lies.
    sunward: [f32; 3],
}

impl<'a> Heaps<'a> {
    pub fn new(flat: Flat, form: &'a HeapForm, place: Place, sun: [f32; 3]) -> Self {
        let sunward = place.turned(sun);
        Self {
            billows: Billows::shared(),
            flat,
            form,
            place,
            sun,
            sunward,
        }
    }

    /// Marched wherever a pixel of the view may show it.
    pub fn render(&self, view: &Directions, share: &Plane) -> Rendered {
        let scale = (LONG_EDGE as f32 / view.width.max(view.height) as f32).min(1.0);
        let side = |v: usize| ((v as f32 * scale).round() as usize).max(1);
        let (width, height) = (side(view.width), side(view.height));
        let coarse = view.resized(width, height);
        // Torn edges look so far away.
        let reach = (1.1 * self.form.torn * coarse.focal * 0.6) as usize + 2;
        let wanted = share.resized(width, height).largest(reach);
        let mut seen = vec![Seen::default(); width * height];
        let rows = seen.par_chunks_mut(width).enumerate();
        rows.for_each(|(y, row)| {
            for (x, to) in row.iter_mut().enumerate() {
                let ray = coarse.ray(x, y);
                if wanted.values[y * width + x] > 0.0 && ray[1] > 0.0 {
                    *to = self.march(ray, unit(99, x as u32, y as u32));
                }
            }
        });
        Rendered {
            width,
            height,
            seen,
            torn: self.form.torn,
            thick: self.form.thick,
        }
    }

    fn march(&self, ray: [f32; 3], jitter: f32) -> Seen {
        let climb = ray[1] + CURVE;
        let (near, deep) = (1.0 / climb, self.form.thick / climb);
        let [dx, _, dz] = self.place.turned(ray);
        let [x, z] = self.place.offset;
        let over = |t: f32| [dx * t + x, dz * t + z];
        let gap = deep / (KNOTS - 1) as f32;
        let covers: [f32; KNOTS] = std::array::from_fn(|i| {
            let t = near + gap * i as f32;
            cover(self.flat, self.form, over(t)) - THINNING.1 * (t - THINNING.0).max(0.0)
        });
        if covers.iter().all(|c| *c <= 0.0) {
            return Seen::default();
        }
        let steps = (deep / STEP).clamp(STEPS.0, STEPS.1).floor();
        let (step, knots) = (deep / steps, (KNOTS - 1) as f32 / steps);
        let phase = forward(dot(ray, self.sun));
        let (mut clear, mut sum) = (1.0_f32, Seen::default());
        let (mut lit, mut unlit) = (0.0, 1.0);
        for i in 0..steps as usize {
            let at = i as f32 + jitter;
            let knot = at * knots;
            let left = (knot as usize).min(KNOTS - 2);
            let cover = covers[left] + (covers[left + 1] - covers[left]) * (knot - left as f32);
            if cover <= 0.0 {
                continue;
            }
            let t = near + step * at;
            let height = at / steps;
            let [x, z] = over(t);
            let density = self.density([x, height, z], cover, 1 + usize::from(t < FAR));
            if density <= 0.0 {
                continue;
            }
            let loss = (-density * step * self.form.dense).exp();
            let weight = clear * (1.0 - loss);
            unlit += weight;
            if unlit > ENOUGH {
                (lit, unlit) = (self.lit([x, height, z], cover, phase), 0.0);
            }
            sum.direct += weight * lit;
            sum.ambient += weight * (0.45 + 0.55 * height);
            clear *= loss;
            if clear < OPAQUE {
                break;
            }
        }
        Seen {
            depth: -clear.max((-DEEPEST).exp()).ln(),
            cover: 1.0 - clear,
            ..sum
        }
    }

    /// Density at a place: its height is a share of the layer's.
    #[inline]
    fn density(&self, [x, height, z]: [f32; 3], cover: f32, fine: usize) -> f32 {
        let HeapForm {
            thick,
            heaps,
            bites,
            bitten,
            ..
        } = *self.form;
        let top = (0.25 + 0.9 * cover).min(1.0);
        let profile = smoothstep(0.0, 0.12, height) * smoothstep(top, 0.45 * top, height);
        let y = height * thick;
        let body = self.billows.at([x * heaps, y * heaps + 0.3, z * heaps]);
        let body = body * profile - (1.0 - 0.85 * cover.min(1.0));
        if body <= 0.0 || body > SOLID || fine == 0 {
            return 1.3 * body.max(0.0);
        }
        // Billows bite from above, wisps hang below.
        let above = smoothstep(0.1, 0.5, height);
        let bite = |x: f32, z: f32, scale: f32| {
            let billow = self
                .billows
                .at([x * scale + 0.37, y * scale, z * scale + 0.11]);
            billow + (1.0 - 2.0 * billow) * above
        };
        let mut bites_off = bite(x, z, bites);
        if fine > 1 {
            let (u, v) = (0.8 * x - 0.6 * z, 0.6 * x + 0.8 * z);
            bites_off = 0.62 * bites_off + 0.38 * bite(u, v, 2.7 * bites);
        }
        let body = body - bitten * bites_off * (1.0 - body / SOLID);
        (1.3 * body).max(0.0)
    }

    /// Light of the sun that a place sends to the camera.
    fn lit(&self, [mut x, mut height, mut z]: [f32; 3], cover: f32, phase: f32) -> f32 {
        let (mut length, mut depth) = (SUNWARD.0, 0.0);
        for i in 0..SUNWARD.2 {
            x += self.sunward[0] * length;
            z += self.sunward[2] * length;
            height += self.sunward[1] * length / self.form.thick;
            if height > 1.0 {
                break;
            }
            let density = self.density([x, height, z], cover, usize::from(i == 0));
            depth += density * length * self.form.dense;
            length *= SUNWARD.1;
        }
        // Once, some times and many times scattered: depths of 1, 3/8 and 1/8.
        let many = (-depth / 8.0).exp();
        let some = many * many * many;
        let once = some * some * many * many;
        phase * once + 0.55 * some + 0.30 * many
    }
}

/// Above 0.0 where there may be cloud.
fn cover(flat: Flat, form: &HeapForm, [x, z]: [f32; 2]) -> f32 {
    let scale = form.groups / GROUPS;
    form.cover + 0.9 * flat.smooth(x * scale, z * scale)
}

/// True where there most likely is.
pub(super) fn is_cloudy(flat: Flat, form: &HeapForm, over: [f32; 2]) -> bool {
    cover(flat, form, over) > LIKELY
}

/// Light that goes on from the sun toward the camera: brighter around the sun.
fn forward(cosine: f32) -> f32 {
    const G: f32 = 0.6;
    let peak = (1.0 - G * G) / (1.0 + G * G - 2.0 * G * cosine).powf(1.5);
    0.75 + 0.25 * peak.min(6.0)
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
