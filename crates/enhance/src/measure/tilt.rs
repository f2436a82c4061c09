//! Tilt: how far the camera was held from upright, by the vertical lines of the building.

use serde::{Deserialize, Serialize};

use crate::filters::scale::{self, Kernel};
use crate::pixels::Pixels;
use crate::shot::Shot;

mod vanishing;

use crate::measure::lines::edges;
use crate::measure::lines::segments::{self, Segment};
use vanishing::{Upright, Vanishing};

/// Long edge of the copy that is measured, pixels.
const LONG_EDGE: u32 = 2048;
/// Shortest line that counts, as a share of the long edge, and in pixels.
const SHORTEST: (f32, f32) = (0.02, 20.0);
/// Lines longer than this share of the long edge have no more say.
const LONGEST: f32 = 0.2;
/// Focal length where the file states none: interiors are mostly taken with about 24 mm. A wrong
/// guess still makes verticals parallel and upright, for the vanishing point is a place in the
/// picture; it misstates the pitch and stretches the height by less than one in a hundred.
const USUAL_FOCAL_MM: f32 = 24.0;
/// Diagonal of 36 x 24 mm film.
const FILM_DIAGONAL_MM: f32 = 43.27;
/// Lines within this tangent (0.6 degrees) of upright agree.
const AGREES: f32 = 0.0105;
/// Lines that lie within that limit by chance, evenly, are off by 0.346 degrees on average.
const CHANCE: f32 = 0.345;

/// Tilt of the camera, and the support for it. All zero: upright, or it could not be told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tilt {
    /// Turn about the line of sight in degrees; positive when the picture's verticals lean right.
    pub roll_degrees: f32,
    /// Angle of the line of sight above the horizon in degrees; positive when looking up.
    pub pitch_degrees: f32,
    /// Focal length on 36 x 24 mm film that the pitch was computed with, in millimetres.
    pub focal_35mm: f32,
    /// Straight near-vertical lines that agree with it.
    pub segments: u32,
    /// Fifths of the picture's width (0 to 5) in which at least two lines agree.
    pub columns: u32,
    /// Root mean square of the angles by which the agreeing lines are off, degrees.
    pub residual_degrees: f32,
    /// Their share of the length of all near-vertical lines, 0.0 to 1.0.
    pub agreement: f32,
    /// Difference between the rolls of two halves of the lines, each measured alone, degrees.
    pub doubt_degrees: f32,
}

impl Tilt {
    /// The copy that is measured: at most 2048 pixels.
    pub(crate) fn view(pixels: &Pixels) -> Pixels {
        let (width, height) = scale::fit(pixels.width(), pixels.height(), LONG_EDGE);
        scale::shrink(pixels, width, height, Kernel::Area)
    }

    /// Measures such a copy: edge points, straight pieces, vanishing point.
    pub(crate) fn measure(small: &Pixels, shot: &Shot) -> Self {
        let long = small.width().max(small.height()) as f32;
        let shortest = (SHORTEST.0 * long).max(SHORTEST.1);
        let segments = segments::find(&edges::rows(small), shortest);
        let focal_35mm = shot.focal_35mm.unwrap_or(USUAL_FOCAL_MM).clamp(8.0, 400.0);
        let view = View {
            width: small.width() as f32,
            height: small.height() as f32,
            focal: focal_35mm / FILM_DIAGONAL_MM
                * (small.width() as f32).hypot(small.height() as f32),
        };
        let uprights: Vec<Upright> = segments.iter().map(|s| view.upright(s)).collect();
        Self {
            focal_35mm,
            ..Self::of(&uprights)
        }
    }

    /// True when there is enough support to act on: at least 12 lines, in at least 3 of 5 fifths of
    /// the picture, that agree with each other better than chance would have it, and half of them
    /// alone would say the same. The last is what tells a room from a sofa with straight cushions.
    pub fn is_confident(&self) -> bool {
        self.segments >= 12
            && self.columns >= 3
            && self.residual_degrees < CHANCE
            && self.agreement >= 0.35
            && self.doubt_degrees < 0.25
    }

    fn of(uprights: &[Upright]) -> Self {
        let found = Vanishing::find(uprights);
        let total: f32 = uprights.iter().map(|u| u.weight).sum();
        let agrees = |u: &&Upright| found.residual(u).abs() < AGREES;
        let agreeing: Vec<&Upright> = uprights.iter().filter(agrees).collect();
        let weight: f32 = agreeing.iter().map(|u| u.weight).sum();
        let squares = agreeing
            .iter()
            .map(|u| found.residual(u).powi(2) * u.weight);
        let residual = (squares.sum::<f32>() / weight.max(1e-6)).sqrt();
        let roll = found.lean.atan();
        Self {
            roll_degrees: -roll.to_degrees(),
            pitch_degrees: -(found.converge * roll.cos()).atan().to_degrees(),
            focal_35mm: 0.0,
            segments: agreeing.len() as u32,
            columns: supported(&agreeing),
            residual_degrees: residual.to_degrees(),
            agreement: weight / total.max(1e-6),
            doubt_degrees: doubt(uprights),
        }
    }
}

/// The roll of every second handful of lines (neighbours are often the two edges of one thing)
/// against the roll of the others.
fn doubt(uprights: &[Upright]) -> f32 {
    let half = |which: usize| {
        let mine = uprights
            .iter()
            .enumerate()
            .filter(|(i, _)| i / 8 % 2 == which);
        Vanishing::find(&mine.map(|(_, u)| *u).collect::<Vec<_>>()).lean
    };
    (half(0).atan() - half(1).atan()).abs().to_degrees()
}

/// Fifths of the width with at least two lines.
fn supported(agreeing: &[&Upright]) -> u32 {
    let inside = |fifth: usize| agreeing.iter().filter(|u| u.column / 2 == fifth).count();
    (0..5).filter(|&fifth| inside(fifth) >= 2).count() as u32
}

/// The measured copy as a camera's image plane; all in its pixels.
struct View {
    width: f32,
    height: f32,
    focal: f32,
}

impl View {
    fn upright(&self, segment: &Segment) -> Upright {
        let (x, y) = (segment.x - self.width / 2.0, segment.y - self.height / 2.0);
        let place = segment.x / self.width * vanishing::COLUMNS as f32;
        Upright {
            c: (x - segment.slope * y) / self.focal,
            b: segment.slope,
            column: (place as usize).min(vanishing::COLUMNS - 1),
            weight: segment.length.min(LONGEST * self.width.max(self.height)),
        }
    }
}
