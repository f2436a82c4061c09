//! Notices: one sentence on the page after an action.

/// What a redirect tells the next page, as a word in its query: never text, so
/// that a link cannot put words into our mouth.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    Restored,
    Shared,
    Unshared,
    Approved,
    Rejected,
    Withdrawn,
    TryingAgain,
    AlreadyDecided,
    Separated,
    NotSeparated,
    InAnotherPhoto,
    DevelopingAgain,
    InHand,
    SkyChosen,
    ExteriorsAgain,
    SkyAdded,
    SkyRestored,
}

impl Notice {
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Restored => "The photo is back.",
            Self::Shared => "The link is ready. Copy it and send it to your customer.",
            Self::Unshared => "The link no longer works.",
            Self::Approved => "Approved. Customers can see this photo now.",
            Self::Rejected => "Rejected. Customers do not see this photo.",
            Self::Withdrawn => "The decision was taken back.",
            Self::TryingAgain => "Trying again.",
            Self::AlreadyDecided => "Somebody was faster: this photo has been decided on already.",
            Self::InAnotherPhoto => {
                "That exposure has gone into this photo. Separate them to remove it alone."
            }
            Self::DevelopingAgain => "Developing again. The result is checked anew.",
            Self::InHand => {
                "This photo is being developed just now. Wait until it is done, then try again."
            }
            Self::SkyChosen => "Chosen. It applies to photos developed from now on.",
            Self::ExteriorsAgain => "The exteriors are being developed again.",
            Self::SkyAdded => "The sky is there. You can choose it for shoots and photos now.",
            Self::SkyRestored => "The sky is back.",
            Self::Separated => {
                "The exposures are photos of their own again, and are being corrected."
            }
            Self::NotSeparated => {
                "These exposures cannot be separated just now. Take back the review first, or wait until the photo is done."
            }
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Restored => "restored",
            Self::Shared => "shared",
            Self::Unshared => "unshared",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::TryingAgain => "trying-again",
            Self::AlreadyDecided => "already-decided",
            Self::InAnotherPhoto => "in-another-photo",
            Self::DevelopingAgain => "developing-again",
            Self::InHand => "in-hand",
            Self::SkyChosen => "sky-chosen",
            Self::ExteriorsAgain => "exteriors-again",
            Self::SkyAdded => "sky-added",
            Self::SkyRestored => "sky-restored",
            Self::Separated => "separated",
            Self::NotSeparated => "not-separated",
        }
    }

    /// `url` with this notice on it.
    pub fn on(self, url: &str) -> String {
        format!("{url}?notice={}", self.word())
    }
}
