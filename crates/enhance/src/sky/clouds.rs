//! Clouds on a curved ceiling above the camera: heaps with flat grey bases and lit sides, seen
//! through by a march along each ray, and veils of ice in filaments along the wind.
//!
//! Distances are in heights of the ceiling's base; directions are unit vectors, right, up, ahead.

mod forms;
mod heaps;
mod noise;
mod torn;
mod veils;

use plumbline_documents::SkyKind;

use crate::sky::directions::Directions;
use crate::sky::planes::Plane;
use forms::{HEAPS, VEILS};
use heaps::Heaps;
use noise::{Flat, unit};
use torn::Rendered;
use veils::Veils;

pub use forms::CLOUDSCAPES;
pub(crate) use forms::name;

/// Clouds in one direction.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Cloud {
    /// Share of the sky that they hide, 0.0 to 1.0.
    pub cover: f32,
    /// Light of the sun that they send here, about 0.0 to 2.0.
    pub direct: f32,
    /// Share of the sky's light that reaches their visible side, 0.0 to 1.0.
    pub ambient: f32,
    /// Distance of their middle.
    pub distance: f32,
}

/// Heights of the ceiling that its curve adds: keeps clouds from becoming infinitely small at the
/// horizon.
const CURVE: f32 = 0.05;
/// Elevations, as sines, over which clouds come out of the haze.
const HAZE: (f32, f32) = (0.0, 0.07);

/// The clouds of one photo.
pub(crate) struct Clouds<'a> {
    view: &'a Directions,
    place: Place,
    flat: Flat,
    kind: Kind,
}

enum Kind {
    Heaps(Rendered),
    Veils(Veils),
}

/// Part of the endless ceiling that is above the camera, and its heading.
#[derive(Debug, Clone, Copy)]
struct Place {
    offset: [f32; 2],
    turn: [f32; 2],
}

/// Places that are tried for a photo, and points of its sky where they are, across and down.
const TRIED: u32 = 12;
const POINTS: (usize, usize) = (24, 16);
/// Turns of the ceiling, radians: any, and those that let the wind blow across the view, because
/// filaments that run toward the camera look drawn.
const ANY: f32 = std::f32::consts::FRAC_PI_2;
const ACROSS: f32 = 0.65;
/// Share of the visible sky that is best cloudy.
const CLOUDY: f32 = 0.38;

impl Place {
    /// Turned by at most so much, radians, or half a turn more.
    fn of(seed: u32, attempt: u32, most: f32) -> Self {
        let part = |at: u32| unit(seed, at, 7 + attempt);
        let half = if part(4) < 0.5 {
            0.0
        } else {
            std::f32::consts::PI
        };
        let angle = half + most * (2.0 * part(1) - 1.0);
        Self {
            offset: [64.0 * part(2), 64.0 * part(3)],
            turn: [angle.cos(), angle.sin()],
        }
    }

    /// The one of some places that puts neither a gap nor a lid over the visible sky.
    fn best(
        (seed, most): (u64, f32),
        view: &Directions,
        share: &Plane,
        cloudy: impl Fn(&Self, [f32; 3]) -> bool,
    ) -> Self {
        let seed = (seed ^ (seed >> 32)) as u32;
        let points = (0..POINTS.0 * POINTS.1).map(|i| {
            let x = (i % POINTS.0 * 2 + 1) * view.width / (2 * POINTS.0);
            let y = (i / POINTS.0 * 2 + 1) * view.height / (2 * POINTS.1);
            (x, y)
        });
        let seen = |&(x, y): &(usize, usize)| share.values[y * share.width + x] > 0.5;
        let rays: Vec<[f32; 3]> = points
            .filter(seen)
            .map(|(x, y)| view.ray(x, y))
            .filter(|ray| ray[1] > HAZE.1)
            .collect();
        let off = |place: &Self| {
            let cloudy = rays.iter().filter(|ray| cloudy(place, **ray)).count();
            (cloudy as f32 - CLOUDY * rays.len() as f32).abs()
        };
        let places = (0..TRIED).map(|attempt| Self::of(seed, attempt, most));
        let best = places.min_by(|a, b| off(a).total_cmp(&off(b)));
        best.unwrap_or_else(|| Self::of(seed, 0, most))
    }

    /// The point of the ceiling in a direction.
    fn over(&self, ray: [f32; 3], reach: f32) -> [f32; 2] {
        let [dx, _, dz] = self.turned(ray);
        [dx * reach + self.offset[0], dz * reach + self.offset[1]]
    }

    /// Turned about the vertical, as the ceiling lies.
    fn turned(&self, [x, y, z]: [f32; 3]) -> [f32; 3] {
        let [cos, sin] = self.turn;
        [cos * x - sin * z, y, sin * x + cos * z]
    }
}

