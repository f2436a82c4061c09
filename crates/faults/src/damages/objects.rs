//! Things that appear, vanish or are covered up.

use crate::canvas::{Area, Canvas};
use crate::damages::{Damaged, Site, area, lively, quiet};
use crate::rng::Rng;

/// A thing of another photo, with a rim of two pixels.
pub fn pasted(site: &Site, rng: &mut Rng, share: f32) -> Option<Damaged> {
    Some(put(site, rng, share, 1.0).into())
}

/// A thing of another photo at a quarter of its strength.
pub fn faint(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    Some(put(site, rng, 0.01, 0.25).into())
}

fn put(site: &Site, rng: &mut Rng, share: f32, strength: f32) -> Canvas {
    let (p, other) = (site.edited, site.other);
    let to = area(p, rng, share);
    let from = lively(other, rng, share);
    let (sx, sy) = (
        from.width as f32 / to.width as f32,
        from.height as f32 / to.height as f32,
    );
    p.map(|x, y, rgb| {
        let cover = strength * to.ellipse(x, y, 2.0);
        if cover == 0.0 {
            return rgb;
        }
        let thing = other.between(
            from.left as f32 + (x - to.left) as f32 * sx,
            from.top as f32 + (y - to.top) as f32 * sy,
        );
        std::array::from_fn(|c| rgb[c] + cover * (thing[c] - rgb[c]))
    })
}

/// A thing painted over from the colours around it, with a little grain.
pub fn removed(site: &Site, rng: &mut Rng, share: f32) -> Option<Damaged> {
    let hole = lively(site.edited, rng, share);
    Some(filled(site.edited, hole, rng).into())
}

/// Colours of the four sides, weighted by nearness.
pub fn filled(p: &Canvas, hole: Area, rng: &mut Rng) -> Canvas {
    let (right, bottom) = (hole.left + hole.width, hole.top + hole.height);
    let noise = rng.grain(0.006);
    p.map(|x, y, rgb| {
        let cover = hole.ellipse(x, y, 4.0);
        if cover == 0.0 {
            return rgb;
        }
        let sides = [
            (p.at(hole.left - 1, y), x + 1 - hole.left),
            (p.at(right.min(p.width - 1), y), right - x),
            (p.at(x, hole.top - 1), y + 1 - hole.top),
            (p.at(x, bottom.min(p.height - 1)), bottom - y),
        ];
        let (mut fill, mut total) = ([0.0; 3], 0.0);
        for (colour, distance) in sides {
            let weight = 1.0 / (distance as f32).powi(2);
            total += weight;
            (0..3).for_each(|c| fill[c] += weight * colour[c]);
        }
        let grain = noise[(x * 7919 + y * 104_729) % noise.len()];
        std::array::from_fn(|c| rgb[c] + cover * (fill[c] / total + grain - rgb[c]))
    })
}

/// A thing covered by a healing brush: a neighbouring place, brought to the rim's colour.
pub fn healed(site: &Site, rng: &mut Rng, share: f32) -> Option<Damaged> {
    let p = site.edited;
    let hole = lively(p, rng, share);
    let turn = rng.unit() * std::f32::consts::TAU;
    let far = 1.1 * hole.width.max(hole.height) as f32;
    let moves = (0..4).map(|quarter| {
        let turn = turn + quarter as f32 * std::f32::consts::FRAC_PI_2;
        (far * turn.cos(), far * turn.sin())
    });
    let inside = |(dx, dy): &(f32, f32)| {
        let (x, y) = (hole.left as f32 + dx, hole.top as f32 + dy);
        x >= 1.0
            && y >= 1.0
            && x + (hole.width as f32) < p.width as f32 - 1.0
            && y + (hole.height as f32) < p.height as f32 - 1.0
    };
    let (dx, dy) = moves.clone().find(inside)?;
    let rim = |dx: f32, dy: f32| {
        let (mut sum, mut count) = ([0.0; 3], 0.0_f32);
        for step in 0..64 {
            let turn = step as f32 / 64.0 * std::f32::consts::TAU;
            let x = hole.left as f32 + hole.width as f32 * (0.5 + 0.5 * turn.cos());
            let y = hole.top as f32 + hole.height as f32 * (0.5 + 0.5 * turn.sin());
            let colour = p.between(x + dx, y + dy);
            (0..3).for_each(|c| sum[c] += colour[c]);
            count += 1.0;
        }
        sum.map(|v| v / count)
    };
    let (here, there) = (rim(0.0, 0.0), rim(dx, dy));
    let out = p.map(|x, y, rgb| {
        let cover = hole.ellipse(x, y, 5.0);
        if cover == 0.0 {
            return rgb;
        }
        let from = p.between(x as f32 + dx, y as f32 + dy);
        std::array::from_fn(|c| rgb[c] + cover * (from[c] + here[c] - there[c] - rgb[c]))
    });
    Some(out.into())
}

/// A small patch of high contrast in calm surroundings, painted over.
pub fn sign_removed(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let p = site.edited;
    let contrast = |a: &Area| {
        let around = Area {
            left: a.left.saturating_sub(a.width / 2),
            top: a.top.saturating_sub(a.height / 2),
            width: (2 * a.width).min(p.width - a.left.saturating_sub(a.width / 2)),
            height: (2 * a.height).min(p.height - a.top.saturating_sub(a.height / 2)),
        };
        // The surroundings hold the patch itself, a quarter of their pixels.
        let (inside, all) = (p.liveliness(*a), p.liveliness(around));
        inside - 1.6 * (all * all - 0.25 * inside * inside).max(0.0).sqrt()
    };
    let shares = [0.001, 0.002, 0.004];
    let places = (0..300).map(|i| area(p, rng, shares[i % 3]));
    let sign = places
        .collect::<Vec<_>>()
        .into_iter()
        .max_by(|a, b| contrast(a).total_cmp(&contrast(b)))?;
    (p.liveliness(sign) > 0.05).then(|| filled(p, sign, rng).into())
}

/// A soft shadow on a plain place, where nothing throws one.
pub fn shadow(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let p = site.edited;
    let place = quiet(p, rng, 0.01);
    let by = rng.within(0.12, 0.2);
    let rim = place.width.min(place.height) as f32 * 0.2;
    let out = p.map(|x, y, rgb| rgb.map(|v| v * (1.0 - by * place.ellipse(x, y, rim))));
    Some(out.into())
}
