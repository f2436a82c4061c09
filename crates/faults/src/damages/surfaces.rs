//! Surfaces that lose, change or gain texture.

use crate::canvas::{Area, Canvas};
use crate::damages::{Damaged, Site, area, lively, quiet};
use crate::rng::Rng;

/// A place out of focus.
pub fn blurry(site: &Site, rng: &mut Rng, share: f32, rim: f32) -> Option<Damaged> {
    let p = site.edited;
    let place = lively(p, rng, share);
    let soft = [0, 1, 2].map(|c| p.plane(|rgb| rgb[c]).gaussian(2.0));
    let out = p.map(|x, y, rgb| {
        let cover = place.ellipse(x, y, rim);
        let at = y * p.width + x;
        std::array::from_fn(|c| rgb[c] + cover * (soft[c].values[at] - rgb[c]))
    });
    Some(out.into())
}

/// Dots on a wall, three pixels wide and a dozen apart: what a network does with plain surfaces.
pub fn dotted(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let p = site.edited;
    let wall = quiet(p, rng, 0.02);
    let depth = rng.within(0.06, 0.12);
    let mut out = p.clone();
    for top in (wall.top..wall.top + wall.height).step_by(12) {
        for left in (wall.left..wall.left + wall.width).step_by(12) {
            let x = (left as f32 + rng.within(0.0, 9.0)) as usize;
            let y = (top as f32 + rng.within(0.0, 9.0)) as usize;
            let by = depth * rng.sign();
            for (dx, dy) in (0..3).flat_map(|dy| (0..3).map(move |dx| (dx, dy))) {
                let (x, y) = ((x + dx).min(p.width - 1), (y + dy).min(p.height - 1));
                let corner = dx != 1 && dy != 1;
                let by = if corner { by * 0.4 } else { by };
                let at = y * p.width + x;
                out.pixels[at] = out.pixels[at].map(|v| v + by);
            }
        }
    }
    Some(out.into())
}

/// Soft gradients in steps: 28 levels where the picture is smooth.
pub fn banded(site: &Site, _: &mut Rng) -> Option<Damaged> {
    let p = site.edited;
    let own = p.luma();
    let soft = own.gaussian(4.0);
    let rough = own.zip(&soft, |a, b| (a - b).abs()).gaussian(4.0);
    let out = p.map(|x, y, rgb| {
        let at = y * p.width + x;
        if rough.values[at] > 0.015 {
            return rgb;
        }
        let steps = (soft.values[at] * 28.0).round() / 28.0;
        let gain = steps / own.values[at].max(0.02);
        rgb.map(|v| v * gain)
    });
    Some(out.into())
}

/// A textured place gets the texture of another photo, with its own mean colour and contrast.
pub fn retextured(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let (p, other) = (site.edited, site.other);
    let places: Vec<Area> = (0..60).map(|_| area(p, rng, 0.01)).collect();
    let textured = |a: &Area| (0.03..0.12).contains(&p.liveliness(*a));
    let to = places.into_iter().find(textured)?;
    let from = textured_place(other, to, rng)?;
    let (here, depth) = colours(p, to);
    let (there, other_depth) = colours(other, from);
    let scale = (depth / other_depth).clamp(0.3, 3.0);
    let out = p.map(|x, y, rgb| {
        let cover = to.ellipse(x, y, 5.0);
        if cover == 0.0 {
            return rgb;
        }
        let thing = other.at(from.left + x - to.left, from.top + y - to.top);
        std::array::from_fn(|c| rgb[c] + cover * (here[c] + scale * (thing[c] - there[c]) - rgb[c]))
    });
    Some(out.into())
}

fn textured_place(p: &Canvas, like: Area, rng: &mut Rng) -> Option<Area> {
    let (width, height) = (like.width.min(p.width), like.height.min(p.height));
    let places = (0..60).map(|_| Area {
        left: rng.below(p.width - width),
        top: rng.below(p.height - height),
        ..like
    });
    let places: Vec<Area> = places.collect();
    let fits = width == like.width && height == like.height;
    let textured = |a: &Area| (0.03..0.2).contains(&p.liveliness(*a));
    places.into_iter().filter(|_| fits).find(textured)
}

/// Mean colour and deviation of luma.
fn colours(p: &Canvas, area: Area) -> ([f32; 3], f32) {
    let (mut sum, mut count) = ([0.0_f64; 3], 0.0);
    for y in area.top..area.top + area.height {
        for x in area.left..area.left + area.width {
            let rgb = p.at(x, y);
            (0..3).for_each(|c| sum[c] += f64::from(rgb[c]));
            count += 1.0;
        }
    }
    (sum.map(|v| (v / count) as f32), p.liveliness(area))
}
