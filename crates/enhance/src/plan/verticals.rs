//! Decides the verticals: the part of a measured tilt to take out, within limits beyond which a tilt
//! is more likely meant.

use plumbline_documents::{Dial, Dials};

use crate::math::interpolation::smoothstep;
use crate::measure::Tilt;
use crate::steps::verticals::Verticals;

/// Smaller rolls are not visible, degrees.
const UNSEEN_ROLL: f32 = 0.15;
/// Leaning of the outermost verticals by perspective that is not visible, degrees.
const UNSEEN_LEAN: f32 = 0.35;
/// Larger angles are meant, degrees.
const MOST_ROLL: f32 = 6.0;
const MOST_PITCH: f32 = 8.0;
/// Smallest share of each side that may be left.
const LEAST_KEPT: f32 = 0.88;

/// The turn for a measured tilt, as far as the dials let it, and the margin that they cut.
pub(crate) fn plan(tilt: &Tilt, width: u32, height: u32, dials: &Dials) -> Verticals {
    let whole = whole(tilt, width, height);
    let share = dials.of(Dial::Verticals);
    let turned = match share {
        share if share >= 1.0 => whole,
        share if share <= 0.0 || whole.is_upright() => Verticals::default(),
        share => Verticals::turned(
            whole.roll_degrees * share,
            whole.pitch_degrees * share,
            whole.focal_35mm,
            width,
            height,
        ),
    };
    Verticals {
        margin: dials.of(Dial::CropMargin),
        ..turned
    }
}

/// The turn for a measured tilt: none unless it is well supported, visible and not meant; roll alone
/// where taking out the pitch as well would cost too much of the picture.
fn whole(tilt: &Tilt, width: u32, height: u32) -> Verticals {
    let meant = tilt.roll_degrees.abs() > MOST_ROLL || tilt.pitch_degrees.abs() > MOST_PITCH;
    if meant || !tilt.is_confident() {
        return Verticals::default();
    }
    let pitch = if lean(tilt, width, height) < UNSEEN_LEAN {
        0.0
    } else {
        tilt.pitch_degrees * pitch_share(tilt.pitch_degrees)
    };
    let allowed = |pitch: f32| {
        let turned = Verticals::turned(tilt.roll_degrees, pitch, tilt.focal_35mm, width, height);
        let visible = tilt.roll_degrees.abs() >= UNSEEN_ROLL || pitch != 0.0;
        (visible && turned.kept >= LEAST_KEPT).then_some(turned)
    };
    allowed(pitch).or_else(|| allowed(0.0)).unwrap_or_default()
}

/// Lean of a vertical at the picture's edge by perspective, degrees.
fn lean(tilt: &Tilt, width: u32, height: u32) -> f32 {
    let share = width as f32 / (width as f32).hypot(height as f32);
    let pitch = tilt.pitch_degrees.to_radians();
    (pitch.tan() * share * FILM_DIAGONAL_MM / 2.0 / tilt.focal_35mm)
        .atan()
        .to_degrees()
        .abs()
}

/// Diagonal of 36 x 24 mm film.
const FILM_DIAGONAL_MM: f32 = 43.27;

/// All of a small pitch, four fifths of the largest: a tall house made wholly upright seems to
/// topple towards us.
fn pitch_share(pitch: f32) -> f32 {
    1.0 - 0.2 * smoothstep(3.0, MOST_PITCH, pitch.abs())
}
