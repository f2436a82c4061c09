//! Straight lines stayed straight: long near-vertical and near-horizontal lines of the original
//! are looked for in the result, point by point, to a fraction of a pixel.
//!
//! The points' displacement along a line is fitted by another line: its slope says how far the
//! line turned, what is left says how far it bends (sagitta). The second worst line is what is
//! reported: whatever bends a wall bends both of its edges, and one line alone may be mistaken for
//! its neighbour.

use plumbline_documents::{Gate, Measure, MeasureVerdict, Thresholds};
use rayon::prelude::*;

use crate::inspect::heatmap::Heatmap;
use crate::inspect::pair::Pair;
use crate::math::statistics::median;
use crate::measure::lines::edges::{self, Edge};
use crate::measure::lines::segments::{self, Segment};
use crate::pixels::Pixels;

/// Shortest line that is followed, as a share of the copy's shorter side.
const SHORTEST: f32 = 0.12;
/// Farthest a point may have moved, in pixels of the small copies.
const FARTHEST: f32 = 6.0;
/// Parts a line is cut into; the middle displacement of each is what counts.
const PARTS: usize = 6;
/// Share of a part's rows that must be found again.
const ENOUGH: f32 = 0.6;

/// Side of a heatmap's squares, in pixels of the small copies.
const SQUARE: usize = 4;

/// Movement of one line.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Moved {
    degrees: f64,
    /// Largest distance from the line's new direction, in per cent of its length.
    bend: f64,
}

/// The lines that were followed, near-vertical and near-horizontal ones.
pub(crate) struct Straight {
    size: (usize, usize),
    lines: [Vec<(Segment, Moved)>; 2],
}

impl Straight {
    pub fn new(pair: &Pair) -> Self {
        let (upright, level) = rayon::join(
            || moves(&pair.small[0], &pair.small[1], pair, false),
            || {
                let [one, two] = pair.small.each_ref().map(on_its_side);
                moves(&one, &two, pair, true)
            },
        );
        Self {
            size: (pair.width, pair.height),
            lines: [upright, level],
        }
    }

    /// Angle of the line that turned second most, and bend of the line that bends second most.
    pub fn measure(&self, thresholds: &Thresholds) -> [Measure; 2] {
        [Gate::LineAngle, Gate::LineBend].map(|gate| {
            let all = self.lines.iter().flatten();
            thresholds.measure(gate, second(all.map(|(_, moved)| moved.by(gate))))
        })
    }

    /// The heatmaps of both: every line as strong as it moved, with the threshold in the middle of
    /// the scale. Where the gate passed, a single line that says more than the others is not
    /// believed here either.
    pub fn heatmaps(&self, thresholds: &Thresholds) -> [(Gate, Heatmap); 2] {
        self.measure(thresholds).map(|measure| {
            let gate = measure.name.gate().expect("it was made of a gate");
            let most = match measure.verdict {
                MeasureVerdict::Passed => measure.value,
                _ => f64::INFINITY,
            };
            let limit = 2.0 * thresholds.of(gate).fail;
            let level = |moved: &Moved| (moved.by(gate).min(most) / limit) as f32;
            (gate, self.drawn(level))
        })
    }

    fn drawn(&self, level: impl Fn(&Moved) -> f32) -> Heatmap {
        let (across, down) = (self.size.0.div_ceil(SQUARE), self.size.1.div_ceil(SQUARE));
        let mut levels = vec![0.0_f32; across * down];
        for (turned, lines) in self.lines.iter().enumerate() {
            for (line, moved) in lines {
                for (column, row) in points(line) {
                    let (x, y) = if turned == 1 {
                        (row, column)
                    } else {
                        (column, row)
                    };
                    let at = (y / SQUARE).min(down - 1) * across + (x / SQUARE).min(across - 1);
                    levels[at] = levels[at].max(level(moved));
                }
            }
        }
        Heatmap::new(across, &levels)
    }
}

