//! Plans: from numbers to an edit, which is small, versioned data that a person can change, a test
//! can read and `apply` repeats byte for byte.

use plumbline_documents::{Dial, Dials, Engine, EngineChoice, Look};
use serde::{Deserialize, Serialize};

use crate::filters::box_mean::Sides;
use crate::generative_model::{Denoise, GenerativeModel};
use crate::measure::Measured;
use crate::plan::dials::Neutral;
use crate::plan::left::LeftReason;
use crate::plan::shoot_reference::ShootReference;
use crate::plan::sky::Sky;
use crate::scene::{Scene, SkyChoice};
use crate::shot::Panorama;
use crate::steps::corners::Corners;
use crate::steps::finish::Finish;
use crate::steps::natural::Natural;
use crate::steps::noise::NoiseReduction;
use crate::steps::sharpen::Sharpening;
use crate::steps::tiles::Grid;
use crate::steps::tone::Tone;
use crate::steps::verticals::Verticals;
use crate::steps::white_balance::WhiteBalance;

pub mod corners;
pub mod dials;
pub mod dusk;
pub mod engine;
pub mod exposure;
pub mod finish;
pub mod left;
mod noise;
mod sentences;
pub(crate) mod sharpening;
pub mod shoot_reference;
pub mod sky;
pub(crate) mod verticals;
pub mod white_balance;

/// The version of the numbers' meaning; raised when the same plan would paint differently.
pub const VERSION: u32 = 6;

/// Fallback level at which the natural engine starts: below a model at full and at lowered strength.
pub(crate) const NATURAL_LEVEL: u8 = 2;

/// Preset of a shoot: taste. It moves the targets, never the guarantees.
#[derive(Debug, Clone, PartialEq)]
pub struct Preset {
    /// Tone preset.
    pub look: Look,
    /// Strength, 0.0 (nothing) to 1.0 (the whole correction).
    pub strength: f32,
    /// Common light and exposure of the shoot; `None`: the photo stands alone.
    pub shoot_reference: Option<ShootReference>,
    /// Choice of sky.
    pub sky: SkyChoice,
    /// Choice of engine.
    pub engine: EngineChoice,
    /// Dials of the organization, or those and the photo's own over them.
    pub dials: Dials,
}

impl Default for Preset {
    fn default() -> Self {
        Self {
            look: Look::Neutral,
            strength: 1.0,
            shoot_reference: None,
            sky: SkyChoice::Keep,
            engine: EngineChoice::Best,
            dials: Dials::default(),
        }
    }
}

/// An edit. The numbers of the steps are those of full strength; `strength` scales them all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// `VERSION` when it was made.
    pub version: u32,
    /// Engine that makes the pixels.
    pub engine: Engine,
    /// Tone preset.
    pub look: Look,
    /// 0.0 to 1.0, lowered by the fallbacks.
    pub strength: f32,
    /// The strength that was asked for, before any lowering.
    pub asked_strength: f32,
    /// Position on the list of fallbacks: 0 and 1 with a model, tiled as well as guided, 2 to 4
    /// natural.
    #[serde(alias = "rung")]
    pub fallback_level: u8,
    /// Request to a model; `None`: no model is asked.
    #[serde(default)]
    pub denoise: Option<Denoise>,
    /// The share of all noise that `denoise` began with at full strength, 0.0 to 1.0.
    #[serde(default)]
    pub noise_share: f32,
    /// Grid of tiles; `None`: there are none.
    #[serde(default)]
    pub grid: Option<Grid>,
    /// Colour of the light, taken out.
    pub white_balance: WhiteBalance,
    /// Brightness, shadows, highlights.
    pub tone: Tone,
    /// Light the lens lost, given back.
    #[serde(default)]
    pub corners: Corners,
    /// Noise taken out before the rest.
    #[serde(default, skip_serializing_if = "NoiseReduction::is_nothing")]
    pub noise_reduction: NoiseReduction,
    /// Sharpening for the output's size.
    #[serde(default)]
    pub sharpening: Sharpening,
    /// Finish that a network proposed, in the place of corners, white balance and tone; `None`: the
    /// measured correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish: Option<Finish>,
    /// Dials that a person turned: done after every other change of light and colour, and scaled by
    /// strength; those of the frame are in `verticals` already.
    #[serde(default, skip_serializing_if = "Dials::is_untouched")]
    pub dials: Dials,
    /// The dials' white place, looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neutral: Option<Neutral>,
    /// Upright lines: done first, by `straighten`, and not scaled by strength; none at strength 0.
    #[serde(default)]
    pub verticals: Verticals,
    /// Treatment of the sky: done last, by `repaint`, and not scaled by strength.
    #[serde(default)]
    pub sky: Sky,
    /// Kind of panorama: it is neither straightened nor relit toward its corners, and a full turn keeps
    /// its seam. `None`: the picture is flat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panorama: Option<Panorama>,
    /// It was taken at dusk, and what is dark and coloured in it is meant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keeps_dusk: bool,
    /// Reason to leave the picture as it came; `None`: it is corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<LeftReason>,
}

