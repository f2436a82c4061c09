//! Uprights: faint, sharp, straight, nearly vertical lines inside a mask. The straightened photo of
//! a white wall under a white sky has nothing else; clouds have none.

use crate::math::statistics::median;
use crate::sky::trial::ground::{Copy, eroded};

/// Binomial weights of a smoothing of about 1.4 pixels.
const WEIGHTS: [f32; 9] = [1.0, 8.0, 28.0, 56.0, 70.0, 56.0, 28.0, 8.0, 1.0];
/// A line's least slope of luma: in medians of the sky's own, and in levels a pixel.
const ABOVE_NOISE: f32 = 5.2;
const LEAST: f32 = 0.16;
/// Mean slope of a line that is no faint one: an aerial, or an edge at which a mask falls into pieces.
const PLAIN: f32 = 6.0;
/// So many pixels beside a line its slope is gone, to this share of it, on one side at least.
const BESIDE: usize = 5;
const SHARP: f32 = 0.6;
/// Slope downwards, as a share of the slope across, from which an edge is not upright.
const LEVEL: f32 = 0.45;
/// Pixels between a line and the mask's border, across and down; share of the longer side between it and the frame.
const INSIDE: [usize; 2] = [5, 3];
const FRAME: f32 = 0.008;
/// Length of a line, as a share of the longer side; rows that may be missing; how full it is.
const LONG: f32 = 0.045;
const GAP: usize = 3;
/// Length of a line's parts, and of what may lie between two of them, as shares of the longer side.
const PART: f32 = 0.012;
const BETWEEN: f32 = 0.06;
const FULL: f32 = 0.65;
/// Root of the mean squared distance from a straight line, pixels; lean, pixels a row.
const STRAIGHT: f32 = 0.6;
const LEAN: f32 = 0.27;

/// A line while it is followed downwards.
struct Line {
    rising: bool,
    points: Vec<(f32, f32)>,
    /// Sum of its points' slopes, levels a pixel.
    slopes: f32,
}

/// Places around uprights: none, where there is no upright.
pub(super) fn found(copy: &Copy) -> Vec<bool> {
    let mut places = vec![false; copy.painted.len()];
    for line in lines(copy) {
        mark(&mut places, copy, &line);
    }
    places
}

fn lines(copy: &Copy) -> Vec<Line> {
    let slopes = slopes(copy);
    let inside = inside(copy);
    let some = (0..slopes.len()).step_by(7).filter(|&i| inside[i]);
    let noise = median(some.map(|i| slopes[i].abs()).filter(|v| *v > 0.0).collect()).unwrap_or(0.0);
    let least = (ABOVE_NOISE * noise).max(LEAST);
    let (mut open, mut done): (Vec<Line>, Vec<Line>) = (Vec::new(), Vec::new());
    for y in 0..copy.height {
        let row = y * copy.width;
        for x in BESIDE..copy.width.saturating_sub(BESIDE) {
            let here = slopes[row + x];
            if here.abs() >= least && inside[row + x] && is_crest(&slopes[row..][..copy.width], x) {
                follow(&mut open, (x as f32, y as f32), here);
            }
        }
        let is_open = |line: &Line| line.end().1 + GAP as f32 >= y as f32;
        let (kept, ended) = open.into_iter().partition(is_open);
        open = kept;
        done.extend::<Vec<Line>>(ended);
    }
    done.extend(open);
    let long = copy.width.max(copy.height) as f32;
    done.retain(|line| line.is_upright(PART * long));
    let mut lines = joined(done, BETWEEN * long);
    lines.retain(|line| line.is_upright(LONG * long) && line.is_faint());
    lines
}

/// Lines made of parts that lie on one.
fn joined(mut parts: Vec<Line>, most: f32) -> Vec<Line> {
    parts.sort_by(|a, b| a.points[0].1.total_cmp(&b.points[0].1));
    let mut lines: Vec<Line> = Vec::new();
    for part in parts {
        let continued = lines.iter_mut().find_map(|line| {
            let gap = part.points[0].1 - line.end().1;
            let near = line.rising == part.rising && gap > 0.0 && gap <= most;
            let both = near.then(|| [&line.points[..], &part.points].concat());
            line.points = both.filter(|points| is_straight(points))?;
            line.slopes += part.slopes;
            Some(())
        });
        if continued.is_none() {
            lines.push(part);
        }
    }
    lines
}

