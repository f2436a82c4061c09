//! Dials: what a person may turn beside the look and its strength, for one photo or as the ground that
//! an organization's preset gives. Nothing turned is nothing changed, and is not written.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// A dial that takes a number.
    pub enum Dial ("text") {
        /// Stops for the middle of the brightness; black stays black and white stays white.
        Brightness = "brightness",
        /// Light of a lower sun, or of a higher one.
        Warmth = "warmth",
        /// Magenta, or green.
        Tint = "tint",
        /// Dark areas opened, or deepened.
        Shadows = "shadows",
        /// Bright areas brightened, or calmed.
        Highlights = "highlights",
        /// Dark and bright farther apart, or nearer.
        Contrast = "contrast",
        /// Share of the measured lean that is taken out of upright lines.
        Verticals = "verticals",
        /// Share of the width and of the height that is cut from each side, after straightening.
        CropMargin = "crop-margin",
    }
}

impl Dial {
    /// Lowest and highest number.
    pub const fn range(self) -> [f32; 2] {
        match self {
            Self::Brightness => [-2.0, 2.0],
            Self::Verticals => [0.0, 1.0],
            Self::CropMargin => [0.0, 0.1],
            _ => [-1.0, 1.0],
        }
    }

    /// The number that is the same as not turning it.
    pub const fn usual(self) -> f32 {
        match self {
            Self::Verticals => 1.0,
            _ => 0.0,
        }
    }

    /// The number, if the dial goes that far.
    pub fn checked(self, number: f32) -> Result<f32, BadDial> {
        let [low, high] = self.range();
        let fits = (low..=high).contains(&number);
        fits.then_some(number).ok_or(BadDial::Number(self))
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Brightness => "Brightness is a number of stops from -2 (darker) to 2 (brighter).",
            Self::Warmth => "Warmth is a number from -1 (cooler) to 1 (warmer).",
            Self::Tint => "Tint is a number from -1 (greener) to 1 (more magenta).",
            Self::Shadows => "Shadows is a number from -1 (deeper) to 1 (open).",
            Self::Highlights => "Highlights is a number from -1 (calmer) to 1 (brighter).",
            Self::Contrast => "Contrast is a number from -1 (flatter) to 1 (stronger).",
            Self::Verticals => "Verticals is a number from 0 (left as they are) to 1 (upright).",
            Self::CropMargin => {
                "The crop margin is a number from 0 to 0.1: the share that is cut from each side."
            }
        }
    }
}

/// A dial that does not go so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadDial {
    /// A number beyond its range.
    Number(Dial),
    /// A white place beyond the picture, or of no possible radius.
    WhiteAt,
}

impl Display for BadDial {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number(dial) => dial.meaning(),
            Self::WhiteAt => {
                "A white place is two numbers from 0 to 1, across and down the photo as it came, and if you like a radius from 0.002 to 0.1 of its longer side."
            }
        })
    }
}

impl std::error::Error for BadDial {}

/// A place that is white or grey in truth: a disc on the photo as it came, upright.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WhiteAt {
    /// Across, 0.0 left to 1.0 right.
    pub x: f32,
    /// Down, 0.0 top to 1.0 bottom.
    pub y: f32,
    /// Radius as a share of the longer side, 0.002 to 0.1.
    #[serde(default = "usual_radius")]
    pub radius: f32,
}

const RADII: [f32; 2] = [0.002, 0.1];

fn usual_radius() -> f32 {
    0.01
}

impl WhiteAt {
    /// A place of the usual radius.
    pub fn new(x: f32, y: f32) -> Self {
        let radius = usual_radius();
        Self { x, y, radius }
    }

    /// The place, if it is one.
    pub fn checked(self) -> Result<Self, BadDial> {
        let [least, most] = RADII;
        let fits = (0.0..=1.0).contains(&self.x)
            && (0.0..=1.0).contains(&self.y)
            && (least..=most).contains(&self.radius);
        fits.then_some(self).ok_or(BadDial::WhiteAt)
    }
}

/// Dials as somebody turned them; `None`: this one was left alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dials {
    /// [`Dial::Brightness`], stops.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brightness: Option<f32>,
    /// [`Dial::Warmth`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warmth: Option<f32>,
    /// [`Dial::Tint`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tint: Option<f32>,
    /// A place that becomes neutral before warmth and tint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub white_at: Option<WhiteAt>,
    /// [`Dial::Shadows`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadows: Option<f32>,
    /// [`Dial::Highlights`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlights: Option<f32>,
    /// [`Dial::Contrast`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contrast: Option<f32>,
    /// [`Dial::Verticals`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verticals: Option<f32>,
    /// [`Dial::CropMargin`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crop_margin: Option<f32>,
}

