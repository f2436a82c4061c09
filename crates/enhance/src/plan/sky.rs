//! Decides what becomes of a sky: nothing, with a reason, or a new one, with its numbers.

use plumbline_documents::{Place, SkyKind};
use serde::{Deserialize, Serialize};

use crate::generative_model::GenerativeModel;
use crate::math::interpolation::smoothstep;
use crate::measure::Measured;
use crate::scene::{Overrides, Scene, SkyChoice};
use crate::shot::{GpsFix, Shot};
use crate::sky::trial::Oddity;
use crate::sky::{NewSky, SkyView, Sun};

mod kept_reason;

pub use kept_reason::KeptReason;

/// Treatment of the sky.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sky {
    /// Unchanged: nobody asked for another.
    #[default]
    #[serde(rename = "mine")]
    Unchanged,
    /// Kept, although another was asked for.
    Kept(KeptReason),
    /// Replaced.
    New(NewSky),
}

/// Smaller skies are not worth it, share of the picture.
const LEAST_SHARE: f32 = 0.01;
const NO_SKY: f32 = 0.002;
/// Share of the sky that nothing could decide, beyond which it is left alone.
const MOST_DOUBT: f32 = 0.10;
/// Confidence that a place must have.
const SURE: f32 = 0.6;
/// CIELAB b* below which a sky is blue, and above which it is an evening's.
const BLUE: f32 = -9.0;
const EVENING: f32 = 10.0;
/// L* below which it is a dark one.
const DARK: f32 = 48.0;
/// Elevations between which a day's sky looks like one, and below which it is night, degrees.
const LOWEST_SUN: f32 = 18.0;
const HIGHEST_SUN: f32 = 65.0;
const NIGHT: f32 = -1.0;
/// Luminance of a clear sky above a well exposed house, and of the house.
const LEVEL: f32 = 0.46;
const HOUSE: f32 = 0.17;

/// Facts about the camera that a sky has to fit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Camera {
    /// Focal length on 36 x 24 mm film, millimetres.
    pub focal_35mm: Option<f32>,
    /// Position of the sun.
    pub sun: Option<Sun>,
}

impl Camera {
    /// The camera of a shot, and the sun above it where its GPS fix is known.
    pub fn of(shot: &Shot, fix: Option<&GpsFix>) -> Self {
        Self {
            focal_35mm: shot.focal_35mm,
            sun: fix.map(Sun::at),
        }
    }
}

/// The treatment of a sky. Statements of a person about this picture outrank the analyzer and the
/// colours of its sky.
pub fn plan(
    view: Option<&SkyView>,
    scene: &Scene,
    measured: &Measured,
    choice: &SkyChoice,
    overrides: &Overrides,
    camera: &Camera,
) -> Sky {
    let Some(kind) = overrides.sky.as_ref().unwrap_or(choice).kind() else {
        return Sky::Unchanged;
    };
    if measured.panorama.is_some() {
        return Sky::Kept(KeptReason::Panorama);
    }
    let Some(view) = view else {
        return Sky::Kept(without_view(scene));
    };
    match reason_to_keep(view, scene, overrides, camera) {
        Some(reason) => Sky::Kept(reason),
        None => Sky::New(new(kind, view, measured, camera)),
    }
}

/// Reason of there being no view.
fn without_view(scene: &Scene) -> KeptReason {
    match (scene.place, &scene.sky) {
        (Place::Interior, _) => KeptReason::Inside,
        (_, None) => KeptReason::NotLookedFor,
        (_, Some(_)) => KeptReason::NoSky,
    }
}

fn reason_to_keep(
    view: &SkyView,
    scene: &Scene,
    overrides: &Overrides,
    camera: &Camera,
) -> Option<KeptReason> {
    let painted = overrides.sky_mask.is_some();
    let wanted_here = overrides.sky.is_some();
    let night = camera.sun.is_some_and(|sun| sun.elevation_degrees < NIGHT);
    let unsure = scene.confidence < SURE && overrides.place.is_none() && !painted;
    let found = [
        (scene.place == Place::Interior, KeptReason::Inside),
        (
            scene.place == Place::Unknown || unsure,
            KeptReason::PlaceUnknown,
        ),
        (view.share < NO_SKY, KeptReason::NoSky),
        (view.share < LEAST_SHARE && !painted, KeptReason::Tiny),
        (view.doubt > MOST_DOUBT && !painted, KeptReason::Doubtful),
        (scene.dusk.is_some() && !painted, KeptReason::Dusk),
        (
            (view.lab[0] < DARK || night) && !wanted_here,
            KeptReason::Dark,
        ),
        (view.lab[2] < BLUE && !wanted_here, KeptReason::AlreadyBlue),
        (view.lab[2] > EVENING && !wanted_here, KeptReason::Evening),
        (
            view.odd.is_some() && !painted,
            KeptReason::Odd(view.odd.unwrap_or(Oddity::Unseen)),
        ),
    ];
    found
        .into_iter()
        .find(|(is, _)| *is)
        .map(|(_, reason)| reason)
}

