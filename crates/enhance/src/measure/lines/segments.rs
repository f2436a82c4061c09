//! Straight pieces of near-vertical edges: edge points of neighbouring rows joined into chains,
//! chains cut where they bend, a line fitted to each piece (after Akinlar and Topal's EDLines,
//! 2011, for one direction only).

use crate::measure::lines::edges::Edge;

/// A straight, near-vertical piece of an edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Segment {
    /// Column of its middle, pixels.
    pub x: f32,
    /// Row of its middle, pixels.
    pub y: f32,
    /// Columns it moves to the right with each row down.
    pub slope: f32,
    /// Rows it covers.
    pub length: f32,
}

/// Farthest a chain may lie beside its chord before it is cut, pixels.
const BEND: f32 = 1.0;
/// Farthest from where it is expected that a chain may go on, pixels.
const STRAY: f32 = 1.2;
/// Rows a chain may miss.
const GAP: usize = 2;
/// Unevenness of a piece's points about its line, root mean square in pixels, beyond which it is
/// not a line.
const UNEVEN: f32 = 0.5;

/// The pieces of at least `shortest` rows.
pub(crate) fn find(rows: &[Vec<Edge>], shortest: f32) -> Vec<Segment> {
    let mut segments = Vec::new();
    for chain in chains(rows, shortest) {
        cut(&chain, shortest, &mut segments);
    }
    segments
}

/// Column and row.
type Point = (f32, f32);

/// A chain that may still grow.
struct Growing {
    points: Vec<Point>,
    rising: bool,
    row: usize,
}

impl Growing {
    /// Expected column in a row: on from its last point in the direction of its last eight.
    fn expected(&self, row: usize) -> f32 {
        let (x, y) = self.points[self.points.len() - 1];
        let (from_x, from_y) = self.points[self.points.len().saturating_sub(8)];
        let slope = if y - from_y >= 4.0 {
            (x - from_x) / (y - from_y)
        } else {
            0.0
        };
        x + slope * (row as f32 + 0.5 - y)
    }

    fn takes(&self, edge: Edge, row: usize) -> bool {
        edge.rising == self.rising && self.row < row && (edge.x - self.expected(row)).abs() <= STRAY
    }
}

/// Edge points joined from row to row, in the order in which they end.
fn chains(rows: &[Vec<Edge>], shortest: f32) -> Vec<Vec<Point>> {
    let (mut done, mut growing) = (Vec::new(), Vec::<Growing>::new());
    for (row, edges) in rows.iter().enumerate() {
        let mut new = Vec::new();
        let mut from = 0;
        for &edge in edges {
            let near = edge.x - 4.0 * STRAY;
            from += growing[from..].iter().take_while(|c| x(c) < near).count();
            let candidates = growing[from..].iter_mut();
            let mut beside = candidates.take_while(|c| x(c) < edge.x + 4.0 * STRAY);
            if let Some(chain) = beside.find(|chain| chain.takes(edge, row)) {
                chain.points.push((edge.x, row as f32 + 0.5));
                chain.row = row;
            } else {
                new.push(start(edge, row));
            }
        }
        let ended = growing.extract_if(.., |chain| chain.row + GAP < row);
        let long = ended.filter(|chain| chain.points.len() as f32 >= 0.7 * shortest);
        done.extend(long.map(|chain| chain.points));
        growing.append(&mut new);
        growing.sort_by(|a, b| x(a).total_cmp(&x(b)));
    }
    done.extend(growing.into_iter().map(|chain| chain.points));
    done
}

fn x(chain: &Growing) -> f32 {
    chain.points[chain.points.len() - 1].0
}

fn start(edge: Edge, row: usize) -> Growing {
    Growing {
        points: vec![(edge.x, row as f32 + 0.5)],
        rising: edge.rising,
        row,
    }
}

/// Cuts where the chain lies farthest from its chord until every piece is straight.
fn cut(chain: &[Point], shortest: f32, segments: &mut Vec<Segment>) {
    if chain.len() < 4 || rows_of(chain) < shortest {
        return;
    }
    let (first, last) = (chain[0], chain[chain.len() - 1]);
    let slope = (last.0 - first.0) / (last.1 - first.1);
    let beside = |p: &Point| (p.0 - first.0 - slope * (p.1 - first.1)).abs();
    let bend = (0..chain.len()).max_by(|&a, &b| beside(&chain[a]).total_cmp(&beside(&chain[b])));
    match bend {
        Some(at) if beside(&chain[at]) > BEND => {
            cut(&chain[..at], shortest, segments);
            cut(&chain[at..], shortest, segments);
        }
        _ => segments.extend(line(chain)),
    }
}

fn rows_of(chain: &[Point]) -> f32 {
    chain[chain.len() - 1].1 - chain[0].1 + 1.0
}

/// The least-squares line of a straight piece; `None` when it wobbles.
fn line(points: &[Point]) -> Option<Segment> {
    let count = points.len() as f32;
    let (x0, y0) = points[0];
    let mean = |of: &dyn Fn(&Point) -> f32| points.iter().map(of).sum::<f32>() / count;
    let (x, y) = (mean(&|p| p.0 - x0) + x0, mean(&|p| p.1 - y0) + y0);
    let spread = mean(&|p| (p.1 - y) * (p.1 - y));
    let slope = mean(&|p| (p.0 - x) * (p.1 - y)) / spread;
    let wobble = mean(&|p| (p.0 - x - slope * (p.1 - y)).powi(2)).sqrt();
    let (length, even) = (rows_of(points), wobble <= UNEVEN);
    even.then_some(Segment {
        x,
        y,
        slope,
        length,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaning(slope: f32, rows: usize) -> Vec<Vec<Edge>> {
        let edge = |row| Edge {
            x: 50.0 + slope * row as f32,
            rising: true,
        };
        (0..rows).map(|row| vec![edge(row)]).collect()
    }

    #[test]
    fn a_line_is_one_segment_with_its_slope() {
        for slope in [-0.3, -0.02, 0.0, 0.1] {
            let found = find(&leaning(slope, 100), 20.0);
            assert_eq!(found.len(), 1);
            assert!((found[0].slope - slope).abs() < 1e-4 && found[0].length == 100.0);
        }
    }

    #[test]
    fn gaps_are_bridged_and_bends_are_cut() {
        let mut gap = leaning(0.05, 100);
        gap[40].clear();
        assert_eq!(find(&gap, 20.0).len(), 1);
        let mut bent = leaning(0.1, 100);
        bent.extend(leaning(-0.1, 100).into_iter().map(|mut row| {
            row[0].x += 10.0;
            row
        }));
        assert_eq!(find(&bent, 20.0).len(), 2);
    }
}