/// The edit for a picture. A picture that is already good gets one that changes nothing, unless
/// a model is to be asked: the one that is installed, where one is. At strength 0 nothing is changed,
/// the frame neither, and no model is asked.
pub fn plan(
    measured: &Measured,
    scene: &Scene,
    preset: &Preset,
    model: Option<&dyn GenerativeModel>,
) -> Plan {
    let measured_plan = natural(measured, scene, preset).quieted(measured);
    if measured_plan.strength <= 0.0 {
        return measured_plan;
    }
    let engine = engine::granted(preset.engine, model);
    let (Some(model), Engine::Guided | Engine::Tiled) = (model, engine) else {
        return measured_plan;
    };
    let noise_share = engine::share(scene, preset.look);
    Plan {
        engine,
        fallback_level: 0,
        denoise: Some(engine::denoise(model, scene, measured, noise_share)),
        noise_share,
        grid: engine::grid(model).filter(|_| engine == Engine::Tiled),
        ..measured_plan
    }
}

fn natural(measured: &Measured, scene: &Scene, preset: &Preset) -> Plan {
    let strength = preset.strength.clamp(0.0, 1.0);
    let shoot_reference = preset.shoot_reference.as_ref();
    let white_balance = white_balance::plan(measured, preset.look, shoot_reference);
    let tone = exposure::plan(measured, scene, preset.look, shoot_reference);
    let is_flat = measured.panorama.is_none();
    let corners = is_flat.then(|| corners::plan(&measured.falloff));
    let corners = corners.unwrap_or_default();
    let dials = preset.dials.settled();
    let upright = || verticals::plan(&measured.tilt, measured.width, measured.height, &dials);
    let (white_balance, tone, corners) = dusk::kept(scene, white_balance, tone, corners);
    let still = white_balance.is_neutral() && tone.is_flat() && corners.ev == 0.0;
    Plan {
        look: preset.look,
        strength,
        asked_strength: strength,
        white_balance,
        tone,
        corners,
        sharpening: if still {
            Sharpening::default()
        } else {
            sharpening::plan(measured)
        },
        verticals: (is_flat && strength > 0.0)
            .then(upright)
            .unwrap_or_default(),
        dials,
        panorama: measured.panorama,
        keeps_dusk: scene.dusk.is_some(),
        ..Plan::identity()
    }
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
            fallback_level: NATURAL_LEVEL,
            denoise: None,
            noise_share: 0.0,
            grid: None,
            white_balance: WhiteBalance::default(),
            tone: Tone::default(),
            corners: Corners::default(),
            noise_reduction: NoiseReduction::default(),
            sharpening: Sharpening::default(),
            finish: None,
            dials: Dials::default(),
            neutral: None,
            verticals: Verticals::default(),
            sky: Sky::default(),
            panorama: None,
            keeps_dusk: false,
            left: None,
        }
    }

    /// A plan that leaves a picture as it came.
    pub fn leaving(reason: LeftReason) -> Self {
        Self {
            left: Some(reason),
            ..Self::identity()
        }
    }

    /// The same with nothing but dials done to it: a photo's own outrank the reason.
    pub fn with_only(self, dials: &Dials) -> Self {
        let dials = dials.settled();
        Self {
            verticals: Verticals::cropped(dials.of(Dial::CropMargin)),
            dials,
            ..self
        }
    }

    /// The steps of the natural engine at the plan's strength.
    pub(crate) fn natural(&self) -> Natural {
        Natural {
            corners: self.corners.scaled(self.strength),
            noise_reduction: self.noise_reduction.scaled(self.strength),
            white_balance: self.white_balance.scaled(self.strength),
            sharpening: self.sharpening.scaled(self.strength),
            tone: self.tone.scaled(self.strength),
            finish: self.finish.map(|finish| finish.scaled(self.strength)),
            dials: self.dialled(),
            sides: match self.panorama {
                Some(Panorama::FullTurn) => Sides::Joined,
                _ => Sides::Open,
            },
        }
    }

    /// True when straightening, applying and repainting it return the same bytes.
    pub fn is_identity(&self) -> bool {
        self.verticals.is_still() && self.is_colour_identity() && self.sky.new_sky().is_none()
    }

    /// True when applying it returns the same bytes; straightening may still move them.
    pub fn is_colour_identity(&self) -> bool {
        self.strength <= 0.0 || (self.engine == Engine::Natural && self.natural().is_still())
    }

    /// The white balance at the plan's strength, whoever decided on it.
    pub(crate) fn balance(&self) -> WhiteBalance {
        let finished = self.finish.map(|finish| finish.balance());
        finished.unwrap_or(self.white_balance).scaled(self.strength)
    }
}
