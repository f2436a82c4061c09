//! Thin lines on plain walls, and wires.

use crate::canvas::{Area, Canvas};
use crate::damages::{Damaged, Site, area};
use crate::plane::Plane;
use crate::rng::Rng;

/// Pixels across.
const WIDTH: f32 = 1.5;

/// A crack in the result that the original does not have.
pub fn appears(site: &Site, rng: &mut Rng, contrast: f32) -> Option<Damaged> {
    let line = Line::on_a_wall(site, rng)?;
    Some(line.drawn(site.edited, contrast).into())
}

/// A crack in the original that the result does not have.
pub fn gone(site: &Site, rng: &mut Rng, contrast: f32) -> Option<Damaged> {
    let line = Line::on_a_wall(site, rng)?;
    Some(Damaged {
        original: Some(line.drawn(site.original, contrast)),
        ..site.edited.clone().into()
    })
}

/// A slightly wandering line.
struct Line {
    points: Vec<(f32, f32)>,
    /// Lighter than the wall, and not darker.
    is_light: bool,
}

impl Line {
    /// Across the plainest of many places of 1 %. `None`: the photo has no plain wall.
    fn on_a_wall(site: &Site, rng: &mut Rng) -> Option<Self> {
        let p = site.original;
        let first = if site.photo.is_exterior {
            p.height / 4
        } else {
            0
        };
        let places: Vec<Area> = (0..150).map(|_| area(p, rng, 0.01)).collect();
        let is_wall = |a: &Area| {
            let ((here, own), (there, edited)) = (p.luma_of(*a), site.edited.luma_of(*a));
            let is_lit = |v: f32| (0.2..0.94).contains(&v);
            a.top >= first && own < 0.03 && edited < 0.05 && is_lit(here) && is_lit(there)
        };
        let walls: Vec<Area> = places.into_iter().filter(is_wall).collect();
        if walls.is_empty() {
            return None;
        }
        let wall = walls[rng.below(walls.len())];
        let length = wall.width.min(wall.height) as f32 * rng.within(0.75, 0.95);
        let (mut x, mut y) = (
            wall.left as f32 + wall.width as f32 / 2.0,
            wall.top as f32 + wall.height as f32 / 2.0,
        );
        let mut turn = rng.unit() * std::f32::consts::TAU;
        (x, y) = (x - turn.cos() * length / 2.0, y - turn.sin() * length / 2.0);
        let step = (length / 24.0).max(2.0);
        let mut points = vec![(x, y)];
        for _ in 0..(length / step) as usize {
            turn += 0.12 * rng.normal();
            (x, y) = (x + step * turn.cos(), y + step * turn.sin());
            points.push((x, y));
        }
        Some(Self {
            points,
            is_light: rng.unit() < 0.25,
        })
    }

    /// Pixel values under the line change by a share of themselves.
    fn drawn(&self, p: &Canvas, contrast: f32) -> Canvas {
        let by = if self.is_light { contrast } else { -contrast };
        let mut out = p.clone();
        for (at, cover) in self.covered(p) {
            out.pixels[at] = p.pixels[at].map(|v| v * (1.0 + by * cover));
        }
        out
    }

    /// Pixels that the line covers, and by how much.
    fn covered(&self, p: &Canvas) -> Vec<(usize, f32)> {
        let xs = || self.points.iter().map(|(x, _)| *x);
        let ys = || self.points.iter().map(|(_, y)| *y);
        let span = |low: f32, high: f32, size: usize| {
            ((low - 3.0).max(0.0) as usize)..((high + 4.0).max(0.0) as usize).min(size)
        };
        let columns = span(
            xs().fold(f32::MAX, f32::min),
            xs().fold(0.0, f32::max),
            p.width,
        );
        let rows = span(
            ys().fold(f32::MAX, f32::min),
            ys().fold(0.0, f32::max),
            p.height,
        );
        let mut found = Vec::new();
        for y in rows {
            for x in columns.clone() {
                let cover = WIDTH / 2.0 + 0.5 - self.distance(x as f32 + 0.5, y as f32 + 0.5);
                if cover > 0.0 {
                    found.push((y * p.width + x, cover.min(1.0)));
                }
            }
        }
        found
    }