impl Dials {
    /// The number of a dial, turned or not.
    pub fn of(&self, dial: Dial) -> f32 {
        let mut copy = *self;
        copy.number(dial).unwrap_or(dial.usual())
    }

    /// The place of a dial's number.
    pub fn number(&mut self, dial: Dial) -> &mut Option<f32> {
        match dial {
            Dial::Brightness => &mut self.brightness,
            Dial::Warmth => &mut self.warmth,
            Dial::Tint => &mut self.tint,
            Dial::Shadows => &mut self.shadows,
            Dial::Highlights => &mut self.highlights,
            Dial::Contrast => &mut self.contrast,
            Dial::Verticals => &mut self.verticals,
            Dial::CropMargin => &mut self.crop_margin,
        }
    }

    /// These dials over others: each that is turned here counts, also back to where it usually is.
    pub fn over(mut self, ground: &Self) -> Self {
        let mut ground = *ground;
        for dial in Dial::ALL {
            let under = *ground.number(dial);
            let own = self.number(dial);
            *own = own.or(under);
        }
        self.white_at = self.white_at.or(ground.white_at);
        self
    }

    /// The same, if every dial goes so far.
    pub fn checked(mut self) -> Result<Self, BadDial> {
        for dial in Dial::ALL {
            self.number(dial)
                .map(|number| dial.checked(number))
                .transpose()?;
        }
        self.white_at.map(WhiteAt::checked).transpose()?;
        Ok(self)
    }

    /// The same within every range, without those that stand where they usually do.
    pub fn settled(mut self) -> Self {
        for dial in Dial::ALL {
            let [low, high] = dial.range();
            let number = self.number(dial);
            *number = number
                .filter(|number| !number.is_nan())
                .map(|number| number.clamp(low, high))
                .filter(|number| *number != dial.usual());
        }
        self.white_at = self.white_at.and_then(|at| at.checked().ok());
        self
    }

    /// True when none is turned.
    pub fn is_untouched(&self) -> bool {
        self.settled() == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brighter(stops: f32) -> Dials {
        Dials {
            brightness: Some(stops),
            ..Dials::default()
        }
    }

    #[test]
    fn what_nobody_turned_is_not_written_and_reads_as_nothing() {
        assert_eq!(serde_json::to_string(&Dials::default()).unwrap(), "{}");
        let read: Dials = serde_json::from_str("{}").unwrap();
        assert!(read.is_untouched());
        let written = serde_json::to_string(&brighter(0.5)).unwrap();
        assert_eq!(written, r#"{"brightness":0.5}"#);
        assert_eq!(
            serde_json::from_str::<Dials>(&written).unwrap(),
            brighter(0.5)
        );
        let at: Dials = serde_json::from_str(r#"{"white_at":{"x":0.4,"y":0.3}}"#).unwrap();
        assert_eq!(at.white_at, Some(WhiteAt::new(0.4, 0.3)));
    }

    #[test]
    fn a_photos_own_dials_outrank_the_presets_each_for_itself() {
        let preset = Dials {
            warmth: Some(0.2),
            ..brighter(0.5)
        };
        assert_eq!(Dials::default().over(&preset), preset);
        let both = brighter(-1.0).over(&preset);
        assert_eq!((both.brightness, both.warmth), (Some(-1.0), Some(0.2)));
        let back = brighter(0.0).over(&preset).settled();
        assert_eq!((back.brightness, back.warmth), (None, Some(0.2)));
    }

    #[test]
    fn a_dial_beyond_its_end_is_refused_with_its_range_and_never_used() {
        for dial in Dial::ALL {
            let [low, high] = dial.range();
            assert!(dial.checked(low).is_ok() && dial.checked(high).is_ok());
            for number in [low - 0.01, high + 0.01, f32::NAN, f32::INFINITY] {
                let mut dials = Dials::default();
                *dials.number(dial) = Some(number);
                assert_eq!(dials.checked(), Err(BadDial::Number(dial)));
                let used = dials.settled().of(dial);
                assert!(dial.checked(used).is_ok(), "{dial}: {used}");
            }
        }
        let error = brighter(3.0).checked().unwrap_err().to_string();
        assert_eq!(
            error,
            "Brightness is a number of stops from -2 (darker) to 2 (brighter)."
        );
        let nowhere = WhiteAt::new(0.5, 1.5);
        assert_eq!(nowhere.checked(), Err(BadDial::WhiteAt));
    }
}
