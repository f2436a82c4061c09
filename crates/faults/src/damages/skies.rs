//! New skies in the wrong place, with a rim, or contradicted by a mirror.

use crate::canvas::Canvas;
use crate::damages::{Damaged, Site};
use crate::plane::Plane;
use crate::rng::Rng;
use crate::sky;

/// A new sky over the edited photo and its matte. `None`: nobody drew a mask.
fn renewed(site: &Site, rng: &mut Rng) -> Option<(Canvas, Plane)> {
    let mask = site.photo.sky.as_ref()?;
    let matte = sky::matte(mask, site.edited);
    Some((sky::replaced(site.edited, &matte, rng), matte))
}

fn declared(result: Canvas, matte: &Plane) -> Damaged {
    Damaged {
        sky: Some(sky::declared(matte)),
        ..result.into()
    }
}

/// A bright rim of some thousandths of the long side on the house's side of the edge.
pub fn halo(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let (p, matte) = renewed(site, rng)?;
    let wide = matte.gaussian(p.long() * 0.003);
    let by = rng.within(0.10, 0.16);
    let out = p.map(|x, y, rgb| {
        let at = y * p.width + x;
        let rim = wide.values[at] * (1.0 - matte.values[at]) * 2.0;
        rgb.map(|v| v + by * rim.min(1.0))
    });
    Some(declared(out, &matte))
}

/// The new sky runs into the roof: a patch of 1 % below the skyline takes on its colour.
pub fn leak(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let (p, matte) = renewed(site, rng)?;
    let reach = ((p.width * p.height) as f32 * 0.01 / 1.6).sqrt();
    let (x0, y0) = skyline(&matte, rng)?;
    let y0 = y0 + reach * 0.5;
    let out = p.map(|x, y, rgb| {
        let square = ((x as f32 - x0).powi(2) + (y as f32 - y0).powi(2)) / (reach * reach);
        let depth = 0.7 * (1.0 - square).max(0.0).sqrt();
        let cover = depth * (1.0 - matte.values[y * p.width + x]);
        let sky = [0.5, 0.66, 0.88];
        std::array::from_fn(|c| rgb[c] + cover * (sky[c] - rgb[c]))
    });
    Some(declared(out, &matte))
}

/// A place where sky ends above something else.
fn skyline(matte: &Plane, rng: &mut Rng) -> Option<(f32, f32)> {
    let w = matte.width;
    let edge = |i: &usize| {
        let (x, y) = (i % w, i / w);
        y + 2 < matte.height && x > 1 && matte.values[*i] > 0.5 && matte.values[i + w] <= 0.5
    };
    let edges: Vec<usize> = (0..matte.values.len()).filter(edge).collect();
    let at = *edges.get(rng.below(edges.len()))?;
    Some(((at % w) as f32, (at / w) as f32))
}

/// A soft ellipse about a place of the skyline: half axes of 5 to 8 % of the long side across, and
/// 3 to 5 % down.
fn bulge(matte: &Plane, rng: &mut Rng) -> Option<Plane> {
    let long = matte.width.max(matte.height) as f32;
    let (x0, y0) = skyline(matte, rng)?;
    let (a, b) = (long * rng.within(0.05, 0.08), long * rng.within(0.03, 0.05));
    let mut out = matte.map(|_| 0.0);
    for (i, v) in out.values.iter_mut().enumerate() {
        let (x, y) = ((i % matte.width) as f32, (i / matte.width) as f32);
        let radius = ((x - x0) / a).hypot((y - y0) / b);
        *v = ((1.0 - radius) * b / 2.0).clamp(0.0, 1.0);
    }
    Some(out)
}

