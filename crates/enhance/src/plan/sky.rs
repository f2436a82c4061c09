//! Decides what becomes of a sky: nothing, with a reason, or a new one, with its numbers.

use plumbline_documents::{Place, SkyKind};
use serde::{Deserialize, Serialize};

use crate::codec::Metadata;
use crate::generative_model::{Denoise, GenerativeModel};
use crate::measure::Measured;
use crate::plan::smooth;
use crate::scene::{Overrides, Scene, SkyChoice};
use crate::sky::{SkyView, Sun};

/// What becomes of the sky.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sky {
    /// Nobody asked for another.
    #[default]
    Mine,
    /// Another was wanted, and the picture keeps its own.
    Kept(Why),
    /// A new one.
    New(NewSky),
}

/// Why a sky was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The picture shows a room.
    Inside,
    /// Nobody could tell whether it shows a room.
    PlaceUnknown,
    /// There is nothing here that can find a sky.
    NotLookedFor,
    /// There is none.
    NoSky,
    /// There is next to none.
    Tiny,
    /// What is sky and what is not could not be told apart well enough.
    Doubtful,
    /// It is blue.
    AlreadyBlue,
    /// It has the colours of a low sun, and so has the house.
    Evening,
    /// It is dark: dusk or night.
    Dark,
    /// Quality control saw the new one's edge.
    Held,
}

impl Why {
    fn sentence(self) -> &'static str {
        match self {
            Self::Inside => "The sky was left alone: the photo shows a room.",
            Self::PlaceUnknown => {
                "The sky was left alone: it could not be told whether the photo shows a room or a house. Say which on the photo's page."
            }
            Self::NotLookedFor => {
                "The sky was left alone: no network that finds skies is installed."
            }
            Self::NoSky => "There is no sky in this photo.",
            Self::Tiny => "The sky was left alone: there is too little of it.",
            Self::Doubtful => {
                "The sky was left alone: where it ends could not be told. Paint it on the photo's page, and it will be replaced."
            }
            Self::AlreadyBlue => "The sky was left alone: it is blue already.",
            Self::Evening => {
                "The sky was left alone: it has an evening's colours, and so has the house."
            }
            Self::Dark => {
                "The sky was left alone: it is a dark one, and a day's sky would not belong."
            }
            Self::Held => "The sky was left alone: the check saw the new one's edge.",
        }
    }
}

/// The numbers of a new sky.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewSky {
    /// What it is.
    pub kind: SkyKind,
    /// Which clouds, of all there could be.
    pub seed: u64,
    /// How hazy the air is, 2 (very clear) to 6.
    pub turbidity: f32,
    /// Height of the sun above the horizon, degrees.
    pub sun_elevation_degrees: f32,
    /// From the camera's direction to the sun's, degrees, positive to the right.
    pub sun_azimuth_degrees: f32,
    /// Focal length on 36 x 24 mm film, millimetres: how wide the camera sees.
    pub focal_35mm: f32,
    /// Row of the horizon as a share of the height.
    pub horizon: f32,
    /// Median luminance of what is seen of it, linear.
    pub level: f32,
    /// Standard deviation of its grain, as a share of white once encoded.
    pub grain: f32,
    /// Factors on the light of everything else, red, green, blue: the new sky lights it, too.
    pub relight: [f32; 3],
    /// How much of the picture is sky, 0.0 to 1.0: all of it is new.
    pub share: f32,
    /// What a model is asked for to paint it; `None`: it is calculated, or a picture.
    #[serde(default)]
    pub painted: Option<Denoise>,
}

/// Smaller skies are not worth it, share of the picture.
const LEAST_SHARE: f32 = 0.01;
const NO_SKY: f32 = 0.002;
/// Share of the sky that nothing could decide, beyond which it is left alone.
const MOST_DOUBT: f32 = 0.10;
/// How sure a place must be.
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

/// What a photo's metadata says that a sky has to fit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Camera {
    /// Focal length on 36 x 24 mm film, millimetres.
    pub focal_35mm: Option<f32>,
    /// Where the sun stood.
    pub sun: Option<Sun>,
}

impl Camera {
    /// Of a file's metadata.
    pub fn of(metadata: &Metadata) -> Self {
        Self {
            focal_35mm: metadata.shot().focal_35mm,
            sun: Sun::of(metadata),
        }
    }
}

