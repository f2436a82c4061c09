//! Damages: edits that neither an editor nor a network may make to a house.

use crate::injected::canvas::{Area, Canvas, blurred, luma};
use crate::injected::lab::{to_lab, to_rgb};
use crate::injected::rng::Rng;

/// A damage to a picture; it may take things from another photo.
pub type Damage = fn(&Canvas, &Canvas, &mut Rng) -> Canvas;

/// Promise of the table for a damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// Something appeared, vanished, bent, blurred or got speckled.
    Structure,
    Seam,
    Cast,
    /// Counted and printed only.
    Counted,
}

/// By name.
pub const DAMAGES: [(&str, Promise, Damage); 16] = [
    ("paste 1 %", Promise::Structure, |p, o, d| {
        pasted(p, o, d, 0.01)
    }),
    ("paste 0.3 %", Promise::Structure, |p, o, d| {
        pasted(p, o, d, 0.003)
    }),
    ("remove 1 %", Promise::Structure, |p, _, d| {
        removed(p, d, 0.01)
    }),
    ("remove 0.3 %", Promise::Structure, |p, _, d| {
        removed(p, d, 0.003)
    }),
    ("warp 3 px", Promise::Structure, |p, _, d| warped(p, d, 3.0)),
    ("warp 1.5 px", Promise::Structure, |p, _, d| {
        warped(p, d, 1.5)
    }),
    ("blur", Promise::Structure, |p, _, d| blurry(p, d)),
    ("dots", Promise::Structure, |p, _, d| dotted(p, d)),
    ("seams 3 %", Promise::Seam, |p, _, d| seamed(p, d, 0.03)),
    ("seams 1.5 %", Promise::Counted, |p, _, d| {
        seamed(p, d, 0.015)
    }),
    ("cast b* + 8", Promise::Cast, |p, _, d| cast(p, d, 8.0)),
    ("cast b* + 4", Promise::Counted, |p, _, d| cast(p, d, 4.0)),
    ("tint, whole", Promise::Counted, |p, _, d| tinted(p, d)),
    ("blown window", Promise::Counted, |p, _, d| blown(p, d)),
    ("banding", Promise::Counted, |p, _, d| banded(p, d)),
    ("bent vertical", Promise::Counted, |p, _, d| bent(p, d)),
];

/// A rectangle of a share of the picture, a quarter wider than high or the other way round.
fn area(p: &Canvas, rng: &mut Rng, share: f32) -> Area {
    let pixels = share * (p.width * p.height) as f32 * 4.0 / std::f32::consts::PI;
    let shape = rng.within(0.8, 1.25);
    let width = ((pixels * shape).sqrt() as usize).clamp(8, p.width - 2);
    let height = ((pixels / shape).sqrt() as usize).clamp(8, p.height - 2);
    Area {
        left: 1 + rng.below(p.width - width - 1),
        top: 1 + rng.below(p.height - height - 1),
        width,
        height,
    }
}

/// The liveliest of some places: an object, not a bare wall.
fn lively(p: &Canvas, rng: &mut Rng, share: f32) -> Area {
    let places = (0..12).map(|_| area(p, rng, share));
    places
        .max_by(|a, b| p.liveliness(*a).total_cmp(&p.liveliness(*b)))
        .expect("twelve places")
}