/// Column and row of a line's pixels, one a row.
fn points(line: &Segment) -> impl Iterator<Item = (usize, usize)> + '_ {
    let top = (line.y - line.length / 2.0).max(0.0) as usize;
    let bottom = (line.y + line.length / 2.0) as usize;
    (top..=bottom).map(|row| {
        let column = line.x + line.slope * (row as f32 + 0.5 - line.y);
        (column.max(0.0) as usize, row)
    })
}

impl Moved {
    /// The movement that a gate judges.
    fn by(&self, gate: Gate) -> f64 {
        match gate {
            Gate::LineBend => self.bend,
            _ => self.degrees.abs(),
        }
    }
}

/// The second largest.
fn second(values: impl Iterator<Item = f64>) -> f64 {
    let keep = |(first, second): (f64, f64), v: f64| {
        if v > first {
            (v, first)
        } else {
            (first, second.max(v))
        }
    };
    values.fold((0.0, 0.0), keep).1
}

fn moves(original: &Pixels, result: &Pixels, pair: &Pair, turned: bool) -> Vec<(Segment, Moved)> {
    let shortest = SHORTEST * original.width().min(original.height()) as f32;
    let (before, after) = rayon::join(|| edges::rows(original), || edges::rows(result));
    let lines = segments::find(&before, shortest.max(40.0));
    let house = |line: &&Segment| {
        let (x, y) = (line.x as usize, line.y as usize);
        let at = if turned {
            x * pair.width + y
        } else {
            y * pair.width + x
        };
        pair.ground.holds(at)
    };
    let followed = lines.par_iter().filter(house);
    followed
        .filter_map(|line| Some((*line, follow(line, &before, &after)?)))
        .collect()
}

/// `None`: too little of the line is found again to say how it moved.
fn follow(line: &Segment, before: &[Vec<Edge>], after: &[Vec<Edge>]) -> Option<Moved> {
    let top = (line.y - line.length / 2.0).max(0.0) as usize;
    let bottom = ((line.y + line.length / 2.0) as usize).min(before.len());
    let part = (bottom - top) / PARTS;
    let middles: Option<Vec<f32>> = (0..PARTS)
        .map(|k| {
            let rows = top + k * part..top + (k + 1) * part;
            let found = rows.filter_map(|row| displaced(line, row, &before[row], &after[row]));
            middle(found.collect(), (part as f32 * ENOUGH) as usize)
        })
        .collect();
    Some(fitted(&middles?, part as f64))
}

/// Displacement to the right of a line's point in one row.
fn displaced(line: &Segment, row: usize, before: &[Edge], after: &[Edge]) -> Option<f32> {
    let x = line.x + line.slope * (row as f32 + 0.5 - line.y);
    let own = nearest(before, x, 1.5, None)?;
    let other = nearest(after, own.x, FARTHEST, Some(own.rising))?;
    // Where the own edge is gone, the nearest one is a neighbour's, and has a nearer one itself.
    let back = nearest(before, other.x, FARTHEST, Some(own.rising))?;
    (back == own).then_some(other.x - own.x)
}

fn nearest(edges: &[Edge], x: f32, reach: f32, rising: Option<bool>) -> Option<Edge> {
    let from = edges.partition_point(|edge| edge.x < x - reach);
    let near = edges[from..].iter().take_while(|edge| edge.x <= x + reach);
    let alike = near.filter(|edge| rising.is_none_or(|rising| edge.rising == rising));
    alike
        .min_by(|a, b| (a.x - x).abs().total_cmp(&(b.x - x).abs()))
        .copied()
}

fn middle(values: Vec<f32>, least: usize) -> Option<f32> {
    let enough = values.len() >= least.max(3);
    median(values).filter(|_| enough)
}

