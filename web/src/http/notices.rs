//! Notices: one sentence on the page after an action.

use serde::{Deserialize, Serialize};

/// A word in a redirect's query, never text: a link must not decide what our page says.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    Restored,
    Shared,
    Unshared,
    Approved,
    Rejected,
    Withdrawn,
    AlreadyDecided,
    Separated,
    NotSeparated,
    InAnotherPhoto,
    EnhancingAgain,
    InProgress,
    SkyChosen,
    EnhancingExteriors,
    NoExteriors,
    NotFailed,
    SkyAdded,
    SkyRestored,
    /// A word of an earlier release, in an address that somebody kept.
    #[serde(other, skip_serializing)]
    Outdated,
}

impl Notice {
    /// The sentence; `None`: there is nothing to say any more.
    pub fn sentence(self) -> Option<&'static str> {
        Some(match self {
            Self::Restored => "The photo was restored.",
            Self::Shared => "The share link is ready. Copy it now: it is shown only this once.",
            Self::Unshared => "The share link is closed. It no longer works.",
            Self::Approved => "Approved. Customers can see this photo now.",
            Self::Rejected => "Rejected. Customers do not see this photo.",
            Self::Withdrawn => "The decision was undone.",
            Self::AlreadyDecided => "Someone else has already decided on this photo.",
            Self::InAnotherPhoto => {
                "That exposure was merged into this photo. Separate the exposures to remove it on its own."
            }
            Self::EnhancingAgain => "Enhancing again. The new result will be checked.",
            Self::InProgress => {
                "This photo is being enhanced. Wait until it is done, then try again."
            }
            Self::SkyChosen => "Saved. The sky applies to exteriors enhanced from now on.",
            Self::EnhancingExteriors => "The exteriors are being enhanced again.",
            Self::NoExteriors => {
                "No exterior is ready to be enhanced again. Some may still be in progress, or have a sky choice of their own."
            }
            Self::NotFailed => "This photo is already being enhanced, or it is done.",
            Self::SkyAdded => "The sky was added. You can choose it for shoots and photos now.",
            Self::SkyRestored => "The sky was restored.",
            Self::Separated => "The exposures are separate photos again and are being enhanced.",
            Self::NotSeparated => {
                "These exposures cannot be separated now. Undo the review first, or wait until the photo is done."
            }
            Self::Outdated => return None,
        })
    }

    /// `url` with this notice in its query.
    pub fn on(self, url: &str) -> String {
        let query = serde_urlencoded::to_string([("notice", self)]);
        let query = query.expect("a notice is one word");
        format!("{url}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Query {
        notice: Notice,
    }

    #[test]
    fn a_notice_is_one_word_of_the_address() {
        let url = Notice::EnhancingAgain.on("/photos/1");
        assert_eq!(url, "/photos/1?notice=enhancing-again");
    }

    #[test]
    fn an_address_of_an_earlier_release_opens_without_a_notice() {
        let query: Query = serde_urlencoded::from_str("notice=trying-again").unwrap();
        assert!(query.notice.sentence().is_none());
    }
}
