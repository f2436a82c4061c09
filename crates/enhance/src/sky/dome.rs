//! A new sky, painted coarsely in the directions of a picture's pixels. Skies are
//! smooth: what is finer than the coarse pixels is grain, and that comes with the composition.

use plumbline_documents::SkyKind;
use rayon::prelude::*;

use crate::math::colour::luminance;
use crate::math::interpolation::smoothstep;
use crate::math::statistics;
use crate::sky::atmosphere::{Air, ClearSky};
use crate::sky::clouds::{Ceiling, HIGH, LIGHT};
use crate::sky::new_sky::NewSky;
use crate::sky::planes::Plane;

/// Longer side of the coarse sky.
const LONG_EDGE: usize = 1024;
/// Below this elevation, radians, the haze of the horizon gathers.
const HAZE: f32 = 0.14;
/// Light above which brightness bends, towards the brightest that is left.
const SHOULDER: f32 = 0.70;
const BRIGHTEST: f32 = 0.96;

/// Linear light of the new sky over the whole picture, coarse; only its sky is ever used.
pub(crate) fn paint(new: &NewSky, share: &Plane) -> [Plane; 3] {
    let scale = (LONG_EDGE as f32 / share.width.max(share.height) as f32).min(1.0);
    let side = |v: usize| ((v as f32 * scale).round() as usize).max(1);
    let (width, height) = (side(share.width), side(share.height));
    let share = share.resized(width, height);
    let dome = Dome::new(new, width, height);
    let pixels: Vec<[f32; 3]> = (0..width * height)
        .into_par_iter()
        .map(|i| {
            // Without any sky nearby the colour is never used.
            if share.values[i] == 0.0 && !near_sky(&share, i) {
                return [0.0; 3];
            }
            dome.light(i % width, i / width)
        })
        .collect();
    let level = new.level / median(&pixels, &share).max(1e-6);
    [0, 1, 2].map(|c| {
        let values = pixels.par_iter().map(|p| shoulder(*p, level)[c]);
        Plane::new(width, height, values.collect())
    })
}

/// True when a neighbour has sky: its colour is mixed with this one's when the sky is enlarged.
fn near_sky(share: &Plane, at: usize) -> bool {
    let (x, y) = (at % share.width, at / share.width);
    let rows = y.saturating_sub(2)..(y + 3).min(share.height);
    rows.into_iter().any(|v| {
        let columns = x.saturating_sub(2)..(x + 3).min(share.width);
        share.values[v * share.width..][columns]
            .iter()
            .any(|s| *s > 0.0)
    })
}

struct Dome {
    sky: ClearSky,
    clouds: Option<Ceiling>,
    /// Light of a cloud in full sun, in the sky's own scale.
    white: [f32; 3],
    haze: [f32; 3],
    middle: (f32, f32),
    focal: f32,
}

impl Dome {
    fn new(new: &NewSky, width: usize, height: usize) -> Self {
        let air = Air {
            turbidity: new.turbidity,
            sun_elevation: new.sun_elevation_degrees.to_radians(),
            sun_azimuth: new.sun_azimuth_degrees.to_radians(),
        };
        let sky = ClearSky::new(air);
        let layer = match new.kind {
            SkyKind::LightCloud => Some(LIGHT),
            SkyKind::HighCloud => Some(HIGH),
            SkyKind::Clear | SkyKind::Own => None,
        };
        let overhead = sky.light(0.7, air.sun_azimuth + 1.6);
        let low = sky.light(0.05, air.sun_azimuth + 1.2);
        let grey = |rgb: [f32; 3], keep: f32, gain: f32| {
            let y = luminance(rgb);
            rgb.map(|v| (y + (v - y) * keep) * gain)
        };
        Self {
            sky,
            clouds: layer.map(|layer| Ceiling::new(layer, new.seed, air.sun_azimuth)),
            white: grey(overhead, 0.06, 2.6),
            haze: grey(low, 0.40, 1.05),
            middle: (width as f32 / 2.0, height as f32 * new.horizon),
            focal: new.focal_35mm / 36.0 * width.max(height) as f32,
        }
    }

    fn light(&self, x: usize, y: usize) -> [f32; 3] {
        let right = x as f32 + 0.5 - self.middle.0;
        let up = self.middle.1 - (y as f32 + 0.5);
        let azimuth = right.atan2(self.focal);
        let elevation = up.atan2(right.hypot(self.focal)).max(0.0);
        let mut light = self.sky.light(elevation, azimuth);
        let haze = 0.55 * (-elevation / HAZE).exp();
        if let Some(clouds) = &self.clouds {
            let cloud = clouds.at(elevation, azimuth);
            // Far clouds are seen through the air in front of them.
            let cover = cloud.cover * (1.0 - 0.5 * haze);
            let around = light;
            (0..3).for_each(|c| {
                let own = self.white[c] * cloud.lit + 0.12 * around[c];
                light[c] += (own - light[c]) * cover;
            });
        }
        [0, 1, 2].map(|c| light[c] + (self.haze[c] - light[c]) * haze)
    }
}

/// The median luminance of the visible sky.
fn median(pixels: &[[f32; 3]], share: &Plane) -> f32 {
    let seen = pixels.iter().zip(&share.values).filter(|(_, s)| **s > 0.5);
    statistics::median(seen.map(|(p, _)| luminance(*p)).collect()).unwrap_or(1.0)
}

/// Brought to the level, brightness bent below white at one hue.
fn shoulder(light: [f32; 3], level: f32) -> [f32; 3] {
    let light = light.map(|v| v * level);
    let most = light[0].max(light[1]).max(light[2]);
    if most <= SHOULDER {
        return light;
    }
    let room = BRIGHTEST - SHOULDER;
    let bent = SHOULDER + room * (1.0 - (-(most - SHOULDER) / room).exp());
    let white = smoothstep(SHOULDER, 1.6, most) * 0.35;
    light.map(|v| {
        let v = v * bent / most;
        v + (bent - v) * white
    })
}