/// Least squares over the parts' displacements, one `part` of rows apart.
fn fitted(middles: &[f32], part: f64) -> Moved {
    let count = middles.len() as f64;
    let centre = (count - 1.0) / 2.0;
    let mean = middles.iter().map(|&d| f64::from(d)).sum::<f64>() / count;
    let (mut product, mut square) = (0.0, 0.0);
    for (k, &d) in middles.iter().enumerate() {
        let t = k as f64 - centre;
        product += t * (f64::from(d) - mean);
        square += t * t;
    }
    let slope = product / square;
    let off = |(k, d): (usize, &f32)| (f64::from(*d) - mean - slope * (k as f64 - centre)).abs();
    let sagitta = middles.iter().enumerate().map(off).fold(0.0, f64::max);
    Moved {
        degrees: (slope / part).atan().to_degrees(),
        bend: sagitta * 100.0 / (part * count),
    }
}

fn on_its_side(picture: &Pixels) -> Pixels {
    let (w, h) = (picture.width() as usize, picture.height() as usize);
    let rgb = picture.rgb8();
    let pixels = rgb.as_chunks::<3>().0;
    let mut samples = vec![0; pixels.len() * 3];
    samples
        .par_chunks_mut(h * 3)
        .enumerate()
        .for_each(|(x, row)| {
            for (y, to) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
                *to = pixels[y * w + x];
            }
        });
    Pixels::from_eight(h as u32, w as u32, samples).expect("as many as before")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vertical edge through the middle of 400 rows, moved by a function of the row.
    fn edge(moved: impl Fn(f32) -> f32) -> Vec<Vec<Edge>> {
        let at = |row| Edge {
            x: 100.0 + moved(row as f32),
            rising: true,
        };
        (0..400).map(|row| vec![at(row)]).collect()
    }

    fn of(moved: impl Fn(f32) -> f32) -> Option<Moved> {
        let before = edge(|_| 0.0);
        let lines = segments::find(&before, 40.0);
        assert_eq!(lines.len(), 1);
        follow(&lines[0], &before, &edge(moved))
    }

    #[test]
    fn a_turn_is_an_angle_and_a_bulge_is_a_bend() {
        let turned = of(|y| (y - 200.0) * 0.5_f32.to_radians().tan()).unwrap();
        assert!((turned.degrees - 0.5).abs() < 0.02 && turned.bend < 0.02);
        let bent = of(|y| 2.0 * (y * std::f32::consts::PI / 400.0).sin()).unwrap();
        assert!(bent.degrees.abs() < 0.02 && (0.15..0.5).contains(&bent.bend));
        let still = of(|_| 0.0).unwrap();
        assert_eq!((still.degrees, still.bend), (0.0, 0.0));
    }

    #[test]
    fn the_lines_that_moved_are_drawn_and_the_worst_one_strongest() {
        let line = |x: f32| Segment {
            x,
            y: 50.0,
            slope: 0.0,
            length: 60.0,
        };
        let turned = |degrees| Moved { degrees, bend: 0.0 };
        let straight = Straight {
            size: (200, 100),
            lines: [
                vec![(line(22.0), turned(0.5))],
                vec![(line(82.0), turned(-0.9))],
            ],
        };
        let [(gate, angle), (_, bend)] = straight.heatmaps(&Thresholds::default());
        assert_eq!(
            (gate, angle.width(), angle.height()),
            (Gate::LineAngle, 50, 25)
        );
        let at = |x: usize, y: usize| angle.values()[y / SQUARE * 50 + x / SQUARE];
        assert!(at(22, 60) > 128, "an upright line");
        assert_eq!(at(60, 82), 255, "a level one, which turned more");
        assert_eq!((at(22, 10), at(120, 40)), (0, 0));
        assert!(bend.values().iter().all(|&level| level == 0));
    }

    #[test]
    fn a_line_that_is_gone_says_nothing() {
        assert_eq!(of(|y| if y < 200.0 { 0.0 } else { 50.0 }), None);
    }
}
