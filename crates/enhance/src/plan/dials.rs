//! Dials in a plan: a white place becomes gains, and what was asked becomes words.

use plumbline_documents::{Dial, WhiteAt};
use serde::{Deserialize, Serialize};

use crate::math::colour::{lab, luminance};
use crate::math::light::{Sample, linear};
use crate::pixels::Pixels;
use crate::plan::Plan;
use crate::steps::dials::Dialled;
use crate::steps::natural::{self, Natural};
use crate::steps::noise::NoiseReduction;
use crate::steps::sharpen::Sharpening;

/// Samples from which a channel is clipped, and the share of such pixels from which a place is.
const CLIPPED: u8 = 252;
const MANY: f32 = 0.1;
/// Luminance below which nearly nothing is known of a colour.
const NEARLY_BLACK: f32 = 0.006;
/// Chroma (CIELAB, after the correction) from which a place is painted rather than lit.
const PAINTED: f32 = 35.0;
/// Stops of a channel at most.
const MOST: f32 = 1.2;

/// Reason not to take a place for white.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotWhite {
    /// It was cut away.
    #[error(
        "The white place lies outside the straightened picture. Pick one farther from the edge."
    )]
    CutAway,
    /// It is clipped.
    #[error(
        "The white place is blown out, so that its colour is not known. Pick a wall or a ceiling that is not glaring."
    )]
    BlownOut,
    /// It is nearly black.
    #[error(
        "The white place is nearly black, so that its colour is not known. Pick a brighter one."
    )]
    NearlyBlack,
    /// It has a strong colour of its own.
    #[error("The white place has a strong colour of its own. Pick one that is white or grey.")]
    Painted,
}

/// A white place, looked up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Neutral {
    /// The place as the straightened picture shows it.
    pub at: WhiteAt,
    /// Stops of each channel that make it neutral after the measured correction or the finish.
    pub stops: [f32; 3],
}

impl Plan {
    /// The plan with its white place looked up. `framed`: a copy of the straightened picture, of any size;
    /// `width` and `height` are those of the picture as it came.
    pub fn with_neutral(
        self,
        framed: &Pixels,
        (width, height): (u32, u32),
    ) -> Result<Self, NotWhite> {
        let Some(at) = self.dials.white_at.filter(|_| self.strength > 0.0) else {
            return Ok(self);
        };
        let (x, y) = self
            .verticals
            .place((at.x, at.y), width, height)
            .ok_or(NotWhite::CutAway)?;
        let whole = (width.max(height)) as f32;
        let (columns, rows) = self.verticals.size(width, height);
        let radius = at.radius * whole / columns.max(rows) as f32;
        let corrected =
            natural::apply(framed, &self.undialled()).expect("every row keeps its length");
        let at = WhiteAt { x, y, radius };
        let stops = stops(framed, &corrected, at)?;
        Ok(Self {
            neutral: Some(Neutral { at, stops }),
            ..self
        })
    }

    /// The plan's dials on pixels, beside verticals and crop; `None`: they change none.
    pub(crate) fn dialled(&self) -> Option<Dialled> {
        let neutral = self.neutral.map(|neutral| neutral.stops);
        Dialled::of(&self.dials, neutral, self.strength)
    }

    /// The correction of light and colour without what was turned.
    pub(crate) fn undialled(&self) -> Natural {
        Natural {
            dials: None,
            noise_reduction: NoiseReduction::default(),
            sharpening: Sharpening::default(),
            ..self.natural()
        }
    }

    /// A picture that a model proposed, under the dials: the white place is the proposal's. `before`: the
    /// photo, of the same size; `None`: the dials change nothing.
    pub(crate) fn dialled_proposal(
        &self,
        before: impl FnOnce() -> Pixels,
        proposal: &Pixels,
    ) -> Option<Pixels> {
        self.dialled()?;
        let neutral = self.neutral.map(|neutral| {
            let found = stops(&before(), proposal, neutral.at);
            found.unwrap_or(neutral.stops)
        });
        let steps = Natural {
            dials: Some(Dialled::of(&self.dials, neutral, 1.0)?),
            ..Plan::identity().natural()
        };
        natural::apply(proposal, &steps)
    }

