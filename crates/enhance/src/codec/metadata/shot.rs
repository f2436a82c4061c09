//! How the camera was set when it took the photo, as far as the EXIF block says.

use serde::{Deserialize, Serialize};

use crate::codec::ifd::Entry;
use crate::codec::ifd::tree::Tree;

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
    /// How the camera came to its exposure.
    pub exposure_mode: Option<ExposureMode>,
    /// Focal length on 36 x 24 mm film, in millimetres.
    pub focal_35mm: Option<f32>,
    /// When it was taken, as the camera's clock said: "2026:11:25 10:31:02".
    pub taken_at: Option<String>,
    /// Fractions of that second, as digits.
    pub taken_subsecond: Option<String>,
    /// The camera's maker and model.
    pub camera: Option<String>,
}

/// Who chose the exposure: EXIF 2.32, tag ExposureMode.
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

impl ExposureMode {
    fn read(entry: &Entry) -> Option<Self> {
        match entry.number()? {
            0 => Some(Self::Auto),
            1 => Some(Self::Manual),
            2 => Some(Self::AutoBracket),
            _ => None,
        }
    }
}

impl Shot {
    /// Reads an EXIF block.
    pub(crate) fn read(exif: &[u8]) -> Self {
        let Some(tree) = Tree::read(exif) else {
            return Self::default();
        };
        let exif = |tag: u16| find(&tree.exif, tag);
        let text = |entry: Option<&Entry>| entry.map(Entry::text).filter(|text| !text.is_empty());
        let names = [271, 272].map(|tag| text(find(&tree.root, tag)));
        let camera = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Self {
            exposure_s: exif(0x829A).and_then(positive),
            f_number: exif(0x829D).and_then(positive),
            iso: exif(0x8827).and_then(positive),
            bias_ev: exif(0x9204).and_then(Entry::real).map(|v| v as f32),
            exposure_mode: exif(0xA402).and_then(ExposureMode::read),
            focal_35mm: exif(0xA405).and_then(positive),
            taken_at: text(exif(0x9003)),
            taken_subsecond: text(exif(0x9291)),
            camera: (!camera.is_empty()).then_some(camera),
        }
    }

    /// Light the sensor was given, in stops at ISO 100 and f/1: time, aperture and sensitivity.
    /// Two frames of one bracket differ in it by what the photographer bracketed.
    pub fn exposure_value(&self) -> Option<f32> {
        let aperture = self.f_number.unwrap_or(1.0);
        let iso = self.iso.unwrap_or(100.0);
        let light = self.exposure_s? * iso / 100.0 / (aperture * aperture);
        Some(light.log2())
    }
}

fn find(entries: &[Entry], tag: u16) -> Option<&Entry> {
    entries.iter().find(|entry| entry.tag == tag)
}

fn positive(entry: &Entry) -> Option<f32> {
    let value = entry.real()? as f32;
    (value.is_finite() && value > 0.0).then_some(value)
}
