//! A new sky, painted coarsely in the directions of a picture's pixels. Skies are
//! smooth: what is finer than the coarse pixels is grain, and that comes with the composition.

use plumbline_documents::SkyKind;
use rayon::prelude::*;

use crate::math::colour::luminance;
use crate::math::interpolation::{columns_of, smoothstep};
use crate::math::statistics;
use crate::sky::atmosphere::{Air, ClearSky};
use crate::sky::clouds::{Cloud, Clouds};
use crate::sky::directions::Directions;
use crate::sky::new_sky::NewSky;
use crate::sky::planes::Plane;
use crate::sky::row::stretch;

/// Longer side of the coarse sky, with clouds and without.
const LONG_EDGE: usize = 1440;
const SMOOTH_EDGE: usize = 256;
/// Below this elevation, radians, the haze of the horizon gathers.
const HAZE: f32 = 0.16;
/// Its share at the horizon.
const HAZIEST: f32 = 0.55;
/// Colour of the blue against the model's: cameras make more of it.
const VIVID: f32 = 1.12;
/// Light above which brightness bends, towards the brightest that is left.
const SHOULDER: f32 = 0.70;
const BRIGHTEST: f32 = 0.96;
/// Level of a sky for which the lights of clouds are given, and those: the sun's, the sky's, the
/// ground's.
const LEVEL: f32 = 0.46;
const SUNLIGHT: [f32; 3] = [0.640, 0.626, 0.600];
const SKYLIGHT: [f32; 3] = [0.300, 0.334, 0.390];
const GROUNDLIGHT: [f32; 3] = [0.070, 0.069, 0.066];
/// Distance from which air hides clouds, over which, and the least that is seen of them.
const CLEAR_AIR: f32 = 1.5;
const AIR: f32 = 6.0;
const SEEN_AFAR: f32 = 0.25;

/// Linear light of the new sky over the whole picture, coarse; only its sky is ever used.
pub(crate) fn paint(new: &NewSky, share: &Plane) -> [Plane; 3] {
    let clear = Clear::new(new, share);
    if matches!(new.kind, SkyKind::Clear | SkyKind::Own) {
        return clear.light;
    }
    let (width, height) = size(share, LONG_EDGE);
    let share = share.resized(width, height);
    let view = Directions::new(width, height, new.focal_35mm, new.horizon);
    let Some(clouds) = Clouds::new(
        new.kind,
        new.cloudscape,
        new.seed,
        &view,
        clear.sky.sunward(),
        &share,
    ) else {
        return clear.light;
    };
    let near = share.largest(2);
    let columns = columns_of(width, clear.light[0].width);
    let mut planes = [(); 3].map(|()| Plane::new(width, height, vec![0.0; width * height]));
    let [red, green, blue] = planes.each_mut().map(|p| p.values.par_chunks_mut(width));
    let rows = red.zip(green).zip(blue).enumerate();
    rows.for_each_init(Behind::default, |behind, (y, ((red, green), blue))| {
        behind.enter(&clear, y, height, &columns);
        for x in 0..width {
            // Without any sky nearby the colour is never used.
            if near.values[y * width + x] > 0.0 {
                let light = [0, 1, 2].map(|c| behind.light[c][x]);
                [red[x], green[x], blue[x]] = under(light, clouds.at(x, y), new.level / LEVEL);
            }
        }
    });
    planes
}

/// A row of the sky without clouds.
#[derive(Default)]
struct Behind {
    light: [Vec<f32>; 3],
    coarse: Vec<f32>,
}

impl Behind {
    fn enter(&mut self, clear: &Clear, y: usize, height: usize, columns: &[(u32, f32)]) {
        for (plane, light) in clear.light.iter().zip(&mut self.light) {
            plane.row(y, height, &mut self.coarse);
            stretch(&self.coarse, columns, light);
        }
    }
}

fn size(share: &Plane, long_edge: usize) -> (usize, usize) {
    let scale = (long_edge as f32 / share.width.max(share.height) as f32).min(1.0);
    let side = |v: usize| ((v as f32 * scale).round() as usize).max(1);
    (side(share.width), side(share.height))
}

/// The light of a sky with clouds before it.
fn under(behind: [f32; 3], cloud: Cloud, level: f32) -> [f32; 3] {
    if cloud.cover <= 0.0 {
        return behind;
    }
    let air = (-(cloud.distance - CLEAR_AIR).max(0.0) / AIR).exp();
    let cover = cloud.cover * (SEEN_AFAR + (1.0 - SEEN_AFAR) * air);
    let own = [0, 1, 2].map(|c| {
        let light = SUNLIGHT[c] * cloud.direct + SKYLIGHT[c] * cloud.ambient + GROUNDLIGHT[c];
        light * level
    });
    let own = shoulder(own);
    [0, 1, 2].map(|c| behind[c] + (own[c] - behind[c]) * cover)
}

/// The sky without clouds.
struct Clear {
    sky: ClearSky,
    light: [Plane; 3],
}

impl Clear {
    fn new(new: &NewSky, share: &Plane) -> Self {
        let air = Air {
            turbidity: new.turbidity,
            sun_elevation: new.sun_elevation_degrees.to_radians(),
            sun_azimuth: new.sun_azimuth_degrees.to_radians(),
        };
        let sky = ClearSky::new(air);
        let low = sky.light(0.05, air.sun_azimuth + 1.2);
        let y = luminance(low);
        let haze = low.map(|v| (y + (v - y) * 0.85) * 1.5);
        let (width, height) = size(share, SMOOTH_EDGE);
        let view = Directions::new(width, height, new.focal_35mm, new.horizon);
        let pixels: Vec<[f32; 3]> = (0..width * height)
            .into_par_iter()
            .map(|i| {
                let (elevation, azimuth) = view.angles(i % width, i / width);
                let light = sky.light(elevation, azimuth);
                let much = HAZIEST * (-elevation / HAZE).exp();
                vivid([0, 1, 2].map(|c| light[c] + (haze[c] - light[c]) * much))
            })
            .collect();
        let level = new.level / median(&pixels, &share.resized(width, height)).max(1e-6);
        let light = [0, 1, 2].map(|c| {
            let values = pixels.iter().map(|p| shoulder(p.map(|v| v * level))[c]);
            Plane::new(width, height, values.collect())
        });
        Self { sky, light }
    }
}

fn vivid(light: [f32; 3]) -> [f32; 3] {
    let y = luminance(light);
    light.map(|v| (y + (v - y) * VIVID).max(0.0))
}

/// The median luminance of the visible sky.
fn median(pixels: &[[f32; 3]], share: &Plane) -> f32 {
    let seen = pixels.iter().zip(&share.values).filter(|(_, s)| **s > 0.5);
    statistics::median(seen.map(|(p, _)| luminance(*p)).collect()).unwrap_or(1.0)
}

/// Brightness bent below white at one hue.
fn shoulder(light: [f32; 3]) -> [f32; 3] {
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