    /// The sentence about what a person asked for; `None`: nothing.
    pub(crate) fn describe_dials(&self) -> Option<String> {
        if self.strength <= 0.0 {
            return None;
        }
        let parts = [
            self.neutral
                .map(|_| "the place you picked made neutral".to_owned()),
            stops_in_words(self.dials.of(Dial::Brightness) * self.strength),
            self.turned(Dial::Warmth, ["cooler", "warmer"]),
            self.turned(Dial::Tint, ["greener", "more magenta"]),
            self.turned(Dial::Shadows, ["shadows deeper", "shadows opened"]),
            self.turned(
                Dial::Highlights,
                ["highlights calmed", "highlights brighter"],
            ),
            self.turned(Dial::Contrast, ["contrast lower", "contrast higher"]),
            self.lean_in_words(),
            self.crop_in_words(),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| format!("As you asked: {}.", parts.join(", ")))
    }

    fn turned(&self, dial: Dial, [down, up]: [&str; 2]) -> Option<String> {
        let number = self.dials.of(dial) * self.strength;
        let word = if number < 0.0 { down } else { up };
        (number.abs() >= 0.005).then(|| format!("{word} by {}", hundredths(number.abs())))
    }

    fn lean_in_words(&self) -> Option<String> {
        match self.dials.verticals {
            Some(share) if share <= 0.0 => Some("leaning lines left as they came".to_owned()),
            Some(share) if !self.verticals.is_upright() => Some(format!(
                "leaning lines straightened by {:.0} % of their lean",
                share * 100.0
            )),
            _ => None,
        }
    }

    fn crop_in_words(&self) -> Option<String> {
        let margin = hundredths(self.verticals.margin * 100.0);
        (self.verticals.margin > 0.0).then(|| format!("{margin} % cut from each side"))
    }
}

fn stops_in_words(stops: f32) -> Option<String> {
    let word = if stops < 0.0 { "darker" } else { "brighter" };
    (stops.abs() >= 0.005).then(|| format!("{} stops {word}", hundredths(stops.abs())))
}

/// "0.3", "0.25", "1".
fn hundredths(number: f32) -> String {
    format!("{}", (number * 100.0).round() / 100.0)
}

/// Stops of each channel that make a place of a corrected picture neutral at its luminance. The place is
/// one of the pictures, not of the photo as it came.
fn stops(before: &Pixels, corrected: &Pixels, at: WhiteAt) -> Result<[f32; 3], NotWhite> {
    let place = disc(before, at);
    let was = Patch::of(before, &place);
    if was.clipped >= MANY {
        return Err(NotWhite::BlownOut);
    }
    let now = Patch::of(corrected, &place).light;
    let grey = luminance(now);
    if luminance(was.light) < NEARLY_BLACK || now.iter().any(|v| *v <= 0.0) {
        return Err(NotWhite::NearlyBlack);
    }
    let [_, a, b] = lab(now);
    if a.hypot(b) > PAINTED {
        return Err(NotWhite::Painted);
    }
    Ok(now.map(|v| (grey / v).log2().clamp(-MOST, MOST)))
}

/// Mean light of a place, and the share of its pixels that are clipped.
struct Patch {
    light: [f32; 3],
    clipped: f32,
}

impl Patch {
    fn of(pixels: &Pixels, place: &[usize]) -> Self {
        let rgb = pixels.rgb8();
        let rgb = rgb.as_chunks::<3>().0;
        let count = place.len().max(1) as f32;
        let (mut light, mut clipped) = ([0.0; 3], 0.0);
        for pixel in place.iter().map(|i| rgb[*i]) {
            (0..3).for_each(|c| light[c] += linear(pixel[c].unit()) / count);
            clipped += f32::from(u8::from(pixel.iter().any(|v| *v >= CLIPPED))) / count;
        }
        Self { light, clipped }
    }
}

/// Indices of the pixels of a disc; at least the one in its middle.
fn disc(pixels: &Pixels, at: WhiteAt) -> Vec<usize> {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let radius = (at.radius * width.max(height) as f32).max(0.5);
    let middle = [at.x * width as f32, at.y * height as f32];
    let side = |middle: f32, of: usize| {
        let from = (middle - radius).max(0.0) as usize;
        from.min(of - 1)..((middle + radius).ceil() as usize).clamp(1, of)
    };
    let inside = |x: usize, y: usize| {
        (x as f32 + 0.5 - middle[0]).hypot(y as f32 + 0.5 - middle[1]) <= radius
    };
    let mut places = Vec::new();
    for y in side(middle[1], height) {
        places.extend(
            side(middle[0], width)
                .filter(|x| inside(*x, y))
                .map(|x| y * width + x),
        );
    }
    if places.is_empty() {
        let [x, y] =
            [(middle[0], width), (middle[1], height)].map(|(v, of)| (v as usize).min(of - 1));
        places.push(y * width + x);
    }
    places
}
