//! Windows that go white, or look out on another place.

use crate::canvas::Area;
use crate::colour::{luma, smooth_step};
use crate::damages::{Damaged, Site, area};
use crate::region::Small;
use crate::rng::Rng;

/// The brightest place of 2 % goes white.
pub fn blown(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let p = site.edited;
    let places: Vec<Area> = (0..24).map(|_| area(p, rng, 0.02)).collect();
    let mean = |a: &Area| {
        let middle = p.at(a.left + a.width / 2, a.top + a.height / 2);
        let corner = p.at(a.left + a.width / 4, a.top + a.height / 4);
        luma(middle) + luma(corner)
    };
    let brightest = |a: &Area, b: &Area| mean(a).total_cmp(&mean(b));
    let window = places.into_iter().max_by(brightest)?;
    let out = p.map(|x, y, rgb| {
        let cover = window.ellipse(x, y, 6.0);
        rgb.map(|v| v + cover * (1.5 * v + 0.35 - v))
    });
    Some(out.into())
}

/// A bright, full area of an interior gets another photo's upper part, as a bright view.
pub fn view_put_in(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    if site.photo.is_exterior {
        return None;
    }
    let (p, other) = (site.edited, site.other);
    let small = Small::of(site.original);
    let bright = small.regions(|_, rgb| luma(rgb) > 0.88);
    let is_window = |r: &&_| {
        let frame = small.frame(r);
        small.filled(r) > 0.5 && frame.top + frame.height < p.height * 8 / 10
    };
    let windows = bright.iter().take_while(|r| r.share >= 0.004);
    let window = windows.filter(|r| r.share <= 0.1).find(is_window)?;
    let (frame, cover) = (small.frame(window), small.cover(window));
    let own = site.original.luma();
    let left = other.width as f32 * rng.within(0.0, 0.3);
    let scale = [
        other.width as f32 * 0.7 / frame.width as f32,
        other.height as f32 * 0.6 / frame.height as f32,
    ];
    let out = p.map(|x, y, rgb| {
        let at = y * p.width + x;
        let cover = cover.values[at] * smooth_step(0.74, 0.88, own.values[at]);
        if cover == 0.0 {
            return rgb;
        }
        let (u, v) = (x as f32 - frame.left as f32, y as f32 - frame.top as f32);
        let view = other.between(left + u * scale[0], v * scale[1]);
        std::array::from_fn(|c| rgb[c] + cover * (0.3 + 0.65 * view[c] - rgb[c]))
    });
    Some(out.into())
}
