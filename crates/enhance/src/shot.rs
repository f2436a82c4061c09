//! The moment a photo was taken: how the camera was set, and what its GPS receiver said. Plain
//! numbers, which `codec` reads and everything else may use.

use serde::{Deserialize, Serialize};

/// The camera's settings. Everything is optional: scans and exports have none of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shot {
    /// Exposure time in seconds.
    pub exposure_s: Option<f32>,
    /// Aperture as its f-number.
    pub f_number: Option<f32>,
    /// Sensitivity.
    pub iso: Option<f32>,
    /// Exposure compensation in stops.
    pub bias_ev: Option<f32>,
    /// Origin of the exposure.
    pub exposure_mode: Option<ExposureMode>,
    /// Focal length on 36 x 24 mm film, in millimetres.
    pub focal_35mm: Option<f32>,
    /// Time by the camera's clock: "2026:11:25 10:31:02".
    pub taken_at: Option<String>,
    /// Fractions of that second, as digits.
    pub taken_subsecond: Option<String>,
    /// True when a flash fired.
    pub flash_fired: Option<bool>,
    /// The camera's maker and model.
    pub camera: Option<String>,
    /// Kind of panorama; `None`: the picture is flat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panorama: Option<Panorama>,
}

/// A picture on a sphere or cylinder around the camera: straight lines are bent in it, and viewers
/// need its frame as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Panorama {
    /// A full turn: its right edge goes on at its left one.
    FullTurn,
    /// A part of one.
    Part,
}

/// Origin of the exposure: EXIF 2.32, tag ExposureMode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExposureMode {
    /// The camera, for this frame alone.
    Auto,
    /// The photographer.
    Manual,
    /// The camera, for a series of exposures.
    AutoBracket,
}

impl Panorama {
    /// The sentence for people on what is not done to it.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::FullTurn => {
                "This is a 360° picture: it was not straightened or cropped, so that viewers can still turn around in it."
            }
            Self::Part => {
                "This is a panorama: it was not straightened or cropped, because straight lines are bent in it."
            }
        }
    }
}

impl Shot {
    /// Light the sensor was given, in stops at ISO 100 and f/1: time, aperture and sensitivity.
    /// Two frames of one bracket differ in it by what the photographer bracketed.
    pub fn exposure_value(&self) -> Option<f32> {
        let aperture = self.f_number.unwrap_or(1.0);
        let iso = self.iso.unwrap_or(100.0);
        let light = self.exposure_s? * iso / 100.0 / (aperture * aperture);
        Some(light.log2())
    }
}

/// Position and time by a GPS receiver.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GpsFix {
    /// Degrees, north positive.
    pub latitude: f64,
    /// Degrees, east positive.
    pub longitude: f64,
    /// Days since noon of 1 January 2000 in Greenwich.
    pub days_since_2000: f64,
    /// Heading of the camera, degrees clockwise from true north; `None`: it is not stated, or by a
    /// compass.
    pub heading_degrees: Option<f64>,
}
