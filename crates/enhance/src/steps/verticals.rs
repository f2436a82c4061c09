//! Verticals: turns the picture so that the building's upright lines are upright.
//!
//! A camera turned about its own centre (roll, then pitch), one resampling, the largest crop of
//! the picture's shape without an empty corner, nothing enlarged: the textbook rectification by the
//! vertical vanishing point.

use plumbline_documents::Framing;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kernels::warp::{self, Line, Source};
use crate::pixels::{Pixels, Samples};

mod frame;

use frame::Turn;

/// The turn and the crop. All zero leaves every pixel where it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Verticals {
    /// Roll taken out, degrees; positive when the picture's verticals leaned right.
    pub roll_degrees: f32,
    /// Pitch taken out, degrees; positive when the camera looked up.
    pub pitch_degrees: f32,
    /// Focal length on 36 x 24 mm film that the turn is computed with, millimetres.
    pub focal_35mm: f32,
    /// Share of the width and of the height that is left, 0.0 to 1.0.
    pub kept: f32,
    /// Centre of what is left: right of the turned picture's centre, as a share of its width.
    pub centre_x: f32,
    /// The same downwards, as a share of its height.
    pub centre_y: f32,
    /// Share of both sides of what is left that is cut from each of its four edges, 0.0 to 0.1.
    #[serde(skip_serializing_if = "is_nothing")]
    pub margin: f32,
}

fn is_nothing(margin: &f32) -> bool {
    *margin == 0.0
}

/// Largest margin.
const MOST_MARGIN: f32 = 0.1;

impl Verticals {
    /// A turn by these degrees, with the largest crop it leaves of a picture of that size.
    pub fn turned(roll: f32, pitch: f32, focal_35mm: f32, width: u32, height: u32) -> Self {
        let crop = Turn::new(roll, pitch, focal_35mm, width, height).largest_crop();
        Self {
            roll_degrees: roll,
            pitch_degrees: pitch,
            focal_35mm,
            kept: crop.kept as f32,
            centre_x: crop.x as f32,
            centre_y: crop.y as f32,
            margin: 0.0,
        }
    }

    /// No turn, and a margin cut away.
    pub fn cropped(margin: f32) -> Self {
        Self {
            margin,
            ..Self::default()
        }
    }

    /// True when it turns nothing; it may still cut a margin away.
    pub fn is_upright(&self) -> bool {
        self.roll_degrees == 0.0 && self.pitch_degrees == 0.0
    }

    /// True when it changes nothing.
    pub fn is_still(&self) -> bool {
        self.is_upright() && self.margin <= 0.0
    }

    /// Columns and rows that a picture of `width` x `height` has afterwards.
    pub fn size(&self, width: u32, height: u32) -> (u32, u32) {
        if self.is_still() {
            return (width, height);
        }
        let turned = if self.is_upright() { 1.0 } else { self.kept };
        let margin = f64::from(self.margin.clamp(0.0, MOST_MARGIN));
        let side = |v: u32| {
            let left = (f64::from(v) * f64::from(turned)).floor();
            (left - 2.0 * (left * margin).round()) as u32
        };
        (side(width).clamp(1, width), side(height).clamp(1, height))
    }

    /// The place of the framed picture where a place of the picture as it came has gone, both in shares
    /// of their sides; `None`: it was cut away. `width` and `height` are those it came in.
    pub(crate) fn place(&self, (x, y): (f32, f32), width: u32, height: u32) -> Option<(f32, f32)> {
        let sides = [width, height].map(f64::from);
        let middle = |share: f32, side: f64| (f64::from(share) - 0.5) * side;
        let from = (middle(x, sides[0]), middle(y, sides[1]));
        let (x, y) = match self.is_upright() {
            true => from,
            false => self.turn(width, height).forward(from.0, from.1),
        };
        let (columns, rows) = self.size(width, height);
        let share = |at: f64, centre: f32, side: f64, left: u32| {
            (at - f64::from(centre) * side) / f64::from(left) + 0.5
        };
        let x = share(x, self.centre_x, sides[0], columns);
        let y = share(y, self.centre_y, sides[1], rows);
        let inside = |share: f64| (0.0..=1.0).contains(&share);
        (inside(x) && inside(y)).then_some((x as f32, y as f32))
    }

