//! The parameters of a new sky, as a plan stores them.

use plumbline_documents::SkyKind;
use serde::{Deserialize, Serialize};

use crate::generative_model::{Denoise, GenerativeModel};
use crate::sky::clouds;

/// Stops of light that are worth a word.
const SAID: f32 = 0.03;

/// Numbers of a new sky.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewSky {
    /// Kind of sky.
    pub kind: SkyKind,
    /// Seed of its clouds and of its grain.
    pub seed: u64,
    /// Number of its cloudscape, 0 to 7.
    #[serde(default)]
    pub cloudscape: u8,
    /// Turbidity of the air, 2 (very clear) to 6 (hazy).
    pub turbidity: f32,
    /// Height of the sun above the horizon, degrees.
    pub sun_elevation_degrees: f32,
    /// From the camera's direction to the sun's, degrees, positive to the right.
    pub sun_azimuth_degrees: f32,
    /// Focal length on 36 x 24 mm film, millimetres.
    pub focal_35mm: f32,
    /// Row of the horizon as a share of the height.
    pub horizon: f32,
    /// Median luminance of its visible part, linear.
    pub level: f32,
    /// Standard deviation of its grain, as a share of white once encoded.
    pub grain: f32,
    /// Gains of the light of everything else, red, green, blue: the new sky lights it, too. They are
    /// those of the dark; toward white they end.
    pub relight: [f32; 3],
    /// Share of the picture that is sky, 0.0 to 1.0: all of it is new.
    pub share: f32,
    /// Request to a model that paints it; `None`: it is calculated, or a picture.
    #[serde(default)]
    pub painted: Option<Denoise>,
}

impl NewSky {
    /// The same sky, painted by a model from nothing but noise: the old one is to go.
    pub(crate) fn painted_by(self, model: &dyn GenerativeModel) -> Self {
        let (sigma, steps) = model.schedule().start(1.0);
        let denoise = Denoise {
            sigma,
            steps,
            tile: 0.0,
            canny: 0.0,
            lora: 0.0,
            seed: self.seed,
        };
        Self {
            painted: Some(denoise),
            ..self
        }
    }

    /// The prompt for a model.
    pub(crate) fn prompt(&self) -> &'static str {
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

    /// A sentence for people about what was done.
    pub(crate) fn describe(&self) -> String {
        let kind = match self.kind {
            SkyKind::Clear if self.painted.is_some() => "a clear sky, painted by AI",
            SkyKind::LightCloud if self.painted.is_some() => {
                "a sky with light clouds, painted by AI"
            }
            SkyKind::HighCloud if self.painted.is_some() => "a sky with high clouds, painted by AI",
            SkyKind::Clear => "a calculated clear sky",
            SkyKind::LightCloud => "a calculated sky with light clouds",
            SkyKind::HighCloud => "a calculated sky with high clouds",
            SkyKind::Own => "the sky picture you chose",
        };
        let percent = (self.share * 100.0).max(1.0);
        let replaced =
            format!("Replaced what was taken for sky ({percent:.0} % of the picture) with {kind}");
        let cloudscape = match self.kind {
            SkyKind::LightCloud | SkyKind::HighCloud if self.painted.is_none() => {
                let (number, name) = (self.cloudscape, clouds::name(self.cloudscape));
                format!(" (cloudscape {number}, {name})")
            }
            _ => String::new(),
        };
        let stops = self.relight[1].max(1.0).log2();
        let lit = if stops >= SAID {
            format!(", and lit the rest as it would be under that: {stops:.2} stops")
        } else {
            String::new()
        };
        format!("{replaced}{cloudscape}{lit}.")
    }
}