fn new(kind: SkyKind, view: &SkyView, measured: &Measured, camera: &Camera) -> NewSky {
    // A darker house was exposed for a brighter sky, but never by all of the difference.
    let level = LEVEL * (view.ground.max(0.02) / HOUSE).powf(0.25).clamp(0.75, 1.25);
    let (elevation, azimuth) = sun(view, camera);
    NewSky {
        kind,
        seed: seed(view),
        turbidity: 2.6,
        sun_elevation_degrees: elevation,
        sun_azimuth_degrees: azimuth,
        focal_35mm: camera.focal_35mm.unwrap_or(26.0).clamp(12.0, 200.0),
        horizon: view.lowest.max(0.55),
        level,
        grain: measured.noise.clamp(0.0, 0.03),
        relight: relight(view, kind),
        share: view.share,
        painted: None,
    }
}

/// Elevation and azimuth of the new sky's sun, degrees. What the photo's GPS block says; otherwise
/// the brighter side keeps the sun, and it stands behind the shoulder where no side is brighter.
fn sun(view: &SkyView, camera: &Camera) -> (f32, f32) {
    let side = view.brighter_side;
    let guessed = if side < 0.0 { -1.0 } else { 1.0 } * (130.0 - 50.0 * side.abs());
    let azimuth = camera.sun.and_then(|sun| sun.azimuth_degrees);
    let elevation = camera.sun.map_or(48.0, |sun| sun.elevation_degrees);
    (
        elevation.clamp(LOWEST_SUN, HIGHEST_SUN),
        azimuth.unwrap_or(guessed),
    )
}

/// A number of 48 bits that belongs to this sky: the same picture gives the same clouds, and every
/// reader of documents can hold it.
fn seed(view: &SkyView) -> u64 {
    let parts = [
        view.share,
        view.light[0],
        view.light[2],
        view.ground,
        view.spread,
    ];
    let hash = parts.iter().fold(0xcbf2_9ce4_8422_2325, |hash, part| {
        (hash ^ u64::from(part.to_bits())).wrapping_mul(0x0100_0000_01b3)
    });
    hash >> 16
}

/// Blue light from above cools the house a little, at most two hundredths.
fn relight(view: &SkyView, kind: SkyKind) -> [f32; 3] {
    if kind == SkyKind::Own {
        return [1.0; 3];
    }
    let much = 0.012 * smoothstep(0.02, 0.4, view.share);
    [1.0 - much, 1.0, 1.0 + much]
}

impl Sky {
    /// The same sky, painted where the model that is installed paints skies. A picture that
    /// somebody chose stays that picture.
    pub fn painted_by(self, model: Option<&dyn GenerativeModel>) -> Self {
        match (self, model) {
            (Self::New(new), Some(model)) if model.paints_skies() && new.kind != SkyKind::Own => {
                Self::New(new.painted_by(model))
            }
            (other, _) => other,
        }
    }

    /// The same sky, calculated.
    pub fn calculated(self) -> Self {
        match self {
            Self::New(new) => Self::New(NewSky {
                painted: None,
                ..new
            }),
            other => other,
        }
    }

    /// A sentence for people about what was done; `None` where nobody asked.
    pub fn describe(&self) -> Option<String> {
        match self {
            Self::Unchanged => None,
            Self::Kept(reason) => Some(reason.sentence()),
            Self::New(new) => Some(new.describe()),
        }
    }

    /// The new sky, where there is one.
    pub fn new_sky(&self) -> Option<&NewSky> {
        match self {
            Self::New(new) => Some(new),
            Self::Unchanged | Self::Kept(_) => None,
        }
    }
}
