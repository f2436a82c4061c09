//! Pieces of a mask: what hangs together without an edge of the picture between. The open sky reaches
//! the upper border; what does not needs witnesses.

use crate::sky::planes::Plane;
use crate::sky::trial::ground::{Copy, eroded};
use crate::sky::trial::labels::{grow, labelled};
use crate::sky::trial::oddity::Oddity;
use crate::sky::trial::straight;
use crate::sky::trial::witnesses::Seen;

/// Half the width of the necks at which a mask falls apart, as a share of the longer side.
const NECK: f32 = 0.004;
/// Levels from one pixel to the next that are an edge.
const EDGE: f32 = 6.0;
/// Share of the picture from which a piece is tried.
const LEAST: f32 = 3e-4;
/// Mean likelihood that a piece needs of the first network, and of the second.
const FIRST: f32 = 0.75;
const SECOND: f32 = 0.3;
/// Share of a piece's border that is straight, from which it looks built.
const BUILT: f32 = 0.75;
/// Share of the picture from which a piece below the ground is water, and the ground between them
/// as a share of the height. Water is darker than its sky by so many levels.
const WATER: f32 = 3e-3;
const GROUND: f32 = 0.03;
const DARKER: f32 = 8.0;

#[derive(Default)]
struct Piece {
    area: usize,
    top: bool,
    first: f32,
    second: Option<f32>,
    luma: f32,
    /// Full of edges.
    is_rough: bool,
    oddity: Option<Oddity>,
}

pub(super) struct Pieces {
    /// Piece of each place, 0: none.
    labels: Vec<u32>,
    pieces: Vec<Piece>,
    /// Places of the open sky.
    pub main: Vec<bool>,
    /// Pieces below the ground.
    pub reflection: Vec<bool>,
}

impl Pieces {
    pub fn of(copy: &Copy, seen: &Seen) -> Self {
        let steps = steps(&copy.luma);
        let neck = copy.pixels(NECK);
        let free: Vec<bool> = (copy.painted.iter().zip(&steps))
            .map(|(&painted, &step)| painted && step < EDGE)
            .collect();
        let cores = eroded(&free, copy.width, copy.height, neck);
        let (mut labels, count) = labelled(&cores, copy.width);
        grow(&mut labels, &copy.painted, copy.width, 2 * neck + neck / 2);
        let rough = label_rough(&mut labels, count, copy, neck);
        let piece = |at: u32| Piece {
            is_rough: at >= count,
            ..Piece::default()
        };
        let mut all = Self {
            pieces: (0..count + rough).map(piece).collect(),
            main: vec![false; labels.len()],
            reflection: vec![false; labels.len()],
            labels,
        };
        all.measure(copy, seen);
        all.judge(copy, seen);
        all
    }

    fn measure(&mut self, copy: &Copy, seen: &Seen) {
        let mut sums = vec![[0.0_f64; 3]; self.pieces.len()];
        for (i, &label) in self.labels.iter().enumerate().filter(|(_, l)| **l > 0) {
            let at = label as usize - 1;
            let value = |plane: &Option<Plane>| plane.as_ref().map_or(1.0, |p| p.values[i]);
            let values = [value(&seen.first), value(&seen.second), copy.luma.values[i]];
            (0..3).for_each(|k| sums[at][k] += f64::from(values[k]));
            self.pieces[at].area += 1;
            self.pieces[at].top |= i < 3 * copy.width;
        }
        for (piece, sum) in self.pieces.iter_mut().zip(sums) {
            let [first, second, luma] = sum.map(|sum| (sum / piece.area.max(1) as f64) as f32);
            (piece.first, piece.luma) = (first, luma);
            piece.second = seen.second.as_ref().map(|_| second);
        }
    }

    fn judge(&mut self, copy: &Copy, seen: &Seen) {
        let open = (self.pieces.iter().filter(|piece| piece.top)).max_by_key(|piece| piece.area);
        let dark = open.map_or(0.0, |open| open.luma - DARKER);
        // Behind an arch or a window frame nothing reaches the border: both witnesses have to see it.
        let no_open_sky = open.is_none() && seen.second.is_some();
        let least = (LEAST * self.labels.len() as f32) as usize;
        for at in 0..self.pieces.len() {
            if self.pieces[at].area < least {
                continue;
            }
            let straight = match self.pieces[at].top {
                true => 0.0,
                false => straight::share(&self.labels, copy.width, at as u32 + 1),
            };
            self.pieces[at].oddity = self.pieces[at].tried(straight >= BUILT || no_open_sky, seen);
        }
        self.main = self.places(|piece| piece.top && piece.oddity.is_none());
        let odd = |piece: &Piece| piece.oddity.is_some() && !piece.top && piece.luma < dark;
        let water: Vec<usize> = (0..self.pieces.len())
            .filter(|&at| odd(&self.pieces[at]))
            .filter(|&at| self.pieces[at].area as f32 >= WATER * self.labels.len() as f32)
            .filter(|&at| self.below_ground(copy, at))
            .collect();
        for (i, &label) in self.labels.iter().enumerate() {
            self.reflection[i] = label > 0 && water.contains(&(label as usize - 1));
        }
    }

