//! Oddities: what a sky does not look like.

use serde::{Deserialize, Serialize};

/// Something about a mask that a sky does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Oddity {
    /// A part lies behind straight edges, apart from the open sky.
    Enclosed,
    /// A part is rough, as no sky is.
    Rough,
    /// No network sees sky in a part.
    Unseen,
    /// One network sees sky in a large part, another does not.
    OneNetworkOnly,
    /// Faint upright lines run through it.
    UprightLines,
    /// Windows float in it.
    Windows,
    /// A part of it lies below the ground, as on water.
    Reflected,
}

impl Oddity {
    /// The end of a sentence that begins with what happened to the sky.
    pub fn clause(self) -> &'static str {
        match self {
            Self::Enclosed => {
                "a part of it lies behind straight edges, apart from the open sky, as a white wall or a snowy roof does"
            }
            Self::Rough => "a part of it is rough, as snow and plaster are",
            Self::Unseen => "no network sees sky in a part of it",
            Self::OneNetworkOnly => {
                "one network takes a part of it for sky and another one does not"
            }
            Self::UprightLines => "upright lines run through it, as along a white wall",
            Self::Windows => "windows seem to float in it, as in a white wall",
            Self::Reflected => "a part of it lies below the ground, as a reflection on water does",
        }
    }
}
