//! Decides which pictures are left as they came: those that are no photos, and our own results.

use serde::{Deserialize, Serialize};

use crate::measure::Measured;
use crate::scene::Overrides;

/// Reason to leave a picture as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftReason {
    /// It is a plan, a document, a screenshot or another drawing.
    NotAPhoto,
    /// It was corrected here, and its pixels are those that were delivered.
    AlreadyCorrected,
}

impl LeftReason {
    /// The sentence for people.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::NotAPhoto => {
                "Left as it came: it looks like a plan, a document or a screenshot, not like a photo. If it is one, say on its page whether it shows a room or a house, and it is corrected."
            }
            Self::AlreadyCorrected => {
                "Left as it came: it was already corrected here, and nobody edited it since. Upload the original to correct it in another way."
            }
        }
    }
}

impl LeftReason {
    /// The sentence where a person turned dials on the photo itself.
    pub(crate) fn sentence_but_dials(self) -> &'static str {
        match self {
            Self::NotAPhoto => {
                "It looks like a plan, a document or a screenshot: nothing was done to it but what you asked for."
            }
            Self::AlreadyCorrected => {
                "It was already corrected here: nothing was done to it but what you asked for."
            }
        }
    }
}

/// The reason to leave a picture as it came; `None`: it is corrected. A person who says what place it
/// shows says that it is a photo to correct.
pub fn reason(measured: &Measured, made_here: bool, overrides: &Overrides) -> Option<LeftReason> {
    match (made_here, measured.is_photo()) {
        _ if overrides.place.is_some() => None,
        (true, _) => Some(LeftReason::AlreadyCorrected),
        (false, false) => Some(LeftReason::NotAPhoto),
        (false, true) => None,
    }
}