    /// The straightened picture, in the depth it came in.
    pub(crate) fn apply(&self, pixels: &Pixels) -> Pixels {
        let (width, height) = self.size(pixels.width(), pixels.height());
        if self.is_upright() {
            return cut(pixels, width, height);
        }
        let line = self.lines(pixels.width(), pixels.height());
        let columns = pixels.width() as usize;
        let turned = match pixels.samples() {
            Samples::Eight(samples) => {
                let source = Source::new(samples, columns);
                let rows = rows(width, height, |y, between, row| {
                    warp::eight(source, line(y), between, row);
                });
                Pixels::from_eight(width, height, rows)
            }
            Samples::Sixteen(samples) => {
                let source = Source::new(samples, columns);
                let rows = rows(width, height, |y, between, row| {
                    warp::sixteen(source, line(y), between, row);
                });
                Pixels::from_sixteen(width, height, rows)
            }
        };
        turned.expect("every row has its length")
    }

    fn turn(&self, width: u32, height: u32) -> Turn {
        Turn::new(
            self.roll_degrees,
            self.pitch_degrees,
            self.focal_35mm,
            width,
            height,
        )
    }

    /// The source's line for each row of the result.
    fn lines(&self, width: u32, height: u32) -> impl Fn(usize) -> Line + Sync + use<> {
        let turn = self.turn(width, height);
        let (columns, rows) = self.size(width, height);
        let left = f64::from(self.centre_x) * f64::from(width) - f64::from(columns) / 2.0 + 0.5;
        let top = f64::from(self.centre_y) * f64::from(height) - f64::from(rows) / 2.0 + 0.5;
        move |y| turn.line(left, top + y as f64)
    }

    /// The framing of a picture of `width` x `height`, for its report.
    pub fn framing(&self, width: u32, height: u32) -> Framing {
        let (columns, rows) = self.size(width, height);
        Framing {
            original: [width, height],
            framed: [columns, rows],
            degrees: self.roll_degrees.abs().max(self.pitch_degrees.abs()),
        }
    }
}

/// The middle of a picture, of that size.
fn cut(pixels: &Pixels, width: u32, height: u32) -> Pixels {
    let left = ((pixels.width() - width) / 2) as usize * 3;
    let top = ((pixels.height() - height) / 2) as usize;
    let row = pixels.width() as usize * 3;
    fn rows<S: Copy>(samples: &[S], row: usize, from: (usize, usize), to: [u32; 2]) -> Vec<S> {
        let (left, top) = from;
        let rows = samples.chunks(row).skip(top).take(to[1] as usize);
        rows.flat_map(|row| &row[left..][..to[0] as usize * 3])
            .copied()
            .collect()
    }
    let middle = match pixels.samples() {
        Samples::Eight(v) => {
            Pixels::from_eight(width, height, rows(v, row, (left, top), [width, height]))
        }
        Samples::Sixteen(v) => {
            Pixels::from_sixteen(width, height, rows(v, row, (left, top), [width, height]))
        }
    };
    middle.expect("every row has its length")
}

/// Fills the rows of a picture on all threads; each thread keeps one buffer.
fn rows<S: Copy + Default + Send>(
    width: u32,
    height: u32,
    fill: impl Fn(usize, &mut Vec<f32>, &mut [S]) + Sync,
) -> Vec<S> {
    let length = width as usize * 3;
    let mut samples = vec![S::default(); length * height as usize];
    samples
        .par_chunks_mut(length)
        .enumerate()
        .for_each_init(Vec::new, |between, (y, row)| fill(y, between, row));
    samples
}