/// What becomes of a sky that was looked at. What a person told about this picture outranks what
/// was seen, and what the colours of its sky say.
pub fn plan(
    view: Option<&SkyView>,
    scene: &Scene,
    measured: &Measured,
    choice: &SkyChoice,
    overrides: &Overrides,
    camera: &Camera,
) -> Sky {
    let kind = match overrides.sky.as_ref().unwrap_or(choice) {
        SkyChoice::Keep => return Sky::Mine,
        SkyChoice::Clear => SkyKind::Clear,
        SkyChoice::LightCloud => SkyKind::LightCloud,
        SkyChoice::HighCloud => SkyKind::HighCloud,
        SkyChoice::Own(_) => SkyKind::Own,
    };
    let Some(view) = view else {
        return Sky::Kept(unseen(scene));
    };
    match why_not(view, scene, overrides, camera) {
        Some(why) => Sky::Kept(why),
        None => Sky::New(new(kind, view, measured, camera)),
    }
}

/// Why there is no view.
fn unseen(scene: &Scene) -> Why {
    match (scene.place, &scene.sky) {
        (Place::Interior, _) => Why::Inside,
        (_, None) => Why::NotLookedFor,
        (_, Some(_)) => Why::NoSky,
    }
}

fn why_not(view: &SkyView, scene: &Scene, overrides: &Overrides, camera: &Camera) -> Option<Why> {
    let painted = overrides.sky_mask.is_some();
    let wanted_here = overrides.sky.is_some();
    let night = camera.sun.is_some_and(|sun| sun.elevation_degrees < NIGHT);
    let unsure = scene.confidence < SURE && overrides.place.is_none() && !painted;
    let found = [
        (scene.place == Place::Interior, Why::Inside),
        (scene.place == Place::Unknown || unsure, Why::PlaceUnknown),
        (view.share < NO_SKY, Why::NoSky),
        (view.share < LEAST_SHARE && !painted, Why::Tiny),
        (view.doubt > MOST_DOUBT && !painted, Why::Doubtful),
        ((view.lab[0] < DARK || night) && !wanted_here, Why::Dark),
        (view.lab[2] < BLUE && !wanted_here, Why::AlreadyBlue),
        (view.lab[2] > EVENING && !wanted_here, Why::Evening),
    ];
    found.into_iter().find(|(is, _)| *is).map(|(_, why)| why)
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
    let much = 0.012 * smooth(0.02, 0.4, view.share);
    [1.0 - much, 1.0, 1.0 + much]
}

impl Sky {
    /// The same sky, painted where the model that is installed paints skies. A picture that
    /// somebody chose stays that picture.
    pub fn painted_by(self, model: Option<&dyn GenerativeModel>) -> Self {
        match (self, model) {
            (Self::New(new), Some(model)) if model.paints_skies() && new.kind != SkyKind::Own => {
                Self::New(new.painted(model))
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

    /// What was done, for people; nothing where nobody asked.
    pub fn describe(&self) -> Option<String> {
        match self {
            Self::Mine => None,
            Self::Kept(why) => Some(why.sentence().to_owned()),
            Self::New(new) => Some(new.describe()),
        }
    }

    /// The new sky, where there is one.
    pub fn new_sky(&self) -> Option<&NewSky> {
        match self {
            Self::New(new) => Some(new),
            Self::Mine | Self::Kept(_) => None,
        }
    }
}

impl NewSky {
    /// From nothing but noise: what was there is to go.
    fn painted(self, model: &dyn GenerativeModel) -> Self {
        let (sigma, steps) = model.schedule().start(1.0);
        let denoise = Denoise {
            sigma,
            steps,
            tile: 0.0,
            canny: 0.0,
            look: 0.0,
            seed: self.seed,
        };
        Self {
            painted: Some(denoise),
            ..self
        }
    }

    /// What a model is told to paint.
    pub(crate) fn words(&self) -> &'static str {
        match self.kind {
            SkyKind::Clear => "clear blue sky, no clouds, natural daylight, photograph",
            SkyKind::LightCloud => {
                "blue sky with a few small soft white clouds, natural daylight, photograph"
            }
            SkyKind::HighCloud => {
                "blue sky with thin high cirrus clouds, natural daylight, photograph"
            }
            SkyKind::Own => "sky, natural daylight, photograph",
        }
    }

    fn describe(&self) -> String {
        let what = match self.kind {
            SkyKind::Clear if self.painted.is_some() => "a clear sky, painted by AI",
            SkyKind::LightCloud if self.painted.is_some() => {
                "a sky with light clouds, painted by AI"
            }
            SkyKind::HighCloud if self.painted.is_some() => "a sky with high clouds, painted by AI",
            SkyKind::Clear => "a clear sky, calculated from the position of the sun",
            SkyKind::LightCloud => {
                "a sky with light clouds, calculated from the position of the sun"
            }
            SkyKind::HighCloud => "a sky with high clouds, calculated from the position of the sun",
            SkyKind::Own => "the sky picture you chose",
        };
        format!(
            "Replaced the sky ({:.0} % of the picture) with {what}. Everything below it comes from your original.",
            (self.share * 100.0).max(1.0)
        )
    }
}
