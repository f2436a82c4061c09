//! Reasons to keep a sky, and their sentences.

use serde::{Deserialize, Serialize};

use crate::sky::trial::Oddity;

/// Reason to keep a sky although another was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptReason {
    /// The picture shows a room.
    Inside,
    /// The place could not be told.
    PlaceUnknown,
    /// There is nothing here that can find a sky.
    NotLookedFor,
    /// There is no sky.
    NoSky,
    /// There is too little sky.
    Tiny,
    /// Sky and ground could not be told apart well enough.
    Doubtful,
    /// It is blue.
    AlreadyBlue,
    /// It has the colours of a low sun, and so has the house.
    Evening,
    /// It is dark: dusk or night.
    Dark,
    /// The lamps are lit under it.
    Dusk,
    /// The picture is a panorama.
    Panorama,
    /// It does not look like a sky.
    Odd(Oddity),
    /// Quality control saw the new one's edge.
    Held,
}

impl KeptReason {
    /// The sentence for people.
    pub(crate) fn sentence(self) -> String {
        if let Self::Odd(oddity) = self {
            return format!("The sky was left alone: {}.", oddity.clause());
        }
        self.plain().to_owned()
    }

    fn plain(self) -> &'static str {
        match self {
            Self::Inside => "The sky was left alone: the photo shows a room.",
            Self::PlaceUnknown => {
                "The sky was left alone: it could not be told whether the photo shows a room or a house. Say which on the photo's page."
            }
            Self::NotLookedFor => {
                "The sky was left alone: no network that finds skies is installed."
            }
            Self::NoSky => "No sky was found in this photo.",
            Self::Tiny => "The sky was left alone: there is too little of it.",
            Self::Doubtful | Self::Odd(_) => {
                "The sky was left alone: where it ends could not be told. Paint it on the photo's page, and it will be replaced."
            }
            Self::AlreadyBlue => "The sky was left alone: it is blue already.",
            Self::Evening => {
                "The sky was left alone: it has an evening's colours, and so has the house."
            }
            Self::Dark => {
                "The sky was left alone: it is a dark one, and a day's sky would not belong."
            }
            Self::Dusk => {
                "The sky was left alone: it is dusk and the lamps are lit, and a day's sky would not belong."
            }
            Self::Panorama => {
                "The sky was left alone: in a panorama only light and colour are corrected."
            }
            Self::Held => "The sky was left alone: the check found fault with the new one.",
        }
    }
}