impl<'a> Clouds<'a> {
    /// The clouds of a kind and cloudscape wherever `share` has sky; `None`: a sky without clouds.
    pub fn new(
        kind: SkyKind,
        cloudscape: u8,
        seed: u64,
        view: &'a Directions,
        sun: [f32; 3],
        share: &Plane,
    ) -> Option<Self> {
        let flat = Flat::shared();
        let form = usize::from(cloudscape) % CLOUDSCAPES;
        let (place, kind) = match kind {
            SkyKind::LightCloud => {
                let form = &HEAPS[form];
                let place = Place::best((seed, ANY), view, share, |place, ray| {
                    heaps::is_cloudy(flat, form, place.over(ray, 1.0 / (ray[1] + CURVE)))
                });
                let heaps = Heaps::new(flat, form, place, sun);
                (place, Kind::Heaps(heaps.render(view, share)))
            }
            SkyKind::HighCloud => {
                let veils = Veils::new(VEILS[form]);
                let place = Place::best((seed, ACROSS), view, share, |place, ray| {
                    veils.is_cloudy(flat, place.over(ray, 1.0 / (ray[1] + CURVE)))
                });
                (place, Kind::Veils(veils))
            }
            SkyKind::Clear | SkyKind::Own => return None,
        };
        Some(Self {
            view,
            place,
            flat,
            kind,
        })
    }

    /// The clouds of a pixel of the view.
    pub fn at(&self, x: usize, y: usize) -> Cloud {
        let ray = self.view.ray(x, y);
        if ray[1] <= 0.0 {
            return Cloud::default();
        }
        let reach = 1.0 / (ray[1] + CURVE);
        let out_of_haze = ((ray[1] - HAZE.0) / (HAZE.1 - HAZE.0)).clamp(0.0, 1.0);
        let depth = match &self.kind {
            Kind::Heaps(rendered) => {
                let ahead = [ray[0] / ray[2], ray[1] / ray[2]];
                return rendered.at(self, (x, y), ahead, reach, out_of_haze);
            }
            Kind::Veils(veils) => veils.depth(self.flat, self.place.over(ray, reach)) * out_of_haze,
        };
        Cloud {
            cover: 1.0 - (-depth).exp(),
            direct: 1.35,
            ambient: 1.0,
            distance: reach,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUN: [f32; 3] = [0.64, 0.74, -0.23];

    /// Covers of a sky over the upper half of a picture.
    fn covers(kind: SkyKind, cloudscape: u8, seed: u64) -> Vec<f32> {
        let (width, height) = (96, 64);
        let view = Directions::new(width, height, 26.0, 0.8);
        let shares = (0..width * height).map(|i| f32::from(u8::from(i / width < height / 2)));
        let share = Plane::new(width, height, shares.collect());
        let clouds = Clouds::new(kind, cloudscape, seed, &view, SUN, &share).unwrap();
        let sky = 0..width * height / 2;
        sky.map(|i| clouds.at(i % width, i / width).cover).collect()
    }

    #[test]
    fn every_cloudscape_is_a_sky_of_its_own() {
        for kind in [SkyKind::LightCloud, SkyKind::HighCloud] {
            let skies = (0..CLOUDSCAPES as u8).map(|cloudscape| covers(kind, cloudscape, 7));
            let skies: Vec<_> = skies.collect();
            assert_eq!(skies[0], covers(kind, 0, 7), "the same again");
            assert_ne!(skies[0], covers(kind, 0, 8), "another photo's part of it");
            for (at, sky) in skies.iter().enumerate() {
                assert!(!skies[..at].contains(sky), "{kind:?} {at}");
            }
        }
    }

    #[test]
    fn clouds_are_there_and_leave_most_of_the_sky_blue() {
        for cloudscape in 0..CLOUDSCAPES as u8 {
            for seed in 0..6 {
                for kind in [SkyKind::LightCloud, SkyKind::HighCloud] {
                    let covers = covers(kind, cloudscape, seed);
                    let share = covers.iter().sum::<f32>() / covers.len() as f32;
                    assert!(
                        (0.005..0.5).contains(&share),
                        "{kind:?} {cloudscape}, seed {seed}: {share}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_sky_is_the_same_on_any_number_of_threads() {
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().unwrap();
            pool.install(|| covers(SkyKind::LightCloud, 4, 11))
        };
        assert_eq!(on(1), on(3));
    }

    #[test]
    fn heaps_are_whiter_on_the_suns_side_than_in_their_shade() {
        let (width, height) = (160, 80);
        let view = Directions::new(width, height, 26.0, 1.0);
        let share = Plane::new(width, height, vec![1.0; width * height]);
        let clouds = Clouds::new(SkyKind::LightCloud, 4, 3, &view, SUN, &share).unwrap();
        let thick = (0..width * height).filter_map(|i| {
            let cloud = clouds.at(i % width, i / width);
            (cloud.cover > 0.9).then_some(cloud.direct)
        });
        let mut lit: Vec<f32> = thick.collect();
        lit.sort_unstable_by(f32::total_cmp);
        let (dark, light) = (lit[lit.len() / 20], lit[lit.len() * 19 / 20]);
        assert!(light > 1.7 * dark, "{dark} {light}");
    }
}
