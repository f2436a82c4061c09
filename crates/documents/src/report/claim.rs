//! Claims: sentences about a result that have to be shown. A [`Sentence`] can only be made from a
//! claim, and a claim only from the [`Evidence`] of every gate and every fact that supports it.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use crate::engine::Engine;
use crate::gate::Gate;
use crate::report::evidence::Evidence;

/// A sentence with everything behind it that supports it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Sentence(String);

impl Sentence {
    /// Only this folder makes sentences.
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Sentence {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<Sentence> for String {
    fn from(sentence: Sentence) -> Self {
        sentence.0
    }
}

/// Property of a result that gates show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// It has the pixels of the framed original.
    Size,
    /// Nothing was added.
    Added,
    /// Nothing was lost.
    Lost,
    /// Straight lines are straight.
    Bent,
    /// Nothing took on another colour.
    Tinted,
    /// A new sky ends where its mask ends.
    SkyEdge,
    /// There was sky under the mask.
    SkyPlace,
}

use Aspect::{Added, Bent, Lost, Size, SkyEdge, SkyPlace, Tinted};

impl Gate {
    /// The properties that need this gate. A gate that stands for itself alone has none.
    pub fn shows(self) -> &'static [Aspect] {
        match self {
            Self::Size => &[Size],
            Self::Unplanned => &[Added, Lost, Bent, Tinted],
            Self::Structure | Self::StructureFine | Self::Hairline => &[Added, Lost],
            Self::Noise | Self::Seams | Self::EdgePrecision => &[Added],
            Self::LineAngle | Self::LineBend => &[Bent],
            Self::TileChroma | Self::SurfaceColour | Self::NeutralDrift => &[Tinted],
            Self::LostHighlights | Self::LostShadows | Self::EdgeRecall | Self::SharpnessP5 => {
                &[Lost]
            }
            Self::SkyHalo | Self::SkyLeak => &[SkyEdge],
            Self::SkyTrial => &[SkyPlace],
            // About the photo as it came, and about how good the result is: nothing is claimed by them.
            Self::InputSize
            | Self::InputLight
            | Self::InputBurnt
            | Self::InputFocus
            | Self::InputShake
            | Self::InputNoise
            | Self::ResultLight
            | Self::ResultCast
            | Self::ResultNoise => &[],
        }
    }
}

/// Something a report may say, if it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The good sentence of one gate.
    Gate(Gate),
    /// The result has the size of the file that came in.
    SameSize,
    /// Headline of a result that passed everything.
    NothingChanged,
    /// The same below a sky that was one.
    NothingChangedBesidesSky,
    /// The same where only the mask is known, and not that there was sky under it.
    NothingChangedOutsideMask,
    /// The same of a result whose texture a network redrew.
    OnlyTextureChanged,
    /// Headline of a report that did not look at everything.
    ChecksPassed,
    /// The pixels that were replaced were sky.
    SkyReplaced,
    /// Pixels outside the new sky are the original's.
    RestIsOriginal,
    /// No network put detail into the picture.
    DetailIsOriginal,
    /// Nothing but tone and geometry was changed.
    NoPixelsGenerated,
    /// A network redrew the texture.
    TextureRedrawn,
}

impl Claim {
    /// The claims that are not one gate's.
    pub const OF_REPORTS: [Self; 11] = [
        Self::SameSize,
        Self::NothingChanged,
        Self::NothingChangedBesidesSky,
        Self::NothingChangedOutsideMask,
        Self::OnlyTextureChanged,
        Self::ChecksPassed,
        Self::SkyReplaced,
        Self::RestIsOriginal,
        Self::DetailIsOriginal,
        Self::NoPixelsGenerated,
        Self::TextureRedrawn,
    ];

    /// Claims that can be a report's headline, the strongest first.
    pub(super) const HEADLINES: [Self; 5] = [
        Self::NothingChanged,
        Self::NothingChangedBesidesSky,
        Self::NothingChangedOutsideMask,
        Self::OnlyTextureChanged,
        Self::ChecksPassed,
    ];

    /// All claims there are.
    pub fn all() -> impl Iterator<Item = Self> {
        let gates = Gate::ALL.into_iter().map(Self::Gate);
        gates.chain(Self::OF_REPORTS)
    }

