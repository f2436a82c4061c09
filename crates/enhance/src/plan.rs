//! From numbers to an edit: small, versioned data that a person can change, a test can read and
//! `apply` repeats byte for byte.

use serde::{Deserialize, Serialize};

use crate::light;
use crate::measure::Measured;
use crate::scene::{Place, Scene};
use crate::steps::tone::Tone;
use crate::steps::verticals::Verticals;
use crate::steps::white_balance::WhiteBalance;

/// The version of the numbers' meaning; raised when the same plan would paint differently.
pub const VERSION: u32 = 2;

/// What makes the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Measured, deterministic correction.
    Natural,
    /// A brush proposes, a smooth colour transform of the original follows.
    Guided,
}

/// The look an organization wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// As the eye remembers the place.
    #[default]
    Neutral,
    /// Airy: brighter than the eye remembers.
    Bright,
    /// Like late afternoon: a little of the warmth of the light stays.
    Warm,
}

/// An organization's taste. It moves the targets, never the guarantees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    /// Which look.
    pub look: Look,
    /// How much of it, 0.0 (nothing) to 1.0 (the whole correction).
    pub strength: f32,
}

impl Default for Preset {
    fn default() -> Self {
        Self {
            look: Look::Neutral,
            strength: 1.0,
        }
    }
}

/// An edit. The numbers of the steps are those of full strength; `strength` scales them all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// `VERSION` when it was made.
    pub version: u32,
    /// What makes the pixels.
    pub engine: Engine,
    /// Which look.
    pub look: Look,
    /// 0.0 to 1.0, lowered by the ladder.
    pub strength: f32,
    /// The strength that was asked for, before any lowering.
    pub asked_strength: f32,
    /// Steps down the ladder so far, 0 to 4.
    pub rung: u8,
    /// Colour of the light, taken out.
    pub white_balance: WhiteBalance,
    /// Brightness, shadows, highlights.
    pub tone: Tone,
    /// Upright lines: done first, by `straighten`, and not scaled by strength.
    #[serde(default)]
    pub verticals: Verticals,
}

/// The edit for a picture. A picture that is already good gets one that changes nothing, unless
/// a brush is to be asked.
pub fn plan(measured: &Measured, scene: &Scene, preset: &Preset, guided_available: bool) -> Plan {
    let engine = if guided_available {
        Engine::Guided
    } else {
        Engine::Natural
    };
    let strength = preset.strength.clamp(0.0, 1.0);
    Plan {
        version: VERSION,
        engine,
        look: preset.look,
        strength,
        asked_strength: strength,
        rung: if guided_available {
            0
        } else {
            crate::ladder::NATURAL_RUNG
        },
        white_balance: white_balance(measured, scene),
        tone: tone(measured, scene),
        verticals: Verticals::plan(&measured.tilt, measured.width, measured.height),
    }
}

/// Log2 gains toward grey, limited to 12 % a channel, 70 % of the way. A guess from few pixels,
/// or a shift nobody would see, is left alone.
fn white_balance(measured: &Measured, scene: &Scene) -> WhiteBalance {
    const LIMIT: f32 = 0.12;
    const SHARE: f32 = 0.7;
    const UNSEEN: f32 = 0.025;
    let trust = smooth(0.05, 0.20, measured.grey_share);
    let outside = if scene.place == Place::Exterior {
        0.6
    } else {
        1.0
    };
    let gain = |light: f32| {
        let wanted = (1.0 / light.max(0.05)).clamp(1.0 - LIMIT, 1.0 + LIMIT);
        wanted.powf(SHARE * trust * outside)
    };
    let gains = measured.grey.map(gain);
    let level = crate::colour::luminance(gains);
    let gains = gains.map(|g| g / level);
    if gains.iter().all(|g| (g - 1.0).abs() < UNSEEN) {
        return WhiteBalance::default();
    }
    WhiteBalance { gains }
}

fn tone(measured: &Measured, scene: &Scene) -> Tone {
    let exposure_ev = exposure(measured, scene);
    let shadow_lift_ev = shadow_lift(measured, exposure_ev);
    let highlight_ev = 0.22 * smooth(0.05, 0.20, measured.bright);
    let needed = exposure_ev != 0.0 || shadow_lift_ev != 0.0;
    Tone {
        exposure_ev,
        knee: knee(measured, exposure_ev),
        shadow_lift_ev,
        highlight_ev: if needed { highlight_ev } else { 0.0 },
        saturation: if needed { SATURATION } else { 0.0 },
    }
}

/// Lifted shadows look oversaturated: chroma is scaled by gain to the minus this.
const SATURATION: f32 = 0.12;