/// A thing of another photo, with a rim of two pixels.
fn pasted(p: &Canvas, other: &Canvas, rng: &mut Rng, share: f32) -> Canvas {
    let to = area(p, rng, share);
    let from = lively(other, rng, share);
    let (sx, sy) = (
        from.width as f32 / to.width as f32,
        from.height as f32 / to.height as f32,
    );
    p.map(|x, y, rgb| {
        let cover = to.ellipse(x, y, 2.0);
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
fn removed(p: &Canvas, rng: &mut Rng, share: f32) -> Canvas {
    let hole = lively(p, rng, share);
    let (right, bottom) = (hole.left + hole.width, hole.top + hole.height);
    let mut grain = rng.clone();
    let noise: Vec<f32> = (0..4096).map(|_| grain.normal() * 0.006).collect();
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
        let grain = noise[(x * 7919 + y * 104_729) % 4096];
        std::array::from_fn(|c| rgb[c] + cover * (fill[c] / total + grain - rgb[c]))
    })
}

/// Everything swims by so many pixels, in slow waves.
fn warped(p: &Canvas, rng: &mut Rng, by: f32) -> Canvas {
    let turn = std::f32::consts::TAU;
    let (along, down) = (rng.unit() * turn, rng.unit() * turn);
    let wave = turn / (p.long() * rng.within(0.2, 0.4));
    p.map(|x, y, _| {
        let (u, v) = (x as f32, y as f32);
        let dx = by * (v * wave + along).sin();
        let dy = by * (u * wave + down).sin();
        p.between(u + dx, v + dy)
    })
}

/// A third of the picture out of focus.
fn blurry(p: &Canvas, rng: &mut Rng) -> Canvas {
    let place = lively(p, rng, 0.2);
    let channel = |c: usize| {
        let plane: Vec<f32> = p.pixels.iter().map(|rgb| rgb[c]).collect();
        blurred(&plane, p.width, p.height, 2.0)
    };
    let soft = [0, 1, 2].map(channel);
    p.map(|x, y, rgb| {
        let cover = place.ellipse(x, y, 20.0);
        let at = y * p.width + x;
        std::array::from_fn(|c| rgb[c] + cover * (soft[c][at] - rgb[c]))
    })
}

/// The quietest of some places: a wall.
fn quiet(p: &Canvas, rng: &mut Rng, share: f32) -> Area {
    let places = (0..120).map(|_| area(p, rng, share));
    places
        .min_by(|a, b| p.liveliness(*a).total_cmp(&p.liveliness(*b)))
        .expect("120 places")
}

/// Dots on a wall, three pixels wide and a dozen apart: what a network does with plain surfaces.
fn dotted(p: &Canvas, rng: &mut Rng) -> Canvas {
    let wall = quiet(p, rng, 0.02);
    let depth = rng.within(0.06, 0.12);
    let mut out = p.clone();
    for top in (wall.top..wall.top + wall.height).step_by(12) {
        for left in (wall.left..wall.left + wall.width).step_by(12) {
            let x = (left as f32 + rng.within(0.0, 9.0)) as usize;
            let y = (top as f32 + rng.within(0.0, 9.0)) as usize;
            let by = if rng.unit() < 0.5 { -depth } else { depth };
            for (dx, dy) in (0..3).flat_map(|dy| (0..3).map(move |dx| (dx, dy))) {
                let (x, y) = ((x + dx).min(p.width - 1), (y + dy).min(p.height - 1));
                let corner = dx != 1 && dy != 1;
                let by = if corner { by * 0.4 } else { by };
                let at = y * p.width + x;
                out.pixels[at] = out.pixels[at].map(|v| v + by);
            }
        }
    }
    out
}

/// Tiles that differ in brightness, blended over eight pixels.
fn seamed(p: &Canvas, rng: &mut Rng, by: f32) -> Canvas {
    let (across, down) = if p.width > p.height { (4, 3) } else { (3, 4) };
    let (w, h) = (
        p.width as f32 / across as f32,
        p.height as f32 / down as f32,
    );
    let odd = rng.below(2);
    let gain = |i: usize, j: usize| if (i + j) % 2 == odd { 1.0 + by } else { 1.0 };
    let rim = 4.0;
    let weight = |at: f32, size: f32| {
        let tile = (at / size) as usize;
        let into = at - tile as f32 * size;
        let next = ((into - (size - rim)) / (2.0 * rim)).max(0.0);
        let before = ((rim - into) / (2.0 * rim)).max(0.0);
        (tile, before, next)
    };
    p.map(|x, y, rgb| {
        let (i, before_x, next_x) = weight(x as f32 + 0.5, w);
        let (j, before_y, next_y) = weight(y as f32 + 0.5, h);
        let other_x = if i == 0 {
            next_x
        } else if i + 1 == across {
            before_x
        } else {
            before_x + next_x
        };
        let other_y = if j == 0 {
            next_y
        } else if j + 1 == down {
            before_y
        } else {
            before_y + next_y
        };
        let (own, other) = (gain(i, j), gain(i + 1, j));
        let mixed = other_x + other_y - 2.0 * other_x * other_y;
        rgb.map(|v| v * (own + mixed * (other - own)))
    })
}

fn cast(p: &Canvas, rng: &mut Rng, by: f32) -> Canvas {
    let (right, lower) = (rng.below(2) == 1, rng.below(2) == 1);
    p.map(|x, y, rgb| {
        let inside = (2 * x >= p.width) == right && (2 * y >= p.height) == lower;
        if !inside {
            return rgb;
        }
        let [l, a, b] = to_lab(rgb);
        to_rgb([l, a, b + by])
    })
}

/// The whole picture green or magenta, as no light is.
fn tinted(p: &Canvas, rng: &mut Rng) -> Canvas {
    let by = if rng.unit() < 0.5 { -8.0 } else { 8.0 };
    p.tinted(|rgb| {
        let [l, a, b] = to_lab(rgb);
        to_rgb([l, a + by, b])
    })
}

/// The brightest place of 2 % goes white.
fn blown(p: &Canvas, rng: &mut Rng) -> Canvas {
    let places = (0..24).map(|_| area(p, rng, 0.02));
    let mean = |a: &Area| {
        let middle = p.at(a.left + a.width / 2, a.top + a.height / 2);
        let corner = p.at(a.left + a.width / 4, a.top + a.height / 4);
        luma(middle) + luma(corner)
    };
    let window = places
        .max_by(|a, b| mean(a).total_cmp(&mean(b)))
        .expect("24 places");
    p.map(|x, y, rgb| {
        let cover = window.ellipse(x, y, 6.0);
        rgb.map(|v| v + cover * (1.5 * v + 0.35 - v))
    })
}

/// Soft gradients in steps: 28 levels where the picture is smooth.
fn banded(p: &Canvas, _: &mut Rng) -> Canvas {
    let own = p.luma();
    let soft = blurred(&own, p.width, p.height, 4.0);
    let rough: Vec<f32> = own.iter().zip(&soft).map(|(a, b)| (a - b).abs()).collect();
    let rough = blurred(&rough, p.width, p.height, 4.0);
    p.map(|x, y, rgb| {
        let at = y * p.width + x;
        if rough[at] > 0.015 {
            return rgb;
        }
        let steps = (soft[at] * 28.0).round() / 28.0;
        let gain = steps / own[at].max(0.02);
        rgb.map(|v| v * gain)
    })
}

/// A wall that bulges by half a per cent of its height.
fn bent(p: &Canvas, rng: &mut Rng) -> Canvas {
    let (x0, y0) = (p.width as f32 * rng.within(0.3, 0.7), p.height as f32 * 0.5);
    let (wide, tall) = (p.width as f32 * 0.2, p.height as f32 * 0.3);
    let by = p.height as f32 * 0.005;
    p.map(|x, y, _| {
        let (u, v) = ((x as f32 - x0) / wide, (y as f32 - y0) / tall);
        let bulge = if u.abs() < 1.0 && v.abs() < 1.0 {
            (1.0 - u * u).powi(2) * (1.0 - v * v).powi(2)
        } else {
            0.0
        };
        p.between(x as f32 + by * bulge, y as f32)
    })
}
