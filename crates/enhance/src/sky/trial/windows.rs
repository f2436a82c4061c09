//! Windows: at least two things of one size with square corners, with the mask all around them. A sky
//! has birds in it and lamps, but no two of a kind with corners.

use crate::sky::trial::ground::Copy;
use crate::sky::trial::labels::labelled;

/// Shorter and longer side of a window, as shares of the picture's longer side.
const LEAST: f32 = 0.01;
const MOST: f32 = 0.2;
/// Share of the box around it that it fills.
const FULL: f32 = 0.75;
/// Sides of two windows of a kind differ by no more than this factor.
const ALIKE: f32 = 1.5;

struct Hole {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
    area: usize,
}

/// Painted places around windows: none, where there are not two of a kind.
pub(super) fn found(copy: &Copy) -> Vec<bool> {
    let mut places = vec![false; copy.painted.len()];
    let holes = holes(copy);
    for (i, hole) in holes.iter().enumerate() {
        let others = holes.iter().enumerate().filter(|(k, _)| *k != i);
        if others.into_iter().any(|(_, other)| hole.is_like(other)) {
            mark(&mut places, copy, hole);
        }
    }
    places
}

fn holes(copy: &Copy) -> Vec<Hole> {
    let house: Vec<bool> = copy.painted.iter().map(|painted| !painted).collect();
    let (labels, count) = labelled(&house, copy.width);
    let mut holes: Vec<Hole> = (0..count).map(|_| Hole::default()).collect();
    for (i, &label) in labels.iter().enumerate().filter(|(_, label)| **label > 0) {
        holes[label as usize - 1].take(i % copy.width, i / copy.width);
    }
    let (least, most) = (copy.pixels(LEAST), copy.pixels(MOST));
    holes.retain(|hole| {
        let (wide, high) = hole.sides();
        let inside = hole.left > 0
            && hole.top > 0
            && hole.right + 1 < copy.width
            && hole.bottom + 1 < copy.height;
        inside
            && wide.min(high) >= least
            && wide.max(high) <= most
            && hole.area as f32 >= FULL * (wide * high) as f32
    });
    holes
}

impl Default for Hole {
    fn default() -> Self {
        Self {
            left: usize::MAX,
            top: usize::MAX,
            right: 0,
            bottom: 0,
            area: 0,
        }
    }
}

impl Hole {
    fn take(&mut self, x: usize, y: usize) {
        (self.left, self.right) = (self.left.min(x), self.right.max(x));
        (self.top, self.bottom) = (self.top.min(y), self.bottom.max(y));
        self.area += 1;
    }

    fn sides(&self) -> (usize, usize) {
        (self.right + 1 - self.left, self.bottom + 1 - self.top)
    }

    fn is_like(&self, other: &Self) -> bool {
        let near = |a: usize, b: usize| a.max(b) as f32 <= ALIKE * a.min(b) as f32;
        let (mine, theirs) = (self.sides(), other.sides());
        near(mine.0, theirs.0) && near(mine.1, theirs.1)
    }
}

/// Marks the painted places as far around a hole as it is large.
fn mark(places: &mut [bool], copy: &Copy, hole: &Hole) {
    let (wide, high) = hole.sides();
    for y in hole.top.saturating_sub(high)..(hole.bottom + high).min(copy.height) {
        for x in hole.left.saturating_sub(wide)..(hole.right + wide).min(copy.width) {
            let at = y * copy.width + x;
            places[at] |= copy.painted[at];
        }
    }
}
