//! What every page shows around its content.

use actix_web::HttpRequest;
use plumbline_domain::people::members::Member;
use plumbline_domain::scope::Scope;
use plumbline_domain::work::reviews;

use crate::http::csrf;

#[derive(Clone, Default)]
pub struct Layout {
    /// Without the product's name.
    pub title: String,
    pub csrf: String,
    pub member: Option<MemberView>,
    /// One sentence after an action.
    pub notice: Option<String>,
}

#[derive(Clone)]
pub struct MemberView {
    pub name: String,
    pub email: String,
    pub organization: String,
    pub can_edit: bool,
    pub can_review: bool,
    pub held_count: i64,
}

impl Layout {
    /// For pages that need not know who is looking.
    pub fn plain(request: &HttpRequest, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            csrf: csrf::visit(request).token(),
            ..Self::default()
        }
    }

    pub async fn of_member(
        request: &HttpRequest,
        member: &Member,
        scope: &mut Scope,
        title: &str,
    ) -> Result<Self, plumbline_domain::db::Error> {
        let can_review = member.role.can_review();
        let held_count = if can_review {
            reviews::count_held(scope).await?
        } else {
            0
        };
        let view = MemberView {
            name: member.name.clone(),
            email: member.email.clone(),
            organization: member.organization_name.clone(),
            can_edit: member.role.can_edit(),
            can_review,
            held_count,
        };
        Ok(Self {
            member: Some(view),
            ..Self::plain(request, title)
        })
    }

    /// Whether to offer what viewers may not do.
    pub fn can_edit(&self) -> bool {
        self.member.as_ref().is_some_and(|member| member.can_edit)
    }

    pub fn with_notice(mut self, notice: Option<Notice>) -> Self {
        self.notice = notice.map(|notice| notice.sentence().to_owned());
        self
    }
}

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
    fn sentence(self) -> &'static str {
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
