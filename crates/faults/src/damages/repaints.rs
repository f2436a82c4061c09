//! Surfaces of one hue in another colour, and dull lawns made green.

use crate::canvas::Canvas;
use crate::colour::{hue_chroma, hue_distance, shown, smooth_step, to_lab};
use crate::damages::{Damaged, Site};
use crate::plane::Plane;
use crate::region::Small;
use crate::rng::Rng;

/// The surface of the strongest hue, its hue turned by 40 to 140 degrees at its lightness.
pub fn repainted(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let cover = strongest_hue(site.original)?;
    let turn = (rng.within(40.0, 140.0) * rng.sign()).to_radians();
    let (sin, cos) = turn.sin_cos();
    let paint = |[l, a, b]: [f32; 3]| shown([l, a * cos - b * sin, a * sin + b * cos]);
    Some(painted(site.edited, &cover, paint).into())
}

/// The same surface in grey.
pub fn drained(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let cover = strongest_hue(site.original)?;
    let kept = rng.within(0.05, 0.2);
    let paint = |[l, a, b]: [f32; 3]| shown([l, a * kept, b * kept]);
    Some(painted(site.edited, &cover, paint).into())
}

fn painted(p: &Canvas, cover: &Plane, paint: impl Fn([f32; 3]) -> [f32; 3] + Sync) -> Canvas {
    p.map(|x, y, rgb| {
        let cover = cover.values[y * p.width + x];
        if cover == 0.0 {
            return rgb;
        }
        let to = paint(to_lab(rgb));
        std::array::from_fn(|c| rgb[c] + cover * (to[c] - rgb[c]))
    })
}

/// Cover of a connected surface of 0.5 to 35 % of the picture whose hue outweighs all others'.
/// The sky is none.
fn strongest_hue(p: &Canvas) -> Option<Plane> {
    let small = Small::of(p);
    let labs: Vec<[f32; 3]> = small.canvas.pixels.iter().map(|rgb| to_lab(*rgb)).collect();
    for hue in hues(&labs) {
        let near = |i: usize, _| {
            let (own, chroma) = hue_chroma(labs[i]);
            chroma > 14.0 && hue_distance(own, hue) < 22.0
        };
        let regions = small.regions(near);
        let is_sky = |r: &_| (200.0..300.0).contains(&hue) && small.touches_top(r);
        let mut fitting = regions.iter().take_while(|r| r.share >= 0.005);
        if let Some(region) = fitting.find(|r| r.share <= 0.35 && !is_sky(r)) {
            let wide = small.cover(region);
            let own = p.plane(|rgb| {
                let (own, chroma) = hue_chroma(to_lab(rgb));
                let turned = smooth_step(24.0, 40.0, hue_distance(own, hue));
                (1.0 - turned) * smooth_step(5.0, 11.0, chroma)
            });
            return Some(own.zip(&wide, |own, wide| own * wide).gaussian(0.8));
        }
    }
    None
}

/// The strongest hues, by the squares of their pixels' chroma, 40 degrees apart.
fn hues(labs: &[[f32; 3]]) -> Vec<f32> {
    let mut weights = [0.0_f32; 36];
    for lab in labs {
        let (hue, chroma) = hue_chroma(*lab);
        if chroma > 14.0 && (10.0..95.0).contains(&lab[0]) {
            weights[(hue / 10.0) as usize % 36] += chroma * chroma;
        }
    }
    let mut found = Vec::new();
    while found.len() < 4 {
        let heaviest = (0..36).max_by(|a, b| weights[*a].total_cmp(&weights[*b]));
        let Some(bin) = heaviest.filter(|bin| weights[*bin] > 0.0) else {
            break;
        };
        found.push(bin as f32 * 10.0 + 5.0);
        (0..7).for_each(|d| weights[(bin + 36 + d - 3) % 36] = 0.0);
    }
    found
}

/// Dull or dry vegetation in the lower part of an exterior, made fresh.
pub fn lawn(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    if !site.photo.is_exterior {
        return None;
    }
    let grass = grass(site.original);
    let small = Small::of(site.original);
    let shrunk = grass.shrunk(small.step);
    let top = small.canvas.height * 45 / 100 * small.canvas.width;
    let regions = small.regions(|i, _| i >= top && shrunk.values[i] > 0.5);
    let lawn = regions.first().filter(|r| r.share >= 0.012)?;
    let cover = grass.zip(&small.cover(lawn), |own, wide| own * wide);
    let (hue, most) = (rng.within(122.0, 132.0_f32), rng.within(34.0, 44.0));
    let (sin, cos) = hue.to_radians().sin_cos();
    let fresh = |lab: [f32; 3]| {
        let (_, chroma) = hue_chroma(lab);
        // Shadows have less colour than light.
        let to = (0.5 * chroma + 0.6 * most * smooth_step(5.0, 45.0, lab[0])).min(60.0);
        shown([lab[0], to * cos, to * sin])
    };
    let out = painted(site.edited, &cover, fresh);
    (change(site.edited, &out, &cover) >= 8.0).then(|| out.into())
}

/// Share of rough ground without the force of a fresh lawn: yellow, brown or dull green.
fn grass(p: &Canvas) -> Plane {
    let dull = p.plane(|rgb| {
        let lab = to_lab(rgb);
        let (hue, chroma) = hue_chroma(lab);
        let is_dull = (84.0..130.0).contains(&hue) && (11.0..48.0).contains(&chroma);
        f32::from(is_dull && (8.0..80.0).contains(&lab[0]))
    });
    let own = p.luma();
    let rough = own
        .zip(&own.gaussian(2.0), |a, b| (a - b).abs())
        .gaussian(p.long() * 0.004);
    let dull = dull.gaussian(1.5).map(|v| (1.6 * v).min(1.0));
    dull.zip(&rough, |dull, rough| {
        dull * smooth_step(0.012, 0.022, rough)
    })
}

/// Mean CIE76 difference under a cover.
fn change(one: &Canvas, two: &Canvas, cover: &Plane) -> f32 {
    let (mut sum, mut total) = (0.0_f64, 1e-9);
    for i in (0..one.pixels.len()).step_by(7) {
        let (a, b) = (to_lab(one.pixels[i]), to_lab(two.pixels[i]));
        let square: f32 = (0..3).map(|c| (a[c] - b[c]).powi(2)).sum();
        let weight = f64::from(cover.values[i]);
        (sum, total) = (sum + weight * f64::from(square.sqrt()), total + weight);
    }
    (sum / total) as f32
}