/// Differences of smoothed luma from left to right, where they are not from above to below.
fn slopes(copy: &Copy) -> Vec<f32> {
    let (width, height) = (copy.width, copy.height);
    let total: f32 = WEIGHTS.iter().sum();
    let smooth = |values: &[f32], stride: usize, at: usize, last: usize, base: usize| {
        let sum: f32 = (WEIGHTS.iter().enumerate())
            .map(|(k, weight)| {
                let place = (at + k).saturating_sub(4).min(last);
                weight * values[base + place * stride]
            })
            .sum();
        sum / total
    };
    let luma = &copy.luma.values;
    let count = width * height;
    let down: Vec<f32> = (0..count)
        .map(|i| smooth(luma, width, i / width, height - 1, i % width))
        .collect();
    let across: Vec<f32> = (0..count)
        .map(|i| smooth(&down, 1, i % width, width - 1, i / width * width))
        .collect();
    let slope = |i: usize| {
        let (x, y) = (i % width, i / width);
        let at = |x: usize, y: usize| across[y * width + x];
        let slope = 0.5 * (at((x + 1).min(width - 1), y) - at(x.saturating_sub(1), y));
        let down = 0.5 * (at(x, (y + 1).min(height - 1)) - at(x, y.saturating_sub(1)));
        if down.abs() < LEVEL * slope.abs() {
            slope
        } else {
            0.0
        }
    };
    (0..count).map(slope).collect()
}

fn inside(copy: &Copy) -> Vec<bool> {
    let filled = &copy.painted;
    let [across, down] = INSIDE;
    let mut inside = eroded(filled, copy.width, copy.height, down);
    let frame = copy.pixels(FRAME);
    for (i, inside) in inside.iter_mut().enumerate() {
        let (x, y) = (i % copy.width, i / copy.width);
        *inside &= x >= frame.max(across)
            && y >= frame
            && x + frame.max(across) < copy.width
            && y + frame < copy.height
            && filled[i - across..=i + across].iter().all(|&is| is);
    }
    inside
}

/// True where a slope is steepest and soon gone.
fn is_crest(row: &[f32], x: usize) -> bool {
    let steep = |x: usize| row[x].abs();
    let here = steep(x);
    let soon = steep(x - BESIDE).min(steep(x + BESIDE));
    here >= steep(x - 1) && here >= steep(x + 1) && soon < SHARP * here
}

/// Adds a point to the line that it continues, or begins one.
fn follow(open: &mut Vec<Line>, (x, y): (f32, f32), slope: f32) {
    let rising = slope > 0.0;
    let continues = |line: &&mut Line| {
        let (last_x, last_y) = line.end();
        line.rising == rising && last_y < y && (x - last_x).abs() <= 1.0
    };
    match open.iter_mut().find(continues) {
        Some(line) => {
            line.points.push((x, y));
            line.slopes += slope.abs();
        }
        None => open.push(Line {
            rising,
            points: vec![(x, y)],
            slopes: slope.abs(),
        }),
    }
}

impl Line {
    fn end(&self) -> (f32, f32) {
        self.points[self.points.len() - 1]
    }

    fn is_faint(&self) -> bool {
        self.slopes < PLAIN * self.points.len() as f32
    }

    fn is_upright(&self, long: f32) -> bool {
        let count = self.points.len() as f32;
        let length = self.end().1 - self.points[0].1 + 1.0;
        if length < long || count < FULL * length {
            return false;
        }
        is_straight(&self.points)
    }
}

/// True when points lie on a nearly vertical line.
fn is_straight(points: &[(f32, f32)]) -> bool {
    let count = points.len() as f32;
    let mean = |of: &dyn Fn(&(f32, f32)) -> f32| points.iter().map(of).sum::<f32>() / count;
    let (x, y) = (mean(&|p| p.0), mean(&|p| p.1));
    let along = mean(&|p| (p.1 - y).powi(2));
    let lean = mean(&|p| (p.0 - x) * (p.1 - y)) / along.max(1e-6);
    let apart = mean(&|p| (p.0 - x - lean * (p.1 - y)).powi(2)).sqrt();
    apart <= STRAIGHT && lean.abs() <= LEAN
}

/// Marks the painted places around a line, half its length to both sides.
fn mark(places: &mut [bool], copy: &Copy, line: &Line) {
    let (first, last) = (line.points[0].1 as usize, line.end().1 as usize);
    let half = (last - first) / 2;
    for &(x, y) in &line.points {
        let (x, row) = (x as usize, y as usize * copy.width);
        for u in x.saturating_sub(half)..(x + half).min(copy.width) {
            places[row + u] |= copy.painted[row + u];
        }
    }
}