/// Stops that bring the median luma 60 % of the way to the target. Less than 0.15 is not worth
/// touching a photo for; a night scene (dark, yet with bright lamps) stays a night scene. Bright
/// photos are never darkened: white rooms are meant to be white.
fn exposure(measured: &Measured, scene: &Scene) -> f32 {
    const SHARE: f32 = 0.6;
    let (low, target) = match scene.place {
        Place::Interior => (0.44, 0.50),
        Place::Exterior => (0.36, 0.42),
        Place::Unknown => (0.40, 0.46),
    };
    let median = measured.luma_median.max(0.02);
    let stops = |wanted: f32| SHARE * (light::linear(wanted) / light::linear(median)).log2();
    let night = measured.luma_p995 > 0.80 && median < 0.14;
    let by_median = if median < low { stops(target) } else { 0.0 };
    let ev = by_median
        .max(dull_whites(measured))
        .min(if night { 0.35 } else { 1.1 });
    if ev < 0.15 { 0.0 } else { ev }
}

/// Stops for a picture whose brightest parts are grey: the whites go 60 % of the way to luma 0.88,
/// as long as the median stays below 0.62.
fn dull_whites(measured: &Measured) -> f32 {
    if measured.luma_p995 >= 0.70 {
        return 0.0;
    }
    let stops = |from: f32, to: f32| (light::linear(to) / light::linear(from.max(0.02))).log2();
    let room = stops(measured.luma_median, 0.62).max(0.0);
    (0.6 * stops(measured.luma_p995, 0.88)).min(room)
}

/// How linear the lift stays below white: a picture without bright parts is simply lifted, one
/// with bright windows is bent early and softly.
fn knee(measured: &Measured, exposure_ev: f32) -> f32 {
    let top = light::linear(measured.luma_p995) * exposure_ev.exp2();
    4.0 - 2.4 * smooth(0.5, 1.1, top)
}

/// Stops for the deepest shadows, by how much of the picture lies in them once it is exposed.
fn shadow_lift(measured: &Measured, exposure_ev: f32) -> f32 {
    let share = measured.deep_shadows * (1.0 - 0.5 * exposure_ev.clamp(0.0, 1.0));
    let night = smooth(0.16, 0.10, measured.luma_median) * smooth(0.7, 0.9, measured.luma_p995);
    let lift = 0.75 * smooth(0.06, 0.38, share) * (1.0 - 0.6 * night);
    if lift < 0.12 { 0.0 } else { lift }
}

/// Smoothstep from `from` to `to` (either order), 0.0 to 1.0.
pub(crate) fn smooth(from: f32, to: f32, value: f32) -> f32 {
    let t = ((value - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

impl Plan {
    /// A plan that changes nothing, byte for byte.
    pub fn identity() -> Self {
        Self {
            version: VERSION,
            engine: Engine::Natural,
            look: Look::Neutral,
            strength: 1.0,
            asked_strength: 1.0,
            rung: crate::ladder::NATURAL_RUNG,
            white_balance: WhiteBalance::default(),
            tone: Tone::default(),
            verticals: Verticals::default(),
        }
    }

    /// Whether straightening and applying it return the same bytes.
    pub fn is_identity(&self) -> bool {
        self.verticals.is_upright() && self.is_colour_identity()
    }

    /// Whether applying it returns the same bytes; straightening may still move them.
    pub fn is_colour_identity(&self) -> bool {
        let still = self.white_balance.is_neutral() && self.tone.is_flat();
        self.strength <= 0.0 || (self.engine == Engine::Natural && still)
    }

    /// What was done, in plain words, one sentence a line.
    pub fn describe(&self) -> Vec<String> {
        if self.is_identity() {
            return vec!["Nothing needed: this photo is already well exposed.".to_owned()];
        }
        match self.engine {
            Engine::Guided => vec![format!(
                "Colour and light corrected with AI guidance at {:.0} % strength; every detail comes from your original.",
                self.strength * 100.0
            )],
            Engine::Natural => self.describe_steps(),
        }
    }

    fn describe_steps(&self) -> Vec<String> {
        let tone = self.tone.scaled(self.strength);
        let stops = |ev: f32| format!("{:.1} stops", ev.abs());
        let lines = [
            (tone.exposure_ev >= 0.05)
                .then(|| format!("Brightened by {}.", stops(tone.exposure_ev))),
            (tone.exposure_ev <= -0.05)
                .then(|| format!("Darkened by {}.", stops(tone.exposure_ev))),
            (tone.shadow_lift_ev >= 0.05)
                .then(|| format!("Opened dark areas by up to {}.", stops(tone.shadow_lift_ev))),
            (tone.highlight_ev >= 0.05).then(|| "Calmed bright areas such as windows.".to_owned()),
            self.white_balance.scaled(self.strength).describe(),
            self.verticals.describe(),
        ];
        let lines: Vec<String> = lines.into_iter().flatten().collect();
        if lines.is_empty() {
            vec!["Adjusted very slightly.".to_owned()]
        } else {
            lines
        }
    }
}