    /// True when above nearly all of a piece there is ground, and above that the open sky.
    fn below_ground(&self, copy: &Copy, at: usize) -> bool {
        let ground = (GROUND * copy.height as f32) as usize;
        let (mut all, mut below) = (0, 0);
        for x in 0..copy.width {
            let column = |y: usize| y * copy.width + x;
            let Some(top) = (0..copy.height).find(|&y| self.labels[column(y)] as usize == at + 1)
            else {
                continue;
            };
            let sky = (0..top).rfind(|&y| self.main[column(y)]);
            all += 1;
            below += usize::from(sky.is_some_and(|sky| top - sky > ground));
        }
        below * 10 >= all * 8
    }

    fn places(&self, of: impl Fn(&Piece) -> bool) -> Vec<bool> {
        let of: Vec<bool> = self.pieces.iter().map(of).collect();
        let is = |&label: &u32| label > 0 && of[label as usize - 1];
        self.labels.iter().map(is).collect()
    }

    /// 1.0 in odd pieces, and in painted places around that belong to no other.
    pub fn odd(&self, copy: &Copy) -> Vec<f32> {
        let odd = self.places(|piece| piece.oddity.is_some());
        let plane = Plane::new(
            copy.width,
            copy.height,
            odd.iter().map(|&is| f32::from(u8::from(is))).collect(),
        );
        let around = plane.largest(3 * copy.pixels(NECK));
        let is =
            |i: usize| odd[i] || self.labels[i] == 0 && around.values[i] > 0.5 && copy.painted[i];
        (0..odd.len()).map(|i| f32::from(u8::from(is(i)))).collect()
    }

    /// Oddities of the pieces, the largest piece's first.
    pub fn oddities(&self) -> Vec<Oddity> {
        let mut pieces: Vec<&Piece> = self.pieces.iter().collect();
        pieces.sort_by_key(|piece| std::cmp::Reverse(piece.area));
        let mut oddities = Vec::new();
        for oddity in pieces.iter().filter_map(|piece| piece.oddity) {
            if !oddities.contains(&oddity) {
                oddities.push(oddity);
            }
        }
        oddities
    }
}

impl Piece {
    fn is_seen_twice(&self) -> bool {
        self.second.is_some_and(|second| second >= SECOND)
    }

    fn tried(&self, built: bool, seen: &Seen) -> Option<Oddity> {
        let second_sees = self.is_seen_twice();
        if seen.first.is_some() && self.first < FIRST && !(self.top && second_sees) {
            return Some(match built {
                true => Oddity::Enclosed,
                false => Oddity::Unseen,
            });
        }
        match (second_sees, self.is_rough, built) {
            (false, true, _) => Some(Oddity::Rough),
            (false, false, true) => Some(Oddity::Enclosed),
            _ => None,
        }
    }
}

/// Gives labels after the last one to broad painted places that edges tear apart; their count.
fn label_rough(labels: &mut [u32], last: u32, copy: &Copy, neck: usize) -> u32 {
    let places = copy.painted.iter().zip(labels.iter());
    let torn: Vec<bool> = places
        .map(|(painted, label)| *painted && *label == 0)
        .collect();
    let cores = eroded(&torn, copy.width, copy.height, 2 * neck);
    let (mut rough, count) = labelled(&cores, copy.width);
    grow(&mut rough, &torn, copy.width, 5 * neck);
    for (label, rough) in labels.iter_mut().zip(rough).filter(|(_, rough)| *rough > 0) {
        *label = last + rough;
    }
    count
}

/// Largest step of luma to a neighbour, after a little smoothing.
fn steps(luma: &Plane) -> Vec<f32> {
    let smooth = luma.mean(1);
    let (width, height) = (luma.width, luma.height);
    let at = |x: usize, y: usize| smooth.values[y * width + x];
    let step = |i: usize| {
        let (x, y) = (i % width, i / width);
        let across = at((x + 1).min(width - 1), y) - at(x.saturating_sub(1), y);
        let down = at(x, (y + 1).min(height - 1)) - at(x, y.saturating_sub(1));
        0.5 * (across * across + down * down).sqrt()
    };
    (0..luma.values.len()).map(step).collect()
}
