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
}

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
        }
    }

    /// True when it changes nothing.
    pub fn is_upright(&self) -> bool {
        self.roll_degrees == 0.0 && self.pitch_degrees == 0.0
    }

    /// Columns and rows that a picture of `width` x `height` has afterwards.
    pub fn size(&self, width: u32, height: u32) -> (u32, u32) {
        if self.is_upright() {
            return (width, height);
        }
        let side = |v: u32| (f64::from(v) * f64::from(self.kept)).floor() as u32;
        (side(width).clamp(1, width), side(height).clamp(1, height))
    }

    /// The straightened picture, in the depth it came in.
    pub(crate) fn apply(&self, pixels: &Pixels) -> Pixels {
        if self.is_upright() {
            return pixels.clone();
        }
        let (width, height) = self.size(pixels.width(), pixels.height());
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

    /// The source's line for each row of the result.
    fn lines(&self, width: u32, height: u32) -> impl Fn(usize) -> Line + Sync + use<> {
        let turn = Turn::new(
            self.roll_degrees,
            self.pitch_degrees,
            self.focal_35mm,
            width,
            height,
        );
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
