//! Decides brightness: how many stops the picture is off, and what its shadows and highlights need.
//!
//! The stops come from a ridge regression over copies of finished photos that were darkened,
//! brightened and tinted on purpose; `cargo run -p plumbline-enhance --example fit -- FOLDER`
//! prints these coefficients with their error on photos left out of the fit. An error that small
//! is taste, not a fault, so it is left alone.

use plumbline_documents::{Look, Place};

use crate::math::interpolation::smoothstep;
use crate::math::light;
use crate::measure::Measured;
use crate::plan::shoot_reference::ShootReference;
use crate::scene::Scene;
use crate::steps::tone::Tone;

/// Stops wanted, by what `features` lists.
pub const STOPS: [f32; 9] = [
    -0.032, 0.187, 0.164, -1.113, -3.842, -1.289, 0.976, 0.083, 4.095,
];
/// Stops that are taste, and stops from which all is given back.
const BAND: [f32; 2] = [0.30, 0.65];

/// Luma that the middle of a room should have, by where it is: nine in ten finished interiors are
/// brighter than the first, and of finished exteriors than the last.
const ROOM: [(Place, f32); 3] = [
    (Place::Interior, 0.46),
    (Place::Unknown, 0.40),
    (Place::Exterior, 0.31),
];
/// Share of the missing light that a dim room is given: some rooms are meant to be dim.
const ROOM_SHARE: f32 = 0.6;

/// Features of the regression: lumas of the darkest quarter, median, brightest quarter, tenth and
/// two hundredth; roots of the shares at white and just below; being inside; a constant.
pub fn features(measured: &Measured, place: Place) -> [f32; 9] {
    let inside = match place {
        Place::Interior => 1.0,
        Place::Exterior => 0.0,
        Place::Unknown => 0.5,
    };
    [
        measured.luma_p25,
        measured.luma_median,
        measured.luma_p75,
        measured.luma_p90,
        measured.luma_p995,
        measured.blown.sqrt(),
        measured.near_white.sqrt(),
        inside,
        1.0,
    ]
}

/// Stops from a finished photo of such a place; positive when the picture is too dark.
pub(crate) fn stops_off(measured: &Measured, place: Place) -> f32 {
    let features = features(measured, place);
    STOPS.iter().zip(features).map(|(k, v)| k * v).sum()
}

/// Brightness, shadows and highlights.
pub(crate) fn plan(
    measured: &Measured,
    scene: &Scene,
    look: Look,
    shoot_reference: Option<&ShootReference>,
) -> Tone {
    let exposure_ev = exposure(measured, scene, look, shoot_reference);
    let room_ev = dim_room(measured, scene.place, exposure_ev);
    let shadow_lift_ev = shadow_lift(measured, exposure_ev + room_ev);
    let needed = exposure_ev > 0.0 || shadow_lift_ev != 0.0;
    Tone {
        exposure_ev,
        knee: knee(measured, exposure_ev),
        white: 1.0 - 0.25 * smoothstep(0.02, 0.25, measured.blown),
        room_ev,
        shadow_lift_ev,
        highlight_ev: if needed {
            0.22 * smoothstep(0.05, 0.20, measured.bright)
        } else {
            0.0
        },
        saturation: if shadow_lift_ev + room_ev > 0.0 {
            0.12
        } else {
            0.0
        },
    }
}

/// A night scene (dark, yet with bright lamps) stays a night scene. The shoot reference shows what its
/// photographer takes for finished.
fn exposure(
    measured: &Measured,
    scene: &Scene,
    look: Look,
    shoot_reference: Option<&ShootReference>,
) -> f32 {
    let off = stops_off(measured, scene.place);
    let meant = shoot_reference.map_or(0.0, |shoot_reference| {
        shoot_reference.stops_off.clamp(-0.3, 0.3)
    });
    let size = (off - meant).abs();
    let fault = (off - meant) * smoothstep(BAND[0], BAND[1], size);
    // A bright window in a dark room says that the photo is bright; nobody would darken the room.
    let fault = fault.max(fault * smoothstep(0.20, 0.40, measured.luma_median));
    let night = measured.luma_p995 > 0.80 && measured.luma_median < 0.14;
    let taste = match look {
        Look::Bright => 0.30 * smoothstep(0.75, 0.55, measured.luma_median),
        Look::Neutral | Look::Warm => 0.0,
    };
    let ev = (fault + taste).clamp(-1.2, if night { 0.35 } else { 2.0 });
    if ev.abs() < 0.15 { 0.0 } else { ev }
}

/// Stops for a room that lies in the dark beside its bright windows: the photo may be exposed well
/// by its brightest parts, and still nobody sees the room. What the exposure gives it is taken off.
fn dim_room(measured: &Measured, place: Place, exposure_ev: f32) -> f32 {
    let wanted = ROOM
        .iter()
        .find(|(of, _)| *of == place)
        .map_or(0.0, |r| r.1);
    let missing = light::linear(wanted) / light::linear(measured.luma_room.max(0.02));
    let night = smoothstep(0.10, 0.16, measured.luma_median);
    let mostly_dim = smoothstep(0.55, 0.40, measured.luma_median);
    let ev = ROOM_SHARE * missing.log2() * night * mostly_dim - exposure_ev.max(0.0);
    if exposure_ev < 0.0 || ev < 0.15 {
        0.0
    } else {
        ev.min(1.2)
    }
}

/// Knee of the lift: a picture without bright parts is simply lifted, one with bright windows is
/// bent early and softly.
fn knee(measured: &Measured, exposure_ev: f32) -> f32 {
    let top = light::linear(measured.luma_p995) * exposure_ev.exp2();
    8.0 - 6.0 * smoothstep(0.95, 1.6, top)
}

/// Stops for the deepest shadows, by how much of the picture lies in them once it is exposed;
/// noise that a lift would show limits it.
fn shadow_lift(measured: &Measured, exposure_ev: f32) -> f32 {
    let share = share_below(measured, 0.033 * (-exposure_ev).exp2());
    let night =
        smoothstep(0.16, 0.10, measured.luma_median) * smoothstep(0.7, 0.9, measured.luma_p995);
    let lift = 0.7 * smoothstep(0.15, 0.5, share) * (1.0 - 0.6 * night);
    let quiet = smoothstep(0.03, 0.008, measured.noise * exposure_ev.max(0.0).exp2());
    let lift = lift * (0.3 + 0.7 * quiet);
    if lift < 0.12 { 0.0 } else { lift }
}

/// Share of the picture below some light, read off the measured percentiles.
fn share_below(measured: &Measured, light: f32) -> f32 {
    let luma = light::encoded(light);
    let points = [
        (0.0, 0.0),
        (measured.luma_p01, 0.01),
        (measured.luma_p25, 0.25),
        (measured.luma_median, 0.5),
        (measured.luma_p995.max(measured.luma_median + 1e-3), 0.995),
    ];
    let above = points.iter().position(|p| p.0 > luma).unwrap_or(4).max(1);
    let ((low, from), (high, to)) = (points[above - 1], points[above]);
    from + (to - from) * ((luma - low) / (high - low).max(1e-4)).clamp(0.0, 1.0)
}