    fn distance(&self, x: f32, y: f32) -> f32 {
        let to = |pair: &[(f32, f32)]| {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            let (dx, dy) = (x1 - x0, y1 - y0);
            let t = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy).max(1e-6);
            let t = t.clamp(0.0, 1.0);
            (x - x0 - t * dx).hypot(y - y0 - t * dy)
        };
        self.points.windows(2).map(to).fold(f32::MAX, f32::min)
    }
}

/// A long thin dark thing of the photo, filled from both sides.
pub fn wire_removed(site: &Site, rng: &mut Rng) -> Option<Damaged> {
    let p = site.edited;
    let own = p.luma();
    let closed = own.extreme(3, f32::max).extreme(3, f32::min);
    let dark = closed.zip(&own, |closed, own| closed - own);
    let wires = wires(&dark, p.long());
    if wires.is_empty() {
        return None;
    }
    let wire = &wires[rng.below(wires.len().min(3))];
    let mut covered = own.map(|_| 0.0);
    wire.iter().for_each(|at| covered.values[*at] = 1.0);
    let covered = covered.extreme(2, f32::max);
    let cover = covered.gaussian(0.7);
    let free = covered.map(|v| 1.0 - v);
    let weight = free.gaussian(3.0);
    let around = [0, 1, 2].map(|c| {
        let free = p.plane(|rgb| rgb[c]).zip(&free, |v, free| v * free);
        free.gaussian(3.0)
            .zip(&weight, |sum, weight| sum / weight.max(1e-4))
    });
    let noise = rng.grain(0.005);
    let out = p.map(|x, y, rgb| {
        let at = y * p.width + x;
        let grain = noise[(x * 7919 + y * 104_729) % noise.len()];
        let cover = cover.values[at];
        std::array::from_fn(|c| rgb[c] + cover * (around[c].values[at] + grain - rgb[c]))
    });
    Some(out.into())
}

/// Connected dark pixels, 5 % of the long side in length and no wider than a tenth of that; the
/// longest first.
fn wires(dark: &Plane, long: f32) -> Vec<Vec<usize>> {
    let (w, h) = (dark.width, dark.height);
    let mut open: Vec<bool> = dark.values.iter().map(|v| *v > 0.08).collect();
    let mut found: Vec<(f32, Vec<usize>)> = Vec::new();
    for start in 0..open.len() {
        if !std::mem::take(&mut open[start]) {
            continue;
        }
        let (mut members, mut next) = (vec![start], 0);
        while next < members.len() {
            let (x, y) = (members[next] % w, members[next] / w);
            next += 1;
            for at in around(x, y, w, h) {
                if std::mem::take(&mut open[at]) {
                    members.push(at);
                }
            }
        }
        let length = extent(&members, w);
        if length >= 0.05 * long && members.len() as f32 <= length * 5.0 {
            found.push((length, members));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(_, members)| members).collect()
}

/// The eight neighbours.
fn around(x: usize, y: usize, w: usize, h: usize) -> impl Iterator<Item = usize> {
    let rows = y.saturating_sub(1)..(y + 2).min(h);
    let columns = x.saturating_sub(1)..(x + 2).min(w);
    rows.flat_map(move |y| columns.clone().map(move |x| y * w + x))
}

/// Diagonal of the rectangle around pixels.
fn extent(members: &[usize], w: usize) -> f32 {
    let xs = || members.iter().map(|at| at % w);
    let ys = || members.iter().map(|at| at / w);
    let wide = xs().max().unwrap_or(0) - xs().min().unwrap_or(0);
    let high = ys().max().unwrap_or(0) - ys().min().unwrap_or(0);
    (wide as f32).hypot(high as f32)
}