fn grown_wall(site: &Site, p: &Canvas, matte: &Plane, rng: &mut Rng) -> Option<Canvas> {
    let bulge = bulge(matte, rng)?;
    let down = site.edited.long() * 0.09;
    Some(p.map(|x, y, rgb| {
        let at = y * p.width + x;
        let cover = bulge.values[at] * matte.values[at];
        let wall = site.edited.between(x as f32, y as f32 + down);
        std::array::from_fn(|c| rgb[c] + cover * (wall[c] - rgb[c]))
    }))
}

/// The house below the skyline grows into a declared new sky.
pub fn wall_over_sky(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let (p, matte) = renewed(site, rng)?;
    let out = grown_wall(site, &p, &matte, rng)?;
    Some(declared(out, &matte))
}

/// The same where the sky is the photo's own.
pub fn wall_over_sky_undeclared(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let matte = sky::matte(site.photo.sky.as_ref()?, site.edited);
    Some(grown_wall(site, site.edited, &matte, rng)?.into())
}

/// The mask runs into the house, and the new sky with it.
pub fn sky_over_wall(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let matte = sky::matte(site.photo.sky.as_ref()?, site.edited);
    let grown = bulge(&matte, rng)?.zip(&matte, f32::max);
    let out = sky::replaced(site.edited, &grown, rng);
    Some(declared(out, &grown))
}

/// The same, and the mask says nothing of it.
pub fn sky_over_wall_undeclared(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let matte = sky::matte(site.photo.sky.as_ref()?, site.edited);
    let grown = bulge(&matte, rng)?.zip(&matte, f32::max);
    let out = sky::replaced(site.edited, &grown, rng);
    Some(declared(out, &matte))
}

/// A sloppy hand: three to six blotches of the mask lie on the house.
pub fn blotches(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let mut grown = sky::matte(site.photo.sky.as_ref()?, site.edited);
    let p = site.edited;
    let own = grown.clone();
    for _ in 0..3 + rng.below(4) {
        let reach = p.long() * rng.within(0.012, 0.03);
        let house = (0..200).map(|_| (rng.below(p.width), rng.below(p.height)));
        let house: Vec<_> = house.collect();
        let is_house = |(x, y): &(usize, usize)| own.values[y * p.width + x] == 0.0;
        let (x0, y0) = house.into_iter().find(is_house)?;
        for (i, v) in grown.values.iter_mut().enumerate() {
            let (x, y) = ((i % p.width) as f32, (i / p.width) as f32);
            let radius = (x - x0 as f32).hypot(y - y0 as f32);
            *v = v.max(((reach - radius) / 3.0).clamp(0.0, 1.0));
        }
    }
    let out = sky::replaced(p, &grown, rng);
    Some(declared(out, &grown))
}

/// Still water in the lower third of the original mirrors the old sky, and in the result still
/// does under a new one.
pub fn reflection_kept(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let mask = site.photo.sky.as_ref()?;
    let shore = (site.original.height as f32 * rng.within(0.62, 0.7)) as usize;
    let original = mirrored(site.original, shore, rng);
    let edited = (site.look)(&original);
    let mut matte = sky::matte(mask, &edited);
    matte.values[shore * original.width..].fill(0.0);
    let out = sky::replaced(&edited, &matte, rng);
    Some(Damaged {
        original: Some(original),
        ..declared(out, &matte)
    })
}

/// Everything below a row mirrors what is above it, a little darker and rippled.
fn mirrored(p: &Canvas, shore: usize, rng: &mut Rng) -> Canvas {
    let (phase, wave) = (rng.unit() * 6.3, rng.within(0.25, 0.4));
    let stretch = shore as f32 / (p.height - shore) as f32;
    p.map(|x, y, rgb| {
        if y < shore {
            return rgb;
        }
        let depth = (y - shore) as f32;
        let ripple = (depth * wave + phase).sin() * (0.5 + depth * 0.01);
        let above = shore as f32 - 1.0 - depth * stretch.min(1.6);
        p.between(x as f32 + ripple, above + 0.5 * ripple)
            .map(|v| v * 0.82)
    })
}