    /// The properties that gates have to show.
    pub fn aspects(self) -> &'static [Aspect] {
        match self {
            Self::SameSize => &[Size],
            Self::NothingChanged | Self::OnlyTextureChanged => &[Size, Added, Lost, Bent, Tinted],
            Self::NothingChangedBesidesSky => &[Size, Added, Lost, Bent, Tinted, SkyEdge, SkyPlace],
            Self::NothingChangedOutsideMask => &[Size, Added, Lost, Bent, Tinted, SkyEdge],
            Self::SkyReplaced => &[SkyPlace],
            Self::RestIsOriginal => &[Added, Lost, SkyEdge],
            Self::DetailIsOriginal => &[Added],
            Self::Gate(_) | Self::ChecksPassed | Self::NoPixelsGenerated | Self::TextureRedrawn => {
                &[]
            }
        }
    }

    /// The gates that have to have passed, or to be answered for by one that did
    /// ([`Gate::is_answered_by_plan`]).
    pub fn gates(self) -> impl Iterator<Item = Gate> {
        let needs = move |gate: &Gate| match self {
            Self::Gate(own) => *gate == own,
            _ => gate.shows().iter().any(|one| self.aspects().contains(one)),
        };
        Gate::ALL.into_iter().filter(needs)
    }

    /// The sentence; `None`: something that it needs is not there, or did not pass.
    pub fn made(self, evidence: &Evidence<'_>) -> Option<Sentence> {
        let shown = |gate| evidence.shows(gate);
        // A property that no gate of this release looks at cannot be claimed.
        let looked_at = |aspect| Gate::ALL.iter().any(|gate| gate.shows().contains(aspect));
        let supported =
            self.aspects().iter().all(looked_at) && self.gates().all(shown) && self.holds(evidence);
        supported.then(|| Sentence(self.text(evidence)))
    }

    /// The facts of plan and ledger, and the verdict of the whole where a claim is about it.
    fn holds(self, evidence: &Evidence<'_>) -> bool {
        let passed = evidence.all_passed();
        let new_sky = evidence.has_new_sky();
        let redrawn = evidence.engine == Some(Engine::Tiled);
        let kept = matches!(evidence.engine, Some(Engine::Natural | Engine::Guided));
        match self {
            Self::Gate(gate) => evidence.qc.gate(gate).is_some(),
            Self::SameSize => evidence
                .framing
                .is_some_and(|framing| !framing.is_changed()),
            Self::NothingChanged => passed && !new_sky && !redrawn,
            Self::NothingChangedBesidesSky | Self::NothingChangedOutsideMask => {
                passed && new_sky && !redrawn
            }
            Self::OnlyTextureChanged => passed && !new_sky && redrawn,
            Self::ChecksPassed => passed,
            Self::SkyReplaced => evidence.ledger.is_some(),
            Self::RestIsOriginal => evidence.ledger.is_some() && kept,
            Self::DetailIsOriginal => evidence.engine == Some(Engine::Guided) && !new_sky,
            Self::NoPixelsGenerated => !new_sky && kept,
            Self::TextureRedrawn => redrawn,
        }
    }

    fn text(self, evidence: &Evidence<'_>) -> String {
        let text = match self {
            Self::Gate(Gate::Unplanned) if evidence.has_new_sky() => {
                "Outside the new sky, every pixel is what the plan makes of the original: nothing was added, moved or painted over."
            }
            Self::Gate(gate) => gate.row().good,
            Self::SameSize => "The result has exactly the original's size.",
            Self::NothingChanged => {
                "All checks passed: no sign of anything added, lost, bent or tinted."
            }
            Self::NothingChangedBesidesSky => {
                "All checks passed: outside the new sky, no sign of anything added, lost, bent or tinted."
            }
            Self::NothingChangedOutsideMask => {
                "All checks passed: outside the sky mask, no sign of anything added, lost, bent or tinted."
            }
            Self::OnlyTextureChanged => {
                "All checks passed: AI redrew texture; no sign of any object, line or colour added, lost, bent or tinted."
            }
            Self::ChecksPassed => "Every check that was made passed.",
            Self::SkyReplaced => "The sky was replaced",
            Self::RestIsOriginal => {
                "All other pixels come from the original: at most light, colour and sharpness were corrected in them."
            }
            Self::DetailIsOriginal => "Every detail comes from the original.",
            Self::NoPixelsGenerated => return no_pixels_generated(evidence),
            Self::TextureRedrawn => {
                "AI redrew the texture of the whole picture; only the finest detail comes from the original."
            }
        };
        text.to_owned()
    }
}

fn no_pixels_generated(evidence: &Evidence<'_>) -> String {
    let framed = evidence.framing.is_none_or(|framing| framing.is_changed());
    let corrected = match framed {
        true => "light, colour and framing",
        false => "light and colour",
    };
    format!("No pixels were generated: at most {corrected} were corrected.")
}

#[cfg(test)]
mod tests;
